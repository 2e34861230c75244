"""A checked request body, turned into the fields and times of an item.

Bodies arrive already held against the schema; here is what only the state can judge: an end after
its start, whole days at midnight, the online meeting that is set once. What the stand-in does not
play is refused rather than silently dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from connectors.standins.graph import bodies, zones
from connectors.standins.graph.calls import Json, Refused
from connectors.standins.graph.items import Fields, Item
from connectors.standins.graph.profile import Kind, Profile

OWN_COPY = frozenset(
    {
        "categories",
        "isReminderOn",
        "reminderMinutesBeforeStart",
        "sensitivity",
        "showAs",
        "singleValueExtendedProperties",
    }
)
"""Properties of one copy alone: writing them mails nobody (by MAPI's logic)."""
_TIMES = frozenset({"start", "end", "recurrence"})
_MOST_ATTENDEES = 500
_EXTENDED = re.compile(r"\w+ \{[0-9a-fA-F-]{36}\} (?:Name \S.*|Id 0x[0-9a-fA-F]+)")
"""How an extended property is named: its type, the set it is of, and its name or number there."""
_NOT_PLAYED = frozenset(
    {"attachments", "extensions", "isDraft", "locations", "multiValueExtendedProperties"}
)
UNANSWERED: Json = {"response": "none", "time": zones.NEVER}
"""The status of somebody who has not answered, and of everybody in an attendee's copy."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Reads bodies as Exchange does; `number` names online meetings."""

    find: Callable[[str], Profile | None]
    number: Callable[[], int]
    strips_markup: bool

    def fields(self, body: Json, before: Fields) -> Fields:
        """Return the fields after the body was written over `before`."""
        if refused := set(body) & _NOT_PLAYED:
            message = f"The stand-in does not play '{min(refused)}'."
            raise Refused(400, "ErrorInvalidPropertySet", message)
        said = {
            name: value for name, value in body.items() if name not in _TIMES and "@" not in name
        }
        for extended in said.get("singleValueExtendedProperties") or ():
            if not _EXTENDED.fullmatch(extended["id"]):
                raise Refused(400, "ErrorInvalidProperty", "The property id has no such form.")
        if "attendees" in said:
            said["attendees"] = self._attendees(said["attendees"], before.get("attendees", ()))
        if "body" in said:
            said["body"] = bodies.html(said["body"] or {}, strip=self.strips_markup)
        if "location" in said:
            said["location"] = {
                "displayName": "",
                "locationType": "default",
                **(said["location"] or {}),
            }
        return self._online(said, before)

    def _attendees(self, new: list[Json], old: list[Json]) -> list[Json]:
        """Take over who is invited; the answers are theirs and cannot be written for them."""
        if len(new) > _MOST_ATTENDEES or not all(map(address_of, new)):
            message = "An event has at most 500 attendees, each with an address."
            raise Refused(400, "ErrorInvalidRecipients", message)
        known = {address_of(attendee): attendee for attendee in old}
        return [self._attendee(each, known.get(address_of(each), {})) for each in new]

    def _attendee(self, new: Json, old: Json) -> Json:
        """Return an attendee with the answer known so far, and a name from the directory."""
        address = new["emailAddress"]["address"]
        profile = self.find(address)
        is_room = profile is not None and profile.kind is Kind.ROOM
        # A room accepts by itself, at once.
        answered = {**UNANSWERED, "response": "accepted"} if is_room else UNANSWERED
        name = new["emailAddress"].get("name") or (profile.name if profile else address)
        return {
            "type": new.get("type") or "required",
            "status": old.get("status", answered),
            "emailAddress": {"name": name, "address": address},
            **({"proposedNewTime": old["proposedNewTime"]} if "proposedNewTime" in old else {}),
        }

    def _online(self, said: Json, before: Fields) -> Fields:
        """Make an online meeting once; lose it when its block is no longer in the body."""
        if before.get("onlineMeeting"):
            return {**before, **said, **_still_online(said, before)}
        fields = {**before, **said}
        if not said.get("isOnlineMeeting"):
            return fields
        meeting, blob = bodies.online_meeting(self.number())
        content = fields.get("body", {"content": ""})["content"] + blob
        return {
            **fields,
            "onlineMeeting": meeting,
            "onlineMeetingProvider": "teamsForBusiness",
            "body": {"contentType": "html", "content": content},
        }


def _still_online(said: Json, before: Fields) -> Json:
    """Return the online-meeting fields after a write: set once, lost only with the block."""
    blob = bodies.blob(before["body"]["content"])
    if "body" in said and blob not in said["body"]["content"]:
        return {"isOnlineMeeting": False, "onlineMeeting": None, "onlineMeetingProvider": "unknown"}
    kept = ("isOnlineMeeting", "onlineMeeting", "onlineMeetingProvider")
    return {name: before[name] for name in kept}


def address_of(attendee: Json) -> str:
    """Return the address of an attendee in lower case."""
    return str((attendee.get("emailAddress") or {}).get("address") or "").lower()


def times(body: Json, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return start and end after the body was written; refuses an end that is not later."""
    zone = start.tzinfo
    start = zones.moment(body["start"]).astimezone(zone) if body.get("start") else start
    end = zones.moment(body["end"]).astimezone(zone) if body.get("end") else end
    if end.astimezone(UTC) <= start.astimezone(UTC):
        message = "The end date must be after the start date."
        raise Refused(400, "ErrorPropertyValidationFailure", message)
    return start, end


def new_item(key: int, uid: str, organizer: str, body: Json, fields: Fields) -> Item:
    """Build the first version of an item; a series keeps the wall clock of its own zone."""
    recurrence = body.get("recurrence")
    name = body["start"].get("timeZone") or "UTC"
    if recurrence:
        name = recurrence["range"].get("recurrenceTimeZone") or name
    anchor = zones.moment(body["start"]).astimezone(zones.zone(name))
    start, end = times(body, anchor, anchor)
    item = Item(key, uid, organizer, start, end, name, fields)
    _check_whole_days(item)
    return _repeating(item, recurrence)


def timed(item: Item, body: Json) -> Item:
    """Return the whole item at its new times; exceptions do not survive a changed pattern."""
    start, end = times(body, item.start, item.end)
    moved = replace(item, start=start, end=end)
    _check_whole_days(moved)
    moved = _repeating(moved, body.get("recurrence", item.recurrence))
    before = (item.start, item.end, item.recurrence)
    if (moved.start, moved.end, moved.recurrence) == before:
        return item
    return replace(moved, exceptions={})


def _repeating(item: Item, recurrence: Json | None) -> Item:
    """Return the item as a series: it begins where its range says, at the time of day given."""
    if recurrence is None:
        return replace(item, recurrence=None)
    bound = _bound(recurrence, item)
    shift = date.fromisoformat(bound["range"]["startDate"]) - item.start.date()
    return replace(item, recurrence=bound, start=item.start + shift, end=item.end + shift)


def _bound(recurrence: Json, item: Item) -> Json:
    """Write the defaults of a range: it starts with the meeting, in the meeting's zone."""
    first = {"startDate": item.start.date().isoformat(), "recurrenceTimeZone": item.zone}
    said = {name: value for name, value in recurrence["range"].items() if value is not None}
    return {**recurrence, "range": {**first, **said}}


def _check_whole_days(item: Item) -> None:
    """Refuse a whole day that does not begin and end at midnight."""
    midnight = (item.start.time(), item.end.time()) == (time(), time())
    if item.fields.get("isAllDay") and not midnight:
        message = "The Event.Start property for an all-day event needs to be set to midnight."
        raise Refused(400, "ErrorPropertyValidationFailure", message)
