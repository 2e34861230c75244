"""The occurrences of a `recurrence` array, on the wall clock of `start.timeZone`.

Written apart from the product's own expansion on purpose: one mistake in both would go unseen.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from connectors.standins.google.errors import Json, invalid
from connectors.standins.google.times import Moment, moment
from connectors.standins.google.times import zone as known_zone

if TYPE_CHECKING:
    from collections.abc import Iterator


def starts(body: Json) -> Iterator[Moment]:
    """Yield the start of every occurrence of the master `body`, in order, perhaps for ever."""
    first = moment(body["start"])
    zone = zone_of(body)
    for wall in _rules(body["recurrence"], _wall(first, zone), zone):
        yield wall.replace(tzinfo=zone) if isinstance(first, datetime) else wall.date()


def zone_of(body: Json) -> ZoneInfo:
    """Return the zone a series repeats in; 400 without one (facts 2.1)."""
    if "date" in body["start"]:
        return ZoneInfo("UTC")
    if "timeZone" not in body["start"]:
        raise invalid("Missing time zone definition for start time.")
    return ZoneInfo(body["start"]["timeZone"])


def ended(line: str, last: Moment) -> str:
    """Return an RRULE line that ends with `last` (inclusive), in place of any UNTIL or COUNT."""
    if isinstance(last, datetime):
        until = last.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    else:
        until = last.strftime("%Y%m%d")
    return re.sub(r";(UNTIL|COUNT)=[^;]+", "", line) + f";UNTIL={until}"


def _rules(lines: list[str], first: datetime, zone: ZoneInfo) -> rruleset:
    """Read the lines; the first occurrence belongs to a series even without a rule."""
    rules = rruleset(cache=False)
    if not any(line.upper().startswith("RRULE") for line in lines):
        rules.rdate(first)
    for line in lines:
        head, _, value = line.partition(":")
        name, *parameters = head.split(";")
        match name.upper():
            case "RRULE":
                rules.rrule(_rule(value, first, zone))
            case "EXRULE":
                rules.exrule(_rule(value, first, zone))
            case "RDATE":
                for wall in _dates(value, parameters, zone):
                    rules.rdate(wall)
            case "EXDATE":
                for wall in _dates(value, parameters, zone):
                    rules.exdate(wall)
            case _:
                raise invalid("Invalid recurrence rule.")
    return rules


def _rule(value: str, first: datetime, zone: ZoneInfo) -> rrule:
    """Read a rule with its UNTIL on the wall clock: dateutil wants it as naive as the start."""

    def local(match: re.Match[str]) -> str:
        """Rewrite one UNTIL; a bare date includes its whole day."""
        return f"UNTIL={_date(match[1], zone, end_of_day=True):%Y%m%dT%H%M%S}"

    try:
        rule = rrulestr(re.sub(r"UNTIL=([0-9TZ]+)", local, value.upper()), dtstart=first)
    except ValueError:
        raise invalid("Invalid recurrence rule.") from None
    assert isinstance(rule, rrule)  # noqa: S101 - one line is never a set
    return rule


def _dates(value: str, parameters: list[str], zone: ZoneInfo) -> list[datetime]:
    """Read RDATE or EXDATE; a TZID of their own is respected, then moved to the series' zone."""
    named = next((p.removeprefix("TZID=") for p in parameters if p.startswith("TZID=")), None)
    own = known_zone(named) if named else zone
    walls = (_date(text, own) for text in value.split(","))
    return [_wall(wall.replace(tzinfo=own), zone) for wall in walls]


def _date(text: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime:
    """Read a date or time of a rule on the wall clock of the series."""
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    try:
        wall = datetime.strptime(text.removesuffix("Z"), form)  # noqa: DTZ007 - a wall clock
    except ValueError:
        raise invalid("Invalid recurrence rule.") from None
    if "T" not in text:
        return datetime.combine(wall, time(23, 59, 59)) if end_of_day else wall
    return _wall(wall.replace(tzinfo=UTC), zone) if text.endswith("Z") else wall


def _wall(value: Moment, zone: ZoneInfo) -> datetime:
    """Return the wall-clock time dateutil counts in."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(value, time())
