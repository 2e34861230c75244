"""The owner's table: all that is lost and wants another time, planned jointly, once a look.

Whatever is open takes part, a paused pair's as well: its times were told. What a paused pair
lost anew gets no proposal yet, so it takes no time from others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from daemon.core.candidates import Loss, given_up
from daemon.core.dossier import Dossier
from daemon.core.keys import digest, event_key
from daemon.core.pen import Pen
from daemon.core.proposing import as_of, book_key, booking, facts, loss, lost_meeting, settled
from daemon.core.replan import replan
from daemon.core.slots import Offer, still_free
from daemon.core.spans import Spans, touches, utc
from daemon.core.wanting import is_excused, propose_key, wanting
from daemon.core.words import Decision, Kind, Meeting, Proposal, ProposalState


@dataclass(frozen=True, slots=True)
class Matter:
    """A lost meeting on the table; `proposal` is as it stood (empty if `fresh`), then as planned.

    `changed` says whether the plan gave it other times, or other company.
    """

    dossier: Dossier
    meeting: Meeting
    proposal: Proposal
    fresh: bool
    changed: bool = False

    @property
    def because(self) -> str:
        """What the lost meeting counts as, in words."""
        outcome = self.dossier.outcome(self.meeting.series, self.meeting.recurrence_id)
        return outcome.because if outcome else ""

    def of_today(self, now: datetime) -> bool:
        """Whether it was proposed on the owner's day of now."""
        proposed = self.dossier.done.get(propose_key(self.dossier, self.meeting), now)
        return self.dossier.policy.today(proposed) == self.dossier.policy.today(now)


def planned(
    dossiers: Iterable[Dossier], now: datetime, silent: Callable[[str], bool] = lambda _: False
) -> tuple[Matter, ...]:
    """Return all matters of each owner as one joint plan has them; `silent` are paused pairs."""
    return tuple(matter for mine in by_owner(dossiers) for matter in _table(mine, now, silent))


def refreshed(table: Iterable[Matter]) -> Iterator[Proposal]:
    """Yield the open proposals whose times changed, or that others are planned with by now."""
    return (matter.proposal for matter in table if matter.changed and not matter.fresh)


def propose(table: Iterable[Matter], now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield one proposal for every meeting that has none yet."""
    for matter in table:
        if matter.fresh:
            yield from _proposed(matter, now, pen)


def by_owner(dossiers: Iterable[Dossier]) -> Iterator[list[Dossier]]:
    """Yield the dossiers of each owner whose times were read in this look."""
    seen = [dossier for dossier in dossiers if dossier.sight.busy is not None]
    for owner in sorted({dossier.pair.owner.address for dossier in seen}):
        yield [dossier for dossier in seen if dossier.pair.owner.address == owner]


def _table(
    mine: Sequence[Dossier], now: datetime, silent: Callable[[str], bool]
) -> Iterator[Matter]:
    matters = [matter for dossier in mine for matter in _matters(dossier, now, silent)]
    losses = [_with_told(matter, now) for matter in matters]
    plan = replan(losses, now)
    found = [
        (matter, _renewed(matter.proposal, losses[n], plan.offers[n], plan.besides(n)))
        for n, matter in enumerate(matters)
        # What is excused needs no way out of a full week.
        if plan.offers[n].options
        or not matter.fresh
        or not is_excused(matter.dossier, matter.meeting)
    ]
    today = {proposal.id for matter, proposal in found if matter.of_today(now)}
    for matter, proposal in found:
        mates = today if proposal.id in today else set()
        together = {*proposal.together, *mates} - {proposal.id}
        renewed = replace(proposal, together=tuple(sorted(together)))
        yield replace(matter, proposal=renewed, changed=renewed != matter.proposal)


def _matters(dossier: Dossier, now: datetime, silent: Callable[[str], bool]) -> Iterator[Matter]:
    for proposal in dossier.proposals:
        open_still = settled(dossier, proposal, now).state is ProposalState.OPEN
        if open_still and (meeting := lost_meeting(dossier, proposal)):
            yield Matter(dossier, meeting, proposal, fresh=False)
    if not silent(dossier.pair.id):
        for meeting in wanting(dossier, now):
            yield Matter(dossier, meeting, _blank(dossier, meeting), fresh=True)


def _blank(dossier: Dossier, meeting: Meeting) -> Proposal:
    return Proposal(
        f"r-{digest(dossier.pair.id, meeting.series, meeting.recurrence_id)}",
        dossier.pair.id,
        meeting.series,
        meeting.recurrence_id,
        given_up(meeting, dossier.policy),
    )


def _with_told(matter: Matter, now: datetime) -> Loss:
    """Return what was lost with the times told before that still do."""
    lost = loss(matter.dossier, matter.meeting, now)
    told = (o.span for o in matter.proposal.options if o.span.start > now)
    return replace(lost, told=tuple(utc(span) for span in told if still_free(lost, span)))


def _renewed(proposal: Proposal, lost: Loss, offer: Offer, others: Spans) -> Proposal:
    """Return the proposal with the times that still do, and new ones for those that are gone.

    A time that still does keeps its number, and no number ever means another time: the owner
    may answer from a letter of last week. `others` are the places of other meetings.
    """
    good = tuple(
        option
        for option in proposal.options
        if utc(option.span) in lost.told and not touches(utc(option.span), others)
    )
    if good and good == proposal.options:
        return proposal
    new = [o for o in offer.options if not any(o.span.overlaps(g.span) for g in good)]
    first = proposal.numbered + 1
    added = tuple(
        replace(option, n=n)
        for n, option in enumerate(new[: max(0, lost.policy.options - len(good))], first)
    )
    return replace(
        proposal,
        options=good + added,
        fallback=None if good else offer.fallback,
        numbered=proposal.numbered + len(added),
    )


def _proposed(matter: Matter, now: datetime, pen: Pen) -> Iterator[Decision]:
    dossier, meeting, proposal = matter.dossier, matter.meeting, matter.proposal
    words = pen.proposal(dossier, as_of(dossier, proposal, now))
    held = dossier.held(meeting.series)
    yield Decision(
        key=propose_key(dossier, meeting),
        kind=Kind.PROPOSE,
        pair=dossier.pair.id,
        account=held.account if held else dossier.account,
        because=matter.because,
        occurrence=meeting.recurrence_id,
        series=held.series.handle if held else None,
        times=meeting.span,
        version=held.series.version if held else None,
        after={**facts(proposal), "subject": words.subject, "text": words.text},
    )
    yield from _by_itself(dossier, proposal, now, pen)


def _by_itself(dossier: Dossier, proposal: Proposal, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Book without asking, where the owner chose so and nothing is in doubt (CONTRACT 5)."""
    held, busy = dossier.held(proposal.series), dossier.sight.busy or {}
    seen = dossier.pair.owner in busy and dossier.pair.partner in busy
    sure = seen and not dossier.sight.partial
    if not dossier.policy.auto or held is None or not held.series.owned or not sure:
        return
    if event_key(held.account, held.series.handle) in dossier.settled:
        return
    late_enough = (o for o in proposal.options if o.span.start >= now + dossier.policy.freeze)
    option = next(late_enough, None)
    if option is not None and book_key(proposal) not in dossier.settled:
        booked = booking(dossier, proposal, option, "booked by itself, as the settings say", pen)
        told = pen.booked(dossier, proposal, option)
        told_of = {"told": {"subject": told.subject, "text": told.text}}
        yield replace(booked, after={**booked.after, **told_of})
