"""What is in the world, and what people do to it with their own hands.

Nothing here is a request: these are the other programs and the people. Values are replaced,
never changed, and every replacement gets the next revision.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from connectors.errors import NotFound, PreconditionFailed
from connectors.memory.wire import Wire
from connectors.model import (
    Attendee,
    Entry,
    EventKind,
    Facts,
    Key,
    Letter,
    Link,
    Occurrence,
    Response,
    Span,
    Task,
    Url,
    WorkingHours,
)
from connectors.recurrence import Override, occurrences


@dataclass(frozen=True, slots=True)
class Booking:
    """Which key gave an instance its time; `before` is empty where the event was made for it."""

    key: Key
    recurrence_id: datetime
    before: Facts


@dataclass(frozen=True, slots=True)
class Event:
    """A series or single event, the same for all who are invited; `organizer` is an address."""

    uid: str
    title: str
    organizer: str
    attendees: tuple[Attendee, ...]
    start: datetime
    length: timedelta
    rule: str | None = None
    overrides: tuple[Override, ...] = ()
    kind: EventKind = EventKind.MEETING
    private: bool = False
    all_day: bool = False
    guests_hidden: bool = False
    """Whether only the organizer sees who is invited."""
    links: tuple[Link, ...] = ()
    ours: frozenset[Url] = frozenset()
    """Which links a program attached; the others are people's own."""
    join: str = ""
    """Where the online meeting takes place."""
    continues: str | None = None
    """The series this one was split from."""
    bookings: tuple[Booking, ...] = ()
    deleted: bool = False
    revision: int = 0

    @property
    def people(self) -> frozenset[str]:
        """The addresses of all who have it in their calendar."""
        return frozenset({self.organizer, *(one.address for one in self.attendees)})

    def occurrences(self, window: Span) -> tuple[Occurrence, ...]:
        """Return the instances in a window, the cancelled ones too."""
        return occurrences(
            self.start, self.length, self.rule, overrides=self.overrides, window=window
        )

    def occurrence(self, recurrence_id: datetime) -> Occurrence:
        """Return one instance; raises `NotFound` where the rule has none."""
        moment = Span(recurrence_id, recurrence_id + timedelta(seconds=1))
        instant = recurrence_id.astimezone(UTC)
        for one in self.occurrences(moment):
            if one.recurrence_id.astimezone(UTC) == instant:
                return one
        raise NotFound("the series has no meeting then")

    def invited(self, occurrence: Occurrence) -> tuple[Attendee, ...]:
        """Return who is invited to one instance, with their answers."""
        return self.attendees if occurrence.attendees is None else occurrence.attendees

    def override(self, recurrence_id: datetime) -> Override:
        """Return what an instance has of its own, or an override that says nothing yet."""
        found = (own for own in self.overrides if own.recurrence_id == recurrence_id)
        return next(found, Override(recurrence_id))

    def with_override(self, own: Override) -> Event:
        """Return the event with another override for that instance."""
        others = (one for one in self.overrides if one.recurrence_id != own.recurrence_id)
        return replace(self, overrides=(*others, own))


@dataclass(frozen=True, slots=True)
class Document:
    """A running document, kept as Markdown; `writers` are addresses, its owner's among them."""

    url: Url
    key: Key
    title: str
    writers: frozenset[str]
    text: str
    trashed: bool = False
    revision: int = 0


@dataclass(slots=True)
class World:
    """Everything the memory connectors talk about; people are known by address, events by uid.

    With `tombstones` it is a calendar like Google's: a cancelled instance is told as such and
    can be restored. Without, it is one like Graph's: a cancelled instance is left out, a new
    single event takes its place, and every change of an event is mailed to its guests.
    """

    tombstones: bool = True
    wire: Wire = field(default_factory=Wire)
    events: dict[str, Event] = field(default_factory=dict)
    documents: dict[Url, Document] = field(default_factory=dict)
    mailed: list[str] = field(default_factory=list)
    """One address for each mail that the calendar server sent because of a request."""
    letters: list[Letter] = field(default_factory=list)
    tasks: dict[str, dict[Key, Task]] = field(default_factory=dict)
    """Everybody's task list by address, each task by the key it was made for."""
    garbled: set[str] = field(default_factory=set)
    """The events that are there and that nobody can read, by uid."""
    ticked: set[Key] = field(default_factory=set)
    hours: dict[str, WorkingHours] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    """The company directory, by address."""
    unseen: set[str] = field(default_factory=set)
    """Whose calendar nobody else may look into."""
    touched: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """The change feed: uid, and who had the event before or has it after."""
    generation: int = 0
    """Cursors of an earlier generation have expired."""

    # --- Calendars ---

    def event(self, uid: str) -> Event:
        """Return an event; raises `NotFound` for a deleted one."""
        found = self.events.get(uid)
        if found is None or found.deleted:
            raise NotFound("the event is gone")
        return found

    def put(self, event: Event) -> Event:
        """Store an event; raises `PreconditionFailed` unless it was made from the latest one."""
        last = self.events.get(event.uid)
        # A deleted event makes room for a new one; whoever read it before still comes too late.
        if event.revision != (last.revision if last and not last.deleted else 0):
            raise PreconditionFailed("the event changed since it was read")
        self.touched.append((event.uid, event.people | (last.people if last else frozenset())))
        stored = replace(event, revision=len(self.touched))
        self.events[event.uid] = stored
        return stored

    def booked(self, key: Key) -> tuple[Event, Booking] | None:
        """Return the booking made by this key, and its event."""
        for event in self.events.values():
            for booking in event.bookings:
                if booking.key == key:
                    return event, booking
        return None

    def meet(self, organizer: str, guest: str, first: Span, rule: str | None = None) -> str:
        """Let one person invite another; returns the event's uid."""
        host = Attendee(organizer, response=Response.ACCEPTED)
        return self._enter(organizer, (host, Attendee(guest)), first, rule)

    def absent(self, who: str, away: Span) -> str:
        """Let a person be out of office; returns the event's uid."""
        uid = self._enter(who, (), away, None)
        self.alter(uid, lambda event: replace(event, kind=EventKind.OUT_OF_OFFICE))
        return uid

    def alter(self, uid: str, change: Callable[[Event], Event]) -> None:
        """Let a person change an event in any way."""
        self.put(change(self.event(uid)))

    def cancel(self, uid: str, recurrence_id: datetime) -> None:
        """Let a person cancel one instance."""
        self._alter_one(uid, recurrence_id, lambda own: replace(own, cancelled=True))

    def move(self, uid: str, recurrence_id: datetime, to: Span) -> None:
        """Let a person give one instance another time."""
        self._alter_one(uid, recurrence_id, lambda own: replace(own, span=to, cancelled=False))

    def reinstate(self, uid: str, recurrence_id: datetime) -> None:
        """Let a person put one instance back where the rule has it."""
        self._alter_one(uid, recurrence_id, lambda own: Override(own.recurrence_id))

    def answer(self, uid: str, answer: Attendee, recurrence_id: datetime | None = None) -> None:
        """Let a guest answer for one instance or, without one, for the whole series."""
        event = self.event(uid)
        if recurrence_id is None:
            answered = _answered(event.attendees, answer)
            self.put(replace(event, attendees=answered))
            return
        answered = _answered(event.invited(event.occurrence(recurrence_id)), answer)
        self._alter_one(uid, recurrence_id, lambda own: replace(own, attendees=answered))

    def split(self, uid: str, recurrence_id: datetime, first: Span) -> str:
        """Let the organizer change "this and following"; returns the uid of the new series."""
        event = self.event(uid)
        last = (recurrence_id - timedelta(seconds=1)).astimezone(UTC)
        self.put(replace(event, rule=f"{_endless(event.rule)};UNTIL={last:%Y%m%dT%H%M%SZ}"))
        uid = self._enter(event.organizer, event.attendees, first, _endless(event.rule))
        self.alter(uid, lambda new: replace(new, title=event.title, continues=event.uid))
        return uid

    def delete(self, uid: str) -> None:
        """Let the organizer delete the whole event."""
        self.alter(uid, lambda event: replace(event, deleted=True))

    def garble(self, uid: str) -> None:
        """Let a program write an event in a way that nobody can read."""
        self.garbled.add(uid)
        self.alter(uid, lambda event: event)

    def mend(self, uid: str) -> None:
        """Let it write the event as it was."""
        self.garbled.remove(uid)
        self.alter(uid, lambda event: event)

    def link(self, uid: str, link: Link) -> None:
        """Let a person attach a link."""
        self.alter(uid, lambda event: replace(event, links=(*event.links, link)))

    def unlink(self, uid: str, url: Url) -> None:
        """Let a person remove a link."""
        self.alter(
            uid,
            lambda event: replace(
                event, links=tuple(link for link in event.links if link.url != url)
            ),
        )

    def expire_cursors(self) -> None:
        """Let the server forget how far everybody has read."""
        self.generation += 1

    def _enter(
        self, organizer: str, attendees: tuple[Attendee, ...], first: Span, rule: str | None
    ) -> str:
        uid = f"event-{len(self.events) + 1}"
        event = Event(uid, "One-on-one", organizer, attendees, first.start, first.length, rule)
        return self.put(event).uid

    def _alter_one(
        self, uid: str, recurrence_id: datetime, change: Callable[[Override], Override]
    ) -> None:
        self.alter(uid, lambda event: event.with_override(change(event.override(recurrence_id))))

    # --- Documents ---

    def document(self, url: Url) -> Document:
        """Return a document; raises `NotFound` for a trashed one."""
        found = self.documents.get(url)
        if found is None or found.trashed:
            raise NotFound("the document is gone")
        return found

    def keep(self, document: Document) -> Document:
        """Store a document; raises `PreconditionFailed` unless it was made from the latest one."""
        last = self.documents.get(document.url)
        if last and last.revision != document.revision:
            raise PreconditionFailed("the document changed since it was read")
        stored = replace(document, revision=document.revision + 1)
        self.documents[document.url] = stored
        return stored

    def edit(self, url: Url, change: Callable[[str], str]) -> None:
        """Let a person rewrite a document's text."""
        document = self.document(url)
        self.keep(replace(document, text=change(document.text)))

    def tick(self, url: Url, words: str) -> None:
        """Let a person tick the action item that holds these words."""
        pattern = re.compile(rf"^(\s*[-*] )\[ \](?=.*{re.escape(words)})", re.MULTILINE)
        self.edit(url, lambda text: pattern.sub(r"\1[x]", text))

    def trash(self, url: Url) -> None:
        """Let a person throw a document away."""
        self.keep(replace(self.document(url), trashed=True))


def _answered(attendees: tuple[Attendee, ...], answer: Attendee) -> tuple[Attendee, ...]:
    return tuple(answer if one.address == answer.address else one for one in attendees)


def _endless(rule: str | None) -> str:
    """Return a rule without its end."""
    parts = (rule or "").split(";")
    return ";".join(part for part in parts if not part.startswith(("UNTIL=", "COUNT=")))
