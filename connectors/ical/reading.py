"""From the text of a calendar to its series: only what a window can show is read in full."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.ical.source import Component, Source
from connectors.ical.translate import Name, View, series, taken
from connectors.ical.zones import Zones
from connectors.model import AttendeeKind, EventKind, Fresh, Handle, Person, Series, Span, Version

# Any of these may put an instance elsewhere than DTSTART and DTEND say.
_RECURS = re.compile(rb"\n(?:RRULE|RDATE|RECURRENCE-ID|DURATION)[:;]", re.IGNORECASE)
# What makes an event worth telling of, whoever else is there.
_TELLS = re.compile(rb"\n(?:RRULE|RDATE|RECURRENCE-ID)[:;]|BUSYSTATUS:OOF", re.IGNORECASE)
# A person who is certainly one: on a line of their own, neither a room nor a group.
_GUEST = re.compile(
    rb"\nATTENDEE(?![^\n]*CUTYPE)[^:\n]*:mailto:([^\r\n]+)(?=\r?\n(?![ \t]))", re.IGNORECASE
)
_DATES = re.compile(rb"\n(?:DTSTART|DTEND)[^:\n]*:(\d{8})", re.IGNORECASE)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads with the eyes of one person; `zone` (IANA) is where floating times are.

    `handle` names an event by the text it stands in (file, resource) and its UID.
    """

    owner: Person
    zone: str
    handle: Callable[[str, str], Handle]

    def all(
        self, name: str, source: Source, uids: Iterable[str], window: Span
    ) -> tuple[dict[str, Series], dict[str, str]]:
        """Read the events that can show in a window; beside them, what is wrong with others.

        Both are by UID. Single events far from the window are not looked into at all: in a
        calendar of years they are nearly everything.
        """
        found: dict[str, Series] = {}
        wrong: dict[str, str] = {}
        view = self.view(source, window)
        for uid in uids:
            components = source.events[uid]
            if _outside(components, window):
                continue
            try:
                one = self._one(name, source, uid, view)
            except ValueError as error:
                wrong[uid] = complaint(name, source.line(components[0]), str(error))
            else:
                found |= {uid: one} if one else {}
        return found, wrong

    def told(self, name: str, source: Source, window: Span) -> tuple[list[Series], dict[str, str]]:
        """Read what a baseline has of a text; beside it, what is wrong with others, by UID.

        Gatherings that do not repeat are not looked into: they are most of a busy calendar.
        """
        uids = (uid for uid, parts in source.events.items() if not self._gathering(parts))
        found, wrong = self.all(name, source, uids, window)
        return list(filter(self.tells, found.values())), wrong

    def some(self, name: str, source: Source, uids: Iterable[str], window: Span) -> Fresh:
        """Read events wherever they lie; what is not there, or cancelled as a whole, is gone."""
        series: dict[Handle, Series] = {}
        unread: dict[Handle, str] = {}
        view = self.view(source, window)
        for uid in uids:
            try:
                found = self._one(name, source, uid, view) if uid in source.events else None
            except ValueError as error:
                line = source.line(source.events[uid][0])
                unread[self.handle(name, uid)] = complaint(name, line, str(error))
            else:
                series |= {found.handle: found} if found else {}
        return Fresh(series, unread)

    def one(self, name: str, source: Source, uid: str, view: View) -> Series | None:
        """Read one event; None where it is not there, or cancelled as a whole, or unreadable."""
        if uid not in source.events:
            return None
        try:
            return self._one(name, source, uid, view)
        except ValueError:
            # Told as a problem when the file changed; here it is no longer what was asked for.
            return None

    def taken(self, name: str, source: Source, window: Span) -> tuple[list[Span], list[Span]]:
        """Return when the file's events keep the owner busy, and when they are an absence."""
        view = self.view(source, window)
        found, _ = self.all(name, source, source.events, window)
        spans = {
            uid: [span for span in taken(one, source.events[uid], view) if span.overlaps(window)]
            for uid, one in found.items()
        }
        away = (spans[uid] for uid, one in found.items() if one.kind is EventKind.OUT_OF_OFFICE)
        return _flat(spans.values()), _flat(away)

    def view(self, source: Source, window: Span) -> View:
        """Return how a file is looked at; its zones are read only when a time names one."""
        return View(self.owner, Zones(source.zones, self.zone), window)

    def tells(self, one: Series) -> bool:
        """Whether a baseline has it: a series, an absence, or a single event of two people."""
        people = {one.organizer} | {
            guest.address for guest in one.attendees or () if guest.kind is AttendeeKind.INDIVIDUAL
        }
        others = [person for person in people if not self.owner.answers_to(person)]
        repeats = one.rule is not None or one.kind is EventKind.OUT_OF_OFFICE
        return bool(one.occurrences) and (repeats or len(others) == 1)

    def _gathering(self, components: Sequence[Component]) -> bool:
        """Whether it surely is a single event of more than two people."""
        raw = components[0].raw
        if len(components) > 1 or _TELLS.search(raw):
            return False
        # An alarm may be mailed to people who are not there.
        lines: list[bytes] = _GUEST.findall(raw, 0, components[0].body_end)
        guests = {line.decode("utf-8", "replace").strip().lower() for line in lines}
        return sum(not self.owner.answers_to(guest) for guest in guests) > 1

    def _one(self, name: str, source: Source, uid: str, view: View) -> Series | None:
        named = Name(self.handle(name, uid), uid, Version(source.digest(uid)))
        try:
            return series(named, source.events[uid], view)
        except OverflowError as error:
            raise ValueError("its dates lie beyond the calendar's end") from error


def complaint(name: str, line: int, what: str) -> str:
    """Say in one line what is wrong with a text."""
    return f"{name}, line {line}: {what}"


def nameless(name: str, source: Source) -> Iterator[str]:
    """Complain about events without a UID."""
    for component in source.nameless:
        yield complaint(name, source.line(component), "an event has no UID and cannot be followed")


def _outside(components: Sequence[Component], window: Span) -> bool:
    """Whether a single event surely lies outside, by its dates alone; a day of doubt is kept."""
    raw = components[0].raw
    if len(components) > 1 or _RECURS.search(raw):
        return False
    days: list[str] = sorted(found.decode() for found in _DATES.findall(raw))
    if not days:
        return False
    return days[-1] < _day(window.start - _DAY) or days[0] > _day(window.end + _DAY)


def _day(moment: datetime) -> str:
    """Write a day as iCalendar does, so that the two compare as text."""
    return f"{moment.astimezone(UTC):%Y%m%d}"


def _flat(groups: Iterable[Iterable[Span]]) -> list[Span]:
    return [span for group in groups for span in group]
