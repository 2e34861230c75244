"""Calendars and the people in them: events, change feeds, free time, what a write did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum, Flag, StrEnum, auto

from connectors.model.names import (
    Cursor,
    Facts,
    Handle,
    Span,
    Version,
    instant,
)
from connectors.model.writing import Link


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
class Entry:
    """What a company directory knows of a person; None and empty mean it does not say."""

    person: Person
    manager: str | None = None
    reports: tuple[str, ...] = ()
    started: date | None = None
    zone: str | None = None
