"""One person's copy of an appointment or a meeting, and the single instances inside it.

A series is one item: its pattern, the exceptions among its occurrences, and the days that are gone.
Occurrences are worked out when somebody looks, as Exchange does; so a cancelled one leaves nothing
behind but its day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from connectors.standins.graph import rules
from connectors.standins.graph.calls import Json
from connectors.standins.graph.zones import at

Fields = Mapping[str, Any]
"""Properties as Graph spells them. Never changed in place: a new copy gets new fields."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What makes an exception of an occurrence: its own times and the fields that differ."""

    start: datetime
    end: datetime
    fields: Fields = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Item:
    """One copy in one mailbox; equal `uid` means the same meeting in another mailbox.

    `start` and `end` are those of the first occurrence, in the zone the meeting was made in. The
    days that key `exceptions` and fill `gone` are original days in that zone: at most one
    occurrence a day is all that Exchange's patterns can say.
    """

    key: int
    uid: str
    organizer: str
    start: datetime
    end: datetime
    zone: str
    fields: Fields
    recurrence: Json | None = None
    exceptions: Mapping[date, Changed] = field(default_factory=lambda: MappingProxyType({}))
    gone: frozenset[date] = frozenset()

    @property
    def attendees(self) -> list[Json]:
        """The people and rooms invited; the organizer usually stands apart."""
        return list(self.fields.get("attendees", ()))

    def days(self, until: date) -> Iterator[date]:
        """Yield the original days still standing, up to and with `until`."""
        if self.recurrence:
            for day in rules.days(self.recurrence, until):
                if day not in self.gone:
                    yield day

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return where the rule puts the occurrence of `day`: the wall clock is kept."""
        later = self.end.date() - self.start.date()
        start = at(day, self.start.time(), self.start.tzinfo)
        return start, at(day + later, self.end.time(), self.start.tzinfo)

    def with_exception(self, day: date, changed: Changed) -> Item:
        """Return the item in which the occurrence of `day` differs (and stands again)."""
        exceptions = MappingProxyType({**self.exceptions, day: changed})
        return replace(self, exceptions=exceptions, gone=self.gone - {day})

    def without(self, day: date) -> Item:
        """Return the item from which the occurrence of `day` is gone without an object left."""
        rest = {kept: changed for kept, changed in self.exceptions.items() if kept != day}
        return replace(self, exceptions=MappingProxyType(rest), gone=self.gone | {day})


@dataclass(frozen=True, slots=True)
class Instance:
    """What one id names: a whole item (`day` is None), an occurrence, or an exception."""

    item: Item
    day: date | None
    start: datetime
    end: datetime
    fields: Fields

    @property
    def type(self) -> str:
        """The `eventType` Graph reports."""
        if self.day is None:
            return "seriesMaster" if self.item.recurrence else "singleInstance"
        return "exception" if self.day in self.item.exceptions else "occurrence"

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it shares a moment with the half-open window."""
        return self.start.astimezone(UTC) < end and start < self.end.astimezone(UTC)


def whole(item: Item) -> Instance:
    """Return the single event or the series master itself."""
    return Instance(item, None, item.start, item.end, item.fields)


def occurrence(item: Item, day: date) -> Instance:
    """Return the occurrence of an original day, with its own times and fields if it has some."""
    if changed := item.exceptions.get(day):
        return Instance(item, day, changed.start, changed.end, {**item.fields, **changed.fields})
    return Instance(item, day, *item.span(day), item.fields)


def instances(item: Item, start: datetime, end: datetime) -> Iterator[Instance]:
    """Yield what stands in the window: never a master, never a cancelled occurrence.

    Exceptions come first and out of date order, as a recorded answer shows them.
    """
    if not item.recurrence:
        found = [whole(item)]
    else:
        # A day more, since the window is in UTC and the days are local.
        days = set(item.days(end.date() + timedelta(days=1))) | set(item.exceptions)
        found = [occurrence(item, day) for day in sorted(days)]
        found.sort(key=lambda instance: instance.type != "exception")
    return (instance for instance in found if instance.overlaps(start, end))


def neighbours(item: Item, day: date) -> tuple[Instance | None, Instance | None]:
    """Return the standing occurrences just before and after the one of `day`."""
    standing = sorted({*item.days(day + timedelta(days=800)), day})
    place = standing.index(day)
    before = occurrence(item, standing[place - 1]) if place else None
    after = occurrence(item, standing[place + 1]) if place + 1 < len(standing) else None
    return before, after
