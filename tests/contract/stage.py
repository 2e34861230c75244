"""The stage of the calendar contract: its days, the bench it plays on, how it looks at things."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import NotPermitted
from connectors.model import (
    Attendee,
    Capability,
    Cursor,
    Handle,
    Key,
    Link,
    Occurrence,
    Person,
    Response,
    Series,
    Span,
    Status,
    Url,
    Version,
)
from connectors.protocol import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 16, 10, tzinfo=BERLIN)
FIRST = Span(MONDAY, MONDAY + timedelta(minutes=30))
WINDOW = Span(MONDAY - WEEK, MONDAY + 6 * WEEK)
"""Holds six meetings, the spring clock change between the second and the third."""
SECOND, THIRD = MONDAY + WEEK, MONDAY + 2 * WEEK
TUESDAY = FIRST.starting(SECOND + DAY)
"""Another time for the second meeting."""
WEEKLY = "FREQ=WEEKLY"
AGENDA = Link(Url("https://documents.example/agenda"), "Maya and Ben")
KEY = Key("book:maya-ben:2")
STRANGER = Person("stranger@elsewhere.example")


class CalendarBench(Protocol):
    """A provider with two people on it, who know nothing of visavis."""

    @property
    def calendar(self) -> Calendar:
        """The connector under test, on the owner's calendar."""

    @property
    def owner(self) -> Person:
        """Whose calendar it is."""

    @property
    def partner(self) -> Person:
        """The other one, with an account at the same provider."""

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        """Make a meeting of the two; the partner organizes it if the owner is `invited`."""

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        """Cancel one instance, by its organizer."""

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        """Give one instance another time, by its organizer."""

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        """Decline one instance, by the partner."""

    def rename(self, event: Handle, title: str) -> None:
        """Give the whole event another title."""

    def link(self, event: Handle, link: Link) -> None:
        """Put another link on the event."""

    def delete(self, event: Handle) -> None:
        """Delete the whole event, by its organizer."""

    def garble(self, event: Handle) -> None:
        """Write a weekly event in a way that nobody can read, by its organizer's program."""

    def mend(self, event: Handle) -> None:
        """Write it as it was."""

    def expired(self, cursor: Cursor) -> Cursor:
        """Let the provider forget this cursor; returns it, or one as old."""

    def mailed(self) -> Sequence[str]:
        """Return an address for each mail the provider sent because of the connector."""


def permitted(bench: CalendarBench, capability: Capability) -> AbstractContextManager[object]:
    """What a calendar cannot do it refuses, and then the rest of the claim is void."""
    if capability in bench.calendar.capabilities:
        return nullcontext()
    return pytest.raises(NotPermitted)


def shown(bench: CalendarBench, event: Handle) -> Series:
    """Return one event as the baseline has it."""
    series = bench.calendar.baseline(WINDOW).series
    return next(one for one in series if one.handle == event)


def read(bench: CalendarBench, event: Handle) -> Series:
    """Return one event as it is now."""
    return bench.calendar.read([event], WINDOW)[event]


def instance(series: Series, recurrence_id: datetime) -> Occurrence:
    """Return an instance that must be there."""
    found = series.occurrence(recurrence_id)
    assert found is not None
    return found


def cancelled(bench: CalendarBench, event: Handle) -> tuple[Series, Occurrence]:
    """Cancel the second meeting; return it as the daemon knows it, told or remembered."""
    remembered = instance(read(bench, event), SECOND)
    bench.cancel(event, SECOND)
    series = read(bench, event)
    lost = series.occurrence(SECOND)
    return series, lost or replace(remembered, status=Status.CANCELLED)


def standing(series: Series) -> list[tuple[datetime, Span]]:
    """Return identity and time of what takes place."""
    return [
        (one.recurrence_id, one.span) for one in series.occurrences if one.status is Status.STANDING
    ]


def meetings(bench: CalendarBench, span: Span) -> list[Series]:
    """Return the events with an instance that takes place at exactly this time."""
    series = bench.calendar.baseline(WINDOW).series
    return [one for one in series if span in [at for _, at in standing(one)]]


def invited(series: Series, span: Span) -> set[str]:
    """Return the addresses of all who meet at this time."""
    (one,) = (one for one in series.occurrences if one.span == span)
    return {guest.address for guest in series.invited(one)} | {series.organizer}


def answer(bench: CalendarBench, series: Series, recurrence_id: datetime) -> Response:
    """Return what the partner answered to one instance."""
    guests: tuple[Attendee, ...] = series.invited(instance(series, recurrence_id))
    return next(one.response for one in guests if one.address == bench.partner.address)


def urls(series: Series) -> list[Url]:
    """Return the addresses of the attached documents."""
    return [link.url for link in series.links]


def untouched(series: Series) -> Series:
    """Return what an attachment leaves as it was."""
    return replace(series, links=(), version=Version(""))
