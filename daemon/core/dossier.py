"""All that is known of one pair at one moment: the only thing a rule may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.model import Busy, Capability, Key, Link, Person, Section, Series, WorkingHours
from daemon.core.outcomes import Streak
from daemon.core.policy import Policy
from daemon.core.words import Meeting, Outcome, Pair, Proposal, Shelf


@dataclass(frozen=True, slots=True)
class Held:
    """A series of the pair as one account sees it; `mails` are those a link on it would cause."""

    account: str
    series: Series
    capabilities: Capability
    mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """What LOOK gathered for this pair alone, because a rule needs it now.

    `sections` None means not read in this tick. `gone` says the document was removed by a
    person. `named` is a document the two already have; `unopenable` one that we may only link.
    `busy` leaves out whoever cannot be seen; `fresh` says it was read without error.
    """

    sections: tuple[Section, ...] | None = None
    gone: bool = False
    named: Link | None = None
    unopenable: Link | None = None
    busy: Mapping[Person, Busy] | None = None
    hours: Mapping[Person, WorkingHours] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One pair with its history, its document and its open matters.

    `account` is the one the pair is listed under, `since` when visavis first saw the two.
    `settled` are keys that decide nothing any more, `done` those carried out, with when.
    `topic` and `tone` come from the settings; `started` is the first day in this role.
    """

    pair: Pair
    account: str
    policy: Policy
    since: datetime
    series: tuple[Held, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    streak: Streak = field(default_factory=Streak)
    shelf: Shelf = field(default_factory=Shelf)
    sight: Sight = field(default_factory=Sight)
    proposals: tuple[Proposal, ...] = ()
    settled: frozenset[Key] = frozenset()
    done: Mapping[Key, datetime] = field(default_factory=dict)
    first_year: bool = False
    topic: str = ""
    tone: str = "auto"
    cadence: str = ""

    def held(self, uid: str) -> Held | None:
        """Return a series by its iCalUID, as the organizer's side sees it where it can."""
        copies = [held for held in self.series if held.series.uid == uid]
        return next((held for held in copies if held.series.owned), copies[0] if copies else None)

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

    def next(self, now: datetime) -> Meeting | None:
        """Return the earliest meeting not over yet."""
        return next((m for m in self.standing() if m.span.end > now), None)
