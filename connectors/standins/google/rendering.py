"""Entries as Google shows them to somebody: computed fields, tombstones, hidden details.

Three shapes of a cancellation leave here: an occurrence with the keys of its slot, a bare id for
anything that is gone as a whole, and again a bare id for an occurrence that a shortened series no
longer has. None of them says what it used to be.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

from connectors.standins.google.times import edge, moment, stamp

if TYPE_CHECKING:
    from connectors.standins.google.calendar import Calendar, Entry, Target
    from connectors.standins.google.errors import Json

_SLOT = {"start", "end", "recurrence", "recurringEventId", "originalStartTime"}
_PLAIN_TO_READERS = _SLOT | {"status", "iCalUID", "visibility", "eventType", "transparency"}
"""What a reader still sees of a private event."""


class View(NamedTuple):
    """Who looks, and how he asked to see it."""

    calendar: Calendar
    role: str = "owner"
    timezone: str | None = None
    max_attendees: int | None = None
    details_of_deleted: bool = False
    """Whether one's own deleted events keep their details (facts 2.5)."""

    def show(self, target: Target) -> Json:
        """Return the JSON of one event."""
        entry, name = target
        head: Json = {"kind": "calendar#event", "etag": entry.etag}
        if name is not None and not (entry.has(name) or entry.gone):
            return head | {"id": self._id(target), "status": "cancelled"}  # beyond a new end
        body = target.body
        if target.gone and not self._keeps_details(target):
            return head | self._tombstone(target)
        if self.role == "reader" and body.get("visibility") in {"private", "confidential"}:
            body = {key: value for key, value in body.items() if key in _PLAIN_TO_READERS}
        return head | self._computed(target) | self._shown(body) | {"id": self._id(target)}

    def _keeps_details(self, target: Target) -> bool:
        """Deleted events can be read by their organizer, or whoever removed them himself."""
        removed_alone = target.slot is None and not target.entry.bare
        return self.details_of_deleted and (removed_alone or not self._is_guest(target.body))

    def _id(self, target: Target) -> str:
        """An id is computed for occurrences, stored for everything else."""
        entry, name = target
        return entry.id if name is None else self.calendar.instance_id(entry, name)

    def _tombstone(self, target: Target) -> Json:
        """A cancelled occurrence keeps the keys of its slot; anything else only the id."""
        bare: Json = {"id": self._id(target), "status": "cancelled"}
        if "recurringEventId" not in target.body or target.entry.gone:
            return bare
        original = self._edge(target.body["originalStartTime"])
        parent = target.body["recurringEventId"]
        return bare | {"recurringEventId": parent, "originalStartTime": original}

    def _computed(self, target: Target) -> Json:
        """Fields no client can write."""
        entry = target.entry
        eid = base64.urlsafe_b64encode(f"{self._id(target)} {self.calendar.owner}".encode())
        return {
            "htmlLink": f"https://www.google.com/calendar/event?eid={eid.decode().rstrip('=')}",
            "created": stamp(entry.created),
            "updated": stamp(entry.updated),
        }

    def _shown(self, body: Json) -> Json:
        """Return the body with times in the reader's zone and people marked as oneself."""
        shown = dict(body)
        for key in ("start", "end", "originalStartTime"):
            if key in body:
                shown[key] = self._edge(body[key])
        for key in ("creator", "organizer"):
            if key in body:
                shown[key] = self._marked(body[key])
        if "attendees" in body:
            shown |= self._attendees(body)
        return shown

    def _attendees(self, body: Json) -> Json:
        """A list that is cut holds nobody but oneself (facts 3, attendeesOmitted)."""
        guests = [self._marked(guest) for guest in body["attendees"]]
        hidden = body.get("guestsCanSeeOtherGuests") is False and self._is_guest(body)
        cut = self.max_attendees is not None and len(guests) > self.max_attendees
        if not (hidden or cut):
            return {"attendees": guests}
        return {
            "attendees": [guest for guest in guests if guest.get("self")],
            "attendeesOmitted": True,
        }

    def _is_guest(self, body: Json) -> bool:
        """Whether the calendar's owner is a guest here."""
        return not self.calendar.is_mine(body["organizer"]["email"])

    def _marked(self, who: Json) -> Json:
        """Mark a person who is the calendar's owner."""
        mine = {"self": True} if self.calendar.is_mine(who.get("email")) else {}
        return who | mine

    def _edge(self, value: Json) -> Json:
        """Write a time: offset of the reader, zone of the event."""
        zone = value.get("timeZone", self.calendar.timezone)
        return edge(moment(value), zone, self.timezone or self.calendar.timezone)


def family(entry: Entry) -> list[str | None]:
    """Return what stands for an entry in an unexpanded list: itself and its exceptions."""
    return [None, *sorted(entry.exceptions)]
