"""When people are taken, and when they work, as a CalDAV server tells it.

Others are asked for through the scheduling outbox (RFC 6638 6) where there is one, else their
calendars by report (RFC 4791 7.10), as far as this account may. Whoever nobody tells of is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from xml.etree.ElementTree import Element

from icalendar import Calendar as Parsed
from icalendar.prop import vPeriod

from connectors.caldav.client import Dav
from connectors.caldav.discovery import Place
from connectors.caldav.xml import C, D, canonical, free_busy, parse, propfind, searched, time_range
from connectors.errors import NotFound, NotPermitted, PreconditionFailed, Unavailable
from connectors.ical.invitation import calendar
from connectors.model import Busy, Hours, Person, Span, Weekday, WorkingHours

_FOLD = re.compile(r"\r?\n[ \t]")
_FREEBUSY = re.compile(r"^FREEBUSY(?P<params>(?:;[^:\r\n]*)?):(?P<periods>[^\r\n]*)", re.MULTILINE)
_FREE = re.compile(r"FBTYPE=\"?FREE\b", re.IGNORECASE)
_SUCCESS = "2."
_REFUSALS = (NotFound, NotPermitted, PreconditionFailed)
_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), Weekday, strict=True))


def asked(
    dav: Dav, outbox: str, owner: Person, people: Sequence[Person], window: Span
) -> dict[Person, Busy]:
    """Ask the server's post for the free/busy of people; it answers for each alone."""
    lines = [
        "BEGIN:VFREEBUSY",
        f"UID:free-busy-{stamp(window.start)}-{stamp(window.end)}@visavis",
        f"DTSTAMP:{stamp(window.start)}",
        f"DTSTART:{stamp(window.start)}",
        f"DTEND:{stamp(window.end)}",
        f"ORGANIZER:mailto:{owner.address}",
        *(f"ATTENDEE:mailto:{one.address}" for one in people),
        "END:VFREEBUSY",
    ]
    body = calendar(["".join(f"{line}\n" for line in lines).encode()], method="REQUEST")
    known = {one.address: one for one in people}
    found: dict[Person, Busy] = {}
    for response in parse(dav.report(outbox, body, kind="calendar")).iterfind(f"{C}response"):
        address = (response.findtext(f"{C}recipient/{D}href") or "").strip().lower()
        told = response.findtext(f"{C}calendar-data")
        person = known.get(address.removeprefix("mailto:"))
        status = (response.findtext(f"{C}request-status") or "").strip()
        if person and told and status.startswith(_SUCCESS):
            found[person] = Busy(tuple(sorted(periods(told))))
    return found


def readable(dav: Dav, person: Person, window: Span) -> Busy | None:
    """Tell from the calendars of somebody on this server; None unless all of them can be asked."""
    try:
        body = searched(f"mailto:{person.address}")
        homes = [
            home
            for one in dav.ask("REPORT", "/", body).found
            for home in _hrefs(one.props.get(f"{C}calendar-home-set"))
        ]
        calendars = [path for home in homes for path in _calendars(dav, home)]
        within = free_busy(time_range(stamp(window.start), stamp(window.end)))
        spans = [span for path in calendars for span in periods(dav.report(path, within).decode())]
    except _REFUSALS:
        return None
    return Busy(tuple(sorted(spans))) if calendars else None


def periods(told: str) -> Iterator[Span]:
    """Yield the stretches of a VFREEBUSY in which somebody is not free."""
    for line in _FREEBUSY.finditer(_FOLD.sub("", told)):
        if _FREE.search(line["params"]):
            continue
        for text in filter(None, line["periods"].split(",")):
            start, end = cast(
                "tuple[datetime, datetime | timedelta]",
                vPeriod.from_ical(text.strip()),  # type: ignore[no-untyped-call]
            )
            last = start + end if isinstance(end, timedelta) else end
            if last > start:
                yield Span(start, last)


def hours(dav: Dav, place: Place) -> WorkingHours | None:
    """Return the working week an owner entered at the server (RFC 7953), where it has one.

    Some servers offer the property and stumble over it; what cannot be read counts as not told.
    """
    if not place.inbox:
        return None
    name = f"{C}calendar-availability"
    try:
        text = dav.properties(place.inbox, name).text(name)
        return week(text) if text else None
    except (*_REFUSALS, Unavailable, ValueError, KeyError):
        return None


def stamp(moment: datetime) -> str:
    """Write a moment as iCalendar does, in UTC."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def week(text: str) -> WorkingHours | None:
    """Read the weekly stretches of an availability; others are exceptions, and left out."""
    days: dict[Weekday, tuple[Hours, ...]] = {}
    zone = ""
    parts: list[Any] = Parsed.from_ical(text).walk("AVAILABLE")  # a union of all there can be
    for part in parts:
        start, end = part["DTSTART"].dt, part["DTEND"].dt
        zone = getattr(start.tzinfo, "key", "") or zone
        for day in map(str, part.get("RRULE", {}).get("BYDAY", ())):
            weekday = _DAYS[day[-2:].upper()]
            stretch = Hours(start.time(), end.time() if end.date() == start.date() else time())
            days[weekday] = (*days.get(weekday, ()), stretch)
    return WorkingHours(zone, days) if zone and days else None


def _calendars(dav: Dav, home: str) -> list[str]:
    found = dav.ask("PROPFIND", home, propfind(f"{D}resourcetype"), depth=1).found
    return [canonical(one.path) for one in found if one.has(f"{D}resourcetype", f"{C}calendar")]


def _hrefs(element: Element | None) -> Iterator[str]:
    if element is not None:
        yield from (one.text or "" for one in element.iter(f"{D}href"))
