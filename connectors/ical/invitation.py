"""Invitations: the request that goes by mail (iMIP, RFC 6047), and a guest's own new meeting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from icalendar import Timezone

from connectors.ical.editing import escaped
from connectors.ical.parts import fields
from connectors.ical.rebooking import KEY
from connectors.ical.source import Component, Property, fold
from connectors.ical.zones import Zones
from connectors.model import AttendeeKind, Key, Occurrence, Person, Series, Span

_CRLF = b"\r\n"
_PRODUCT = "PRODID:-//visavis//one-on-ones//EN"
_ALARM = re.compile(rb"BEGIN:VALARM.*?END:VALARM\r?\n", re.IGNORECASE | re.DOTALL)


def request(event: Component, owner: Person, zones: Zones) -> bytes:
    """Return the REQUEST for one event or override as it stands (RFC 5546 3.2.2).

    Alarms are the owner's own. What RFC 5546 wants and the file does not have is added.
    """
    part = fields(event)
    missing = []
    if "ORGANIZER" not in part:
        missing.append(f"ORGANIZER:mailto:{owner.address}")
    if "DTSTAMP" not in part:
        missing.append(f"DTSTAMP:{_utc(zones, part['DTSTART'][0])}")
    begin, _, rest = _ALARM.sub(b"", event.raw).partition(b"\n")
    text = begin + b"\n" + b"".join(fold(line, b"\n") for line in missing) + rest
    tzids = {one.parts()[0].get("TZID") for listed in part.values() for one in listed}
    stamps = [one.value for name in ("DTSTART", "RECURRENCE-ID") for one in part.get(name, ())]
    years = [int(stamp[:4]) for stamp in stamps]
    definitions = [_definition(tzid, zones, years) for tzid in sorted(filter(None, tzids))]
    return calendar([*definitions, text], method="REQUEST")


def calendar(components: Iterable[bytes], method: str = "") -> bytes:
    """Wrap components into a calendar, all lines ended as RFC 5545 wants."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", _PRODUCT, *([f"METHOD:{method}"] if method else [])]
    text = "\n".join(head).encode() + b"\n" + b"".join(components) + b"END:VCALENDAR\n"
    return re.sub(rb"\r?\n", _CRLF, text)


def uid(key: Key) -> str:
    """Return the UID of the one meeting that a key books, whoever books it."""
    return f"{blake2b(key.encode(), digest_size=12).hexdigest()}@visavis"


def file_name(key: Key) -> str:
    """Return the name under which the meeting of a key is kept, in a folder or on a server."""
    return f"visavis-{uid(key).partition('@')[0]}.ics"


def meeting(series: Series, lost: Occurrence, to: Span, key: Key, owner: Person) -> bytes:
    """Return the file of a guest's own single meeting instead of a lost one of somebody's series.

    Two installations write the same bytes, so nothing in it depends on the moment of writing.
    """
    zone = ZoneInfo(series.zone)
    stamp = f"{lost.recurrence_id.astimezone(UTC):%Y%m%dT%H%M%S}Z"
    known = {one.address: one.name for one in series.invited(lost)}
    me = next((name for one, name in known.items() if owner.answers_to(one)), owner.name)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid(key)}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;TZID={zone.key}:{to.start.astimezone(zone):%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone.key}:{to.end.astimezone(zone):%Y%m%dT%H%M%S}",
        f"SUMMARY:{escaped(series.title or 'One-on-one')}",
        *(["CLASS:PRIVATE"] if series.private else []),
        f"ORGANIZER{_named(me)}:mailto:{owner.address}",
        f"ATTENDEE;PARTSTAT=ACCEPTED{_named(me)}:mailto:{owner.address}",
        *(
            f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE{_named(known.get(one, ''))}:mailto:{one}"
            for one in _guests(series, lost, owner)
        ),
        f"RELATED-TO;RELTYPE=SIBLING:{escaped(series.uid)}",
        f"{KEY}:{escaped(key)}",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "END:VEVENT",
    ]
    zones = Zones((), series.zone)
    definition = _definition(zone.key, zones, [to.start.year])
    return calendar([definition, b"".join(fold(line, b"\n") for line in lines)])


def _named(name: str) -> str:
    """Return the parameter with a name; quotes and control characters cannot stand in one."""
    plain = re.sub(r'["\x00-\x1f\x7f]', "", name)
    return f';CN="{plain}"' if plain else ""


def _guests(series: Series, lost: Occurrence, owner: Person) -> list[str]:
    """Return whom the owner invites: the people of the lost meeting, not its rooms."""
    people = (one.address for one in series.invited(lost) if one.kind is AttendeeKind.INDIVIDUAL)
    invited = dict.fromkeys((series.organizer, *people))
    return [one for one in invited if not owner.answers_to(one)]


def _definition(tzid: str, zones: Zones, years: Sequence[int]) -> bytes:
    """Return the VTIMEZONE of a name: the file's own, or one for the years around."""
    if tzid in zones.definitions:
        return zones.definitions[tzid].raw
    first, last = date(min(years) - 1, 1, 1), date(max(years) + 1, 12, 31)
    made: bytes = Timezone.from_tzinfo(zones.named(tzid), tzid, first, last).to_ical()
    return made


def _utc(zones: Zones, start: Property) -> str:
    """Write a start in UTC, for a stamp that no clock is needed for."""
    params, value = start.parts()
    if value.endswith("Z"):
        return value
    at = datetime.strptime(value[:15].ljust(15, "0"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - attached below
    return f"{at.replace(tzinfo=zones.named(params.get('TZID'))).astimezone(UTC):%Y%m%dT%H%M%S}Z"
