"""The vocabulary of the outside world: what every connector says and the daemon understands.

All values are frozen. Every datetime is aware, spans are half-open, addresses are in lower
case. Nothing here knows a provider, a store or a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, Flag, StrEnum, auto
from typing import NewType, TypeAlias, Union

Handle = NewType("Handle", str)
"""The provider's name of a thing (event id, href, file and UID); never parsed by the daemon."""
Version = NewType("Version", str)
"""The provider's etag or change key at one moment; compared for equality only."""
Cursor = NewType("Cursor", str)
"""How far a change feed was read; may expire at any time."""
Key = NewType("Key", str)
"""Names one intended write, made from purpose and identity alone: same intent, same key."""
Mark = NewType("Mark", str)
"""The marker in a document that says: visavis wrote this section."""
Url = NewType("Url", str)

Json: TypeAlias = Union[  # noqa: UP007 - "|" takes no names that come later
    bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None
]
Facts: TypeAlias = Mapping[str, Json]
"""Named JSON values: what a receipt remembers, what the journal shows."""


def instant(moment: datetime) -> datetime:
    """Return the same moment in UTC: across zones Python calls repeated autumn hours unequal."""
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open time between two aware datetimes; never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs aware datetimes")
        if self.start.astimezone(UTC) >= self.end.astimezone(UTC):
            raise ValueError("a span ends after it starts")

    @property
    def length(self) -> timedelta:
        """Elapsed time: Python subtracts wall clocks within a zone, wrong at clock changes."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether both share a moment; touching spans do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def starting(self, start: datetime) -> Span:
        """Return a span of the same elapsed length that begins at `start`, in that zone."""
        return Span(start, (start.astimezone(UTC) + self.length).astimezone(start.tzinfo))


class Response(StrEnum):
    """An attendee's answer (RFC 5545 PARTSTAT)."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class AttendeeKind(StrEnum):
    """What an invited address stands for (RFC 5545 CUTYPE); only individuals are people."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    RESOURCE = "resource"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who is invited, and the answer; `comment` is what came with the answer."""

    address: str
    name: str = ""
    response: Response = Response.NEEDS_ACTION
    kind: AttendeeKind = AttendeeKind.INDIVIDUAL
    optional: bool = False
    comment: str = ""
    proposed: Span | None = None
    """The other time that came with the answer, where the provider tells the organizer."""


@dataclass(frozen=True, slots=True)
class Person:
    """One human: the address visavis uses, and the others that reach the same human.

    The name is how to call them; two with other names are the same person all the same.
    """

    address: str
    name: str = field(default="", compare=False)
    aliases: frozenset[str] = frozenset()

    def answers_to(self, address: str) -> bool:
        """Whether mail to `address` reaches this person; case does not count."""
        address = address.lower()
        return address == self.address or address in self.aliases


@dataclass(frozen=True, slots=True)
class Link:
    """A document people can open; `handle` is its id at the provider, where we know it."""

    url: Url
    title: str = ""
    handle: Handle | None = None


class Status(StrEnum):
    """Whether an occurrence stands. `CANCELLED` only on the provider's explicit word."""

    STANDING = "standing"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One instance of a series, known by `recurrence_id` (its original start) wherever it moves.

    A cancelled one keeps the span it would have had. `attendees` is None where they are the
    series' own. `handle` is the provider's id of the instance, if it has one.
    """

    recurrence_id: datetime
    span: Span
    status: Status = Status.STANDING
    attendees: tuple[Attendee, ...] | None = None
    handle: Handle | None = None
    version: Version | None = None

    @property
    def moved(self) -> bool:
        """Whether it starts elsewhere than its rule says."""
        return instant(self.span.start) != instant(self.recurrence_id)


class EventKind(StrEnum):
    """What an event is about: a meeting, or the word of a person that they are away."""

    MEETING = "meeting"
    OUT_OF_OFFICE = "out-of-office"


@dataclass(frozen=True, slots=True)
class Series:
    """An event with its occurrences in a window; a single event has `rule` None and one occurrence.

    `occurrences` are ordered by `recurrence_id` and include the cancelled ones the provider
    tells of (EXDATE, cancelled exceptions). `attendees` never lists the organizer twice and is
    None where the provider hides them: unknown, not nobody. `zone` is the IANA name of the wall
    clock the rule is written in. Who declined the whole series has that response here.
    `split_from` is the series this one continues, where the provider's ids tell.
    """

    handle: Handle
    uid: str
    version: Version
    title: str
    organizer: str
    attendees: tuple[Attendee, ...] | None
    zone: str
    occurrences: tuple[Occurrence, ...]
    rule: str | None = None
    kind: EventKind = EventKind.MEETING
    private: bool = False
    all_day: bool = False
    owned: bool = False
    """Whether this account is the organizer's side, so that shared properties may be written."""
    negotiable: bool = False
    """Whether this account is a guest who may answer with another time (RFC 5546 COUNTER)."""
    links: tuple[Link, ...] = ()
    split_from: Handle | None = None

    def occurrence(self, recurrence_id: datetime) -> Occurrence | None:
        """Return the instance whose original start is this moment."""
        wanted = instant(recurrence_id)
        return next((o for o in self.occurrences if instant(o.recurrence_id) == wanted), None)

    def invited(self, occurrence: Occurrence) -> tuple[Attendee, ...]:
        """Return who is invited to one instance; empty where the provider hides it."""
        if occurrence.attendees is not None:
            return occurrence.attendees
        return self.attendees or ()


class Capability(Flag):
    """What a calendar can do, asked instead of its type."""

    NONE = 0
    ATTACH = auto()
    """A link can be put on the event."""
    BOOK = auto()
    """A lost occurrence can get another time."""
    SCHEDULES = auto()
    """The server tells the guests itself; without it an invitation must be mailed (iMIP)."""
    BUSY_OF_OTHERS = auto()
    """Free/busy of other people can be asked for."""
    WATCH = auto()
    """The server can push a hint that something changed."""
    PROPOSE_NEW_TIME = auto()
    """A guest can answer with another time."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A whole calendar at one moment: every series, single meetings of two, absences."""

    series: tuple[Series, ...]
    cursor: Cursor
    problems: tuple[str, ...] = ()
    """One line for each thing that could not be read, with where and what to do."""
    unread: Mapping[Handle, str] = field(default_factory=dict)
    """The events among them: what was known of one still counts."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Which events a feed says were touched since a cursor, in no promised order."""

    handles: tuple[Handle, ...]
    cursor: Cursor
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Fresh(Mapping[Handle, Series]):
    """Events as they stand now. What is in neither half is gone; what is `unread` is not."""

    series: Mapping[Handle, Series]
    unread: Mapping[Handle, str] = field(default_factory=dict)
    """One line for each event that is there and could not be read."""

    def __getitem__(self, event: Handle) -> Series:
        return self.series[event]

    def __iter__(self) -> Iterator[Handle]:
        return iter(self.series)

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def joined(cls, parts: Iterable[Fresh]) -> Fresh:
        """Return what all of them tell."""
        series: dict[Handle, Series] = {}
        unread: dict[Handle, str] = {}
        for part in parts:
            series |= part.series
            unread |= part.unread
        return cls(series, unread)


@dataclass(frozen=True, slots=True)
class Busy:
    """When a person is taken, and when they are away by their own or the provider's word."""

    spans: tuple[Span, ...] = ()
    absences: tuple[Span, ...] = ()


class Weekday(Enum):
    """Days as Python counts them, Monday first."""

    MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of wall-clock time within one day; `end` of midnight means the day's end."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Somebody's working week in their own zone (IANA name); days left out are free days.

    Without any day only the zone is known.
    """

    zone: str
    days: Mapping[Weekday, tuple[Hours, ...]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one write did. `before` and `after` are enough for `undo`, and fit to be shown.

    `kept_before` and `kept_after` name what the write must not have touched (join link,
    attendees, visibility, other attachments), read just before and in the write's own answer.
    `wrote` is False where the wish was fulfilled already and nothing was sent.
    """

    handle: Handle
    version: Version
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    kept_before: Facts = field(default_factory=dict)
    kept_after: Facts = field(default_factory=dict)
    wrote: bool = True


@dataclass(frozen=True, slots=True)
class Watch:
    """A push channel: `channel` and `resource` end it, `expires` says when it must be renewed."""

    channel: str
    resource: str
    expires: datetime


class News(Enum):
    """What a message of a push channel is for; none of them says what changed."""

    NOTHING = "nothing"
    """The channel is open."""
    CHANGED = "changed"
    """It is time to look; also where messages were lost."""
    RENEW = "renew"
    """The channel ends before its time unless it is renewed now."""
    REMOVED = "removed"
    """The channel is gone: another one is needed, and a look."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message; `secret` is what the sender says it is, to be compared before it counts."""

    secret: str
    news: News


@dataclass(frozen=True, slots=True)
class Heard:
    """What was posted to a callback: messages, or a word to `echo` to show that we listen."""

    notices: tuple[Notice, ...] = ()
    echo: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One action item as people left it. `key` survives rewording where the document keeps one."""

    text: str
    done: bool = False
    owner: str = ""
    due: date | None = None
    since: date | None = None
    """The day of the first section that held it, for its age in weeks."""
    key: str = ""
    by: str = field(default="", compare=False)
    """How the due day is written, in words that mean the same day next month too."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a section under its own heading: plain lines first, then action items."""

    heading: str
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A dated part of a running document, neutral to its format; `mark` is None for human ones.

    `heading` is the date line, the only text of an existing section visavis may change.
    """

    heading: str
    day: date | None
    blocks: tuple[Block, ...] = ()
    mark: Mark | None = None
    link: Url | None = None
    """A deep link that opens the document at this section, once written."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do for somebody's own task list; `made` is when it was agreed."""

    title: str
    made: datetime
    notes: str = ""
    due: date | None = None
    link: Url | None = None
    """The document it stands in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one address or chat target, in words; `key` is its identity for ever."""

    key: Key
    to: str
    subject: str
    text: str
    html: str = ""
    thread: str = ""
    """Messages with the same thread belong together in the reader's client."""
    calendar: bytes = b""
    """An iCalendar REQUEST or CANCEL to travel along (iMIP, RFC 6047)."""
    reply_to: str = ""
    """Whose letter it is, where an answer should reach a human."""
    leave: str = ""
    """Where the reader ends such letters: a web address that acts on a POST (RFC 8058)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a company directory knows of a person; None and empty mean it does not say."""

    person: Person
    manager: str | None = None
    reports: tuple[str, ...] = ()
    started: date | None = None
    zone: str | None = None
