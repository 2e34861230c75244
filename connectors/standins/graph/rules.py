"""A `patternedRecurrence` and the days it falls on.

Patterns know days, not hours: the wall clock is the meeting's own, kept over both clock changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from dateutil import rrule

from connectors.standins.graph.calls import Json

_FREQUENCY = {
    "daily": rrule.DAILY,
    "weekly": rrule.WEEKLY,
    "absoluteMonthly": rrule.MONTHLY,
    "relativeMonthly": rrule.MONTHLY,
    "absoluteYearly": rrule.YEARLY,
    "relativeYearly": rrule.YEARLY,
}
_POSITION = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def days(recurrence: Json, until: date) -> Iterator[date]:
    """Yield the original days of a series up to and with `until`, oldest first."""
    rule = rrule.rrule(**_arguments(recurrence["pattern"], recurrence["range"]))
    return takewhile(lambda day: day <= until, (moment.date() for moment in rule))


def weekly(first: date, every: int = 1) -> Json:
    """Return the recurrence of a meeting on the weekday of `first`, for ever."""
    pattern = {
        "type": "weekly",
        "interval": every,
        "daysOfWeek": [_WEEK[first.weekday()]],
        "firstDayOfWeek": "monday",
    }
    return {"pattern": pattern, "range": {"type": "noEnd", "startDate": first.isoformat()}}


def ended(recurrence: Json, last: date) -> Json:
    """Return the same recurrence that ends with the day `last`."""
    bounds = {**recurrence["range"], "type": "endDate", "endDate": last.isoformat()}
    return {**recurrence, "range": bounds}


def _arguments(pattern: Json, bounds: Json) -> Json:
    """Translate a pattern and its range into what dateutil wants."""
    first = date.fromisoformat(bounds["startDate"])
    named: Json = {
        "freq": _FREQUENCY[pattern["type"]],
        "dtstart": datetime.combine(first, time()),
        "interval": pattern.get("interval") or 1,
        "wkst": _WEEK.index(pattern.get("firstDayOfWeek") or "sunday"),
    }
    return named | _which(pattern) | _bounds(bounds)


def _which(pattern: Json) -> Json:
    """Return the part of the rule that picks days inside a week, month or year."""
    weekdays = [_WEEK.index(day) for day in pattern.get("daysOfWeek") or []]
    month = {"bymonth": pattern["month"]} if pattern["type"].endswith("Yearly") else {}
    if pattern["type"] == "weekly":
        return {"byweekday": weekdays}
    if pattern["type"].startswith("relative"):
        position = _POSITION[pattern.get("index") or "first"]
        return {"byweekday": weekdays, "bysetpos": position, **month}
    if pattern["type"].startswith("absolute"):
        # Exchange takes the last day of a month that is too short; RRULE alone would skip it.
        last = pattern["dayOfMonth"]
        return {"bymonthday": range(min(28, last), last + 1), "bysetpos": -1, **month}
    return {}


def _bounds(bounds: Json) -> Json:
    """Return where the rule ends: with a day, after a number, or never."""
    if bounds["type"] == "endDate":
        end = date.fromisoformat(bounds["endDate"])
        return {"until": datetime.combine(end, time()) + timedelta(hours=23)}
    if bounds["type"] == "numbered":
        return {"count": bounds["numberOfOccurrences"]}
    return {}
