"""One person's calendar in the world: the reference for what the protocol asks.

Every write looks first and then writes against the version it saw, as a server with If-Match
would: two requests, so that a fault or a person can come between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from connectors.errors import CursorExpired, NotFound, NotPermitted, PreconditionFailed
from connectors.memory.receipts import kept, links, meeting, now, restored, same, version
from connectors.memory.world import Booking, Event, World
from connectors.model import (
    Attendee,
    AttendeeKind,
    Baseline,
    Busy,
    Capability,
    Changes,
    Cursor,
    EventKind,
    Facts,
    Fresh,
    Handle,
    Key,
    Link,
    Occurrence,
    Person,
    Receipt,
    Response,
    Series,
    Span,
    Status,
    Url,
    Version,
    Watch,
    WorkingHours,
)

ALL = Capability.ATTACH | Capability.BOOK | Capability.SCHEDULES | Capability.BUSY_OF_OTHERS
"""Everything a calendar in memory can do; nobody is there to be pushed to."""


class MemoryCalendar:
    """The copy of the world's events that one address has; implements `protocol.Calendar`.

    `Receipt.after` of an attachment has `links`, of a booking `recurrence_id`, `start`, `end`
    and `status`; `before` has the same from before, or is empty where the event is new.
    """

    def __init__(
        self,
        world: World,
        address: str,
        *,
        zone: str = "Europe/Berlin",
        capabilities: Capability = ALL,
    ) -> None:
        self._world = world
        self._address = address
        self._zone = zone
        self._capabilities = capabilities

    @property
    def capabilities(self) -> Capability:
        """What this calendar can do."""
        return self._capabilities

    @property
    def zone(self) -> str:
        """The IANA zone of this calendar."""
        return self._zone

    # --- Reading ---

    def baseline(self, window: Span) -> Baseline:
        """Read all events with an instance in the window, with the first cursor."""
        return self._world.wire.read("calendar.baseline", lambda: self._baseline(window))

    def _baseline(self, window: Span) -> Baseline:
        mine = (event for event in self._world.events.values() if self._has(event))
        shown = ((self.handle(one.uid), one) for one in mine if one.occurrences(window))
        found = self._fresh(shown, window)
        problems = tuple(found.unread.values())
        return Baseline(tuple(found.values()), self._cursor(), problems, found.unread)

    def changes(self, since: Cursor) -> Changes:
        """Tell what was touched since; raises `CursorExpired` after `World.expire_cursors`."""
        return self._world.wire.read("calendar.changes", lambda: self._changes(since))

    def _changes(self, since: Cursor) -> Changes:
        generation, _, read = since.partition(".")
        if generation != str(self._world.generation):
            raise CursorExpired("the cursor is too old")
        fresh = self._world.touched[int(read) :]
        uids = dict.fromkeys(uid for uid, people in fresh if self._address in people)
        return Changes(tuple(map(self.handle, uids)), self._cursor())

    def read(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read events afresh; what is gone is left out."""
        return self._world.wire.read("calendar.read", lambda: self._read(events, window))

    def _read(self, handles: Collection[Handle], window: Span) -> Fresh:
        found = ((handle, self._world.events.get(_uid(handle))) for handle in handles)
        mine = [(handle, event) for handle, event in found if event and self._has(event)]
        return self._fresh(mine, window)

    def _fresh(self, mine: Iterable[tuple[Handle, Event]], window: Span) -> Fresh:
        """Put into words what `World.garble` left readable."""
        events = dict(mine)
        odd = [handle for handle in events if _uid(handle) in self._world.garbled]
        told = {handle: f"event {handle} cannot be read" for handle in odd}
        series = {h: self._series(one, window) for h, one in events.items() if h not in told}
        return Fresh(series, told)

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Tell when people are taken; strangers and those who show nothing are left out."""
        return self._world.wire.read(
            "calendar.busy",
            lambda: {one: self._busy(one, window) for one in people if self._sees(one)},
        )

    def hours(self, person: Person) -> WorkingHours | None:
        """Tell the working week that `World.hours` has."""
        return self._world.wire.read(
            "calendar.hours", lambda: self._world.hours.get(person.address)
        )

    def mails(self, series: Series, lost: Occurrence | None = None) -> tuple[str, ...]:
        """Foresee the server's mails: for another time one each, for a link only like Graph."""
        if lost is None:
            mailed = series.owned and not self._world.tombstones
            return self._mailed(series.organizer, series.attendees or ()) if mailed else ()
        return self._mailed(series.organizer, series.invited(lost))

    def guard(self, event: Handle, _written: Receipt | None = None) -> tuple[Version, Facts]:
        """Read what a write must leave alone; a link of our own is none of it."""
        found = self._look(event)
        return version(found), kept(found)

    # --- Writing ---

    def attach(self, target: Series, link: Link) -> Receipt:
        """Put the link on the series; only its organizer may."""
        self._require(Capability.ATTACH)
        event = self._look(target.handle)
        linked = _linked(event, link)
        if linked == event:
            return self._receipt(event, event, links(event, without=link.url), links(event))
        if event.organizer != self._address:
            raise NotPermitted("only the organizer can attach a link")
        written = self._put("calendar.attach", linked, self._mailed_for_link(event))
        return self._receipt(event, written, links(event), links(written))

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Move or restore the instance; invite anew as a guest, or where nothing is restored.

        Raises `PreconditionFailed` when the instance is not as `lost` says any more.
        """
        self._require(Capability.BOOK)
        found = self._world.wire.read("calendar.find", lambda: self._world.booked(key))
        if found:
            event, booking = found
            after = meeting(event, booking.recurrence_id)
            return self._receipt(event, event, booking.before, after)
        if not series.owned:
            return self._invite(series, lost, to, key)
        event = self._look(series.handle)
        present = event.occurrence(lost.recurrence_id)
        if (present.status, present.span) != (lost.status, lost.span):
            raise PreconditionFailed("the meeting is not as it was")
        if present.status is Status.CANCELLED and not self._world.tombstones:
            return self._invite(series, lost, to, key)
        return self._move(event, present, to, key)

    def _move(self, event: Event, lost: Occurrence, to: Span, key: Key) -> Receipt:
        asked = tuple(
            one if one.address == self._address else replace(one, response=Response.NEEDS_ACTION)
            for one in event.invited(lost)
        )
        own = event.override(lost.recurrence_id)
        moved = event.with_override(replace(own, span=to, cancelled=False, attendees=asked))
        booking = Booking(key, lost.recurrence_id, meeting(event, lost.recurrence_id))
        moved = replace(moved, bookings=(*event.bookings, booking))
        written = self._put("calendar.book", moved, self._mailed(event.organizer, asked))
        after = meeting(written, lost.recurrence_id)
        return self._receipt(event, written, booking.before, after)

    def _invite(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        others = self._others(series.organizer, series.invited(lost))
        host = Attendee(self._address, response=Response.ACCEPTED)
        event = Event(
            uid=f"booked-{key}",  # the name keeps a second installation from inviting as well
            title=series.title,
            organizer=self._address,
            attendees=(host, *map(Attendee, others)),
            start=to.start,
            length=to.length,
            bookings=(Booking(key, to.start, {}),),
        )
        written = self._put("calendar.invite", event, self._mailed(self._address, event.attendees))
        return self._receipt(event, written, {}, meeting(written, to.start))

    def counter(self, *_: object) -> Receipt:
        """Refuse: see `Capability.PROPOSE_NEW_TIME`."""
        raise NotPermitted("nobody in memory reads a proposed time")

    def undo(self, receipt: Receipt) -> None:
        """Take an attachment or a booking back, unless people changed that very thing since."""
        try:
            event = self._look(receipt.handle)
        except NotFound:
            if receipt.before:
                raise
            return  # the meeting we made is gone already
        found = now(event, receipt.after)
        if receipt.before and same(found, receipt.before):
            return
        if not same(found, receipt.after):
            raise PreconditionFailed("people changed it since")
        mailed = (
            self._mailed_for_link(event)
            if "links" in receipt.after
            else self._mailed(event.organizer, event.attendees)
        )
        self._put("calendar.undo", restored(event, receipt.before), mailed)

    def watch(self, callback: Url, secret: str) -> Watch:  # noqa: ARG002 - the protocol's names
        """Refuse: a test looks when it wants to."""
        raise NotPermitted("a calendar in memory pushes nothing")

    # --- What one side of the world sees ---

    def handle(self, uid: str) -> Handle:
        """Return the name this calendar has for an event of the world."""
        return Handle(f"{self._address}/{uid}")

    def _cursor(self) -> Cursor:
        """Return where the feed ends now."""
        return Cursor(f"{self._world.generation}.{len(self._world.touched)}")

    def _has(self, event: Event) -> bool:
        return self._address in event.people and not event.deleted

    def _look(self, handle: Handle) -> Event:
        return self._world.wire.read("calendar.look", lambda: self._event(handle))

    def _event(self, handle: Handle) -> Event:
        event = self._world.event(_uid(handle))
        if not self._has(event):
            raise NotFound("the event is in another calendar")
        return event

    def _series(self, event: Event, window: Span) -> Series:
        owned = event.organizer == self._address
        hidden = event.guests_hidden and not owned
        return Series(
            handle=self.handle(event.uid),
            uid=event.uid,
            version=version(event),
            title=event.title,
            organizer=event.organizer,
            attendees=None if hidden else event.attendees,
            zone=str(event.start.tzinfo),
            occurrences=tuple(
                replace(one, attendees=None) if hidden else one
                for one in event.occurrences(window)
                if self._world.tombstones or one.status is Status.STANDING
            ),
            rule=event.rule,
            kind=event.kind,
            private=event.private,
            all_day=event.all_day,
            owned=owned,
            links=event.links,
            split_from=self.handle(event.continues) if event.continues else None,
        )

    def _sees(self, person: Person) -> bool:
        """Whether this account may look into a person's calendar; a stranger has none here."""
        if person.answers_to(self._address):
            return True
        known = {address for event in self._world.events.values() for address in event.people}
        return (
            Capability.BUSY_OF_OTHERS in self._capabilities
            and any(map(person.answers_to, known))
            and not any(map(person.answers_to, self._world.unseen))
        )

    def _busy(self, person: Person, window: Span) -> Busy:
        taken = [
            (event.kind, one.span)
            for event in self._world.events.values()
            if not event.deleted and any(map(person.answers_to, event.people))
            for one in event.occurrences(window)
            if one.span.overlaps(window) and _takes_place(event, one, person)
        ]
        away = (span for kind, span in taken if kind is EventKind.OUT_OF_OFFICE)
        return Busy(tuple(sorted(span for _, span in taken)), tuple(sorted(away)))

    def _require(self, capability: Capability) -> None:
        """Raise `NotPermitted` for what this calendar was made without."""
        if capability not in self._capabilities:
            raise NotPermitted(f"this calendar cannot {capability.name}")

    def _put(self, name: str, event: Event, mailed: Iterable[str] = ()) -> Event:
        """Write an event; the server's mails go out with the write, and only with it."""

        def act() -> Event:
            written = self._world.put(event)
            self._world.mailed.extend(mailed)
            return written

        return self._world.wire.write(name, act)

    def _mailed(self, organizer: str, invited: Iterable[Attendee]) -> tuple[str, ...]:
        """Return whom the server mails about a meeting, if it mails at all."""
        if Capability.SCHEDULES not in self._capabilities:
            return ()
        return self._others(organizer, invited)

    def _mailed_for_link(self, event: Event) -> tuple[str, ...]:
        return () if self._world.tombstones else self._mailed(event.organizer, event.attendees)

    def _others(self, organizer: str, invited: Iterable[Attendee]) -> tuple[str, ...]:
        """Return the other humans of a meeting, each once; rooms and groups get no mail."""
        people = (one.address for one in invited if one.kind is AttendeeKind.INDIVIDUAL)
        everybody = dict.fromkeys((organizer, *people))
        return tuple(address for address in everybody if address != self._address)

    def _receipt(self, before: Event, after: Event, was: Facts, now: Facts) -> Receipt:
        return Receipt(
            handle=self.handle(after.uid),
            version=version(after),
            before=was,
            after=now,
            kept_before=kept(before),
            kept_after=kept(after),
            wrote=before is not after,
        )


def _uid(handle: Handle) -> str:
    return handle.partition("/")[2]


def _linked(event: Event, link: Link) -> Event:
    if any(there.url == link.url for there in event.links):
        return event
    return replace(event, links=(*event.links, link), ours=event.ours | {link.url})


def _takes_place(event: Event, one: Occurrence, person: Person) -> bool:
    declined = any(
        person.answers_to(guest.address) and guest.response is Response.DECLINED
        for guest in event.invited(one)
    )
    return one.status is Status.STANDING and not declined
