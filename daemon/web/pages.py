"""The owner's pages: what the asking commands print, to look at. None of these changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from daemon import queries, views
from daemon.core.decide import plan_hash
from daemon.core.dossier import Dossier
from daemon.house import House
from daemon.tick import foresee
from daemon.views import Shape
from daemon.web.picture import HEIGHT, LEGEND, WIDTH, Picture, picture, weeks
from daemon.web.prose import prose
from daemon.web.site import Site, site
from daemon.web.templating import desk, page

A_PAGE = 60
"""Writes of the journal on one page."""
ENOUGH = 5
"""Proposals on the overview, so that the pairs stay in sight; the others have their own page."""
NO_PAIR = "There is no such pair; perhaps the settings ignore it."


def overview(request: Request) -> Response:
    """Show what needs the owner, and every pair."""
    here, shown = site(request), desk(request)
    return page(
        request,
        "overview.html",
        pairs=sorted(shown["pairs"], key=_soonest),
        names=_names(request),
        pictures=_pictures(shown["pairs"], here),
        proposals=sorted(_open(shown["proposals"]), key=_lost),
        enough=ENOUGH,
        alerts=_loudest(shown["alerts"]),
        troubled=[one for one in shown["status"]["accounts"] if one["problem"]],
        **_drawing(here),
    )


def pair(request: Request) -> Response:
    """Show one pair with everything known of it."""
    here, shown = site(request), desk(request)
    wanted = request.path_params["pair"]
    found = next((one for one in shown["pairs"] if one["id"] == wanted), None)
    if found is None:
        raise HTTPException(404, NO_PAIR)
    return page(
        request,
        "pair.html",
        pair=found,
        pictures=_pictures([found], here),
        proposals=[one for one in _open(shown["proposals"]) if one["pair"] == wanted],
        alerts=[one for one in _loudest(shown["alerts"]) if one["pair"] == wanted],
        **_drawing(here),
    )


def agenda(request: Request) -> Response:
    """Show the next agenda and the owner's note; asks the service that keeps the document."""
    here = site(request)
    house, now = here.house(), here.clock()
    known = dossier(request)
    shape = queries.agenda(house, known, now)
    return page(
        request,
        "agenda.html",
        pair=views.pair(known, now),
        agenda=prose(shape["markdown"]),
        prep=prose(shape["prep"]),
        url=shape["url"],
        editable=editable(house, known),
    )


def proposals(request: Request) -> Response:
    """Show other times for lost meetings, the open ones with their buttons."""
    return page(request, "proposals.html", **offers(request))


def offers(request: Request) -> dict[str, Any]:
    """Return what the page of proposals shows."""
    found = desk(request)["proposals"]
    return {
        "proposals": _open(found),
        "closed": [one for one in reversed(found) if one["state"] != "open"],
        "names": _names(request),
    }


def alerts(request: Request) -> Response:
    """Show the repeated misses, the open ones first."""
    found = sorted(desk(request)["alerts"], key=lambda one: (one["open"], one["at"]), reverse=True)
    return page(request, "alerts.html", alerts=found, names=_names(request))


def journal(request: Request) -> Response:
    """Show every write, the newest first."""
    return page(request, "journal.html", **writes(request))


def writes(request: Request) -> dict[str, Any]:
    """Return what the page of the journal shows: so many writes, and where to turn."""
    found = list(reversed(queries.entries(site(request).house())))
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    first = number * A_PAGE
    return {
        "names": _names(request),
        "about": queries.about(site(request).house()),
        "entries": found[first : first + A_PAGE],
        "newer": number - 1 if number else None,
        "older": number + 1 if len(found) > first + A_PAGE else None,
    }


def plan(request: Request) -> Response:
    """Look now, and show what the next turn would write; nothing is kept."""
    here = site(request)
    house, now = here.house(), here.clock()
    foreseen = foresee(house, now)
    return page(
        request,
        "plan.html",
        decisions=[views.decision(one) for one in foreseen.decisions],
        held_back=[views.decision(one) for one in foreseen.held_back],
        failures=[views.failure(one) for one in foreseen.failures],
        hash=plan_hash(foreseen.decisions),
        names=_names(request),
    )


def series(request: Request) -> Response:
    """Say of every series why it is, or is not, a one-on-one."""
    asked = request.query_params.get("text", "")
    here = site(request)
    found = queries.explain(here.house(), asked, here.clock())
    return page(request, "series.html", series=found, asked=asked)


def accounts(request: Request) -> Response:
    """Show the accounts and how they are."""
    here = site(request)
    looks = queries.next_looks(here.house()).items()
    return page(
        request,
        "accounts.html",
        accounts=desk(request)["status"]["accounts"],
        # One that is overdue waits for nothing but the daemon.
        next_looks={name: due.isoformat() for name, due in looks if due and due > here.clock()},
        pushed=here.bell.accounts,
    )


def dossier(request: Request) -> Dossier:
    """Return the pair that the address names; 404 where there is none."""
    here = site(request)
    found = queries.last_known(here.house(), here.clock())[1]
    wanted = request.path_params["pair"]
    known = next((one for one in found if one.pair.id == wanted), None)
    if known is None:
        raise HTTPException(404, NO_PAIR)
    return known


def editable(house: House, known: Dossier) -> bool:
    """Whether the pair's document is text that the page may give back."""
    document = known.shelf.document
    texts = house.account(known.keeper).texts
    return document is not None and texts is not None and texts.open(document.url) is not None


def _open(shapes: Iterable[Shape]) -> list[Shape]:
    return [one for one in shapes if one.get("open", one.get("state") == "open")]


def _loudest(alerts: Iterable[Shape]) -> list[Shape]:
    """Return the last alert of every streak that lasts; the note before it says less."""
    return list({one["pair"]: one for one in _open(alerts)}.values())


def _soonest(pair: Shape) -> tuple[bool, datetime | None, str]:
    """Order pairs by their next meeting; those without one stand last."""
    start = datetime.fromisoformat(pair["next"]["start"]) if pair["next"] else None
    return start is None, start, pair["id"]


def _lost(proposal: Shape) -> datetime:
    return datetime.fromisoformat(proposal["lost"]["start"])


def _names(request: Request) -> dict[str, Shape]:
    """Return who is meant by the id of a pair; one that the settings ignore by now is missing."""
    return {one["id"]: one["with"] for one in desk(request)["pairs"]}


def _pictures(pairs: Iterable[Shape], here: Site) -> dict[str, Picture]:
    policies = {account.name: account.policy for account in here.house().accounts}
    now = here.clock()
    return {one["id"]: picture(one["outcomes"], policies[one["account"]], now) for one in pairs}


def _drawing(here: Site) -> dict[str, Any]:
    first = here.house().accounts[0].policy
    columns = weeks(first, here.clock())
    return {"weeks": columns, "legend": LEGEND, "width": WIDTH, "height": HEIGHT}
