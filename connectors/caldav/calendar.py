"""A CalDAV calendar: its feed, fresh reads, and the few writes, each over the version it read.

A server that schedules (RFC 6638) tells the guests itself. Any other tells nobody, so the receipt
of a booking has the `request` (iMIP) for whoever mails it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.caldav import availability, undoing
from connectors.caldav.client import Dav, unseen
from connectors.caldav.discovery import Place, discover
from connectors.caldav.feed import Collection as Resources
from connectors.caldav.feed import Memory, Resource, after
from connectors.caldav.neighbours import Neighbours
from connectors.caldav.xml import time_range
from connectors.errors import (
    ConnectorError,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
)
from connectors.ical import drafting, editing, invitation, parts, rebooking
from connectors.ical.reading import Reader, complaint
from connectors.ical.source import Broken, Source
from connectors.model import (
    AttendeeKind,
    Baseline,
    Busy,
    Capability,
    Changes,
    Cursor,
    Facts,
    Fresh,
    Handle,
    Key,
    Link,
    Occurrence,
    Person,
    Receipt,
    Series,
    Span,
    Status,
    Url,
    Version,
    Watch,
    WorkingHours,
)
from connectors.retry import LOOKS, a_moment

_A_DAY = timedelta(days=1)


class Event(NamedTuple):
    """One event as the server has it: its name in the calendar, tag, text and UID."""

    name: str
    tag: str
    source: Source
    uid: str


class CalDavCalendar:
    """The calendar of `owner` called `name`; implements `protocol.Calendar`.

    `zone` (IANA) is where floating times and whole days are. `Receipt.before` and `after` of an
    attachment have `links`, of a booking `start`, `end` and `status`.
    """

    def __init__(
        self, dav: Dav, owner: Person, zone: str, now: Callable[[], datetime], *, name: str
    ) -> None:
        self._dav = dav
        self._owner = owner
        self._now = now
        self._name = name
        self._reader = Reader(owner, zone, lambda resource, _: Handle(resource))
        self._place: Place | None = None
        self._neighbours = Neighbours(dav, owner, now)
        self._week: tuple[datetime, WorkingHours | None] | None = None
        """The owner's working week, and until when it is not asked for again."""

    @property
    def capabilities(self) -> Capability:
        """What the server can do, as far as it was asked; asking is what a look does.

        What it tells of others shows only when they are asked for, so that is not promised.
        """
        able = Capability.ATTACH | Capability.BOOK
        if self._place and self._place.schedules:
            able |= Capability.SCHEDULES
        return able

    @property
    def zone(self) -> str:
        """The IANA zone the owner chose for the calendar, or an empty string."""
        return self._at().zone

    # --- looking ---

    def baseline(self, window: Span) -> Baseline:
        """Read all events; a broken one is one of the `problems`, and the others still count."""
        self._place = place = discover(self._dav, self._name)
        self._week = None
        resources = Resources(self._dav, place)
        mark, token = resources.now()
        there = resources.everything()
        found: list[Series] = []
        wrong: dict[str, str] = {}
        for name, resource in there.items():
            read, problem = self._told(name, resource, window)
            found += read
            wrong |= {name: problem} if problem else {}
        tags = None if token else {name: one.tag for name, one in there.items()}
        memory = Memory(place, window, mark, token, tags, wrong)
        unread = {Handle(name): problem for name, problem in wrong.items()}
        return Baseline(tuple(found), memory.cursor(), tuple(wrong.values()), unread)

    def changes(self, since: Cursor) -> Changes:
        """Tell what was touched; where it cannot be read, it counts as unchanged."""
        before = Memory.of(since)
        self._place = before.place
        resources = Resources(self._dav, before.place)
        told = resources.since(before)
        there = resources.read(told.names) if told.names else {}
        problems = {name: self._told(name, one, before.window)[1] for name, one in there.items()}
        wrong = {name: problem for name, problem in problems.items() if problem}
        memory = after(before, told, wrong)
        handles = tuple(Handle(name) for name in told.names if name not in wrong)
        return Changes(handles, memory.cursor(), tuple(memory.wrong.values()))

    def _told(self, name: str, resource: Resource, window: Span) -> tuple[list[Series], str]:
        """Read what a window shows of a resource; beside it, what is wrong with it, if anything."""
        try:
            source = resource.source
        except Broken as broken:
            return [], complaint(name, broken.line, str(broken))
        read, wrong = self._reader.told(name, source, window)
        return read, next(iter(wrong.values()), "")

    def read(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read events afresh, many at once; what is gone is left out."""
        there = self._there(events).items()
        return Fresh.joined(self._fresh(name, resource, window) for name, resource in there)

    def _fresh(self, name: str, resource: Resource, window: Span) -> Fresh:
        try:
            source = resource.source
        except Broken as broken:
            return Fresh({}, {Handle(name): complaint(name, broken.line, str(broken))})
        return self._reader.some(name, source, source.events, window)

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Tell when people are taken; who can be neither asked nor read is left out."""
        owners = [one for one in people if self._owner.answers_to(one.address)]
        others = [one for one in people if one not in owners]
        found = dict.fromkeys(owners, self._own(window)) if owners else {}
        return {**found, **self._others(others, window)}

    def _own(self, window: Span) -> Busy:
        """Tell from the owner's events, which know an absence from a meeting."""
        stretch = time_range(availability.stamp(window.start), availability.stamp(window.end))
        spans: list[Span] = []
        away: list[Span] = []
        for name, resource in self._resources().within(stretch).items():
            try:
                taken, absent = self._reader.taken(name, resource.source, window)
            except Broken:
                continue  # told as a problem when it was read
            spans += taken
            away += absent
        return Busy(tuple(sorted(spans)), tuple(sorted(away)))

    def _others(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Ask the server's post first, and then for the calendars of whom it does not know."""
        if not people:
            return {}
        place = self._at()
        post = availability.asked(self._dav, place.outbox, self._owner, people, window)
        rest = [one for one in people if one not in post]
        read = {one: self._neighbours.busy(one, place.calendar, window) for one in rest}
        return {**post, **{person: busy for person, busy in read.items() if busy is not None}}

    def hours(self, person: Person) -> WorkingHours | None:
        """Tell the working week that the owner entered at the server; nobody else's is told."""
        if not self._owner.answers_to(person.address):
            return None
        if self._week is None or self._week[0] <= self._now():
            week = availability.hours(self._dav, self._at())
            self._week = self._now() + _A_DAY, week
        return self._week[1]

    def mails(self, series: Series, lost: Occurrence | None = None) -> tuple[str, ...]:
        """Foresee one mail to each guest where the server schedules: some mail for any change."""
        if Capability.SCHEDULES not in self.capabilities:
            return ()
        invited = series.invited(lost) if lost else series.attendees or ()
        people = [one.address for one in invited if one.kind is AttendeeKind.INDIVIDUAL]
        guests = dict.fromkeys((*people, series.organizer))
        return tuple(one for one in guests if not self._owner.answers_to(one))

    def guard(self, event: Handle, _written: Receipt | None = None) -> tuple[Version, Facts]:
        """Read what a write must leave alone; a link of our own is none of it."""
        found = self._event(event)
        return Version(found.source.digest(found.uid)), drafting.kept(found.source, found.uid)

    # --- writing ---

    def attach(self, target: Series, link: Link) -> Receipt:
        """Put the link on the series, unless it is there already; only its organizer may."""
        if not target.owned:
            raise NotPermitted("only the organizer can attach a link")
        event = self._event(target.handle)
        draft = drafting.attaching(event.source, event.uid, link)
        _, receipt = self._write(event, draft)
        return replace(receipt, after={**receipt.after, "url": link.url})

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Write the override that moves or restores an instance, or invite anew as a guest.

        Raises `PreconditionFailed` when the instance is not as `lost` says any more.
        """
        if not series.owned:
            return self._invite(series, lost, to, key)
        event, at = self._event(series.handle), lost.recurrence_id
        wish = rebooking.Booking(at, to, key, self._owner.answers_to, self._now())
        draft = drafting.booking(self._reader, event.source, event.uid, lost, wish)
        zones = self._reader.view(event.source, to).zones
        earlier = rebooking.override(event.source, event.uid, at, zones) if draft.splices else None
        written, receipt = self._write(event, draft)
        told = {"key": key, "recurrence_id": at.isoformat(), **self._request(written, lost)}
        was = earlier.raw.decode("utf-8", "replace") if earlier else ""
        return replace(
            receipt, before={**receipt.before, "override": was}, after={**receipt.after, **told}
        )

    def _request(self, event: Event, lost: Occurrence) -> Facts:
        """Return the invitation that is still to be mailed: nothing where the server did it."""
        if self._at().schedules and not _undelivered(event):
            return {}
        return {"request": drafting.request(self._reader, event.source, event.uid, lost)}

    def _invite(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Make the guest's own single meeting."""
        name = invitation.file_name(key)
        meeting = invitation.meeting(series, lost, to, key, self._owner)
        try:
            self._dav.put(self._resources().at(name), meeting)
            wrote = True
        except PreconditionFailed:
            wrote = False  # it is there already
        event = self._looked_at(name)
        request = drafting.invited(self._reader, event.source, event.uid, to)
        sent = self._at().schedules and not _undelivered(event)
        told = {**drafting.meeting(to, Status.STANDING), "key": key}
        return Receipt(
            Handle(name),
            Version(event.source.digest(event.uid)),
            after=told if sent else {**told, "request": request},
            wrote=wrote,
        )

    def counter(self, *_: object) -> Receipt:
        """Refuse: see `Capability.PROPOSE_NEW_TIME`; few servers pass a COUNTER on."""
        raise NotPermitted("CalDAV servers pass no other time on to an organizer")

    def undo(self, receipt: Receipt) -> None:
        """Take an attachment or a booking back, unless people changed it since."""
        try:
            event = self._event(receipt.handle)
        except NotFound:
            if receipt.before:
                raise
            return  # the meeting we made is gone already
        source, uid = event.source, event.uid
        if not receipt.before:
            undoing.booked_still(parts.lead(source.events[uid]), receipt, self._reader, source)
            self._dav.delete(self._resources().at(event.name), seen=event.tag)
            return
        if "url" in receipt.after:
            splices = undoing.without_link(source, uid, Url(str(receipt.after["url"])))
        else:
            splices = undoing.without_booking(source, uid, receipt, self._reader)
        self._write(event, drafting.Draft(splices, {}, {}))

    def watch(self, callback: Url, secret: str) -> Watch:  # noqa: ARG002 - the protocol's names
        """Refuse: CalDAV servers push nothing that a web address could take."""
        raise NotPermitted("a CalDAV server pushes nothing")

    def close(self) -> None:
        """Close the connections."""
        self._dav.close()

    # --- one event ---

    def _at(self) -> Place:
        """Return where the calendar is, asking the server the first time."""
        if self._place is None:
            self._place = discover(self._dav, self._name)
        return self._place

    def _resources(self) -> Resources:
        return Resources(self._dav, self._at())

    def _there(self, names: Collection[str]) -> dict[str, Resource]:
        """Read resources; one that is missing is asked for again before it counts as gone."""
        # While a server renames, or one of several behind a proxy lags, a 404 passes. Believed, it
        # would lose the meetings of a series (proposals, an alert), let a booking that stands pass
        # for undone, and skip the second look at a write. Elsewhere a 404 only costs a turn.
        resources = self._resources()
        found = resources.read(names)
        for _ in range(LOOKS - 1):
            if missing := set(names) - found.keys():
                a_moment()
                found |= resources.read(missing)
        return found

    def _event(self, handle: Handle) -> Event:
        """Read one event with its tag; raises `NotFound` when it is not there any more."""
        resource = self._there([handle]).get(handle)
        try:
            source = resource.source if resource else None
        except Broken as broken:
            raise NotPermitted(complaint(handle, broken.line, str(broken))) from broken
        if resource is None or source is None or not source.events:
            raise NotFound(f"{handle} is not in the calendar any more")
        return Event(handle, resource.tag, source, next(iter(source.events)))

    def _looked_at(self, name: str) -> Event:
        """Read an event that was just written; that it cannot be read does not unwrite it."""
        try:
            return self._event(Handle(name))
        except ConnectorError as error:
            raise unseen(error) from error

    def _write(self, event: Event, draft: drafting.Draft) -> tuple[Event, Receipt]:
        """Write a draft over the version it was made from; look at what the server made of it."""
        written = event
        if draft.splices:
            data = editing.applied(event.source.data, draft.splices)
            self._dav.put(self._resources().at(event.name), data, seen=event.tag)
            written = self._looked_at(event.name)
            if written.source.data == event.source.data:
                raise OutcomeUnknown("the server said yes, and nothing changed")
        receipt = Receipt(
            Handle(event.name),
            Version(written.source.digest(event.uid)),
            before=draft.before,
            after=draft.after,
            kept_before=drafting.kept(event.source, event.uid),
            kept_after=drafting.kept(written.source, event.uid),
            wrote=bool(draft.splices),
        )
        return written, receipt


def _undelivered(event: Event) -> bool:
    """Whether the server says that a guest was not told (RFC 6638 3.2.9: 3.x and 5.x)."""
    guests = (
        guest
        for component in event.source.events[event.uid]
        for guest in parts.fields(component).get("ATTENDEE", ())
    )
    statuses = (guest.parts()[0].get("SCHEDULE-STATUS", "") for guest in guests)
    return any(status.strip('"').startswith(("3.", "5.")) for status in statuses)
