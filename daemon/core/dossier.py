"""All that is known of one pair at one moment: the only thing a rule may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from connectors.model import (
    Busy,
    Capability,
    Key,
    Link,
    Person,
    Section,
    Series,
    Span,
    Url,
    WorkingHours,
)
from daemon.core.evidence import Evidence
from daemon.core.outcomes import Streak, outcomes, streak
from daemon.core.policy import Policy
from daemon.core.whereabouts import Clock
from daemon.core.words import (
    Listed,
    Meeting,
    Outcome,
    Pair,
    Proposal,
    ProposalState,
    Raised,
    Shelf,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A series of the pair as one account sees it.

    `attach_mails` and `book_mails` have one address for each mail that a link on it, or another
    time for one of its meetings, would cause.
    """

    account: str
    series: Series
    capabilities: Capability
    attach_mails: tuple[str, ...] = ()
    book_mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """What LOOK gathered for this pair alone, because a rule needs it now.

    `sections` None means not read in this tick. `gone` says the document was removed by a
    person, `unreadable` that it could not be read this time. `unopenable` is a document the
    two already have that this account may only link. `busy` None means not read in this tick;
    whoever cannot be seen is left out of it.
    """

    sections: tuple[Section, ...] | None = None
    gone: bool = False
    unreadable: bool = False
    unopenable: Link | None = None
    busy: Mapping[Person, Busy] | None = None
    hours: Mapping[Person, WorkingHours] = field(default_factory=dict)
    partial: bool = False
    """Whether a further calendar of one of the two could not be read: nobody books by itself."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One pair with its history, its document and its open matters.

    `account` is the one the pair is listed under, `since` when visavis first saw the two.
    `clock` says where the partner works, None where that was not asked.
    `settled` are keys that decide nothing any more; of these, `begun` are those a power cut
    left half done, and `done` those carried out, with when.
    `started` (the first day in this role), `topic`, `tone`, `document` and `cadence` are what the
    settings or the directory say.
    """

    pair: Pair
    account: str
    policy: Policy
    since: datetime
    series: tuple[Held, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    outcomes: tuple[Outcome, ...] = ()
    streak: Streak = field(default_factory=Streak)
    shelf: Shelf = field(default_factory=Shelf)
    sight: Sight = field(default_factory=Sight)
    proposals: tuple[Proposal, ...] = ()
    alerts: tuple[Raised, ...] = ()
    settled: frozenset[Key] = frozenset()
    begun: frozenset[Key] = frozenset()
    done: Mapping[Key, datetime] = field(default_factory=dict)
    made: frozenset[Url] = frozenset()
    """Where the documents are, or were, that visavis made for any pair."""
    shown: frozenset[Span] | None = None
    """When the other's own calendar has the two meet, in UTC; None unless read in this look."""
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)
    """Public holidays by address, as far as somebody's country is known."""
    started: date | None = None
    first_year: bool = False
    topic: str = ""
    tone: str = "auto"
    document: str = ""
    cadence: str = ""
    clock: Clock | None = None
    tasks: str = ""
    """The account whose task list takes the owner's own items; empty where nobody wants that."""
    listed: tuple[Listed, ...] = ()
    """What went to that list, or was about to when the power went."""
    unlisted: bool = False
    """Whether something should have gone there at the last look and did not."""

    @property
    def keeper(self) -> str:
        """The account through which the document is written: the one that made or found it."""
        return self.shelf.account or self.account

    def held(self, uid: str) -> Held | None:
        """Return a series by its iCalUID, as the organizer's side sees it where it can."""
        copies = [held for held in self.series if held.series.uid == uid]
        return next((held for held in copies if held.series.owned), copies[0] if copies else None)

    def outcome(self, series: str, recurrence_id: datetime) -> Outcome | None:
        """Return what a meeting counts as; the newest are found first."""
        named = (series, recurrence_id)
        found = (o for o in reversed(self.outcomes) if (o.series, o.recurrence_id) == named)
        return next(found, None)

    def standing(self) -> tuple[Meeting, ...]:
        """Return the meetings that take place, single ones where they stand in for a lost one."""
        lost = {self.policy.week(m.planned.start) for m in self.meetings if m.lost}
        return tuple(
            sorted(
                (
                    m
                    for m in self.meetings
                    if m.fate == "standing"
                    and (not m.single or self.policy.week(m.span.start) in lost)
                ),
                key=lambda m: m.span.start,
            )
        )

    def unexplained(self, now: datetime) -> tuple[Meeting, ...]:
        """Return the missed meetings for which free/busy may still tell of an absence.

        Asked once when the meeting is lost and once more when its time has come: people often
        say that they are away after they cancelled.
        """
        missed = {(o.series, o.recurrence_id) for o in self.outcomes if o.verdict is Verdict.MISSED}
        return tuple(
            meeting
            for meeting in self.meetings
            if (meeting.series, meeting.recurrence_id) in missed
            and (meeting.asked is None or meeting.asked < meeting.planned.start <= now)
        )

    def next(self, now: datetime) -> Meeting | None:
        """Return the earliest meeting not over yet."""
        return next((m for m in self.standing() if m.span.end > now), None)


def judged(dossier: Dossier, evidence: Evidence, now: datetime) -> Dossier:
    """Return the dossier with every meeting judged by this evidence, as far as we look ahead."""
    ahead = now + dossier.policy.look_ahead
    booked = {p.identity for p in dossier.proposals if p.state is ProposalState.BOOKED}
    judgements = outcomes(dossier.meetings, evidence, dossier.policy, now, booked)
    verdicts = tuple(one for one in judgements if one.recurrence_id <= ahead)
    return replace(dossier, evidence=evidence, outcomes=verdicts, streak=streak(verdicts, now))
