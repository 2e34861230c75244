"""events.get, insert, update, patch, delete and instances.

A version belongs to a whole family of master and exceptions, so If-Match on one occurrence also
fails when its neighbour was touched: stricter than promised, and what the recordings show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.standins.google import scheduling
from connectors.standins.google.accepted import answer, fresh, merged, refuse_shared, replaced
from connectors.standins.google.access import Access, reading, writing
from connectors.standins.google.calendar import Target
from connectors.standins.google.errors import Json, Refusal, invalid, not_found
from connectors.standins.google.feed import expanded, in_window
from connectors.standins.google.times import instant, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.standins.google.call import Call, Method


def get(call: Call) -> Json:
    """Return one event; a deleted one comes back as cancelled."""
    access = reading(call)
    target = access.calendar.find(call.parameters["eventId"])
    return access.view(call, details_of_deleted=True).show(target)


def insert(call: Call) -> Json:
    """Create an event and, if told to, mail its guests."""
    access = writing(call)
    event_id = call.body.get("id") or f"visit{call.world.next_serial():021d}"
    if not re.fullmatch(r"[a-v0-9]{5,1024}", event_id):
        raise invalid("Invalid resource id value.")
    if event_id in access.calendar.entries:
        raise Refusal(409, "duplicate", "The requested identifier already exists.")
    body = fresh(call, access.calendar, event_id)
    entry = scheduling.create(call.world, access.calendar, event_id, body, _sends(call))
    return access.view(call).show(Target(entry, None))


def patch(call: Call) -> Json:
    """Change what the body names."""
    return _write(call, merged)


def update(call: Call) -> Json:
    """Replace the event by the body."""
    return _write(call, replaced)


def delete(call: Call) -> None:
    """Cancel as organizer, or take oneself off as guest; 410 if it is gone (facts 1.11)."""
    access = writing(call)
    target = access.calendar.find(call.parameters["eventId"])
    call.if_match(target.entry.etag)
    if target.gone:
        raise Refusal(410, "deleted", "Resource has been deleted")
    if _organizes(access, target):
        scheduling.cancel(call.world, target, _sends(call))
    else:
        scheduling.leave(call.world, access.calendar, target, _sends(call))


def instances(call: Call) -> Json:
    """Return the occurrences of a series; of a cancelled one none, and no error (facts 2.9)."""
    if "pageToken" in call.parameters:
        return call.world.pages.next(call.parameters["pageToken"])
    access = reading(call)
    target = access.calendar.find(call.parameters["eventId"])
    if target.slot is None and not target.entry.repeats:
        raise not_found()
    alone = target.slot is not None
    found = [target] if alone else expanded(call, access.calendar, target.entry)
    view = access.view(call)
    items = [view.show(each) for each in found if _is_asked_for(call, access, each)]
    head: Json = {"kind": "calendar#events", "summary": access.calendar.owner}
    size = min(call.parameters.get("maxResults", 250), 2500)
    return call.world.pages.first("items", items, size, head=head, last={})


def _write(call: Call, make: Callable[[Call, Json, str], Json]) -> Json:
    """Write as organizer, as a guest who may modify, or as a guest on his own copy."""
    access = writing(call)
    calendar = access.calendar
    target = calendar.find(call.parameters["eventId"])
    call.if_match(target.entry.etag)
    before = target.body
    after = _visible_to_all(make(call, before, calendar.timezone), target)
    if _organizes(access, target):
        _bump(before, after)
        scheduling.write(call.world, calendar, target, after, _sends(call))
    elif before.get("guestsCanModify"):
        scheduling.write_for_organizer(call.world, target, after, _sends(call))
    else:
        _write_as_guest(call, access, target, after)
    return access.view(call).show(target)


def _write_as_guest(call: Call, access: Access, target: Target, after: Json) -> None:
    """A guest may answer, and change what is his own on his copy."""
    before = target.body
    refuse_shared(call, before, after, access.calendar)
    guests = {"attendees": before["attendees"]} if "attendees" in before else {}
    if after | guests != before:
        scheduling.keep(call.world, target, after | guests)
    given = answer(call, access.calendar)
    if given:
        scheduling.respond(call.world, access.calendar, target, given, _sends(call))


def _organizes(access: Access, target: Target) -> bool:
    """Whether the calendar is the one the event is organized on."""
    return access.calendar.is_mine(target.body["organizer"]["email"])


def _sends(call: Call) -> str:
    """Return who gets mail; without a word from the client, nobody (facts 3, sendUpdates)."""
    old = "all" if call.flag("sendNotifications") else "none"
    return str(call.parameters.get("sendUpdates", old))


def _bump(before: Json, after: Json) -> None:
    """Count a change of time, as the recorded moves show."""
    if any(before.get(key) != after.get(key) for key in ("start", "end", "recurrence")):
        after["sequence"] = before.get("sequence", 0) + 1


def _visible_to_all(after: Json, target: Target) -> Json:
    """Apply the rule of July 2026: one private instance makes all private, never one less."""
    if target.slot is None:
        return after
    whole = target.entry.body.get("visibility", "default")
    if after.get("visibility") in {"private", "confidential"} and whole == "default":
        target.entry.body = target.entry.body | {"visibility": after["visibility"]}
    elif whole != "default":
        return after | {"visibility": whole}
    return after


def _is_asked_for(call: Call, access: Access, target: Target) -> bool:
    """Whether an occurrence is alive, or deleted ones are wanted, and fits the filters."""
    visible = call.flag("showDeleted") or not target.gone
    return visible and _is_original(call, target) and in_window(call, access.calendar, target)


def _is_original(call: Call, target: Target) -> bool:
    """Whether an occurrence has the original start that was asked for, in any offset."""
    wanted = call.parameters.get("originalStart")
    original = target.body["originalStartTime"]
    if wanted is None:
        return True
    if "date" in original:
        return bool(original["date"] == wanted[:10])
    return moment(original) == instant(wanted, parameter="originalStart")


METHODS: Mapping[str, Method] = {
    "calendar.events.get": get,
    "calendar.events.insert": insert,
    "calendar.events.patch": patch,
    "calendar.events.update": update,
    "calendar.events.delete": delete,
    "calendar.events.instances": instances,
}
