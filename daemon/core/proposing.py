"""Another time for what was lost: one proposal a lost meeting, in its week.

DOMAIN 5, CONTRACT 4 and 5; all that is open is planned together (`planning`). A proposal lives
until it is booked, declined, overtaken by the people themselves, or its week is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.model import Facts, Json, Key, Person, Span
from daemon.core.availability import Availability, usual_hours
from daemon.core.candidates import Loss
from daemon.core.countering import negotiable
from daemon.core.dossier import Dossier
from daemon.core.fairness import tally
from daemon.core.keys import digest, key
from daemon.core.pen import Pen
from daemon.core.slots import window
from daemon.core.wanting import is_open_loss
from daemon.core.whereabouts import zone
from daemon.core.words import (
    Decision,
    Fallback,
    FallbackKind,
    Kind,
    Meeting,
    Option,
    Proposal,
    ProposalState,
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


def settled(dossier: Dossier, proposal: Proposal, now: datetime) -> Proposal:
    """Return a proposal as it stands now: overtaken by the people, expired with its week."""
    if proposal.state is not ProposalState.OPEN:
        return proposal
    if not is_open_loss(dossier.outcome(proposal.series, proposal.recurrence_id)):
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


def _times(span: Span) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def _span(times: Mapping[str, str]) -> Span:
    return Span(datetime.fromisoformat(times["start"]), datetime.fromisoformat(times["end"]))
