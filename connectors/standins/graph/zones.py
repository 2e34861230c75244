"""Time as Exchange writes it: Windows zone names, seven fraction digits, reversed bias.

Events carry wall time with the name of a zone, Windows or IANA as somebody once chose; working
hours often carry a described zone instead, whose bias counts the other way round.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from connectors.standins.graph.calls import Json, Refused

NEVER = "0001-01-01T00:00:00Z"
"""The time of an answer nobody gave: too early for many a datetime type."""
CUSTOM = "tzone://Microsoft/Custom"
"""What `originalStartTimeZone` says of a meeting made with a legacy custom zone."""


def zone(name: str) -> tzinfo:
    """Return the zone of a Windows or IANA name; refuses the others as Exchange does."""
    if name.upper() in {"UTC", "TZONE://MICROSOFT/UTC"}:
        return UTC
    try:
        return ZoneInfo(win_tz.get(name, name))
    except (KeyError, ValueError, OSError) as unknown:
        message = f"A valid TimeZone value must be specified, not '{name}'."
        raise Refused(400, "TimeZoneNotSupportedException", message) from unknown


def windows_name(iana: str) -> str:
    """Return the Windows name of an IANA zone, where it has one."""
    return tz_win.get(iana, iana)


def moment(value: Json) -> datetime:
    """Read a `dateTimeTimeZone`; an offset inside the value wins over `timeZone`."""
    read = _parsed(value["dateTime"])
    return read if read.tzinfo else read.replace(tzinfo=zone(value.get("timeZone") or "UTC"))


def instant(text: str) -> datetime:
    """Read a window's edge: the offset in the value counts, UTC where there is none."""
    read = _parsed(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _parsed(text: str) -> datetime:
    """Read an ISO 8601 value, with up to seven fraction digits."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise Refused(
            400, "ErrorInvalidParameter", f"'{text}' is no date and time."
        ) from unreadable


def wire(when: datetime, name: str) -> Json:
    """Write a `dateTimeTimeZone` in the zone of that name: no offset, seven digits."""
    return floating(when.astimezone(zone(name)), name)


def floating(wall: date, name: str) -> Json:
    """Write the wall clock of `wall` unconverted: whole days are the same day in every zone."""
    return {"dateTime": f"{wall:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": name}


def stamp(when: datetime) -> str:
    """Write a `DateTimeOffset`, always in UTC."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def custom(iana: str, year: int) -> Json:
    """Describe a zone as `customTimeZone`: UTC = local + bias, so the sign is reversed."""
    described: Json = {
        "@odata.type": "#microsoft.graph.customTimeZone",
        "bias": _bias(_standard(iana, year)),
        "name": "Customized Time Zone",
    }
    for change, before, after in _changes(iana, year):
        if after < before:
            described["standardOffset"] = _rule(change)
        else:
            # The daylight bias is what daylight time adds to the standard bias.
            described["daylightOffset"] = {"daylightBias": _bias(after - before), **_rule(change)}
    return described


def _bias(offset: timedelta) -> int:
    return -int(offset.total_seconds() // 60)


def _standard(iana: str, year: int) -> timedelta:
    """Return the offset outside summer time, on either half of the globe."""
    return min(_offset(iana, datetime(year, month, 1, tzinfo=UTC)) for month in (1, 7))


def _offset(iana: str, when: datetime) -> timedelta:
    return when.astimezone(ZoneInfo(iana)).utcoffset() or timedelta()


def _changes(iana: str, year: int) -> list[tuple[datetime, timedelta, timedelta]]:
    """List the clock changes of a year: wall time before the change, offsets before and after."""
    hours = (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(366 * 24))
    found = []
    for hour in hours:
        before, after = _offset(iana, hour - timedelta(hours=1)), _offset(iana, hour)
        if before != after:
            found.append((hour.replace(tzinfo=None) + before, before, after))
    return found


def _rule(wall: datetime) -> Json:
    """Name a day as "the nth weekday of the month, every year"; 5 means the last one."""
    occurrence = (wall.day - 1) // 7 + 1
    last = (wall + timedelta(days=7)).month != wall.month
    return {
        "time": f"{wall:%H:%M:%S}.0000000",
        "dayOccurrence": 5 if last else occurrence,
        "dayOfWeek": f"{wall:%A}".lower(),
        "month": wall.month,
        "year": 0,
    }


def at(day: date, wall: time, tz: tzinfo | None) -> datetime:
    """Return that wall time on that day, whichever side of a clock change it is."""
    return datetime.combine(day, wall.replace(tzinfo=None), tzinfo=tz)
