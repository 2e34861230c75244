"""iCalendar to the model: events of a file as series, with everything programs write into them.

Pure. A component that makes no sense raises ValueError with the reason in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar.prop import vDDDTypes

from connectors.ical import people
from connectors.ical.parts import Fields, fields, raw_value, sequence, texts, words
from connectors.ical.source import Component, Property
from connectors.ical.zones import Zones
from connectors.model import (
    Attendee,
    EventKind,
    Handle,
    Link,
    Occurrence,
    Person,
    Response,
    Series,
    Span,
    Status,
    Url,
    Version,
)
from connectors.recurrence import Override, occurrences

HALF_HOUR = timedelta(minutes=30)
"""A meeting that is written without an end gets this long: an instant cannot be held or booked."""
_DAY = timedelta(days=1)
_URL = re.compile(r"(?:https?|file)://[^\s<>\"\\]+")
# How Google names the series that continues another one from some day on.
_SPLIT = re.compile(r"(?P<base>.+)_R\d{8}(?:T\d{6})?(?P<host>@.*)?")

Moment = date | datetime


@dataclass(frozen=True, slots=True)
class Name:
    """How an event is known: to us, to the world, and at this moment."""

    handle: Handle
    uid: str
    version: Version


@dataclass(frozen=True, slots=True)
class View:
    """Through whose eyes, by which zones and in which window a file is read."""

    owner: Person
    zones: Zones
    window: Span


@dataclass(frozen=True, slots=True)
class Timing:
    """When one component takes place."""

    start: datetime
    length: timedelta
    all_day: bool

    @property
    def span(self) -> Span:
        """The time of the component itself; days are counted on the calendar."""
        if self.all_day:
            return Span(self.start, self.start + self.length)
        return Span(
            self.start, (self.start.astimezone(UTC) + self.length).astimezone(self.start.tzinfo)
        )


def series(name: Name, components: Sequence[Component], view: View) -> Series | None:
    """Read an event with its overrides; None for a repeating one that is cancelled as a whole."""
    parts = [fields(component) for component in components]
    first, overrides = _sorted(parts)
    if _cancelled(first) and "RRULE" in first:
        # Ended for good. The meetings it had were held, and must not look as if they were lost.
        return None
    timing = timed(first, view.zones)
    attendees = people.attendees(first)
    private = words(first, "CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"}
    organizer = people.organizer(first) or view.owner.address
    return Series(
        handle=name.handle,
        uid=name.uid,
        version=name.version,
        title="" if private else words(first, "SUMMARY"),
        organizer=organizer,
        attendees=attendees,
        zone=view.zones.name(timing.start.tzinfo),
        occurrences=_occurrences(first, overrides, timing, attendees, view),
        rule=_rule(first),
        kind=_kind(first, timing, attendees, view.owner),
        private=private,
        all_day=timing.all_day,
        owned=view.owner.answers_to(organizer),
        links=links(first),
        split_from=_split_from(name),
    )


def taken(found: Series, components: Sequence[Component], view: View) -> Iterator[Span]:
    """Yield when an event keeps the owner busy: neither cancelled, declined nor transparent."""
    parts = [fields(component) for component in components]
    first, overrides = _sorted(parts)
    own = {_recurrence_id(one, timed(first, view.zones), view.zones): one for one in overrides}
    for one in found.occurrences:
        transparent = words(own.get(one.recurrence_id, first), "TRANSP").upper() == "TRANSPARENT"
        declined = any(
            view.owner.answers_to(guest.address) and guest.response is Response.DECLINED
            for guest in found.invited(one)
        )
        if one.status is Status.STANDING and not (transparent or declined):
            yield one.span


def timed(part: Fields, zones: Zones, fallback: timedelta | None = None) -> Timing:
    """Tell when a component takes place; `fallback` is the length where it names none."""
    if "DTSTART" not in part:
        raise ValueError("it has no DTSTART")
    first = _moment(part["DTSTART"][0])
    all_day = not isinstance(first, datetime)
    start = _aware(first, _zone(part["DTSTART"][0]), zones)
    length = _length(part, start, zones, all_day=all_day)
    if length < timedelta(0):
        raise ValueError("it ends before it starts")
    return Timing(start, length or fallback or (_DAY if all_day else HALF_HOUR), all_day)


def instances(listed: Property, timing: Timing, zones: Zones) -> tuple[datetime, ...]:
    """Return the original starts that an EXDATE, RDATE or RECURRENCE-ID names.

    A date alone means the instance of that day, a floating time the clock of the series.
    """
    return tuple(span[0] for span in _periods(listed, timing, zones))


def links(part: Fields) -> tuple[Link, ...]:
    """Return the addresses attached to an event or written into its description, each once."""
    found = dict.fromkeys(
        (*attached(part), *texts(part, "URL"), *_written(words(part, "DESCRIPTION")))
    )
    return tuple(Link(Url(url)) for url in found if _URL.match(url))


def attached(part: Fields) -> tuple[str, ...]:
    """Return the attachments that are addresses; files inside the event are not."""
    found = part.get("ATTACH", ())
    return tuple(one.value for one in found if one.parts()[0].get("VALUE", "URI").upper() == "URI")


def kept(part: Fields, ours: Iterable[str]) -> Mapping[str, Sequence[str] | bool]:
    """Return what a write of ours must leave alone; `ours` are the links we put there."""
    texts = (words(part, name) for name in ("DESCRIPTION", "LOCATION", "URL", "CONFERENCE"))
    joins = {url for text in texts for url in _written(text)}
    return {
        "attendees": sorted(guest.address for guest in people.attendees(part)),
        "attachments": sorted({*attached(part)} - {*ours}),
        "join": sorted(joins - {*attached(part)} - {*ours}),
        "private": words(part, "CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"},
    }


def _kind(part: Fields, timing: Timing, attendees: Sequence[Attendee], owner: Person) -> EventKind:
    """Tell an absence: the program's own word, or an all-day event of one's own.

    Outlook's word counts both ways: what it calls busy is no absence.
    """
    said = words(part, "X-MICROSOFT-CDO-BUSYSTATUS") or words(part, "BUSYSTATUS")
    own = all(owner.answers_to(guest.address) for guest in attendees)
    mine = own and owner.answers_to(people.organizer(part) or owner.address)
    opaque = words(part, "TRANSP").upper() != "TRANSPARENT"
    away = said.upper() == "OOF" if said else timing.all_day and mine and opaque
    return EventKind.OUT_OF_OFFICE if away else EventKind.MEETING


# --- when -----------------------------------------------------------------------------------------


def _occurrences(
    lead: Fields,
    overrides: Sequence[Fields],
    timing: Timing,
    attendees: tuple[Attendee, ...],
    view: View,
) -> tuple[Occurrence, ...]:
    """Expand rule, dates, exclusions and overrides in the window."""
    zones = view.zones
    start, own = timing.start, [_override(one, timing, attendees, zones) for one in overrides]
    rdates = [at for one in lead.get("RDATE", ()) for at in _periods(one, timing, zones)]
    own += [Override(at, Span(at, end)) for at, end in rdates if end]
    if "RECURRENCE-ID" in lead:
        # Invited to single instances: there is no master that could name them.
        start = own[0].recurrence_id
        rdates = [(one.recurrence_id, None) for one in own]
    elif _cancelled(lead):
        own.append(Override(start, cancelled=True))
    return occurrences(
        start,
        timing.length,
        _rule(lead),
        window=view.window,
        rdates=[at for at, _ in rdates],
        exdates=[at for one in lead.get("EXDATE", ()) for at in instances(one, timing, zones)],
        overrides=own,
    )


def _rule(part: Fields) -> str | None:
    """Return all rules; RFC 5545 has one, older programs more, and some that exclude."""
    rules = [one.value for one in part.get("RRULE", ())]
    return "\n".join((*rules, *(f"EXRULE:{one.value}" for one in part.get("EXRULE", ())))) or None


def _override(
    part: Fields, master: Timing, attendees: tuple[Attendee, ...], zones: Zones
) -> Override:
    invited = people.attendees(part)
    params, _ = part["RECURRENCE-ID"][0].parts()
    return Override(
        _recurrence_id(part, master, zones),
        timed(part, zones, master.length).span if "DTSTART" in part else None,
        cancelled=_cancelled(part),
        attendees=invited if invited and invited != attendees else None,
        this_and_future=params.get("RANGE", "").upper() == "THISANDFUTURE",
    )


def _recurrence_id(part: Fields, master: Timing, zones: Zones) -> datetime:
    """Return the identity of an override: the start that the rule gave its instance."""
    named = instances(part["RECURRENCE-ID"][0], master, zones)
    if not named:
        raise ValueError("its RECURRENCE-ID names no instance")
    return named[0]


def _periods(
    listed: Property, timing: Timing, zones: Zones
) -> list[tuple[datetime, datetime | None]]:
    """Return the starts that a list names, with the end where it names a PERIOD."""
    zone = timing.start.tzinfo
    found = []
    # Read once: a list may have a hundred thousand dates.
    tzid, texts = _zone(listed), listed.value.split(",")
    for text in filter(None, texts):
        value = _parsed(text, listed.name)
        first, last = value if isinstance(value, tuple) else (value, None)
        if not isinstance(first, date):
            raise ValueError(f"its {listed.name} is no date")  # noqa: TRY004 - as above
        at = _aware(first, tzid, zones, timing.start)
        if timing.all_day:
            at = datetime.combine(at.astimezone(zone), time.min, zone)
        end = at + last if isinstance(last, timedelta) else last
        found.append((at, end and _aware(end, tzid, zones, timing.start)))
    return found


def _length(part: Fields, start: datetime, zones: Zones, *, all_day: bool) -> timedelta:
    """Return how long a component says it lasts, zero where it does not say.

    Whole days are counted on the calendar, everything else on the clock.
    """
    if "DTEND" in part:
        end = _aware(_moment(part["DTEND"][0]), _zone(part["DTEND"][0]), zones)
        if all_day:
            return end.replace(tzinfo=None) - start.replace(tzinfo=None)
        return end.astimezone(UTC) - start.astimezone(UTC)
    if "DURATION" in part:
        lasts = _parsed(part["DURATION"][0].value, "DURATION")
        return lasts if isinstance(lasts, timedelta) else timedelta(0)
    return timedelta(0)


def _moment(one: Property) -> Moment:
    """Read a property that is one date or one time."""
    value = _parsed(one.value, one.name)
    if not isinstance(value, date):
        raise ValueError(f"its {one.name} is no date")  # noqa: TRY004 - a mistake of the file
    return value


def _parsed(text: str, name: str) -> object:
    """Read a date, time, period or duration; ValueError quotes what it stumbled over."""
    try:
        return vDDDTypes.from_ical(text.strip())  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ValueError(f"its {name} cannot be read: {text[:40]!r}") from error


def _zone(one: Property) -> str | None:
    """Return the zone that a property names."""
    return one.parts()[0].get("TZID")


def _aware(at: Moment, tzid: str | None, zones: Zones, master: datetime | None = None) -> datetime:
    """Put a moment into its zone: its own, else that of the series, else the local one."""
    floating = master.tzinfo if master and tzid is None else zones.named(tzid)
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=floating)
    clock = master.time() if master else time.min
    return datetime.combine(at, clock, floating if master else zones.local)


# --- what -----------------------------------------------------------------------------------------


def _sorted(parts: Sequence[Fields]) -> tuple[Fields, list[Fields]]:
    """Return the master, or the first override, and all overrides; the newest of each counts."""
    latest = {raw_value(part, "RECURRENCE-ID"): part for part in sorted(parts, key=sequence)}
    masters = [part for part in latest.values() if "RECURRENCE-ID" not in part]
    overrides = [part for part in latest.values() if "RECURRENCE-ID" in part]
    return (masters or overrides)[0], overrides


def _cancelled(part: Fields) -> bool:
    """Whether a component says itself that it does not take place."""
    return words(part, "STATUS").upper() == "CANCELLED"


def _split_from(name: Name) -> Handle | None:
    """Return the series this one continues: the handle of the UID without Google's suffix."""
    found = _SPLIT.fullmatch(name.uid)
    base = f"{found['base']}{found['host'] or ''}" if found else ""
    return Handle(f"{name.handle.removesuffix(name.uid)}{base}") if found else None


def _written(text: str) -> Iterator[str]:
    """Yield the addresses in a text, without the marks that end a sentence."""
    return (url.rstrip(".,;:!?)'") for url in _URL.findall(text))
