"""The owner's answer to a proposal: looks again, books once whatever happens, or closes it.

The terminal and the page call the same functions; the caller holds `act.lock`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from daemon import journal, ledger
from daemon.core.countering import counter_key, countering, negotiable
from daemon.core.dossier import Dossier
from daemon.core.keys import event_key
from daemon.core.preparing import founding
from daemon.core.proposing import book_key, booking, loss, lost_meeting, settled
from daemon.core.slots import still_free
from daemon.core.words import FallbackKind, Option, Proposal, ProposalState
from daemon.core.writing import questions
from daemon.delivery import invite
from daemon.gather import read
from daemon.house import House
from daemon.journal import Intent, State
from daemon.perform import perform
from daemon.tick import Foreseen, foresee, keep


class Refused(Exception):
    """The answer could not be carried out; nothing was written. `remedy` says what to do."""

    def __init__(self, what: str, remedy: str, proposal: Proposal | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.proposal = proposal


def accept(
    house: House, proposal_id: str, now: datetime, *, n: int = 1, fallback: bool = False
) -> Proposal:
    """Book one of the times of a proposal and return it; raises `Refused`.

    The same answer again is no second booking. A time that is gone leaves the proposal open,
    with fresh times.
    """
    proposal = _known(house, proposal_id)
    if fallback and proposal.fallback and proposal.fallback.kind is FallbackKind.WRITTEN:
        return write(house, proposal_id, now)
    if proposal.state is ProposalState.BOOKED:
        return _again(proposal, 0 if fallback else n)
    foreseen, dossier = _looked(house, proposal, now)
    with house.store.read() as session:
        known = journal.entry(session, book_key(proposal))
    if known is not None and known.state is State.BEGUN:
        # What a power cut left half done is finished first, even if it was another time.
        return _book(house, known, proposal, 0 if fallback else n, now)
    _current(dossier, proposal, known, now)
    _seen(foreseen, dossier, proposal)
    # Chosen from the times the owner read, not from those this look may have put in their place.
    option = _chosen(proposal, n, fallback=fallback)
    if not _free(dossier, proposal, option, now):
        raise _gone(house, proposal, option, now)
    decision = booking(dossier, proposal, option, "you accepted it", house.pen)
    return _book(house, Intent(decision, now, State.PENDING), proposal, option.n, now)


def write(house: House, proposal_id: str, now: datetime) -> Proposal:
    """Hold a lost meeting in writing, whatever times are offered; raises `Refused`.

    The questions go into the document of the two; the same answer again writes nothing more.
    """
    proposal = _known(house, proposal_id)
    if proposal.state is ProposalState.BOOKED:
        return _again(proposal, 0)
    _, dossier = _looked(house, proposal, now)
    _current(dossier, proposal, None, now)
    dossier = _with_document(house, dossier, proposal, now)
    seen, meeting = read(house, dossier), lost_meeting(dossier, proposal)
    if meeting is None or seen.sight.sections is None:
        what = "the two have no document to answer in that can be read now"
        raise Refused(what, "`visavis decline` lets this one go", proposal)
    why = "you chose to write"
    decision = questions(seen, meeting, now, house.pen, because=why, proposal=proposal.id)
    return _book(house, Intent(decision, now, State.PENDING), proposal, 0, now)


def counter(house: House, proposal_id: str, now: datetime, *, n: int = 1) -> Proposal:
    """Ask the organizer to move their meeting to one of the times; raises `Refused`.

    The proposal stays open until they do. Asked once: the same time again mails nobody.
    """
    proposal = _known(house, proposal_id)
    if proposal.countered is not None:
        return _asked(proposal, n)
    foreseen, dossier = _looked(house, proposal, now)
    with house.store.read() as session:
        known = journal.entry(session, counter_key(proposal))
    if known is not None and known.state is State.BEGUN:
        return _ask(house, known, proposal, n, now)
    _current(dossier, proposal, known, now)
    _seen(foreseen, dossier, proposal)
    option = _chosen(proposal, n, fallback=False)
    if not negotiable(dossier, proposal, now):
        what = "there is no standing meeting whose organizer could be asked for another time"
        remedy = "without `--counter` a new meeting of your own is made"
        raise Refused(what, remedy, proposal)
    if not _free(dossier, proposal, option, now):
        raise _gone(house, proposal, option, now)
    decision = countering(dossier, proposal, option, now)
    return _ask(house, Intent(decision, now, State.PENDING), proposal, n, now)


def _looked(house: House, proposal: Proposal, now: datetime) -> tuple[Foreseen, Dossier]:
    """Look again, keep what was seen, and see whether anything may be written for this pair."""
    foreseen = foresee(house, now, asked={proposal.pair})
    with house.store.write() as session:
        keep(session, house, foreseen, now)
    dossier = _dossier(foreseen, proposal)
    _allowed(foreseen, dossier, proposal)
    return foreseen, dossier


def _with_document(house: House, dossier: Dossier, proposal: Proposal, now: datetime) -> Dossier:
    """Return the dossier with a document to write in; made now where the two have none yet."""
    meeting = lost_meeting(dossier, proposal)
    missing = tuple(founding(dossier, meeting, now, house.pen)) if meeting else ()
    for decision in missing:
        _performed(house, Intent(decision, now, State.PENDING), proposal, now)
    return _looked(house, proposal, now)[1] if missing else dossier


def _gone(house: House, proposal: Proposal, option: Option, now: datetime) -> Refused:
    """Refuse with the times that this look has put in its place, numbered from 1 to be read."""
    fresh = _known(house, proposal.id)
    options = tuple(replace(one, n=n) for n, one in enumerate(fresh.options, 1))
    fresh = replace(fresh, options=options)
    with house.store.write() as session:
        ledger.keep_proposal(session, fresh, now)
    what = f"option {option.n} is not free any more"
    return Refused(what, "`visavis proposals` shows the times that would do now", fresh)


def decline(house: House, proposal_id: str, now: datetime) -> Proposal:
    """Close an open proposal without another time; declining twice is declining once."""
    proposal = _known(house, proposal_id)
    if proposal.state not in {ProposalState.OPEN, ProposalState.DECLINED}:
        what = f"proposal {proposal.id} is {proposal.state}"
        raise Refused(what, "there is nothing to decline", proposal)
    declined = replace(proposal, state=ProposalState.DECLINED)
    with house.store.write() as session:
        ledger.keep_proposal(session, declined, now)
    return declined


def _known(house: House, proposal_id: str) -> Proposal:
    with house.store.read() as session:
        proposal = ledger.proposal(session, proposal_id)
    if proposal is None:
        raise KeyError(proposal_id)
    return proposal


def _again(proposal: Proposal, n: int) -> Proposal:
    """Return a booked proposal to whoever asks for the same time; the fallback has number 0."""
    booked = proposal.booked
    if booked is not None and booked.n == n:
        return proposal
    raise Refused(
        f"proposal {proposal.id} is booked already, with option {booked.n if booked else '?'}",
        "`visavis undo` takes the booking back",
        proposal,
    )


def _asked(proposal: Proposal, n: int) -> Proposal:
    """Return a proposal whose organizer was asked to whoever asks for the same time."""
    asked = proposal.countered
    if asked is not None and asked.n == n:
        return proposal
    raise Refused(
        f"the organizer was asked already, for option {asked.n if asked else '?'}",
        "without `--counter` a new meeting of your own is made",
        proposal,
    )


def _dossier(foreseen: Foreseen, proposal: Proposal) -> Dossier:
    found = next((d for d in foreseen.dossiers if d.pair.id == proposal.pair), None)
    if found is None:
        raise Refused("the pair is ignored now", "see `[[pair]]` in the settings", proposal)
    return found


def _current(dossier: Dossier, proposal: Proposal, known: Intent | None, now: datetime) -> None:
    current = settled(dossier, proposal, now)
    if current.state is not ProposalState.OPEN:
        what = f"proposal {proposal.id} is {current.state}"
        raise Refused(what, "`visavis proposals` has the open ones", current)
    if known is not None and known.state is State.UNDONE:
        what = "this booking was taken back and stays so"
        raise Refused(what, "book it in your calendar", proposal)


def _allowed(foreseen: Foreseen, dossier: Dossier, proposal: Proposal) -> None:
    if not dossier.policy.write:
        raise Refused("the settings say `write = false`", "set `write = true`", proposal)
    if foreseen.memory.silent(dossier.pair.id):
        raise Refused("visavis is paused here", "`visavis resume`", proposal)
    held = dossier.held(proposal.series)
    if held and event_key(held.account, held.series.handle) in dossier.settled:
        what = "an earlier write did harm to this event, so visavis leaves it alone"
        raise Refused(what, "move the meeting in your calendar", proposal)


def _seen(foreseen: Foreseen, dossier: Dossier, proposal: Proposal) -> None:
    if dossier.account not in foreseen.looks or dossier.sight.busy is None:
        failed = next((f.error for f in foreseen.failures if f.account == dossier.account), None)
        what = failed.what if failed else "the calendar could not be read"
        raise Refused(what, failed.remedy if failed else "try again", proposal)


def _chosen(proposal: Proposal, n: int, *, fallback: bool) -> Option:
    if fallback:
        way_out = proposal.fallback
        if way_out is None or way_out.span is None:
            raise Refused(
                "there is no time to fall back to",
                "`visavis proposals` shows the options",
                proposal,
            )
        return Option(0, way_out.span, way_out.because)
    option = next((option for option in proposal.options if option.n == n), None)
    if option is None:
        raise Refused(
            f"proposal {proposal.id} has no option {n}",
            "`visavis proposals` shows the options",
            proposal,
        )
    return option


def _free(dossier: Dossier, proposal: Proposal, option: Option, now: datetime) -> bool:
    meeting = lost_meeting(dossier, proposal)
    if meeting is None or option.span.start <= now:
        return False
    return still_free(loss(dossier, meeting, now), option.span)


def _book(house: House, intent: Intent, proposal: Proposal, n: int, now: datetime) -> Proposal:
    performed = _performed(house, intent, proposal, now)
    # Where no server schedules the other hears of it by our mail: at once, as from a server.
    invite(house, proposal.pair, now)
    return _again(performed, n)


def _ask(house: House, intent: Intent, proposal: Proposal, n: int, now: datetime) -> Proposal:
    return _asked(_performed(house, intent, proposal, now), n)


def _performed(house: House, intent: Intent, proposal: Proposal, now: datetime) -> Proposal:
    """Carry an answer out; return the proposal as it stands then."""
    failure = perform(house, intent, now)
    if failure:
        raise Refused(failure.error.what, failure.error.remedy, proposal)
    return _known(house, proposal.id)
