"""The words of the daemon: what it knows of two people, and what it decides.

All values are frozen and hold nothing of a provider. Every datetime is aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeAlias

from connectors.model import (
    Facts,
    Handle,
    Item,
    Key,
    Link,
    Mark,
    Person,
    Series,
    Span,
    Url,
    Version,
)

Identity: TypeAlias = tuple[str, datetime]
"""What names a meeting wherever it moves: its series (iCalUID) and its `recurrence_id`."""


def identity(series: str, recurrence_id: datetime) -> Identity:
    """Return what names a meeting, in UTC: the hour that a clock change repeats is two."""
    return series, recurrence_id.astimezone(UTC)


class Role(StrEnum):
    """What the owner is to the other person."""

    MANAGER = "manager"
    REPORT = "report"
    PEER = "peer"


@dataclass(frozen=True, slots=True)
class Pair:
    """The two people of a one-on-one; `id` is the same on both sides and for ever."""

    id: str
    owner: Person
    partner: Person
    role: Role = Role.PEER


class Fate(StrEnum):
    """What became of an occurrence, as far as the calendar tells."""

    STANDING = "standing"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    """Its rule changed or its series ended: it is no longer a meeting that could be missed."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of a pair, kept for ever: `series` (iCalUID) and `recurrence_id` name it.

    `planned` is where the rule puts it, `span` where it is (or was when it was lost). A
    `single` meeting belongs to no rule; it can rescue a week but is never missed itself.
    """

    series: str
    recurrence_id: datetime
    planned: Span
    span: Span
    fate: Fate = Fate.STANDING
    because: str = ""
    single: bool = False
    written: bool = False
    """Both answered in writing: the document was the meeting."""
    comment: str = ""
    """What came with a decline, as the provider gave it: an automatic one is evidence."""
    wished: Span | None = None
    """The other time that came with a decline."""
    asked: datetime | None = None
    """When free/busy was last asked whether somebody is away; forgotten when it is lost."""

    @property
    def identity(self) -> Identity:
        """What names this meeting wherever it moves."""
        return identity(self.series, self.recurrence_id)

    @property
    def lost(self) -> bool:
        """Whether it does not take place at any time."""
        return self.fate in {Fate.CANCELLED, Fate.DECLINED}


class Verdict(StrEnum):
    """What a meeting counts as at one moment (DOMAIN 4)."""

    UPCOMING = "upcoming"
    HELD = "held"
    MOVED = "moved"
    MISSED = "missed"
    EXCUSED = "excused"
    RESCUED = "rescued"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one meeting, with the reason in words.

    `held_at` is the end of the meeting that settles it (itself, or the one that rescues its
    week), so that "once held" can be asked of a moved or rescued one; None when missed or
    excused.
    """

    series: str
    recurrence_id: datetime
    span: Span
    verdict: Verdict
    because: str
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Evidence that a person was away: `person` is an address, `source` says how we know."""

    person: str
    span: Span
    source: str


@dataclass(frozen=True, slots=True)
class Excuse:
    """Days (both inclusive, in the account's zone) in which misses of a pair do not count."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An occurrence that stood at the last look and does not any more."""

    series: str
    recurrence_id: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An occurrence that stands at another time than at the last look."""

    series: str
    recurrence_id: datetime
    before: Span
    after: Span


@dataclass(frozen=True, slots=True)
class Reinstated:
    """An occurrence that was lost at the last look and stands again."""

    series: str
    recurrence_id: datetime


@dataclass(frozen=True, slots=True)
class Superseded:
    """An occurrence that went because its rule changed, its series was split or ended."""

    series: str
    recurrence_id: datetime
    because: str


Change: TypeAlias = Cancelled | Moved | Reinstated | Superseded


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One calendar as it was read: its series by handle, true inside the window."""

    window: Span
    series: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A time that would do, with the reason in words; `n` counts from 1."""

    n: int
    span: Span
    because: str


class FallbackKind(StrEnum):
    """What is left when the week is full."""

    NEXT_WEEK = "next_week"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Fallback:
    """The way out beside the options; `span` is None for a one-on-one in writing."""

    kind: FallbackKind
    span: Span | None
    because: str


class ProposalState(StrEnum):
    """The life of a proposal."""

    OPEN = "open"
    BOOKED = "booked"
    DECLINED = "declined"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Other times for one lost meeting; `together` names the proposals planned jointly with it."""

    id: str
    pair: str
    series: str
    recurrence_id: datetime
    lost: Span
    state: ProposalState = ProposalState.OPEN
    options: tuple[Option, ...] = ()
    fallback: Fallback | None = None
    booked: Option | None = None
    countered: Option | None = None
    """The time the organizer was asked for, where the owner is a guest; theirs to take."""
    together: tuple[str, ...] = ()
    negotiable: bool = False
    """Whether the organizer can be asked now; known of what `settled` returns alone."""
    numbered: int = 0
    """The highest number an option ever had: none ever means another time than it was read for."""
    unseen: bool = False
    """Booked, but no look has shown it yet: until one does, our own receipt is believed."""

    @property
    def identity(self) -> Identity:
        """What names the lost meeting."""
        return identity(self.series, self.recurrence_id)


@dataclass(frozen=True, slots=True)
class Written:
    """A section visavis wrote: for which meeting it stands, at which start, how often dated."""

    mark: Mark
    series: str
    recurrence_id: datetime
    starts: datetime
    revision: int = 0
    url: Url | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The running document of a pair with the sections visavis wrote in it, oldest first.

    `generation` grows when the owner allows a closed agenda once more. `adopted` says that the
    two already had the document.
    """

    generation: int = 1
    account: str = ""
    document: Link | None = None
    adopted: bool = False
    sections: tuple[Written, ...] = ()
    in_writing: tuple[Written, ...] = ()
    """Sections of questions that were, or are, a meeting in writing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An item that went to the owner's task list, as it read after the meeting of `day`."""

    item: Item
    day: date


class Level(StrEnum):
    """How loud an alert is: a quiet note, or the alert itself."""

    NOTE = "note"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert or note that was raised."""

    id: str
    pair: str
    level: Level
    streak: int
    first_missed: datetime
    text: str
    at: datetime


class Kind(StrEnum):
    """What a decision does (CONTRACT 4)."""

    CREATE_AGENDA = "create_agenda"
    SHARE_AGENDA = "share_agenda"
    ATTACH_AGENDA = "attach_agenda"
    WRITE_SECTION = "write_section"
    PROPOSE = "propose"
    BOOK = "book"
    COUNTER = "counter"
    ALERT = "alert"
    RECAP = "recap"
    ADVISE = "advise"
    ADD_TASK = "add_task"


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that should be true by now, and is not yet.

    `after` holds all that `perform` needs, as JSON, so that a decision survives a power cut.
    `times` and `version` say of which world it was decided; they enter the plan's hash.
    """

    key: Key
    kind: Kind
    pair: str
    account: str
    because: str
    occurrence: datetime | None = None
    series: Handle | None = None
    times: Span | None = None
    version: Version | None = None
    mails: tuple[str, ...] = ()
    before: Facts | None = None
    after: Facts = field(default_factory=dict)
