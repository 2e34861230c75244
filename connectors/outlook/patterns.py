"""A `patternedRecurrence` as a rule of RFC 5545. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from connectors.outlook.wire import Json

_FREQUENCY = {
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "absoluteMonthly": "MONTHLY",
    "relativeMonthly": "MONTHLY",
    "absoluteYearly": "YEARLY",
    "relativeYearly": "YEARLY",
}
_POSITION = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def rule(recurrence: Json, zone: str) -> str:
    """Return the rule of a series whose wall clock is in `zone`."""
    pattern = recurrence["pattern"]
    parts = [f"FREQ={_FREQUENCY[pattern['type']]}"]
    if (pattern.get("interval") or 1) > 1:
        parts.append(f"INTERVAL={pattern['interval']}")
    parts += _days(pattern)
    parts += _bounds(recurrence.get("range") or {}, zone)
    return ";".join(parts)


def _days(pattern: Json) -> Iterator[str]:
    """Yield the parts that pick days inside a week, a month or a year."""
    kind = pattern["type"]
    if kind.endswith("Yearly"):
        yield f"BYMONTH={pattern['month']}"
    if kind.startswith("absolute"):
        yield from _day_of_month(int(pattern["dayOfMonth"]))
    if kind == "weekly" or kind.startswith("relative"):
        yield f"BYDAY={','.join(day[:2].upper() for day in pattern['daysOfWeek'])}"
    if kind.startswith("relative"):
        yield f"BYSETPOS={_POSITION[pattern.get('index') or 'first']}"
    if kind == "weekly":
        yield f"WKST={str(pattern.get('firstDayOfWeek') or 'sunday')[:2].upper()}"


def _day_of_month(day: int) -> Iterator[str]:
    """Yield the day; Exchange takes the last one where a month is too short, RFC 5545 none."""
    if day <= 28:
        yield f"BYMONTHDAY={day}"
    else:
        yield f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))}"
        yield "BYSETPOS=-1"


def _bounds(bounds: Json, zone: str) -> Iterator[str]:
    """Yield where the rule ends; the last day counts as a whole, on the series' own clock."""
    if bounds.get("type") == "endDate":
        end = datetime.combine(date.fromisoformat(bounds["endDate"]), time.max, ZoneInfo(zone))
        yield f"UNTIL={end.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    elif bounds.get("type") == "numbered":
        yield f"COUNT={bounds['numberOfOccurrences']}"
