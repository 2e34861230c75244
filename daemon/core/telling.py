"""What the owner is told, as plain facts for the templates: proposals, alerts, the digest.

Times are on the wall clock of the meeting's own zone; days of an excuse are the account's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from daemon.core.agenda import local
from daemon.core.dossier import Dossier
from daemon.core.naming import full_name, short_name
from daemon.core.outcomes import rate
from daemon.core.prep import PrepFacts, prep_facts
from daemon.core.proposing import as_of
from daemon.core.words import (
    Fallback,
    FallbackKind,
    Level,
    Meeting,
    Option,
    Outcome,
    Proposal,
    ProposalState,
    Verdict,
)

LATELY = timedelta(weeks=4)
"""How far back the minutes held together are counted."""


@dataclass(frozen=True, slots=True)
class Who:
    """The other person: as colleagues say, in full, and as a command wants it."""

    name: str
    full_name: str
    address: str


@dataclass(frozen=True, slots=True)
class Offered:
    """One time that would do."""

    n: int
    start: datetime
    end: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Way:
    """The way out beside the options; without times it is a one-on-one in writing."""

    kind: FallbackKind
    because: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """One lost meeting with its other times."""

    id: str
    who: Who
    lost: datetime
    because: str
    options: tuple[Offered, ...]
    fallback: Way | None
    together: int
    """How many others were planned jointly with it."""
    negotiable: bool = False
    """Whether the organizer can be asked to move it instead."""
    countered: Offered | None = None
    """What the organizer was asked for."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One meeting that was missed, with why."""

    day: date
    because: str


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """A streak of misses, with what the owner can make of it."""

    who: Who
    level: Level
    streak: int
    missed: tuple[Miss, ...]
    rate_missed: int
    rate_of: int
    minutes: int
    """Held together in the last four weeks."""
    first: date
    last: date
    ahead: datetime | None
    proposals: tuple[ProposalFacts, ...]
    document: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """A meeting to come; `prep` is None where the document was not read for it."""

    who: Who
    start: datetime
    end: datetime
    document: str
    prep: PrepFacts | None


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What is ahead up to the end of the next working day, and what still waits for a word."""

    ahead: tuple[Ahead, ...] = ()
    proposals: tuple[ProposalFacts, ...] = ()


def who(dossier: Dossier) -> Who:
    """Name the other person of a pair."""
    partner = dossier.pair.partner
    return Who(short_name(partner), full_name(partner), partner.address)


def proposal_facts(dossier: Dossier, proposal: Proposal) -> ProposalFacts:
    """Gather what a proposal says."""
    return ProposalFacts(
        id=proposal.id,
        who=who(dossier),
        lost=local(dossier, proposal.series, proposal.lost.start),
        because=_because(dossier, proposal),
        options=tuple(_offered(dossier, proposal, option) for option in proposal.options),
        fallback=_way(dossier, proposal, proposal.fallback) if proposal.fallback else None,
        negotiable=proposal.negotiable,
        countered=_offered(dossier, proposal, proposal.countered) if proposal.countered else None,
        together=len(proposal.together),
    )


def alert_facts(dossier: Dossier, level: Level, now: datetime) -> AlertFacts:
    """Gather what an alert says; the streak must have begun."""
    first = dossier.streak.first_missed or now
    missed = [
        outcome
        for outcome in dossier.outcomes
        if outcome.verdict is Verdict.MISSED and first <= outcome.recurrence_id <= now
    ]
    missed_of = rate(dossier.outcomes, now)
    ahead = dossier.next(now)
    return AlertFacts(
        who=who(dossier),
        level=level,
        streak=dossier.streak.count,
        missed=tuple(
            Miss(local(dossier, o.series, o.recurrence_id).date(), _why(dossier, o)) for o in missed
        ),
        rate_missed=missed_of[0],
        rate_of=missed_of[1],
        minutes=minutes_together(dossier, now),
        first=dossier.policy.today(first),
        last=dossier.policy.today(max((o.recurrence_id for o in missed), default=first)),
        ahead=local(dossier, ahead.series, ahead.span.start) if ahead else None,
        proposals=_waiting(dossier, now),
        document=_document(dossier),
    )


def digest_facts(dossiers: Sequence[Dossier], now: datetime) -> DigestFacts:
    """Gather an owner's digest over all pairs, meetings in the order they come."""
    ahead = [_ahead(d, m, now) for d in dossiers for m in soon(d, now)]
    return DigestFacts(
        tuple(sorted(ahead, key=lambda one: one.start)),
        tuple(proposal for dossier in dossiers for proposal in _waiting(dossier, now)),
    )


def minutes_together(dossier: Dossier, now: datetime) -> int:
    """Return the minutes held together in the last four weeks."""
    met = (m.span for m in dossier.standing() if now - LATELY <= m.span.start and m.span.end <= now)
    return int(sum((span.length for span in met), timedelta()).total_seconds() // 60)


def soon(dossier: Dossier, now: datetime) -> list[Meeting]:
    """Return the meetings from now to the end of the next working day."""
    policy, today = dossier.policy, dossier.policy.today(now)
    days = (today + timedelta(days=n) for n in range(1, 15))
    working = {day.value for day in policy.working_days}
    free = dossier.holidays.get(dossier.pair.owner.address, ())
    tomorrow = next(day for day in days if day.weekday() in working and day not in free)
    end = policy.midnight(tomorrow + timedelta(days=1))
    return [meeting for meeting in dossier.standing() if now < meeting.span.start < end]


def _offered(dossier: Dossier, proposal: Proposal, option: Option) -> Offered:
    start, end = (local(dossier, proposal.series, m) for m in (option.span.start, option.span.end))
    return Offered(option.n, start, end, option.because)


def _way(dossier: Dossier, proposal: Proposal, way: Fallback) -> Way:
    if way.span is None:
        return Way(way.kind, way.because)
    start, end = (local(dossier, proposal.series, m) for m in (way.span.start, way.span.end))
    return Way(way.kind, way.because, start, end)


def _because(dossier: Dossier, proposal: Proposal) -> str:
    outcome = dossier.outcome(proposal.series, proposal.recurrence_id)
    return _why(dossier, outcome) if outcome else ""


def _why(dossier: Dossier, outcome: Outcome) -> str:
    """Say what became of a meeting; that its week has no other one, the reader knows."""
    identity = (outcome.series, outcome.recurrence_id)
    told = (m.because for m in dossier.meetings if (m.series, m.recurrence_id) == identity)
    return next(told, "") or outcome.because.partition("; ")[0]


def _waiting(dossier: Dossier, now: datetime) -> tuple[ProposalFacts, ...]:
    return tuple(
        proposal_facts(dossier, as_of(dossier, proposal, now))
        for proposal in dossier.proposals
        if proposal.state is ProposalState.OPEN
    )


def _ahead(dossier: Dossier, meeting: Meeting, now: datetime) -> Ahead:
    unread = dossier.sight.sections is None and dossier.shelf.document is not None
    return Ahead(
        who=who(dossier),
        start=local(dossier, meeting.series, meeting.span.start),
        end=local(dossier, meeting.series, meeting.span.end),
        document=_document(dossier),
        prep=None if unread else prep_facts(dossier, meeting, now),
    )


def _document(dossier: Dossier) -> str:
    return dossier.shelf.document.url if dossier.shelf.document else ""
