"""Another time for what was lost: one proposal a lost meeting, in its week, planned together.

DOMAIN 5, CONTRACT 4 and 5. A proposal lives until it is booked, declined, overtaken by the
people themselves, or its week is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.model import Facts, Json, Key, Person, Span
from daemon.core.availability import Availability, usual_hours
from daemon.core.candidates import Loss, given_up
from daemon.core.countering import negotiable
from daemon.core.dossier import Dossier
from daemon.core.fairness import tally
from daemon.core.keys import digest, event_key, key
from daemon.core.pen import Pen
from daemon.core.replan import replan
from daemon.core.slots import Offer, still_free, window
from daemon.core.spans import Spans, utc
from daemon.core.wanting import is_open_loss, propose_key, verdicts, wanting
from daemon.core.whereabouts import zone
from daemon.core.words import (
    Decision,
    Fallback,
    FallbackKind,
    Kind,
    Meeting,
    Option,
    Outcome,
    Proposal,
    ProposalState,
    Verdict,
)


def stale(dossier: Dossier, now: datetime, *, changed: bool) -> tuple[Proposal, ...]:
    """Return the open proposals whose times may not do any more."""
    return tuple(
        proposal
        for proposal in dossier.proposals
        if proposal.state is ProposalState.OPEN
        and (changed or any(option.span.start <= now for option in proposal.options))
    )


def span_needed(dossier: Dossier, meetings: Iterable[Meeting]) -> Span | None:
    """Return the time whose free/busy a proposal for these meetings depends on."""
    spans = [window(meeting, dossier.policy) for meeting in meetings]
    if not spans:
        return None
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def propose(dossiers: Sequence[Dossier], now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield one proposal for every lost meeting, planned together with all that is still open."""
    for matter, proposal in _planned(dossiers, now):
        if matter.fresh:
            yield from _proposed(matter, proposal, now, pen)


def refreshed(dossiers: Iterable[Dossier], now: datetime) -> Iterator[Proposal]:
    """Yield the open proposals whose times changed, or that others are planned with by now."""
    for matter, proposal in _planned(dossiers, now):
        if not matter.fresh and proposal != matter.before:
            yield proposal


def settled(dossier: Dossier, proposal: Proposal, now: datetime) -> Proposal:
    """Return a proposal as it stands now: overtaken by the people, expired with its week."""
    if proposal.state is not ProposalState.OPEN:
        return proposal
    verdict = verdicts(dossier).get((proposal.series, proposal.recurrence_id))
    if not is_open_loss(verdict):
        return replace(proposal, state=ProposalState.OVERTAKEN)
    if dossier.policy.week(proposal.recurrence_id).end <= now:
        return replace(proposal, state=ProposalState.EXPIRED)
    return as_of(dossier, proposal, now)


def as_of(dossier: Dossier, proposal: Proposal, now: datetime) -> Proposal:
    """Return an open proposal with whether its organizer can be asked at this moment."""
    return replace(proposal, negotiable=negotiable(dossier, proposal, now))


def with_proposals(dossier: Dossier, fresh: Iterable[Proposal], now: datetime) -> Dossier:
    """Return the dossier with its proposals as they stand now, with the times of `fresh`."""
    proposals = brought_up(dossier.proposals, fresh)
    return replace(dossier, proposals=tuple(settled(dossier, p, now) for p in proposals))


def brought_up(known: Iterable[Proposal], fresh: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Return the known proposals, each as `fresh` has it where it does."""
    found = {proposal.id: proposal for proposal in fresh}
    return tuple(found.get(proposal.id, proposal) for proposal in known)


def lost_meeting(dossier: Dossier, proposal: Proposal) -> Meeting | None:
    """Return the meeting a proposal is about."""
    return next(
        (
            meeting
            for meeting in dossier.meetings
            if (meeting.series, meeting.recurrence_id) == (proposal.series, proposal.recurrence_id)
        ),
        None,
    )


def loss(dossier: Dossier, meeting: Meeting, now: datetime) -> Loss:
    """Return a lost meeting with all that its other time depends on."""
    owner, partner = (
        _available(dossier, dossier.pair.owner),
        _available(dossier, dossier.pair.partner),
    )
    held = [one.span for one in dossier.standing() if one.span.end <= now]
    return Loss(
        meeting,
        owner,
        partner,
        dossier.policy,
        tally(held, owner.hours, partner.hours),
        dossier.first_year,
        dossier.streak.count,
    )


@dataclass(frozen=True, slots=True)
class _Matter:
    """A lost meeting on the owner's table; `before` is its proposal as it stood, empty if new."""

    dossier: Dossier
    meeting: Meeting
    before: Proposal
    fresh: bool

    def of_today(self, now: datetime) -> bool:
        """Whether it was proposed on the owner's day of now."""
        proposed = self.dossier.done.get(propose_key(self.dossier, self.meeting), now)
        return self.dossier.policy.today(proposed) == self.dossier.policy.today(now)


def _planned(dossiers: Iterable[Dossier], now: datetime) -> Iterator[tuple[_Matter, Proposal]]:
    """Yield all matters of each owner as one joint plan has them."""
    for mine in by_owner(dossiers):
        matters = [matter for dossier in mine for matter in _matters(dossier, now)]
        losses = [_with_told(matter, now) for matter in matters]
        plan = replan(losses, now)
        found = [
            (matter, _renewed(matter.before, losses[n], plan.offers[n], plan.besides(n)))
            for n, matter in enumerate(matters)
            if plan.offers[n].options or not matter.fresh or not _excused(matter)
        ]
        today = {proposal.id for matter, proposal in found if matter.of_today(now)}
        for matter, proposal in found:
            mates = today if proposal.id in today else set()
            together = {*proposal.together, *mates} - {proposal.id}
            yield matter, replace(proposal, together=tuple(sorted(together)))


def _matters(dossier: Dossier, now: datetime) -> Iterator[_Matter]:
    for proposal in dossier.proposals:
        open_still = settled(dossier, proposal, now).state is ProposalState.OPEN
        if open_still and (meeting := lost_meeting(dossier, proposal)):
            yield _Matter(dossier, meeting, proposal, fresh=False)
    for meeting in wanting(dossier, now):
        yield _Matter(dossier, meeting, _blank(dossier, meeting), fresh=True)


def _with_told(matter: _Matter, now: datetime) -> Loss:
    """Return what was lost with the times told before that still do."""
    lost = loss(matter.dossier, matter.meeting, now)
    told = (o.span for o in matter.before.options if o.span.start > now)
    return replace(lost, told=tuple(utc(span) for span in told if still_free(lost, span)))


def _proposed(matter: _Matter, proposal: Proposal, now: datetime, pen: Pen) -> Iterator[Decision]:
    dossier, meeting = matter.dossier, matter.meeting
    words = pen.proposal(dossier, as_of(dossier, proposal, now))
    held = dossier.held(meeting.series)
    yield Decision(
        key=propose_key(dossier, meeting),
        kind=Kind.PROPOSE,
        pair=dossier.pair.id,
        account=held.account if held else dossier.account,
        because=_outcome(matter).because,
        occurrence=meeting.recurrence_id,
        series=held.series.handle if held else None,
        times=meeting.span,
        version=held.series.version if held else None,
        after={**facts(proposal), "subject": words.subject, "text": words.text},
    )
    yield from _by_itself(dossier, proposal, now, pen)


def booking(
    dossier: Dossier, proposal: Proposal, option: Option, because: str, pen: Pen
) -> Decision:
    """Return the decision to book one of the times for the lost meeting."""
    held = dossier.held(proposal.series)
    words = pen.invitation(dossier, proposal, option)
    return Decision(
        key=book_key(proposal),
        kind=Kind.BOOK,
        pair=dossier.pair.id,
        account=held.account if held else dossier.account,
        because=because,
        occurrence=proposal.recurrence_id,
        series=held.series.handle if held else None,
        times=proposal.lost,
        version=held.series.version if held else None,
        mails=held.book_mails if held else (),
        before=_times(proposal.lost),
        after={
            "proposal": proposal.id,
            "n": option.n,
            **_times(option.span),
            "subject": words.subject,
            "text": words.text,
        },
    )


def book_key(proposal: Proposal) -> Key:
    """Return the key of the other time for a lost meeting: there is only one, ever."""
    return key("book", proposal.pair, digest(proposal.series), proposal.recurrence_id)


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


def facts(proposal: Proposal) -> Facts:
    """Return a proposal as JSON, for the journal."""
    return {
        "id": proposal.id,
        "series": proposal.series,
        "lost": _times(proposal.lost),
        "options": [{"n": o.n, **_times(o.span), "because": o.because} for o in proposal.options],
        "fallback": _way_out(proposal.fallback),
        "together": list(proposal.together),
    }


def _way_out(fallback: Fallback | None) -> Json:
    if fallback is None:
        return None
    times: Facts = _times(fallback.span) if fallback.span else {"start": None, "end": None}
    return {"kind": fallback.kind, **times, "because": fallback.because}


def as_proposal(decision: Decision) -> Proposal:
    """Return the proposal that a decision carries as JSON."""
    wish: Any = decision.after
    fallback = wish["fallback"]
    if decision.occurrence is None:
        raise ValueError("a proposal is about one lost meeting")
    return Proposal(
        id=wish["id"],
        pair=decision.pair,
        series=wish["series"],
        recurrence_id=decision.occurrence,
        lost=_span(wish["lost"]),
        options=tuple(Option(o["n"], _span(o), o["because"]) for o in wish["options"]),
        fallback=fallback
        and Fallback(
            FallbackKind(fallback["kind"]),
            _span(fallback) if fallback["start"] else None,
            fallback["because"],
        ),
        together=tuple(wish["together"]),
        numbered=len(wish["options"]),
    )


def _blank(dossier: Dossier, meeting: Meeting) -> Proposal:
    return Proposal(
        f"r-{digest(dossier.pair.id, meeting.series, meeting.recurrence_id)}",
        dossier.pair.id,
        meeting.series,
        meeting.recurrence_id,
        given_up(meeting, dossier.policy),
    )


def _available(dossier: Dossier, person: Person) -> Availability:
    busy, shown = dossier.sight.busy or {}, dossier.sight.hours.get(person)
    clock = dossier.clock if person == dossier.pair.partner else None
    hours = shown if shown and shown.days else usual_hours(dossier.policy, zone(clock, shown))
    if clock and clock.told:
        hours = replace(hours, zone=clock.zone)
    return Availability(
        person,
        hours,
        busy.get(person),
        dossier.holidays.get(person.address, frozenset()),
        assumed=clock.because if clock and clock.assumed and not shown else "",
    )


def by_owner(dossiers: Iterable[Dossier]) -> Iterator[list[Dossier]]:
    """Yield the dossiers of each owner whose times were read in this look."""
    seen = [dossier for dossier in dossiers if dossier.sight.busy is not None]
    for owner in sorted({dossier.pair.owner.address for dossier in seen}):
        yield [dossier for dossier in seen if dossier.pair.owner.address == owner]


def _renewed(proposal: Proposal, lost: Loss, offer: Offer, others: Spans) -> Proposal:
    """Return the proposal with the times that still do, and new ones for those that are gone.

    A time that still does keeps its number, and no number ever means another time: the owner
    may answer from a letter of last week. `others` are the places of other meetings.
    """
    good = tuple(
        option
        for option in proposal.options
        if utc(option.span) in lost.told and not any(option.span.overlaps(one) for one in others)
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


def _times(span: Span) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def _span(times: Mapping[str, str]) -> Span:
    return Span(datetime.fromisoformat(times["start"]), datetime.fromisoformat(times["end"]))


def _excused(matter: _Matter) -> bool:
    return _outcome(matter).verdict is Verdict.EXCUSED


def _outcome(matter: _Matter) -> Outcome:
    return verdicts(matter.dossier)[matter.meeting.series, matter.meeting.recurrence_id]
