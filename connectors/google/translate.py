"""Google's events as our words: pure, tested from recorded answers.

A series comes as its master and, beside it, the instances that differ. An instance belongs to its
series by `recurringEventId` and `originalStartTime`; ids are opaque, whatever they look like.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.model import (
    Attendee,
    AttendeeKind,
    EventKind,
    Facts,
    Handle,
    Hours,
    Link,
    Person,
    Response,
    Series,
    Span,
    Url,
    Version,
    Weekday,
    WorkingHours,
)
from connectors.recurrence import Override, occurrences

Json = dict[str, Any]

_RESPONSES = {
    "needsAction": Response.NEEDS_ACTION,
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_HIDDEN = {"private", "confidential"}
# Made in the web page by "this and following"; nothing else tells that a series continues another.
_SPLIT = re.compile(r"(?P<base>.+)_R\d{8}(?:T\d{6}Z?)?")
_DOCUMENT = re.compile(r"/document/(?:u/\d+/)?d/(?P<id>[\w-]+)")
_DOCUMENT_LINK = re.compile(r"https://docs\.google\.com/document/[^\s\"'<>]+")
_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Copy:
    """Whose copy of the events it is: `address` is the account's, `calendar` an id or `primary`."""

    owner: Person
    address: str
    calendar: str = "primary"
    names: frozenset[str] = field(init=False)
    """Every address that stands for the owner: asked of all guests of a whole calendar."""

    def __post_init__(self) -> None:
        own = {self.owner.address, self.address, self.calendar.lower()}
        object.__setattr__(self, "names", self.owner.aliases | own)

    def is_mine(self, who: Mapping[str, Any]) -> bool:
        """Whether somebody is the owner; on secondary calendars `self` is missing."""
        return bool(who.get("self")) or str(who.get("email", "")).lower() in self.names


@dataclass(slots=True)
class Family:
    """An event with the instances of it that differ, as one listing gives them."""

    event: Json
    exceptions: list[Json] = field(default_factory=list)


def families(items: Iterable[Json]) -> dict[Handle, Family]:
    """Group a listing by event; what is deleted as a whole is left out.

    An instance whose series is not in the listing is an invitation to that one alone: an event.
    """
    told = {str(item["id"]): item for item in items}
    found = {
        Handle(name): Family(item)
        for name, item in told.items()
        if not cancelled(item) and item.get("recurringEventId") not in told
    }
    for name, item in told.items():
        parent = found.get(Handle(item.get("recurringEventId", name))) or found.get(Handle(name))
        if parent and "recurringEventId" in item:
            parent.exceptions.append(item)
    return found


def touched(items: Sequence[Json]) -> tuple[Handle, ...]:
    """Return the events that the items of a feed are about, each once.

    A bare tombstone does not say whether it was a series, a single event or an instance beyond
    the end of its rule: it stands for itself. So does, beside its series, an instance that comes
    without it, which may be an invitation to that one alone.
    """
    told = {str(item["id"]) for item in items}
    handles: dict[Handle, None] = {}
    for item in items:
        parent = item.get("recurringEventId")
        if parent:
            handles[Handle(parent)] = None
        if not parent or parent not in told:
            handles[Handle(item["id"])] = None
    return tuple(handles)


def series(family: Family, copy: Copy, window: Span, zone: str) -> Series:
    """Return an event with its occurrences in a window; `zone` is the calendar's own.

    Raises ValueError, with the reason, for a recurrence that cannot be expanded.
    """
    event = family.event
    rules = _Rules.of(event["recurrence"]) if "recurrence" in event else _Rules()
    start, length = _extent(event, zone)
    if "originalStartTime" in event:
        start = moment(event["originalStartTime"], zone)
    private = event.get("visibility") in _HIDDEN
    invited = attendees(event, copy)
    organizer = event.get("organizer", {})
    split = _SPLIT.fullmatch(event["id"])
    return Series(
        handle=Handle(event["id"]),
        uid=str(event.get("iCalUID", "")),
        version=Version(event.get("etag", "")),
        title="" if private else str(event.get("summary", "")),
        organizer=_address(organizer, copy),
        attendees=invited,
        zone=str(start.tzinfo),
        occurrences=occurrences(
            start,
            length,
            rules.rule,
            window=window,
            rdates=[_moment_in(text, start.tzinfo) for text in rules.rdates],
            exdates=[_moment_in(text, start.tzinfo) for text in rules.exdates],
            overrides=[_override(item, copy, zone, invited) for item in _own(family)],
        ),
        rule=rules.shown,
        kind=EventKind.OUT_OF_OFFICE if _is_absence(event) else EventKind.MEETING,
        private=private,
        all_day="date" in event["start"],
        owned=copy.is_mine(organizer),
        links=tuple(_links(event, private=private)),
        split_from=Handle(split["base"]) if split else None,
    )


def concerns_two(event: Json, copy: Copy) -> bool:
    """Whether a single event is a meeting of the owner and one other, or an absence."""
    if _is_absence(event):
        return True
    if _withheld(event, copy):
        return False  # a list that is cut shows only oneself: unknown, not two
    # Asked of every event of a calendar, hence of its JSON as it is, and no longer than needed.
    people = (_address(one, copy) for one in event.get("attendees", ()) if not one.get("resource"))
    others = (address for address in people if address not in copy.names)
    other = next(others, _address(event.get("organizer", {}), copy))
    return other not in copy.names and all(one == other for one in others)


def guests(humans: Iterable[str], organizer: str, copy: Copy) -> tuple[str, ...]:
    """Return the addresses of all who are invited but the owner.

    An organizer who is not among those invited is an assistant, unless nobody else would be left.
    """
    others = tuple(dict.fromkeys(one for one in humans if one not in copy.names))
    host = organizer.lower()
    return others or (() if host in copy.names else (host,))


def cancelled(event: Json) -> bool:
    """Whether Google says that the event or instance does not take place."""
    return bool(event.get("status") == "cancelled")


def takes_time(event: Json) -> bool:
    """Whether whoever has this event in their calendar is taken by it: not free, not declined."""
    declined = any(
        one.get("self") and one.get("responseStatus") == "declined"
        for one in event.get("attendees", ())
    )
    return not (cancelled(event) or declined or event.get("transparency") == "transparent")


def attendees(event: Json, copy: Copy) -> tuple[Attendee, ...] | None:
    """Return who is invited, None where Google does not tell all of them."""
    if _withheld(event, copy):
        return None
    return tuple(_attendee(one, copy) for one in event.get("attendees", ()))


def span(event: Json, zone: str) -> Span:
    """Return when an event or instance takes place."""
    start, length = _extent(event, zone)
    if "date" in event["start"]:
        return Span(start, start + length)  # from midnight to midnight, whatever the clocks do
    return Span(start, (start.astimezone(UTC) + length).astimezone(start.tzinfo))


def moment(edge: Mapping[str, str], zone: str) -> datetime:
    """Read a start, an end or an original start; a date is midnight in the calendar's zone."""
    if "date" in edge:
        return datetime.combine(date.fromisoformat(edge["date"]), time(), _zone(zone))
    at = datetime.fromisoformat(edge["dateTime"])
    own = _zone(edge.get("timeZone") or zone, zone)
    return at.astimezone(own) if at.tzinfo else at.replace(tzinfo=own)


def edge(at: datetime, zone: str) -> Json:
    """Write a start or end; a recurring event must name its zone."""
    return {"dateTime": at.isoformat(), "timeZone": zone}


def kept(event: Json) -> Facts:
    """Return what no write of ours may touch; attachments are guarded beside the one of ours."""
    conference = event.get("conferenceData", {}).get("conferenceId", "")
    return {
        "attendees": sorted(
            str(one.get("email", "")).lower() for one in event.get("attendees", ())
        ),
        "join": str(event.get("hangoutLink") or conference),
        "visibility": str(event.get("visibility", "default")),
    }


def working_hours(calendar: Json) -> WorkingHours | None:
    """Read the working week of a calendar; only primary ones of a Workspace have one.

    Of most calendars no more than the zone is known.
    """
    told, zone = calendar.get("workingHours") or {}, str(calendar.get("timeZone", ""))
    if not told.get("workingHoursEnabled"):
        return WorkingHours(zone, {}) if zone else None
    days: dict[Weekday, tuple[Hours, ...]] = {}
    for period in told.get("availableTimes", ()):
        day = Weekday[period["dayOfWeek"][:3].upper()]
        hours = Hours(_clock(period["periodStart"]), _clock(period["periodEnd"]))
        days[day] = (*days.get(day, ()), hours)
    return WorkingHours(zone, days)


def document_id(url: str) -> Handle | None:
    """Return the id of the Google document behind an address, whatever follows it."""
    found = _DOCUMENT.search(url)
    return Handle(found["id"]) if found else None


def link_of(attachment: Json) -> Link:
    """Return the document attached to an event."""
    url = Url(attachment.get("fileUrl", ""))
    named = attachment.get("fileId")
    return Link(url, attachment.get("title", ""), Handle(named) if named else document_id(url))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The lines of a `recurrence`: `shown` is what stands for the rule, None for a single event."""

    rule: str | None = None
    shown: str | None = None
    rdates: tuple[str, ...] = ()
    exdates: tuple[str, ...] = ()

    @classmethod
    def of(cls, lines: Sequence[str]) -> _Rules:
        kinds: dict[str, list[str]] = {"RRULE": [], "EXRULE": [], "RDATE": [], "EXDATE": []}
        for line in lines:
            name = re.split("[:;]", line, maxsplit=1)[0].upper()
            if name not in kinds:
                raise ValueError(f"a recurrence with {name} is not understood")
            kinds[name].append(line)
        rules = [line.partition(":")[2] for line in kinds["RRULE"]]
        rule = "\n".join((*rules, *kinds["EXRULE"])) or None
        return cls(
            rule=rule,
            shown=rule or next(iter(lines), None),
            rdates=tuple(_dates(kinds["RDATE"])),
            exdates=tuple(_dates(kinds["EXDATE"])),
        )


def _dates(lines: Iterable[str]) -> Iterator[str]:
    """Yield each date of RDATE or EXDATE lines, with the zone its line names before a colon."""
    for line in lines:
        head, _, values = line.partition(":")
        named = re.search(r"TZID=([^;:]+)", head, re.IGNORECASE)
        yield from (f"{named[1] if named else ''}:{value}" for value in values.split(","))


def _moment_in(text: str, zone: tzinfo | None) -> datetime:
    """Read `TZID:20260302T100000`; without a zone of its own it is the series' wall clock."""
    named, _, value = text.partition(":")
    if "T" not in value:
        return datetime.strptime(value[:8], "%Y%m%d").replace(tzinfo=zone)
    wall = datetime.strptime(value.rstrip("Zz"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - set below
    if value[-1] in "Zz":
        return wall.replace(tzinfo=UTC)
    return wall.replace(tzinfo=_zone(named) if named else zone)


def _extent(event: Json, zone: str) -> tuple[datetime, timedelta]:
    """Return start and length: days on the calendar for all-day events, else elapsed time."""
    start, end = moment(event["start"], zone), moment(event["end"], zone)
    if "date" in event["start"]:
        return start, timedelta(days=max((end.date() - start.date()).days, 1))
    # An event may end when it starts: a reminder that somebody drew as a line.
    return start, max(end.astimezone(UTC) - start.astimezone(UTC), _SHORTEST)


def _own(family: Family) -> Iterator[Json]:
    """Yield the instances that say which one they are; a tombstone beyond the end does not."""
    return (item for item in family.exceptions if "originalStartTime" in item)


def _withheld(event: Json, copy: Copy) -> bool:
    """Whether Google does not tell, or does not know yet, who all is invited."""
    guests = event.get("attendees", ())
    hidden = event.get("guestsCanSeeOtherGuests") is False
    withheld = hidden and not copy.is_mine(event.get("organizer", {}))
    return withheld or bool(event.get("attendeesOmitted")) or any(map(_expands, guests))


def _expands(guest: Json) -> bool:
    """Whether this is a group whose members Google is still looking up."""
    return bool(guest.get("asyncOperation") == "inProgress")


def _override(
    item: Json, copy: Copy, zone: str, inherited: tuple[Attendee, ...] | None
) -> Override:
    """Return how one instance differs; a bare tombstone keeps the times of its rule."""
    invited = attendees(item, copy) if "start" in item else inherited
    return Override(
        recurrence_id=moment(item["originalStartTime"], zone),
        span=span(item, zone) if "start" in item else None,
        cancelled=cancelled(item),
        attendees=None if invited == inherited else invited,
        handle=Handle(item["id"]),
    )


def _attendee(one: Json, copy: Copy) -> Attendee:
    return Attendee(
        address=_address(one, copy),
        name=str(one.get("displayName", "")),
        response=_RESPONSES.get(one.get("responseStatus", ""), Response.NEEDS_ACTION),
        kind=AttendeeKind.RESOURCE if one.get("resource") else AttendeeKind.INDIVIDUAL,
        optional=bool(one.get("optional")),
        comment=str(one.get("comment", "")),
    )


def _address(who: Json, copy: Copy) -> str:
    """Return an address; a secondary calendar that organizes stands for its owner."""
    email = str(who.get("email") or who.get("id") or who.get("displayName", "")).lower()
    return copy.address if email == copy.calendar.lower() else email


def _links(event: Json, *, private: bool) -> Iterator[Link]:
    """Yield what is attached, and the documents that a description leads to."""
    yield from map(link_of, event.get("attachments", ()))
    if not private:
        for found in _DOCUMENT_LINK.findall(html.unescape(str(event.get("description", "")))):
            yield Link(Url(found), handle=document_id(found))


def _is_absence(event: Json) -> bool:
    return bool(event.get("eventType") == "outOfOffice")


def _zone(name: str, otherwise: str = "UTC") -> ZoneInfo:
    """Return a zone by its IANA name; a name nobody knows falls back to the calendar's."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(otherwise or "UTC")


def _clock(minutes: int) -> time:
    """Read minutes from midnight; the day's end is midnight again."""
    return time(minutes // 60 % 24, minutes % 60)
