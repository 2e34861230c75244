"""Time zones as Exchange names them: Windows names, IANA names, or a description of their own.

Pure. A described zone counts the other way round: UTC is local time plus its bias, in minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from tzlocal.windows_tz import win_tz

from connectors.outlook.wire import Json

_PREFIX = "tzone://microsoft/"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@lru_cache(maxsize=1024)
def iana(name: str) -> str:
    """Return the IANA name of a zone, or nothing for custom and unknown ones."""
    bare = name.strip().lower().removeprefix(_PREFIX)
    return _names().get(bare, "")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    known = {name.lower(): name for name in available_timezones()}
    return known | {windows.lower(): name for windows, name in win_tz.items()} | {"utc": "UTC"}


def described(zone: Json, year: int, near: str) -> str:
    """Return the IANA name of a zone as `workingHours` tell it: named, or described by its rules.

    Of several zones with the same clock in that year `near` comes first; it also stands for a
    clock that no zone of the world has.
    """
    if found := iana(str(zone.get("name", ""))):
        return found
    if "bias" not in zone:
        return near
    wanted = tuple(_offsets(zone, year))
    candidates = (near, *win_tz.values()) if near else win_tz.values()
    return next((name for name in candidates if _like(name, year, wanted)), near)


def _offsets(zone: Json, year: int) -> Iterator[timedelta]:
    """Yield the described offset at noon of each day of the year."""
    standard, daylight = zone.get("standardOffset"), zone.get("daylightOffset")
    normal = timedelta(minutes=-int(zone["bias"]))
    if not standard or not daylight:
        yield from (normal for _ in _noons(year))
        return
    summer = normal - timedelta(minutes=int(daylight.get("daylightBias", -60)))
    begins, ends = _change(daylight, year), _change(standard, year)
    for noon in _noons(year):
        # South of the equator summer lasts over the new year.
        north = begins <= noon.date() < ends
        south = ends < begins and not ends <= noon.date() < begins
        yield summer if north or south else normal


def _change(rule: Json, year: int) -> date:
    """Return the day of a clock change: the nth weekday of a month, 5 meaning the last one."""
    month, weekday = int(rule["month"]), _WEEKDAYS.index(str(rule["dayOfWeek"]).lower())
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7)
    found = [day + timedelta(weeks=n) for n in range(int(rule["dayOccurrence"]))]
    return max(one for one in found if one.month == month)


def _like(name: str, year: int, wanted: Iterable[timedelta]) -> bool:
    """Whether a zone shows the same time on every day of the year."""
    zone = ZoneInfo(name)
    offsets = (noon.replace(tzinfo=zone).utcoffset() for noon in _noons(year))
    return all(has == wants for has, wants in zip(offsets, wanted, strict=True))


def _noons(year: int) -> Iterator[datetime]:
    first = datetime.combine(date(year, 1, 1), time(12), UTC)
    return (first + timedelta(days=n) for n in range(365))
