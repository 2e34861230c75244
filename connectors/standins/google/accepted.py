"""What Google takes from the body of an event write, what it ignores, and what it refuses.

Ignoring is the dangerous part: attachments and conference data vanish with a 200 unless the right
parameter stands beside them, read-only fields are let through so that a whole event can be sent
back, and an array replaces the array that was there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.standins.google import recurrence
from connectors.standins.google.errors import Json, forbidden, invalid
from connectors.standins.google.meet import conference
from connectors.standins.google.times import at, edge, moment, zone

if TYPE_CHECKING:
    from connectors.standins.google.calendar import Calendar
    from connectors.standins.google.call import Call

_IDENTITY = {"kind", "etag", "id", "iCalUID", "sequence", "recurringEventId", "originalStartTime"}
_BY_GOOGLE = {"htmlLink", "created", "updated", "creator", "organizer", "hangoutLink", "locked"}
_COMPUTED = _IDENTITY | _BY_GOOGLE | {"privateCopy", "attendeesOmitted"}
"""Read-only fields: accepted in a body and ignored."""

_GUESTS_OWN = {"reminders", "colorId", "transparency", "visibility"} | {
    "attendees",  # his own answer among them
    "extendedProperties",  # the private half of them
}
"""What a guest may change on his copy."""


def fresh(call: Call, calendar: Calendar, event_id: str) -> Json:
    """Return the body of a new event."""
    if {"id", "iCalUID"} <= call.body.keys():
        raise invalid("Only one of id and iCalUID may be given.")
    given = _taken(call, {})
    if given.get("eventType", "default") == "fromGmail":
        raise invalid("Events of type fromGmail cannot be created.")
    by = {"email": calendar.owner}
    body = {"status": "confirmed", "creator": by, "organizer": by, "sequence": 0}
    body |= {"iCalUID": call.body.get("iCalUID", f"{event_id}@google.com")}
    body |= {"reminders": {"useDefault": True}, "eventType": "default"}
    return sound(body | given, calendar.timezone)


def merged(call: Call, before: Json, timezone: str) -> Json:
    """Return what a patch makes of `before`: objects merge, arrays are replaced (facts 2.14)."""
    return sound(_merge(before, _taken(call, before)), timezone)


def replaced(call: Call, before: Json, timezone: str) -> Json:
    """Return what an update makes of `before`: whatever it does not name is dropped (2.14)."""
    kept = {key: before[key] for key in _COMPUTED | {"eventType", "status"} if key in before}
    if "conferenceData" in before and not call.parameters.get("conferenceDataVersion"):
        kept["conferenceData"] = before["conferenceData"]
    return sound(kept | {"reminders": {"useDefault": True}} | _taken(call, before), timezone)


def answer(call: Call, calendar: Calendar) -> Json | None:
    """Return the caller's own answer as his request has it."""
    for guest in call.body.get("attendees") or ():
        if calendar.is_mine(guest.get("email")):
            names = ("responseStatus", "comment", "additionalGuests")
            return {name: guest[name] for name in names if name in guest}
    return None


def refuse_shared(call: Call, before: Json, after: Json, calendar: Calendar) -> None:
    """Raise Refusal (403) where a guest's write changes what is the organizer's (facts 3.4)."""
    names = (before.keys() | after.keys()) - _GUESTS_OWN
    changed = any(before.get(name) != after.get(name) for name in names)
    properties = [body.get("extendedProperties", {}).get("shared") for body in (before, after)]
    if changed or properties[0] != properties[1] or _touches_others(call, before, calendar):
        message = "Shared properties can only be changed by the organizer of the event."
        raise forbidden("forbiddenForNonOrganizer", message, "calendar")


def _touches_others(call: Call, before: Json, calendar: Calendar) -> bool:
    """Whether the guest list sent differs for anybody but the sender.

    With attendeesOmitted there is no list to speak of.
    """
    if "attendees" not in call.body or call.body.get("attendeesOmitted"):
        return False

    def others(guests: list[Json]) -> dict[str, str]:
        found = (guest for guest in guests if not calendar.is_mine(guest["email"]))
        return {guest["email"]: guest.get("responseStatus", "needsAction") for guest in found}

    return others(call.body["attendees"] or []) != others(before.get("attendees", []))


def _taken(call: Call, before: Json) -> Json:
    """Return what Google looks at in a body.

    Without the parameter that announces support, attachments and conference data are dropped in
    silence (facts 4.1 and 4.7): the answer is 200 all the same.
    """
    body = {key: value for key, value in call.body.items() if key not in _COMPUTED}
    if not call.flag("supportsAttachments"):
        body.pop("attachments", None)
    if not call.parameters.get("conferenceDataVersion"):
        body.pop("conferenceData", None)
    elif body.get("conferenceData"):
        body |= conference(call.world, body["conferenceData"], before)
    elif "conferenceData" in body:
        body["hangoutLink"] = None
    if before and body.get("eventType", before["eventType"]) != before["eventType"]:
        raise invalid("Event type cannot be changed.")
    return body


def _merge(before: Json, patch: Json) -> Json:
    """Merge objects, replace arrays, remove what is null."""
    after = dict(before)
    for key, value in patch.items():
        if value is None:
            after.pop(key, None)
        elif isinstance(value, dict) and isinstance(before.get(key), dict):
            after[key] = _merge(before[key], value)
        else:
            after[key] = value
    return after


def sound(body: Json, timezone: str) -> Json:
    """Return the body in Google's own spelling; raises Refusal (400) for what cannot be."""
    body = {key: value for key, value in body.items() if value is not None}
    if "start" not in body or "end" not in body:
        raise invalid("Missing end time." if "start" in body else "Missing start time.")
    body |= {name: _edge(body[name], timezone) for name in ("start", "end")}
    start, end = moment(body["start"]), moment(body["end"])
    if ("date" in body["start"]) != ("date" in body["end"]):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    if at(end, timezone) < at(start, timezone) or (end == start and "date" in body["end"]):
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    if "recurrence" in body:
        next(recurrence.starts(body), None)
    _check_properties(body.get("extendedProperties", {}))
    if "attendees" in body:
        body["attendees"] = [_guest(guest, body) for guest in body["attendees"]]
    if "attachments" in body:
        body["attachments"] = _attachments(body["attachments"])
    return body


def _edge(given: Json, timezone: str) -> Json:
    """Write a time in the event's own zone; the calendar's where it names none."""
    if "date" in given and "dateTime" in given:
        raise invalid("Invalid start time: both date and dateTime are set.")
    name = given.get("timeZone", timezone)
    zone(name)
    return edge(moment(given | {"timeZone": name}), name)


def _guest(given: Json, body: Json) -> Json:
    """Return one entry of the guest list; whoever has not answered needs to act."""
    if "@" not in given.get("email", ""):
        raise invalid("Invalid attendee email.")
    guest = {"responseStatus": "needsAction"} | {k: v for k, v in given.items() if k != "self"}
    guest["email"] = given["email"].lower()
    is_organizer = guest["email"] == body["organizer"]["email"]
    guest.pop("organizer", None)
    return guest | ({"organizer": True} if is_organizer else {})


def _attachments(given: list[Json]) -> list[Json]:
    """Check and complete attachments; Google does not share the files (facts 4.4)."""
    if len(given) > 25 or any("fileUrl" not in attachment for attachment in given):
        raise invalid("Invalid attachments: at most 25, each with a fileUrl.")
    return [attachment | _file_id(attachment["fileUrl"]) for attachment in given]


def _file_id(url: str) -> Json:
    """Read the file id out of a Drive link; foreign links have none."""
    match = re.search(r"/d/([\w-]+)", url)
    return {"fileId": match[1]} if match else {}


def _check_properties(properties: Json) -> None:
    """Keys up to 44 characters, values up to 1024, 300 in all (facts 3.6)."""
    pairs = [pair for shelf in properties.values() for pair in (shelf or {}).items()]
    if len(pairs) > 300 or any(len(k) > 44 or len(str(v)) > 1024 for k, v in pairs):
        raise invalid("Extended properties are too many or too long.")
