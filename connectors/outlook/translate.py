"""Events as Graph tells them, in our words. Pure.

Times come in UTC and are shown on the series' own wall clock. An occurrence is known by its
original start; its id and its iCalUId may change when it becomes an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.model import (
    Attendee,
    AttendeeKind,
    EventKind,
    Handle,
    Occurrence,
    Person,
    Response,
    Series,
    Span,
    Status,
    Version,
    instant,
)
from connectors.outlook import bodies, patterns, schedules, zones
from connectors.outlook.wire import Json
from connectors.recurrence import occurrences

_RESPONSES = {
    "organizer": Response.ACCEPTED,
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_PRIVATE = frozenset({"private", "confidential"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Card:
    """What the address book says of an address: the main one, and what stands behind it."""

    address: str
    kind: AttendeeKind = AttendeeKind.INDIVIDUAL


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose calendar is read; `zone` is the mailbox's own, asked for only where it is needed."""

    owner: Person
    zone: Callable[[], str]
    cards: Mapping[str, Card] = field(default_factory=dict)


def series(whole: Json, instances: Iterable[Json], window: Span, eyes: Eyes) -> Series:
    """Return an event with its instances in the window; KeyError or ValueError if it is unreadable.

    `instances` are those of a master; a single event has itself. Cancelled days come from the
    master's own list: they leave no object behind.
    """
    name = zone_of(whole, eyes)
    invited = people(whole, eyes)
    rule = patterns.rule(whole["recurrence"], name) if whole.get("recurrence") else None
    shown = [_occurrence(one, invited, name, eyes) for one in (instances if rule else [whole])]
    told = [one for one in shown if one.span.overlaps(window) or one.recurrence_id in window]
    if rule:
        told += _cancelled(whole, told, rule, window, name)
    private = is_private(whole)
    return Series(
        handle=Handle(whole["id"]),
        uid=whole["iCalUId"],
        version=version(whole),
        # Words of a private event are neither kept nor shown.
        title="" if private else str(whole.get("subject") or ""),
        organizer=organizer(whole, eyes).address,
        attendees=invited,
        zone=name,
        occurrences=tuple(sorted(told, key=lambda one: instant(one.recurrence_id))),
        rule=rule,
        kind=_kind(whole, invited, eyes),
        private=private,
        all_day=bool(whole.get("isAllDay")),
        owned=bool(whole.get("isOrganizer")),
        negotiable=negotiable(whole),
        links=bodies.links(whole),
    )


def version(event: Json) -> Version:
    """Return what changes with every edit."""
    return Version(str(event["@odata.etag"]))


def is_private(event: Json) -> bool:
    """Whether its words are for the owner alone."""
    return event.get("sensitivity") in _PRIVATE


def negotiable(event: Json) -> bool:
    """Whether a guest may answer with another time; the organizer may forbid it."""
    return not event.get("isOrganizer") and event.get("allowNewTimeProposals") is not False


def span(event: Json, zone: str) -> Span:
    """Return when it takes place; a whole day is the same day in every zone."""
    clock = ZoneInfo(zone)
    if event.get("isAllDay"):
        return Span(*(_moment(event[edge]).replace(tzinfo=clock) for edge in ("start", "end")))
    return Span(*(_moment(event[edge]).astimezone(clock) for edge in ("start", "end")))


def original(event: Json) -> datetime:
    """Return the original start that names an instance, in UTC; a single event has its start."""
    told = None if event.get("isAllDay") else event.get("originalStart")
    return moment(str(told)) if told else _moment(event["start"])


def zone_of(event: Json, eyes: Eyes) -> str:
    """Return the zone of an event's wall clock; a custom one counts as the mailbox's own."""
    bounds = (event.get("recurrence") or {}).get("range") or {}
    names = (bounds.get("recurrenceTimeZone"), event.get("originalStartTimeZone"))
    return (
        next(filter(None, (zones.iana(name) for name in names if name)), "") or eyes.zone() or "UTC"
    )


def organizer(event: Json, eyes: Eyes) -> Attendee:
    """Return who calls the meeting; it is theirs, so they come."""
    said = (event.get("organizer") or {}).get("emailAddress") or {}
    found = _card(str(said.get("address") or ""), eyes)
    return Attendee(found.address, str(said.get("name") or ""), Response.ACCEPTED, found.kind)


def people(event: Json, eyes: Eyes) -> tuple[Attendee, ...] | None:
    """Return who is invited, the organizer among them and only once; None where it is hidden."""
    if event.get("hideAttendees") and not event.get("isOrganizer"):
        return None
    host = organizer(event, eyes)
    listed = {one.address: one for one in _listed(event, eyes)}
    if not listed or not host.address:
        return tuple(listed.values())
    comes = replace(listed.get(host.address, host), response=Response.ACCEPTED)
    return tuple(({host.address: comes} | listed | {host.address: comes}).values())


def _listed(event: Json, eyes: Eyes) -> Iterator[Attendee]:
    rooms = {address.lower() for place in event.get("locations") or () for address in _reach(place)}
    for said in event.get("attendees") or ():
        mail = said.get("emailAddress") or {}
        found = _card(str(mail.get("address") or ""), eyes)
        kind = found.kind
        if said.get("type") == "resource" or found.address in rooms:
            kind = AttendeeKind.ROOM
        mine = eyes.owner.answers_to(found.address) and not event.get("isOrganizer")
        # Only the organizer's copy knows the answers of the others, and each copy its own.
        status = event.get("responseStatus") if mine else said.get("status")
        yield Attendee(
            address=found.address,
            name=str(mail.get("name") or ""),
            response=response(status),
            kind=kind,
            optional=said.get("type") == "optional",
            proposed=_proposed(said),
        )


def _proposed(said: Json) -> Span | None:
    """Return the other time that came with an answer; the organizer's copy alone has it."""
    slot = said.get("proposedNewTime")
    return schedules.span(slot) if slot else None


def _reach(place: Json) -> Iterator[str]:
    """Yield the addresses by which a room in the address book is invited."""
    for name in ("locationEmailAddress", "locationUri", "uniqueId"):
        if "@" in str(place.get(name) or ""):
            yield str(place[name])


def response(status: Json | None) -> Response:
    """Return an answer; who was not asked or has not answered needs to act."""
    said = str((status or {}).get("response") or "none").lower()
    return _RESPONSES.get(said, Response.NEEDS_ACTION)


def _card(address: str, eyes: Eyes) -> Card:
    return eyes.cards.get(address.lower(), Card(address.lower()))


def _kind(whole: Json, invited: tuple[Attendee, ...] | None, eyes: Eyes) -> EventKind:
    """Tell an absence; a meeting of two stays one, however its time is shown."""
    others = [one for one in invited or () if not eyes.owner.answers_to(one.address)]
    away = str(whole.get("showAs")).lower() == "oof" and len(others) != 1
    return EventKind.OUT_OF_OFFICE if away else EventKind.MEETING


def _occurrence(
    event: Json, invited: tuple[Attendee, ...] | None, zone: str, eyes: Eyes
) -> Occurrence:
    at, clock = span(event, zone), ZoneInfo(zone)
    exception = event.get("type") == "exception"
    own = people(event, eyes) if exception else invited
    return Occurrence(
        recurrence_id=at.start if event.get("isAllDay") else original(event).astimezone(clock),
        span=at,
        status=Status.CANCELLED if event.get("isCancelled") else Status.STANDING,
        attendees=own if own != invited else None,
        # Only an exception is an object of its own, and costs a mail of its own.
        handle=Handle(event["id"]) if exception else None,
    )


def _cancelled(
    whole: Json, told: Sequence[Occurrence], rule: str, window: Span, zone: str
) -> Iterator[Occurrence]:
    """Yield the cancelled occurrences of the window: what the rule gives on the days listed.

    Whose calendar those days count on is not documented, so the day beside will do as well.
    """
    first = span(whole, zone)
    standing = {instant(one.recurrence_id) for one in told}
    planned = occurrences(first.start, first.length, rule, window=window)
    missing = {
        o.recurrence_id.date(): o for o in planned if instant(o.recurrence_id) not in standing
    }
    for listed in whole.get("cancelledOccurrences") or ():
        day = date.fromisoformat(str(listed).rpartition(".")[2])
        near = next((d for d in (day, day - _DAY, day + _DAY) if d in missing), None)
        if near:
            yield replace(missing.pop(near), status=Status.CANCELLED)


def _moment(value: Json) -> datetime:
    """Read a `dateTimeTimeZone` in UTC: seven digits of a second, no offset."""
    return moment(str(value["dateTime"]))


def moment(text: str) -> datetime:
    """Read a time; without an offset it is UTC."""
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
