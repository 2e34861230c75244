"""When people are taken, and when they work, as a CalDAV server tells it.

Others are asked for through the scheduling outbox (RFC 6638 6) where there is one; for whom it
knows nothing of see `neighbours`. Whoever nobody tells of is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

from icalendar import Calendar as Parsed
from icalendar.prop import vPeriod

from connectors.caldav.client import Dav
from connectors.caldav.discovery import Place
from connectors.caldav.xml import C, D
from connectors.errors import NotFound, NotPermitted, PreconditionFailed, Unavailable
from connectors.ical.invitation import calendar
from connectors.model import Busy, Hours, Person, Span, Weekday, WorkingHours

_FOLD = re.compile(r"\r?\n[ \t]")
_FREEBUSY = re.compile(
    r"^FREEBUSY(?P<params>(?:;[^:\r\n]*)?):(?P<periods>[^\r\n]*)", re.MULTILINE | re.IGNORECASE
)
_FREE = re.compile(r"FBTYPE=\"?FREE\b", re.IGNORECASE)
_SUCCESS = "2."
REFUSALS = (NotFound, NotPermitted, PreconditionFailed)
"""How a server says that it does not tell, or does not tell this account."""
_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), Weekday, strict=True))


def asked(
    dav: Dav, outbox: str, owner: Person, people: Sequence[Person], window: Span
) -> dict[Person, Busy]:
    """Ask the server's post for the free/busy of people, if it has one; each is answered alone."""
    if not outbox:
        return {}
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
    with suppress(*REFUSALS):
        for response in dav.posted(outbox, body).iterfind(f"{C}response"):
            address = (response.findtext(f"{C}recipient/{D}href") or "").strip().lower()
            person = known.get(address.removeprefix("mailto:"))
            status = (response.findtext(f"{C}request-status") or "").strip()
            busy = told((response.findtext(f"{C}calendar-data") or "").encode())
            if person and busy and status.startswith(_SUCCESS):
                found[person] = busy
    return found


def told(answer: bytes) -> Busy | None:
    """Read a VFREEBUSY; None for anything else: no word about somebody is not the word "free"."""
    text = answer.decode("utf-8", "replace")
    if "END:VFREEBUSY" not in text.upper():
        return None
    try:
        return Busy(tuple(sorted(periods(text))))
    except ValueError:
        return None


def periods(text: str) -> Iterator[Span]:
    """Yield the stretches of a VFREEBUSY in which somebody is not free."""
    for line in _FREEBUSY.finditer(_FOLD.sub("", text)):
        if _FREE.search(line["params"]):
            continue
        for period in filter(None, line["periods"].split(",")):
            start, end = cast(
                "tuple[datetime, datetime | timedelta]",
                vPeriod.from_ical(period.strip()),  # type: ignore[no-untyped-call]
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
    except (*REFUSALS, Unavailable, ValueError, KeyError):
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
