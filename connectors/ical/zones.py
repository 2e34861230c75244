"""Time zones as calendar files name them: IANA, Windows, with a vendor's prefix, or defined inside.

Pure. A name that the world knows counts more than the definition beside it, as in every
calendar program: definitions are often years out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Component as Part
from icalendar import Timezone
from icalendar.timezone import TZP
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from connectors.ical.source import Component

_LOCATION = re.compile(rb"\nX-LIC-LOCATION[^:\n]*:([^\r\n]*)", re.IGNORECASE)
# What rules of zones are made of; others could name every second until 2038.
_YEARLY = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "UNTIL", "WKST"}
_SAMPLES = tuple(
    datetime(year, month, 15, 12, tzinfo=UTC)
    for year in (2020, 2026, 2032)
    for month in range(1, 13)
)


class Zones:
    """The zones one file can name; `local` (IANA) is where its floating times are."""

    def __init__(self, definitions: Iterable[Component], local: str) -> None:
        self.local = ZoneInfo(local)
        self.definitions = {_tzid(definition): definition for definition in definitions}
        self._known: dict[str, tzinfo] = {}

    def named(self, tzid: str | None) -> tzinfo:
        """Return the zone of a TZID, or the local one for None; ValueError for an unknown name."""
        if tzid is None:
            return self.local
        if tzid not in self._known:
            self._known[tzid] = self._find(tzid)
        return self._known[tzid]

    def name(self, zone: tzinfo | None) -> str:
        """Return the IANA name of a zone; one that has none is told as the local one."""
        return "UTC" if zone is UTC else str(getattr(zone, "key", self.local.key))

    def _find(self, tzid: str) -> tzinfo:
        """Try the name, then the place a definition says it is for, then its rules."""
        known = iana(tzid)
        if known:
            return ZoneInfo(known)
        definition = self.definitions.get(tzid)
        if definition is None:
            raise ValueError(f"its time zone {tzid!r} is not defined")
        located = _LOCATION.search(definition.raw)
        known = iana(located[1].decode("ascii", "replace").strip()) if located else None
        return ZoneInfo(known) if known else self._defined(definition)

    def _defined(self, definition: Component) -> tzinfo:
        """Build a zone from its rules; a well-known one that has the same tells its name."""
        try:
            component = Timezone.from_ical(definition.raw)
            if not all(map(_changes_yearly, component.subcomponents)):
                raise ValueError("its time zone changes too often")
            zone = component.to_tz(TZP(), lookup_tzid=False)  # type: ignore[attr-defined]
            alike = (self.local.key, *WINDOWS_TO_OLSON.values())
            found = next((name for name in alike if _same(zone, ZoneInfo(name))), None)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("its time zone is badly defined") from error
        return ZoneInfo(found) if found else zone


@lru_cache(maxsize=1024)
def iana(tzid: str) -> str | None:
    """Return the IANA name that a TZID stands for, if any."""
    name = tzid.strip().strip("/")
    if name.lower().startswith("tzone://microsoft/"):
        name = name.rpartition("/")[2].upper()
    parts = WINDOWS_TO_OLSON.get(name, name).split("/")
    # "/vendor.example/20240101/Europe/Berlin": the longest tail that is a zone.
    tails = ("/".join(parts[start:]).lower() for start in range(len(parts)))
    return next((_names()[tail] for tail in tails if tail in _names()), None)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Return all zones by their names in small letters."""
    return {name.lower(): name for name in available_timezones()}


def _tzid(definition: Component) -> str:
    try:
        return next((p.value for p in definition.properties() if p.name == "TZID"), "")
    except ValueError:
        return ""  # who refers to it is told that it is not defined


def _changes_yearly(part: Part) -> bool:
    """Whether one half of a definition says what halves say: a day of the year, if any rule."""
    rule = part.get("RRULE", {"FREQ": ["YEARLY"]})
    return bool(rule["FREQ"] == ["YEARLY"] and rule.keys() <= _YEARLY)


def _same(one: tzinfo, other: tzinfo) -> bool:
    """Whether two zones have the same offset in every month of three years."""
    return all(
        at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset() for at in _SAMPLES
    )
