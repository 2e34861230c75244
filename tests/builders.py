"""Builders of calendars for tests: a test names only what matters to its claim.

The stage is set once: Maya (the owner) and Ben meet on Mondays at ten in Berlin. Week 1 begins on
Monday, 2 March 2026; summer time begins on its fourth Sunday, so longer histories cross it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.model import (
    Attendee,
    AttendeeKind,
    Handle,
    Occurrence,
    Person,
    Response,
    Series,
    Span,
    Status,
    Version,
)
from daemon.core.changes import changes
from daemon.core.meetings import meetings, merge
from daemon.core.policy import Policy
from daemon.core.words import Meeting, Snapshot

MAYA = Person("maya@acme.example", "Maya Kern", frozenset({"maya.k@acme.example"}))
BEN = Person("ben@acme.example", "Ben Ode")
CARO = Person("caro@acme.example", "Caro Lind")
BERLIN = ZoneInfo("Europe/Berlin")
POLICY = Policy(zone="Europe/Berlin")

_FIRST_MONDAY = datetime(2026, 3, 2, tzinfo=BERLIN)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(week: int, day: str = "mon", clock: str = "10:00") -> datetime:
    """Return a moment in Berlin by week (the first is 1), day and wall clock."""
    hour, minute = map(int, clock.split(":"))
    days = timedelta(weeks=week - 1, days=_DAYS.index(day))
    return (_FIRST_MONDAY + days).replace(hour=hour, minute=minute)


def span(start: datetime, minutes: int = 30) -> Span:
    """Return a span of some minutes."""
    return Span(start, start + timedelta(minutes=minutes))


def weeks(first: int, last: int) -> Span:
    """Return whole weeks, both inclusive: a window to look through."""
    return Span(at(first, clock="00:00"), at(last + 1, clock="00:00"))


def guest(person: Person, response: Response = Response.ACCEPTED, comment: str = "") -> Attendee:
    """Return a person as invited, with the answer."""
    return Attendee(person.address, person.name, response, comment=comment)


def no(person: Person, comment: str = "") -> Attendee:
    """Return a person who declined."""
    return guest(person, Response.DECLINED, comment)


def room(address: str = "room.elbe@acme.example", name: str = "Elbe") -> Attendee:
    """Return an invited room."""
    return Attendee(address, name, Response.ACCEPTED, AttendeeKind.ROOM)


def group(address: str = "team@acme.example") -> Attendee:
    """Return an invited group address."""
    return Attendee(address, kind=AttendeeKind.GROUP)


def occurrence(
    start: datetime,
    *,
    to: datetime | None = None,
    minutes: int = 30,
    cancelled: bool = False,
    attendees: tuple[Attendee, ...] | None = None,
) -> Occurrence:
    """Return one instance of a rule that puts it at `start`; `to` is where it was moved."""
    return Occurrence(
        recurrence_id=start,
        span=span(to or start, minutes),
        status=Status.CANCELLED if cancelled else Status.STANDING,
        attendees=attendees,
    )


def weekly(
    first: int = 1,
    last: int = 8,
    *,
    day: str = "mon",
    clock: str = "10:00",
    cancelled: Iterable[int] = (),
    gone: Iterable[int] = (),
    moved: Mapping[int, datetime] | None = None,
    declined: Mapping[int, Attendee] | None = None,
    uid: str = "weekly@acme.example",
    organizer: Person = MAYA,
    attendees: tuple[Attendee, ...] | None = (guest(MAYA), guest(BEN)),
    rule: str = "FREQ=WEEKLY",
    split_from: Series | None = None,
) -> Series:
    """Return a weekly one-on-one; everything else is told by the number of the week.

    `gone` weeks are not shown at all, `declined` says who did.
    """
    return Series(
        handle=Handle(uid.partition("@")[0]),
        uid=uid,
        version=Version("1"),
        title="Maya / Ben",
        organizer=organizer.address,
        attendees=attendees,
        zone="Europe/Berlin",
        occurrences=tuple(
            occurrence(
                at(week, day, clock),
                to=(moved or {}).get(week),
                cancelled=week in set(cancelled),
                attendees=_answered(attendees or (), (declined or {}).get(week)),
            )
            for week in range(first, last + 1)
            if week not in set(gone)
        ),
        rule=rule,
        owned=organizer is MAYA,
        split_from=split_from.handle if split_from else None,
    )


def single(
    start: datetime,
    *,
    cancelled: bool = False,
    uid: str = "single@acme.example",
    organizer: Person = MAYA,
    attendees: tuple[Attendee, ...] | None = (guest(MAYA), guest(BEN)),
) -> Series:
    """Return a single event, by default of the same two people."""
    return Series(
        handle=Handle(uid.partition("@")[0]),
        uid=uid,
        version=Version("1"),
        title="Coffee",
        organizer=organizer.address,
        attendees=attendees,
        zone="Europe/Berlin",
        occurrences=(occurrence(start, cancelled=cancelled),),
        owned=organizer is MAYA,
    )


def snapshot(*series: Series, window: Span | None = None) -> Snapshot:
    """Return a look at a calendar, by default through a window of the first twelve weeks."""
    return Snapshot(window or weeks(1, 12), series)


def history(*series: Series) -> tuple[Meeting, ...]:
    """Return the meetings of Maya and Ben as a first look at these series knows them."""
    return watched((at(1), snapshot(*series)))


def watched(*looks: tuple[datetime, Snapshot]) -> tuple[Meeting, ...]:
    """Return the meetings of Maya and Ben after several looks, each with its moment."""
    known: tuple[Meeting, ...] = ()
    before: Snapshot | None = None
    last_look: datetime | None = None
    for moment, shown in looks:
        seen = [meeting for one in shown.series for meeting in meetings(one, MAYA, BEN)]
        known = merge(known, seen, changes(before, shown), last_look)
        before, last_look = shown, moment
    return known


def _answered(
    attendees: tuple[Attendee, ...], answer: Attendee | None
) -> tuple[Attendee, ...] | None:
    """Return the guests of one instance where one of them answered for it alone."""
    if answer is None:
        return None
    return tuple(answer if one.address == answer.address else one for one in attendees)
