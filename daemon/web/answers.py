"""The page behind a link in the owner's mail: shows one proposal, and acts on a button alone.

Mail programs open links by themselves, so opening one changes nothing. A button acts on the
proposal as it was shown; having acted, it is used up.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from daemon import answering, ledger, views
from daemon.answering import Refused
from daemon.core.proposing import settled
from daemon.core.words import Proposal, ProposalState
from daemon.desk import last_known
from daemon.links import BadLink, Links
from daemon.locks import Held
from daemon.web.forms import form
from daemon.web.site import Site, site
from daemon.web.templating import page

_COUNTER = "counter-"
"""What the action of a button begins with that asks the organizer for one of the times."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The proposal that a link is about, as it stands now, and who the other person is."""

    proposal: Proposal
    partner: views.Shape
    links: Links


def show(request: Request) -> Response:
    """Show the proposal with its buttons."""
    return _page(request, _asked(request))


async def press(request: Request) -> Response:
    """Do what a button says, or show the proposal again and say why not."""
    fields = await form(request)
    return await run_in_threadpool(_press, request, fields.get("button", ""))


def _press(request: Request, token: str) -> Response:
    here, asked = site(request), _asked(request)
    try:
        action = asked.links.pressed(asked.proposal, token, here.clock())
        with here.acting("answer"):
            _act(here, asked.proposal, action)
    except BadLink as bad:
        return _page(request, _asked(request), Refused(str(bad), "choose again"))
    except Held as held:
        return _page(request, _asked(request), Refused(str(held), "try again in a moment"))
    except Refused as refused:
        return _page(request, _asked(request), refused)
    return _page(request, _asked(request))


def _act(here: Site, proposal: Proposal, action: str) -> None:
    house, now = here.house(), here.clock()
    match action:
        case "decline":
            answering.decline(house, proposal.id, now)
        case "fallback":
            answering.accept(house, proposal.id, now, n=0, fallback=True)
        case _ if action.startswith(_COUNTER):
            answering.counter(house, proposal.id, now, n=int(action.removeprefix(_COUNTER)))
        case _:
            answering.accept(house, proposal.id, now, n=int(action))


def _asked(request: Request) -> _Asked:
    here = site(request)
    house, now = here.house(), here.clock()
    if house.links is None:
        raise HTTPException(404)
    wanted = house.links.asked(request.path_params["token"], now)
    with house.store.read() as session:
        proposal = ledger.proposal(session, wanted)
    found = last_known(house, now)[1]
    dossier = next((one for one in found if proposal and one.pair.id == proposal.pair), None)
    if proposal is None or dossier is None:
        raise HTTPException(404, "This proposal is not known any more.")
    partner = views.pair(dossier, now)["with"]
    return _Asked(settled(dossier, proposal, now), partner, house.links)


def _page(request: Request, asked: _Asked, refused: Refused | None = None) -> Response:
    return page(
        request,
        "answer.html",
        409 if refused else 200,
        proposal=views.proposal(asked.proposal),
        partner=asked.partner,
        buttons=_buttons(asked, site(request)),
        refused=refused,
    )


def _buttons(asked: _Asked, here: Site) -> dict[str, str]:
    """Return what each button of the page carries, by what it does."""
    if asked.proposal.state is not ProposalState.OPEN:
        return {}
    numbers = [str(option.n) for option in asked.proposal.options]
    actions = [*numbers, "fallback", "decline"]
    if asked.proposal.negotiable:
        actions += [f"{_COUNTER}{n}" for n in numbers]
    now = here.clock()
    return {action: asked.links.button(asked.proposal, action, now) for action in actions}
