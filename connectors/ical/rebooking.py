"""Another time for one instance of a series: the override that says so, as text edits.

Pure. The override copies the master (or is the earlier override, in place), so that whatever
programs wrote into the series holds for the instance too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.errors import NotPermitted
from connectors.ical.editing import Splice, applied, escaped, shifted
from connectors.ical.parts import Fields, fields, lead, newest, sequence, unescaped
from connectors.ical.people import address
from connectors.ical.source import Component, Property, Source, fold
from connectors.ical.translate import instances, timed
from connectors.ical.zones import Zones
from connectors.model import Key, Span

KEY = "X-VISAVIS-KEY"
"""Names the booking that an override or event came from, so that none is made twice."""
_TZID = re.compile(r';TZID=(?:"[^"]*"|[^;:]*)', re.IGNORECASE)
_ASKED = re.compile(r';(?:PARTSTAT|RSVP|X-RESPONSE-COMMENT)=(?:"[^"]*"|[^;:]*)', re.IGNORECASE)
# What says when and how often, and is said anew or holds for the series only.
_REPLACED = ("RRULE", "RDATE", "EXDATE", "EXRULE", "DTEND", "DURATION", "SEQUENCE", KEY)


@dataclass(frozen=True, slots=True)
class Booking:
    """Another time for one instance; `host` tells whose answer is not asked for.

    `stamp` is the moment of writing, for whoever sends the override to others (DTSTAMP).
    """

    recurrence_id: datetime
    to: Span
    key: Key
    host: Callable[[str], bool]
    stamp: datetime | None = None


def rebooked(source: Source, uid: str, booking: Booking, zones: Zones) -> list[Splice]:
    """Return the edits that put an instance at its new time, without any exclusion of it."""
    components = source.events[uid]
    master = lead(components)
    own = override(source, uid, booking.recurrence_id, zones)
    revision = max(sequence(fields(one)) for one in components) + 1
    base = own or master
    _refuse(fields(base), repeats=len(components) > 1 or {"RRULE", "RDATE"} & fields(master).keys())
    edits = _restamped(base, booking, revision, zones, source.newline)
    if own:
        splices = shifted(edits, own.start)
    else:
        splices = [Splice(master.end, master.end, applied(master.raw, edits))]
    return splices + _included(master, booking.recurrence_id, zones, source.newline)


def override(source: Source, uid: str, at: datetime, zones: Zones) -> Component | None:
    """Return the component that speaks for one instance; the newest of several."""
    components = source.events[uid]
    timing = timed(fields(lead(components)), zones)
    own = [
        one
        for one in components
        if at
        in (
            at
            for rid in fields(one).get("RECURRENCE-ID", ())
            for at in instances(rid, timing, zones)
        )
    ]
    return newest(own) if own else None


def booked_as(component: Component) -> str:
    """Return the key of the booking that a component came from, or an empty string."""
    keys = fields(component).get(KEY, ())
    return unescaped(keys[0].value) if keys else ""


def of_another(component: Component, key: object) -> bool:
    """Whether a component came from another booking than that of a key, or does not tell.

    Where a server drops properties that it does not know, no component tells.
    """
    return booked_as(component) not in {"", key}


def _refuse(base: Fields, *, repeats: object) -> None:
    """Refuse what an override cannot say."""
    if not repeats:
        raise NotPermitted("a single event has no instance to move", "move it by hand")
    if any("RANGE" in one.parts()[0] for one in base.get("RECURRENCE-ID", ())):
        raise NotPermitted("all later instances would move as well", "move it by hand")


def _restamped(
    base: Component, booking: Booking, revision: int, zones: Zones, newline: bytes
) -> list[Splice]:
    """Edit a component's own lines: the new ones stand where DTSTART stood."""
    part = fields(base)
    start = part["DTSTART"][0]
    identity = [] if "RECURRENCE-ID" in part else [("RECURRENCE-ID", booking.recurrence_id)]
    times = [*identity, ("DTSTART", booking.to.start), ("DTEND", booking.to.end)]
    lines = [stamped(name, moment, start, zones) for name, moment in times]
    lines += [f"SEQUENCE:{revision}", f"{KEY}:{escaped(booking.key)}"]
    new = {start: b"".join(fold(line, newline) for line in lines)}
    new |= {one: b"" for name in _REPLACED for one in part.get(name, ())}
    if booking.stamp:
        written = fold(f"DTSTAMP:{booking.stamp.astimezone(UTC):%Y%m%dT%H%M%S}Z", newline)
        new |= dict.fromkeys(part.get("DTSTAMP", ()), written)
    new |= {one: fold("STATUS:CONFIRMED", newline) for one in part.get("STATUS", ())}
    new |= {
        one: fold(_asked(one), newline)
        for one in part.get("ATTENDEE", ())
        if not booking.host(address(one))
    }
    return [Splice(one.start, one.end, text) for one, text in new.items()]


def _included(master: Component, at: datetime, zones: Zones, newline: bytes) -> list[Splice]:
    """Take one original start out of the exclusions (EXDATE), whose other values stay."""
    part = fields(master)
    timing = timed(part, zones)
    splices = []
    for one in part.get("EXDATE", ()):
        values = [value for value in one.value.split(",") if value]
        excluded = zip(values, instances(one, timing, zones), strict=True)
        left = [value for value, instance in excluded if instance != at]
        if len(left) < len(values):
            head = one.text[: len(one.text) - len(one.parts()[1])]
            new = fold(head + ",".join(left), newline) if left else b""
            splices.append(Splice(one.start, one.end, new))
    return shifted(splices, master.start)


def stamped(name: str, moment: datetime, like: Property, zones: Zones) -> str:
    """Write a moment as another property of the event is written: by its zone, or in UTC."""
    params, value = like.parts()
    if value.strip().upper().endswith("Z") or params.get("VALUE", "").upper() == "DATE":
        return f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%S}Z"
    tzid = _TZID.search(like.text)
    local = moment.astimezone(zones.named(params.get("TZID")))
    return f"{name}{tzid[0] if tzid else ''}:{local:%Y%m%dT%H%M%S}"


def _asked(guest: Property) -> str:
    """Ask a guest anew: the answer was to another time."""
    name, rest = guest.text[: len(guest.name)], guest.text[len(guest.name) :]
    return f"{name};PARTSTAT=NEEDS-ACTION;RSVP=TRUE{_ASKED.sub('', rest)}"
