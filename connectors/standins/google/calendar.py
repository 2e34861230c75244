"""One person's calendar: his own copy of every event he organizes or is invited to.

A series is one `Entry` with its exceptions by slot, the original start written in UTC. Slots, not
instance ids, are the identity: ids are only computed for the wire, in one of two shapes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from connectors.standins.google import recurrence
from connectors.standins.google.errors import Json, not_found
from connectors.standins.google.times import Moment, at, edge, later, moment, slot, unslot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

CANCELLED: Json = {"status": "cancelled"}


@dataclass(slots=True)
class Entry:
    """A single event, or a series with its exceptions.

    `exceptions` holds, by slot, only what differs from the series; a None hides a field. The whole
    family shares one version: the recorded answers show one etag on a master and all its
    exceptions, and old cancellations sent again whenever anything in the family changes.
    """

    id: str
    body: Json
    created: datetime
    updated: datetime
    serial: int
    exceptions: dict[str, Json] = field(default_factory=dict)
    bare: bool = False
    """Cancelled by somebody else: only the id is left to see (facts 2.4, 2.5)."""

    @property
    def etag(self) -> str:
        """The version, with the quotes that belong to it."""
        return f'"{3_480_000_000_000_000 + self.serial * 2}"'

    @property
    def repeats(self) -> bool:
        """Whether this is a series."""
        return "recurrence" in self.body

    @property
    def gone(self) -> bool:
        """Whether the whole event is cancelled."""
        return bool(self.body["status"] == "cancelled")

    @property
    def zone(self) -> str:
        """The zone the series repeats in."""
        return str(recurrence.zone_of(self.body))

    def starts(self, before: datetime, calendar_zone: str) -> Iterator[Moment]:
        """Yield the original starts of the series that lie before an instant."""
        for start in recurrence.starts(self.body):
            if at(start, calendar_zone) >= before:
                return
            yield start

    def slots(self, before: datetime, calendar_zone: str) -> list[str]:
        """Return the slots that lie before an instant, and exceptions from later ones."""
        found = {slot(start) for start in self.starts(before, calendar_zone)}
        return sorted(found | {name for name in self.exceptions if self.has(name)})

    def has(self, name: str) -> bool:
        """Whether the rule yields an occurrence with this slot."""
        wanted = unslot(name, self.zone)
        for start in recurrence.starts(self.body):
            if slot(start) == name:
                return True
            if isinstance(start, type(wanted)) and start > wanted:
                return False
        return False

    def inherited(self, name: str) -> Json:
        """Return the occurrence as the series alone would have it."""
        original = unslot(name, self.zone)
        start, end = moment(self.body["start"]), moment(self.body["end"])
        length: timedelta = end - start
        body = {key: value for key, value in self.body.items() if key != "recurrence"}
        return body | {
            "recurringEventId": self.id,
            "originalStartTime": edge(original, self.zone),
            "start": edge(original, self.zone),
            "end": edge(later(original, length), self.zone),
        }

    def occurrence(self, name: str) -> Json:
        """Return the occurrence as it stands, exception or not."""
        body = self.inherited(name) | self.exceptions.get(name, {})
        return {key: value for key, value in body.items() if value is not None}


class Target(NamedTuple):
    """What an event id points at: a whole entry, or with a slot one occurrence of it."""

    entry: Entry
    slot: str | None

    @property
    def body(self) -> Json:
        """The event as it stands."""
        return self.entry.body if self.slot is None else self.entry.occurrence(self.slot)

    @property
    def gone(self) -> bool:
        """Whether it is cancelled."""
        return self.entry.gone or self.body["status"] == "cancelled"


@dataclass(slots=True)
class Calendar:
    """The primary calendar of one person."""

    owner: str
    timezone: str
    opaque_ids: bool = True
    """Instance ids that tell nothing, as announced for 2026; False gives `master_timestamp`."""
    aliases: tuple[str, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)
    readers: dict[str, str] = field(default_factory=dict)
    """Address of another person to `reader` or `writer`."""
    free_busy_hidden: bool = False
    working_hours: Json | None = None
    settings: dict[str, str] = field(default_factory=dict)
    generation: int = 0

    def is_mine(self, address: str | None) -> bool:
        """Whether an address is the owner's, under any of his names."""
        return address == self.owner or address in self.aliases

    def expire_tokens(self) -> None:
        """Make every sync token handed out so far answer 410 (facts 1.11)."""
        self.generation += 1

    def instance_id(self, entry: Entry, name: str) -> str:
        """Return the id of one occurrence."""
        if not self.opaque_ids:
            # A series split off in the web UI keeps naming its instances after the old half.
            return f"{entry.id.partition('_R')[0]}_{name}"
        plain = f"{name}/{entry.id}".encode()
        return base64.b32hexencode(plain[::-1]).decode().rstrip("=").lower()

    def find(self, event_id: str) -> Target:
        """Return what an id points at; raises Refusal (404) if nothing."""
        if event_id in self.entries:
            return Target(self.entries[event_id], None)
        for entry, name in self._parents(event_id):
            if entry.repeats and (name in entry.exceptions or entry.has(name)):
                return Target(entry, name)
        raise not_found()

    def _parents(self, event_id: str) -> Iterator[tuple[Entry, str]]:
        """Yield the series and slots an instance id may belong to."""
        if "_" in event_id:
            base, _, name = event_id.rpartition("_")
            halves = (e for e in self.entries.values() if e.id.partition("_R")[0] == base)
            yield from ((entry, name) for entry in halves)
            return
        name, _, parent = _decoded(event_id).partition("/")
        if parent in self.entries:
            yield self.entries[parent], name

    def by_uid(self, uid: str, instance: str | None = None) -> Entry | None:
        """Return this calendar's copy of an event; `instance` for an invitation to one only."""
        for entry in self.entries.values():
            alone = entry.body.get("recurringEventId") is not None
            if entry.body.get("iCalUID") == uid and (not alone or entry.id == instance):
                return entry
        return None


def _decoded(event_id: str) -> str:
    """Return what an opaque instance id hides; nothing if it is another kind of id."""
    padded = event_id.upper() + "=" * (-len(event_id) % 8)
    try:
        return base64.b32hexdecode(padded)[::-1].decode()
    except ValueError:
        return ""
