"""What is known of one person's time: at work, away, busy, free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.model import Busy, Hours, Person, Span, Weekday, WorkingHours
from daemon.core.policy import Policy
from daemon.core.spans import Spans, intersect, subtract, union, utc

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Availability:
    """One person's working week and calendar; `busy` is None where it cannot be seen.

    `holidays` are the public ones of the person's country: dates in the person's own zone.
    """

    person: Person
    hours: WorkingHours
    busy: Busy | None = None
    holidays: frozenset[date] = frozenset()
    assumed: str = ""
    """How the zone was guessed, where it was not told, in words."""

    @property
    def name(self) -> str:
        """What to call the person in a sentence."""
        return self.person.name or self.person.address


def usual_hours(policy: Policy, zone: str = "") -> WorkingHours:
    """Return the policy's working week, on the clock of somebody whose own is not told."""
    return WorkingHours(
        zone or policy.zone, dict.fromkeys(policy.working_days, (policy.working_hours,))
    )


def worked(hours: WorkingHours, days: Iterable[date]) -> Spans:
    """Return the working time of some days, dates in the person's own zone."""
    zone = ZoneInfo(hours.zone)
    return union(
        span
        for day in days
        for stretch in hours.days.get(Weekday(day.weekday()), ())
        if (span := _on(day, stretch, zone))
    )


def at_work(someone: Availability, lunch: Hours | None, within: Span) -> Spans:
    """Return when a person works: own hours and lunch on the own clock, no public holiday."""
    zone = someone.hours.zone
    days = [day for day in _days(zone, within) if day not in someone.holidays]
    lunches = WorkingHours(zone, dict.fromkeys(Weekday, (lunch,)) if lunch else {})
    return intersect(subtract(worked(someone.hours, days), worked(lunches, days)), [within])


def engaged(someone: Availability, lost: Span) -> Spans:
    """Return when a person is busy or away, as far as it can be seen.

    A busy span that is exactly the lost meeting is the lost meeting: who declined it leaves it
    standing in the other's calendar.
    """
    if someone.busy is None:
        return ()
    others = (span for span in someone.busy.spans if utc(span) != utc(lost))
    return union(others, someone.busy.absences)


def free(someone: Availability, lost: Span, lunch: Hours | None, within: Span) -> Spans:
    """Return when a person works and is not engaged."""
    return subtract(at_work(someone, lunch, within), engaged(someone, lost))


def _days(zone: str, within: Span) -> Iterator[date]:
    day = within.start.astimezone(ZoneInfo(zone)).date()
    while day <= within.end.astimezone(ZoneInfo(zone)).date():
        yield day
        day += DAY


def _on(day: date, stretch: Hours, zone: ZoneInfo) -> Span | None:
    last = day if stretch.end != time() else day + DAY
    start = datetime.combine(day, stretch.start, zone).astimezone(UTC)
    end = datetime.combine(last, stretch.end, zone).astimezone(UTC)
    # A stretch that a spring clock change swallows does not exist.
    return Span(start, end) if start < end else None
