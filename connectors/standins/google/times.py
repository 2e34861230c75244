"""Event times as Google writes them, and the slot that names an occurrence for good.

Timed events are aware datetimes, all-day ones plain dates, and neither is ever turned into the
other: a date has no midnight until a calendar lends it a zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.standins.google.errors import Json, invalid

Moment = datetime | date
"""Aware for timed events; a plain date for all-day ones."""


def moment(edge: Json) -> Moment:
    """Read a `start`, `end` or `originalStartTime`."""
    if "dateTime" in edge:
        return instant(edge["dateTime"], edge.get("timeZone"))
    try:
        return date.fromisoformat(edge.get("date", ""))
    except ValueError:
        raise invalid(f"Invalid value for: Invalid format: {edge.get('date')!r}") from None


def zone(name: str, parameter: str | None = None) -> ZoneInfo:
    """Return a zone by its IANA name; any other is refused, a Windows one as well."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(f"Invalid time zone definition: {name}", parameter) from None


def instant(text: str, zone: str | None = None, parameter: str | None = None) -> datetime:
    """Read RFC 3339; an offset may be missing only where `zone` is given (facts 1.6)."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"Invalid value for: Invalid format: {text!r}", parameter) from None
    if value.tzinfo is None:
        if zone is None:
            raise invalid("Missing time zone definition for start time.", parameter)
        return value.replace(tzinfo=ZoneInfo(zone))
    return value


def edge(value: Moment, zone: str, shown_in: str | None = None) -> Json:
    """Write a `start` or `end`; the offset is that of `shown_in`, the name that of the event."""
    if not isinstance(value, datetime):
        return {"date": value.isoformat()}
    local = value.astimezone(ZoneInfo(shown_in or zone))
    return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": zone}


def slot(value: Moment) -> str:
    """Name an original start: UTC for timed events, the bare date for all-day ones."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return value.strftime("%Y%m%d")


def unslot(name: str, zone: str) -> Moment:
    """Return the original start named by `name`, in the series' own zone."""
    if "T" not in name:
        return datetime.strptime(name, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    utc = datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return utc.astimezone(ZoneInfo(zone))


def at(value: Moment, zone: str) -> datetime:
    """Return the instant of `value`; an all-day date begins at midnight of the calendar's zone."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), ZoneInfo(zone))


def later(value: Moment, length: timedelta) -> Moment:
    """Add `length` on the wall clock, as calendars do."""
    return value + length


def stamp(value: datetime) -> str:
    """Write `created` and `updated`: UTC with milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
