"""The owner's buttons: each does what one command does, one at a time with all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from daemon import answering, ledger, steering
from daemon.answering import Refused
from daemon.locks import Held
from daemon.web import pages
from daemon.web.forms import checked
from daemon.web.site import Site, site
from daemon.web.templating import page

Fields: TypeAlias = dict[str, str]


async def accept(request: Request) -> Response:
    """Book one of the times of a proposal."""
    return await _acted(request, _accept, _proposals, "/proposals?said=booked")


async def counter(request: Request) -> Response:
    """Ask the organizer for one of the times of a proposal."""
    return await _acted(request, _counter, _proposals, "/proposals?said=asked")


async def decline(request: Request) -> Response:
    """Close a proposal without another time."""
    return await _acted(request, _decline, _proposals, "/proposals?said=declined")


async def undo(request: Request) -> Response:
    """Take one write back."""
    return await _acted(request, _undo, _journal, "/journal?said=undone")


async def _acted(
    request: Request,
    act: Callable[[Site, str, Fields], None],
    stay: Callable[[Request, Refused], Response],
    then: str,
) -> Response:
    """Do it under the lock and go on, or stay on the page and say why not."""
    fields = await checked(request)
    target = request.path_params["id"]

    def locked() -> Response:
        here = site(request)
        try:
            with here.acting(act.__name__.strip("_")):
                act(here, target, fields)
        except Held as held:
            return stay(request, Refused(str(held), "try again in a moment"))
        except Refused as refused:
            return stay(request, refused)
        return RedirectResponse(then, 303)

    return await run_in_threadpool(locked)


def _accept(here: Site, proposal: str, fields: Fields) -> None:
    _must_know(here, proposal)
    way_out = fields.get("option") == "fallback"
    answering.accept(
        here.house(),
        proposal,
        here.clock(),
        n=0 if way_out else number(fields.get("option", "")),
        fallback=way_out,
    )


def _counter(here: Site, proposal: str, fields: Fields) -> None:
    _must_know(here, proposal)
    answering.counter(here.house(), proposal, here.clock(), n=number(fields.get("option", "")))


def _decline(here: Site, proposal: str, _: Fields) -> None:
    _must_know(here, proposal)
    answering.decline(here.house(), proposal, here.clock())


def _undo(here: Site, entry: str, _: Fields) -> None:
    house, now = here.house(), here.clock()
    intents, unknown = steering.find(house, [entry])
    if unknown:
        raise HTTPException(404, "The journal has no such write.")
    for _intent, error in steering.undo(house, intents, now).refused:
        raise Refused(error.what, error.remedy)


def number(text: str) -> int:
    """Read which of the times a button means."""
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise HTTPException(400, "Which of the times?")
    return int(text)


def _must_know(here: Site, proposal: str) -> None:
    with here.house().store.read() as session:
        if ledger.proposal(session, proposal) is None:
            raise HTTPException(404, "There is no such proposal.")


def _proposals(request: Request, refused: Refused) -> Response:
    return page(request, "proposals.html", 409, refused=refused, **pages.offers(request))


def _journal(request: Request, refused: Refused) -> Response:
    return page(request, "journal.html", 409, refused=refused, **pages.writes(request))
