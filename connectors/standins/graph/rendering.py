"""An instance as Graph writes it, and what `$select` and `$expand` leave of it.

Times come in the preferred zone, ids in the preferred kind, bodies as HTML or text. Two lists of a
master, and all extended properties, come only when asked for; the delta shows occurrences thin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.standins.graph import bodies, description, ids
from connectors.standins.graph.calls import Json, Prefer, Refused
from connectors.standins.graph.items import Instance, occurrence, whole
from connectors.standins.graph.mailbox import Mailbox
from connectors.standins.graph.profile import Profile
from connectors.standins.graph.quirks import Quirks
from connectors.standins.graph.writing import UNANSWERED
from connectors.standins.graph.zones import floating, stamp, wire

_PROPERTY = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']+)'\)", re.IGNORECASE)

# What a copy has even where nobody ever said it.
DEFAULTS: Json = {
    "subject": "",
    "body": {"contentType": "html", "content": ""},
    "attendees": [],
    "categories": [],
    "importance": "normal",
    "sensitivity": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "showAs": "busy",
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "onlineMeeting": None,
    "location": {"displayName": "", "locationType": "default"},
    "responseStatus": UNANSWERED,
}


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes instances of one mailbox the way one request prefers them."""

    owner: Profile
    organizers: Mapping[str, Profile]
    mailbox: Mailbox
    prefer: Prefer
    quirks: Quirks

    def event(self, instance: Instance) -> Json:
        """Return the full event, without what only comes on request."""
        fields = {**DEFAULTS, **instance.fields}
        properties = {name: fields[name] for name in DEFAULTS}
        return {
            **self._identity(instance),
            **properties,
            **self._series(instance),
            **self._origin(instance),
            **self._times(instance),
            **({"transactionId": fields["transactionId"]} if "transactionId" in fields else {}),
            "body": self._body(fields["body"]),
            "bodyPreview": bodies.preview(fields["body"]["content"]),
            "attendees": [self._attendee(attendee) for attendee in fields["attendees"]],
            "locations": [fields["location"]] if fields["location"]["displayName"] else [],
        }

    def thin(self, instance: Instance) -> Json:
        """Return what the delta shows of an unchanged occurrence, and nothing else."""
        full = self.event(instance)
        kept = ("@odata.etag", "id", "seriesMasterId", "type", "start", "end")
        return {"@odata.type": "#microsoft.graph.event"} | {name: full[name] for name in kept}

    def id(self, instance: Instance) -> str:
        """Return the id of an instance in the format asked for."""
        changed = self.quirks.exception_ids_change and instance.type == "exception"
        name = ids.Name(instance.item.key, instance.day, changed)
        return name.encode(immutable=self.prefer.immutable_ids)

    def cancelled(self, instance: Instance) -> list[str]:
        """Return `cancelledOccurrences`: the original dates, behind the master's id."""
        master = self.id(instance)
        return [f"OID.{master}.{day.isoformat()}" for day in sorted(instance.item.gone)]

    def _identity(self, instance: Instance) -> Json:
        """Return ids, versions and stamps."""
        version = self.mailbox.version(instance.item.key)
        created = self.mailbox.first(instance.item.key).written
        return {
            "@odata.etag": ids.etag(version.serial),
            "id": self.id(instance),
            "createdDateTime": stamp(created),
            "lastModifiedDateTime": stamp(version.written),
            "changeKey": ids.change_key(version.serial),
            "iCalUId": self._uid(instance),
            "webLink": f"https://outlook.example/calendar/item/{instance.item.key}",
            "hasAttachments": False,
            "isDraft": False,
            "onlineMeetingUrl": None,
        }

    def _uid(self, instance: Instance) -> str:
        """Return the uid: that of the meeting, or one of the occurrence's own."""
        uid = instance.item.uid
        if instance.day is None or not self.quirks.occurrence_uids:
            return uid
        return ids.occurrence_uid(uid, instance.day)

    def _series(self, instance: Instance) -> Json:
        """Return how the instance stands to its series; `originalStart` on instances only."""
        said: Json = {
            "type": instance.type,
            "seriesMasterId": None,
            "recurrence": instance.item.recurrence if instance.day is None else None,
        }
        if instance.day is not None:
            original, _ = instance.item.span(instance.day)
            said["originalStart"] = stamp(original)
            said["seriesMasterId"] = self.id(whole(instance.item))
        return said

    def _origin(self, instance: Instance) -> Json:
        """Return who organizes it and the zone it was made in."""
        organizer = self.organizers.get(instance.item.organizer)
        address = organizer.as_address() if organizer else {"address": instance.item.organizer}
        return {
            "organizer": {"emailAddress": address},
            "isOrganizer": instance.item.organizer == self.owner.email,
            "originalStartTimeZone": instance.item.zone,
            "originalEndTimeZone": instance.item.zone,
        }

    def _times(self, instance: Instance) -> Json:
        """Return start and end in the preferred zone; whole days are not converted."""
        name = self.prefer.timezone
        write = floating if instance.fields.get("isAllDay") else wire
        return {"start": write(instance.start, name), "end": write(instance.end, name)}

    def _body(self, body: Json) -> Json:
        """Return the body as stored, or its words alone where text is preferred."""
        if self.prefer.text_body:
            return {"contentType": "text", "content": bodies.text(body["content"])}
        return body

    def _attendee(self, attendee: Json) -> Json:
        return {"type": "required", "status": UNANSWERED, **attendee}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a request wants to see of each event: `$select` and `$expand`."""

    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    property_id: str | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Shape:
        """Read the two options; refuses properties no event has."""
        select = tuple(name.strip() for name in query.get("$select", "").split(",") if name.strip())
        if unknown := set(select) - description.properties("event") - {"@odata.etag"}:
            message = f"Could not find a property named '{min(unknown)}' on type 'event'."
            raise Refused(400, "RequestBroker--ParseUri", message)
        expand = query.get("$expand", "")
        wanted = _PROPERTY.search(expand)
        names = tuple(name for name in ("exceptionOccurrences",) if name in expand)
        if expand and not (wanted or names):
            raise Refused(400, "ErrorInvalidParameter", f"'{expand}' cannot be expanded here.")
        return cls(select, names, wanted.group(1) if wanted else None)

    def of(self, instance: Instance, renderer: Renderer, *, alone: bool = False) -> Json:
        """Return the event in this shape; `alone` is the GET of that very id."""
        full = renderer.event(instance)
        if alone and instance.type == "seriesMaster":
            full |= self._lists(instance, renderer)
        kept = {"@odata.etag", "id", *self.select} if self.select else set(full)
        return {name: full[name] for name in full if name in kept} | self._property(instance)

    def _lists(self, instance: Instance, renderer: Renderer) -> Json:
        """Return the two lists a master gives: one with $select, the other with $expand as well."""
        found: Json = {}
        if "cancelledOccurrences" in self.select:
            found["cancelledOccurrences"] = renderer.cancelled(instance)
        if {"exceptionOccurrences"} <= set(self.select) & set(self.expand):
            days = sorted(instance.item.exceptions)
            exceptions = [occurrence(instance.item, day) for day in days]
            found["exceptionOccurrences"] = [renderer.event(each) for each in exceptions]
        return found

    def _property(self, instance: Instance) -> Json:
        """Return the one extended property asked for; an event that lacks it has no such key."""
        properties = instance.fields.get("singleValueExtendedProperties", ())
        found = [each for each in properties if each["id"] == self.property_id]
        return {"singleValueExtendedProperties": found} if found else {}


def by_start(instance: Instance) -> datetime:
    """Order by the true start, whatever the zones."""
    return instance.start.astimezone(UTC)
