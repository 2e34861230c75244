"""How one person's act reaches the copies in other people's calendars, and their mail.

The organizer's copy is the truth; his writes overwrite what guests share with him and leave what
is their own. A guest's answer travels the other way and changes the guest lists alone. People
without an account here have no copy: they live by their mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.standins.google.calendar import CANCELLED, Calendar, Entry, Target
from connectors.standins.google.times import moment, slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.standins.google.errors import Json
    from connectors.standins.google.world import World

_OWN = ("reminders", "colorId", "transparency", "visibility")
"""Fields each person keeps for himself; extendedProperties.private is the fifth."""


def create(world: World, calendar: Calendar, event_id: str, body: Json, sends: str) -> Entry:
    """Put a new event into the organizer's calendar and into those of his guests."""
    entry = _add(world, calendar, event_id, body)
    _spread(world, entry, None)
    _tell(world, entry.body, "invitation", entry.id, sends)
    return entry


def write(world: World, calendar: Calendar, target: Target, body: Json, sends: str) -> None:
    """Let the organizer's event read as `body`; the copies of all guests follow."""
    before = target.body
    keep(world, target, body)
    if calendar.is_mine(body["organizer"]["email"]):
        _spread(world, target.entry, target.slot, before)
        kind = "cancellation" if body["status"] == "cancelled" else "update"
        _tell(world, body, kind, target.entry.id, sends)


def write_for_organizer(world: World, target: Target, body: Json, sends: str) -> None:
    """Let a guest who may modify the event change it where it is organized."""
    organizer = world.find(body["organizer"]["email"])
    theirs = _counterpart(organizer.calendar, target) if organizer else None
    if organizer is None or theirs is None:
        keep(world, target, body)
        return
    write(world, organizer.calendar, theirs, _shared(body, theirs.body), sends)


def keep(world: World, target: Target, body: Json) -> None:
    """Change one copy and no other: private fields, or a guest's private move (facts 3.9).

    An entry is stored whole, an occurrence as its difference from the series.
    """
    entry, name = target
    if name is None:
        entry.body = body
    else:
        inherited = entry.inherited(name)
        changed = {key: value for key, value in body.items() if value != inherited.get(key)}
        entry.exceptions[name] = changed | {key: None for key in inherited if key not in body}
    world.touch(entry)


def cancel(world: World, target: Target, sends: str) -> None:
    """Cancel as organizer. With `none` the guests keep their copies (facts 3, sendUpdates)."""
    before = target.body
    keep(world, target, before | CANCELLED)
    if sends != "none":
        _spread(world, target.entry, target.slot, before)
    _tell(world, before, "cancellation", target.entry.id, sends)


def respond(world: World, calendar: Calendar, target: Target, answer: Json, sends: str) -> None:
    """Write a guest's answer into his copy, the organizer's and those of the other guests.

    Nothing else on a copy changes: a private move outlives an answer.
    """
    organizer = world.find(target.body["organizer"]["email"])
    theirs = _counterpart(organizer.calendar, target) if organizer else None
    _answer(world, calendar, target, answer)
    if organizer is None or theirs is None or theirs.gone:
        return
    _answer(world, calendar, theirs, answer)
    for other in _calendars(world, theirs.body):
        copy = _counterpart(other, theirs)
        if copy and other is not calendar:
            _answer(world, calendar, copy, answer)
    if sends == "all":
        world.mail(organizer.email, "response", theirs.entry.id)


def leave(world: World, calendar: Calendar, target: Target, sends: str) -> None:
    """Remove a guest's own copy: to everybody else he has declined."""
    respond(world, calendar, target, {"responseStatus": "declined"}, sends)
    keep(world, target, target.body | CANCELLED)


def _answer(world: World, answering: Calendar, target: Target, answer: Json) -> None:
    """Put an answer into the guest list of one copy."""
    guests = target.body.get("attendees", [])
    answered = [g | answer if answering.is_mine(g["email"]) else g for g in guests]
    keep(world, target, target.body | {"attendees": answered})


def _add(world: World, calendar: Calendar, event_id: str, body: Json) -> Entry:
    """Put a new entry into one calendar."""
    now = world.now()
    entry = Entry(event_id, body, now, now, world.next_serial())
    calendar.entries[event_id] = entry
    return entry


def _counterpart(calendar: Calendar, source: Target) -> Target | None:
    """Return the same event in another calendar: joined by iCalUID and slot alone (facts 2.3).

    Somebody invited to one occurrence only has it as an event of its own.
    """
    name, instance = source.slot, None
    if name is not None:
        instance = calendar.instance_id(source.entry, name)
    elif "originalStartTime" in source.body:
        name, instance = slot(moment(source.body["originalStartTime"])), source.entry.id
    copy = calendar.by_uid(source.body["iCalUID"], instance)
    return Target(copy, name if copy.repeats else None) if copy else None


def _spread(world: World, entry: Entry, name: str | None, before: Json | None = None) -> None:
    """Bring the copies of all guests, and of those just removed, up to date."""
    target = Target(entry, name)
    now = list(_calendars(world, target.body))
    was = [c for c in _calendars(world, before or {}) if all(c is not known for known in now)]
    for calendar in now:
        _mirror(world, calendar, target)
    for calendar in was:
        _withdraw(world, calendar, target)


def _calendars(world: World, body: Json) -> Iterator[Calendar]:
    """Yield the calendars of the guests who have a Google account, without the organizer's."""
    organizer = body.get("organizer", {}).get("email")
    for guest in body.get("attendees", []):
        person = world.find(guest["email"])
        if person and not person.calendar.is_mine(organizer):
            yield person.calendar


def _mirror(world: World, calendar: Calendar, source: Target) -> None:
    """Let a guest's copy read as the organizer's, his own fields aside."""
    if source.gone:
        _withdraw(world, calendar, source)
        return
    own = _counterpart(calendar, source)
    if own is None:
        name = source.slot
        new_id = calendar.instance_id(source.entry, name) if name else source.entry.id
        _add(world, calendar, new_id, _first_copy(source.body))
    else:
        own.entry.bare = False
        keep(world, own, _shared(source.body, own.body))


def _withdraw(world: World, calendar: Calendar, source: Target) -> None:
    """Cancel a guest's copy; only its id is left for him to see."""
    own = _counterpart(calendar, source)
    if own is not None:
        own.entry.bare = own.entry.bare or own.slot is None
        keep(world, own, own.body | CANCELLED)


def _first_copy(body: Json) -> Json:
    """Return what a guest gets: the organizer's own reminders, colour and properties stay away."""
    fresh = {name: body[name] for name in ("transparency", "visibility") if name in body}
    return _shared(body, fresh | {"reminders": {"useDefault": True}})


def _shared(body: Json, own: Json) -> Json:
    """Return `body` as it reads in the copy `own`: the private fields stay."""
    kept = {key: own[key] for key in _OWN if key in own}
    shared = {key: value for key, value in body.items() if key not in _OWN}
    if "extendedProperties" in shared or "extendedProperties" in own:
        properties = {
            "shared": shared.get("extendedProperties", {}).get("shared"),
            "private": own.get("extendedProperties", {}).get("private"),
        }
        kept["extendedProperties"] = {key: value for key, value in properties.items() if value}
    if "recurringEventId" in own:
        kept["recurringEventId"] = own["recurringEventId"]
    return shared | kept


def _tell(world: World, body: Json, kind: str, about: str, sends: str) -> None:
    """Mail the guests; `externalOnly` means outside the organizer's domain (facts 3)."""
    organizer = body["organizer"]["email"]
    domain = organizer.partition("@")[2]
    for guest in body.get("attendees", []):
        outside = guest["email"].partition("@")[2] != domain
        wanted = sends == "all" or (sends == "externalOnly" and outside)
        if wanted and not guest.get("resource") and guest["email"] != organizer:
            world.mail(guest["email"], kind, about)
