"""One Google calendar, read: in bulk at first, then by its feed.

A baseline lists masters and the instances that differ, and expands rules here: the expanded feed
would send a whole series again for each edit. What the feed names is read afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from googleapiclient.discovery import Resource

from connectors.errors import NotFound, NotPermitted
from connectors.google import receipts, translate
from connectors.google.scopes import Scope
from connectors.google.service import Google, Json
from connectors.google.translate import Copy, Family
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
    Occurrence,
    Person,
    Receipt,
    Series,
    Span,
    Version,
    WorkingHours,
)
from connectors.retry import doubted

EVENT_TYPES = ["default", "fromGmail", "outOfOffice"]
"""All in one feed, so that a look without changes is one request; the same for a token's life."""
_FEED: dict[str, Any] = {"eventTypes": EVENT_TYPES, "maxResults": 2500, "singleEvents": False}
_AWAY = "outOfOffice"
_TAKING = ["default", "fromGmail", "focusTime", _AWAY]
_TIMES = (
    "nextPageToken,timeZone,"
    "items(status,transparency,eventType,start,end,attendees(self,responseStatus))"
)
_MARGIN = timedelta(weeks=4)
"""How far before the window an instance may have been moved to and still be found."""
_MANY = 4
"""More events than this are read by listing the calendar, which takes fewer requests."""
_AT_ONCE = 50
_LONGEST = timedelta(days=31)
"""Most calendars and longest time of one free/busy query: longer ones are refused."""


class GoogleReader:
    """Reads one calendar of one account; implements `protocol.CalendarReader`.

    `address` is the account's own, `calendar` an id or "primary".
    """

    def __init__(
        self, google: Google, owner: Person, address: str, calendar: str = "primary"
    ) -> None:
        self._google = google
        self._copy = Copy(owner, address.lower(), calendar)
        self._zone = ""
        self._hours: dict[str, WorkingHours | None] = {}
        self._uids: dict[Handle, str] = {}

    @property
    def capabilities(self) -> Capability:
        """Everything Google can do for a calendar, less what the sign-in does not cover."""
        able = Capability.ATTACH | Capability.BOOK | Capability.SCHEDULES | Capability.WATCH
        seen = self._google.allows(Scope.FREE_BUSY)
        return able | (Capability.BUSY_OF_OTHERS if seen else Capability.NONE)

    @property
    def zone(self) -> str:
        """The calendar's zone as every list tells it, else asked for once; empty if hidden."""
        if not self._zone:
            self._zone = str(self._habits(self._copy.calendar).get("timeZone", ""))
        return self._zone

    # --- The feed ---

    def baseline(self, window: Span) -> Baseline:
        """List the calendar; single events are kept where they concern two people, or absences."""
        self._hours.clear()
        items, cursor = self._listing(window, self._matters)
        read = self._translated(self._whole(items), window)
        series = tuple(one for one in read.values() if one.occurrences)
        return Baseline(series, cursor, tuple(read.unread.values()), read.unread)

    def changes(self, since: Cursor) -> Changes:
        """Read the feed on; every 410 means a new baseline, whatever its reason."""
        items, cursor = self._pages(syncToken=since, **_FEED)
        self._uids = dict(_uids(items))
        return Changes(translate.touched(items), cursor)

    def read(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read events with all their exceptions; ends of a rule and tombstones are left out."""
        if len(events) > _MANY:
            listed = translate.families(self._listing(window)[0])
            found = {handle: listed[handle] for handle in events if handle in listed}
        else:
            read = ((handle, self._family(handle)) for handle in events)
            found = {handle: family for handle, family in read if family}
        return self._translated(found.values(), window)

    def _listing(
        self, window: Span, keep: Callable[[Json], bool] = lambda _: True
    ) -> tuple[list[Json], Cursor]:
        """List masters and exceptions from a while before the window on."""
        # Without an end: an instance that was moved far ahead must not seem to stand where it was.
        return self._pages(keep, timeMin=(window.start - _MARGIN).isoformat(), **_FEED)

    def _pages(
        self,
        keep: Callable[[Json], bool] = lambda _: True,
        **query: Any,  # noqa: ANN401
    ) -> tuple[list[Json], Cursor]:
        """Read a list page by page, and keep some of it; the last page alone has the cursor."""
        items: list[Json] = []
        token = ""
        for page in self._google.pages(self._events.list, calendarId=self._copy.calendar, **query):
            items += filter(keep, page.get("items", ()))
            self._zone = str(page.get("timeZone", self._zone))
            token = page.get("nextSyncToken", "")
        return items, Cursor(token)

    def _matters(self, event: Json) -> bool:
        """Whether an item of a baseline is, or may be, part of a series or a meeting of two."""
        part = "recurrence" in event or "recurringEventId" in event
        return part or translate.concerns_two(event, self._copy)

    def _whole(self, items: Iterable[Json]) -> Iterator[Family]:
        """Yield what matters as it stands, also of the invitations to one instance alone."""
        for family in translate.families(items).values():
            alone = "recurringEventId" in family.event
            if not alone or translate.concerns_two(family.event, self._copy):
                yield family

    def _translated(self, families: Iterable[Family], window: Span) -> Fresh:
        """Put into our words; one odd event is a problem told, and stops nothing."""
        series: dict[Handle, Series] = {}
        unread: dict[Handle, str] = {}
        for family in families:
            name = Handle(family.event["id"])
            try:
                series[name] = translate.series(family, self._copy, window, self.zone)
            except (ValueError, KeyError) as error:
                unread[name] = f"event {name} cannot be read: {error}"
        return Fresh(series, unread)

    def _family(self, handle: Handle) -> Family | None:
        """Read one event with its exceptions: in one request, where the feed just told its uid."""
        uid = self._uids.get(handle)
        if uid is None:
            event = self._standing(handle)
            if event is None or not event.keys() & {"recurrence", "recurringEventId"}:
                return Family(event) if event else None
            uid = str(event["iCalUID"])
        items, _ = self._pages(iCalUID=uid, maxResults=2500, singleEvents=False)
        return translate.families(items).get(handle)

    def _standing(self, handle: Handle) -> Json | None:
        """Read one event, None for one that is deleted: Google still tells of those."""
        try:
            event = self._event(handle)
        except NotFound:
            return None
        return None if translate.cancelled(event) else event

    # --- People ---

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Ask for free/busy; a person with an error in any part is unknown, and left out."""
        if not self._google.allows(Scope.FREE_BUSY):
            return {}
        names = {name for person in people for name in self._calendars(person)}
        told = self._free_busy(sorted(names), window)
        found: dict[Person, Busy] = {}
        for person in people:
            calendars = [told.get(name) for name in self._calendars(person)]
            if None not in calendars:
                spans = [span for known in calendars if known is not None for span in known]
                shown = self._shown(person, window)
                away = _united(span for span, kind in shown if kind == _AWAY)
                found[person] = Busy(_apart(spans, [span for span, _ in shown]), away)
        return found

    def hours(self, person: Person) -> WorkingHours | None:
        """Tell working hours from a primary calendar this account may read; remembered."""
        name = self._name(person)
        if name not in self._hours:
            self._hours[name] = translate.working_hours(self._habits(name))
        return self._hours[name]

    def _name(self, person: Person) -> str:
        """Return the id of a person's primary calendar: their address."""
        return self._copy.address if self._is_owner(person) else person.address

    def _calendars(self, person: Person) -> tuple[str, ...]:
        """Return the calendars that make a person busy; for the owner also a secondary one."""
        secondary = self._is_owner(person) and self._copy.calendar != "primary"
        return (self._name(person), *((self._copy.calendar,) if secondary else ()))

    def _is_owner(self, person: Person) -> bool:
        return person == self._copy.owner or person.answers_to(self._copy.address)

    def _habits(self, calendar: str) -> Json:
        """Read what a calendar says of itself; nothing, where it is hidden from this account."""
        if not self._google.allows(Scope.HABITS):
            return {}
        calendars = self._google.resource("calendar", "calendars")
        try:
            return self._google.read(calendars.get(calendarId=calendar))
        except (NotFound, NotPermitted):
            return {}

    def _free_busy(self, names: Sequence[str], window: Span) -> dict[str, list[Span]]:
        """Return what is known of each calendar; one with an error in any part is left out."""
        known: dict[str, list[Span]] = {name: [] for name in names}
        for part in _parts(window):
            for first in range(0, len(names), _AT_ONCE):
                asked = names[first : first + _AT_ONCE]
                told = self._ask(asked, part)
                for name in asked:
                    if name not in told or told[name].get("errors"):
                        known.pop(name, None)
                    elif name in known:
                        known[name] += map(_busy_span, told[name].get("busy", ()))
        return known

    def _ask(self, names: Sequence[str], window: Span) -> dict[str, Json]:
        """Send one query; the answer has an entry, or an error in it, for each calendar."""
        query = {
            "timeMin": _utc(window.start),
            "timeMax": _utc(window.end),
            "items": [{"id": name} for name in names],
        }
        free_busy = self._google.resource("calendar", "freebusy")
        told: dict[str, Json] = self._google.read(free_busy.query(body=query)).get("calendars", {})
        return told

    def _shown(self, person: Person, window: Span) -> list[tuple[Span, str]]:
        """Read what takes a person's time, each event by itself, where their calendar may be read.

        Nothing of an event but its time and kind: more is nobody's business.
        """
        pages = self._google.pages(
            self._events.list,
            calendarId=self._name(person),
            eventTypes=_TAKING,
            fields=_TIMES,
            maxResults=2500,
            singleEvents=True,
            timeMin=_utc(window.start),
            timeMax=_utc(window.end),
        )
        try:
            told = [
                (item, page.get("timeZone", "UTC"))
                for page in pages
                for item in page.get("items", ())
            ]
        except (NotFound, NotPermitted):
            return []
        taking = ((item, zone) for item, zone in told if translate.takes_time(item))
        return [(translate.span(i, zone), i.get("eventType", "default")) for i, zone in taking]

    # --- Before a write ---

    def mails(self, series: Series, lost: Occurrence | None = None) -> tuple[str, ...]:
        """Foresee Google's mails: none for an attachment, one to each guest for another time."""
        if lost is None:
            return ()
        people = (a for a in series.invited(lost) if a.kind is AttendeeKind.INDIVIDUAL)
        return translate.guests((one.address for one in people), series.organizer, self._copy)

    def guard(self, event: Handle, written: Receipt | None = None) -> tuple[Version, Facts]:
        """Read the event, or the instance that was booked, as it is besides our own attachment."""
        after = written.after if written else {}
        found = self._event(str(after.get("event", event)))
        version, booked = Version(found.get("etag", "")), "event" in after
        return version, translate.kept(found) if booked else receipts.guarded(found, after)

    @doubted
    def _event(self, handle: str) -> Json:
        request = self._events.get(calendarId=self._copy.calendar, eventId=handle)
        return self._google.read(request)

    @property
    def _events(self) -> Resource:
        return self._google.resource("calendar", "events")


def _parts(window: Span) -> Iterator[Span]:
    """Cut a window into pieces that one query may ask for."""
    start = window.start.astimezone(UTC)
    end = window.end.astimezone(UTC)
    while start < end:
        yield Span(start, min(start + _LONGEST, end))
        start += _LONGEST


def _uids(items: Iterable[Json]) -> Iterator[tuple[Handle, str]]:
    """Yield what a feed tells of the uids of events and of the series they belong to."""
    for item in items:
        if "iCalUID" in item:
            for name in {item["id"], item.get("recurringEventId", item["id"])}:
                yield Handle(name), item["iCalUID"]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _busy_span(told: Mapping[str, str]) -> Span:
    return Span(datetime.fromisoformat(told["start"]), datetime.fromisoformat(told["end"]))


def _apart(known: Iterable[Span], shown: Sequence[Span]) -> tuple[Span, ...]:
    """Return taken time event by event; free/busy melts neighbours, and tells what is hidden."""
    seen = _united(shown)
    hidden = (span for span in _united(known) if not any(one.covers(span) for one in seen))
    return tuple(sorted((*shown, *hidden)))


def _united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join what overlaps or touches: a query cuts at its edges."""
    united: list[Span] = []
    for span in sorted(spans):
        if united and span.start <= united[-1].end:
            united[-1] = Span(united[-1].start, max(span.end, united[-1].end))
        else:
            united.append(span)
    return tuple(united)
