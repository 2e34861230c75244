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
from daemon.core.words import ProposalState
from daemon.house import House
from daemon.tick import foresee
from daemon.views import Shape
from daemon.web.picture import HEIGHT, LEGEND, WIDTH, Picture, picture, since, weeks
from daemon.web.prose import prose
from daemon.web.site import Site, site
from daemon.web.templating import desk, page

A_PAGE = 60
"""Writes of the journal, or closed proposals, on one page."""
ENOUGH = 5
"""Proposals on the overview, so that the pairs stay in sight; the others have their own page."""
NO_PAIR = "There is no such pair; perhaps the settings ignore it."


def overview(request: Request) -> Response:
    """Show what needs the owner, and every pair."""
    here, shown = site(request), desk(request)
    drawn = min(since(account.policy, here.clock()) for account in here.house().accounts)
    pairs = shown.pairs(drawn)
    return page(
        request,
        "overview.html",
        pairs=sorted(pairs, key=_soonest),
        names=_names(request),
        pictures=_pictures(pairs, here),
        proposals=sorted(_waiting(request), key=_lost),
        enough=ENOUGH,
        alerts=_loudest(shown.alerts()),
        troubled=[one for one in shown.status["accounts"] if one["problem"]],
        **_drawing(here),
    )


def pair(request: Request) -> Response:
    """Show one pair with everything known of it."""
    here, known = site(request), dossier(request)
    found = views.pair(known, here.clock())
    return page(
        request,
        "pair.html",
        pair=found,
        pictures=_pictures([found], here),
        proposals=[one for one in _waiting(request) if one["pair"] == known.pair.id],
        alerts=[one for one in _loudest(desk(request).alerts()) if one["pair"] == known.pair.id],
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
    shown, house = desk(request), site(request).house()
    over = [one for one in reversed(shown.standing) if one.state is not ProposalState.OPEN]
    first = A_PAGE * (number := _turned(request))
    closed = [queries.proposal(house, one) for one in over[first : first + A_PAGE]]
    return {
        "proposals": [] if number else _waiting(request),
        "closed": closed,
        "in_writing": {one["id"] for one in closed if views.in_writing(one)},
        "names": _names(request),
        **_turning(number, more=len(over) > first + A_PAGE),
    }


def alerts(request: Request) -> Response:
    """Show the repeated misses, the open ones first."""
    found = sorted(desk(request).alerts(), key=lambda one: (one["open"], one["at"]), reverse=True)
    return page(request, "alerts.html", alerts=found, names=_names(request))


def journal(request: Request) -> Response:
    """Show every write, the newest first."""
    return page(request, "journal.html", **writes(request))


def writes(request: Request) -> dict[str, Any]:
    """Return what the page of the journal shows: so many writes, and where to turn."""
    house = site(request).house()
    number = _turned(request)
    found = queries.latest(house, number * A_PAGE, A_PAGE + 1)
    return {
        "names": _names(request),
        "about": {one.decision.key: one.decision.pair for one in found},
        "entries": [queries.entry(house, one) for one in found[:A_PAGE]],
        **_turning(number, more=len(found) > A_PAGE),
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
    return page(request, "series.html", series=desk(request).explain(asked), asked=asked)


def accounts(request: Request) -> Response:
    """Show the accounts and how they are."""
    here = site(request)
    looks = queries.next_looks(here.house()).items()
    return page(
        request,
        "accounts.html",
        accounts=desk(request).status["accounts"],
        # One that is overdue waits for nothing but the daemon.
        next_looks={name: due.isoformat() for name, due in looks if due and due > here.clock()},
        pushed=here.bell.accounts,
    )


def dossier(request: Request) -> Dossier:
    """Return the pair that the address names; 404 where there is none."""
    known = desk(request).known.get(request.path_params["pair"])
    if known is None:
        raise HTTPException(404, NO_PAIR)
    return known


def editable(house: House, known: Dossier) -> bool:
    """Whether the pair's document is text that the page may give back."""
    document = known.shelf.document
    texts = house.account(known.keeper).texts
    return document is not None and texts is not None and texts.open(document.url) is not None


def _turned(request: Request) -> int:
    """Return how many pages were turned; nonsense is the first page."""
    asked = request.query_params.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0


def _turning(number: int, *, more: bool) -> dict[str, int | None]:
    """Return which page is newer than this one and, where there are `more`, which is older."""
    return {"newer": number - 1 if number else None, "older": number + 1 if more else None}


def _waiting(request: Request) -> list[Shape]:
    house = site(request).house()
    return [queries.proposal(house, one) for one in desk(request).waiting]


def _loudest(alerts: Iterable[Shape]) -> list[Shape]:
    """Return the last alert of every streak that lasts; the note before it says less."""
    return list({one["pair"]: one for one in alerts if one["open"]}.values())


def _soonest(pair: Shape) -> tuple[bool, datetime | None, str]:
    """Order pairs by their next meeting; those without one stand last."""
    start = datetime.fromisoformat(pair["next"]["start"]) if pair["next"] else None
    return start is None, start, pair["id"]


def _lost(proposal: Shape) -> datetime:
    return datetime.fromisoformat(proposal["lost"]["start"])


def _names(request: Request) -> dict[str, Shape]:
    """Return who is meant by the id of a pair; one that the settings ignore by now is missing."""
    return {one.pair.id: views.who(one) for one in desk(request).dossiers}


def _pictures(pairs: Iterable[Shape], here: Site) -> dict[str, Picture]:
    policies = {account.name: account.policy for account in here.house().accounts}
    now = here.clock()
    return {one["id"]: picture(one["outcomes"], policies[one["account"]], now) for one in pairs}


def _drawing(here: Site) -> dict[str, Any]:
    first = here.house().accounts[0].policy
    columns = weeks(first, here.clock())
    return {"weeks": columns, "legend": LEGEND, "width": WIDTH, "height": HEIGHT}
