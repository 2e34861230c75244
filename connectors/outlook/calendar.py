"""One Outlook calendar: the feed says where to look, a fresh view of the window what is true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from connectors.errors import PreconditionFailed
from connectors.model import (
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
    Url,
    Version,
    Watch,
    WorkingHours,
    instant,
)
from connectors.outlook import attaching, booking, feed
from connectors.outlook.addresses import AddressBook
from connectors.outlook.attaching import Invitations
from connectors.outlook.availability import Availability
from connectors.outlook.booking import Bookings
from connectors.outlook.client import Graph
from connectors.outlook.feed import Place
from connectors.outlook.mailbox import Mailbox
from connectors.outlook.reading import PRIMARY, Reader

_CAN = (
    Capability.ATTACH
    | Capability.BOOK
    | Capability.SCHEDULES
    | Capability.WATCH
    | Capability.PROPOSE_NEW_TIME
)
# The shorter of the two limits that Microsoft's pages name for events, less half an hour.
WATCHED = timedelta(minutes=4200)
"""How long a subscription is asked to live."""


class OutlookCalendar:
    """The calendar of `owner`; implements `protocol.Calendar`.

    `now` says which day it is: each has a new window. `Receipt.after` of an attachment has
    `links`, of a booking `recurrence_id`, `start` and `end` in UTC; `before` has the same from
    before, or is empty where the meeting is new.
    """

    def __init__(
        self,
        graph: Graph,
        owner: Person,
        now: Callable[[], datetime],
        *,
        calendar: str = PRIMARY,
        book: AddressBook | None = None,
    ) -> None:
        self._graph = graph
        self._owner = owner
        self._now = now
        self._mailbox = Mailbox(graph)
        self._reader = Reader(graph, owner, self._mailbox, calendar, book)
        self._availability = Availability(graph, self._reader, owner, self._mailbox, now)
        self._invitations = Invitations(graph, self._reader)
        self._bookings = Bookings(graph, self._reader, owner)

    @property
    def capabilities(self) -> Capability:
        """What Graph can do; a personal account cannot ask about others."""
        others = Capability.BUSY_OF_OTHERS if self._availability.of_others else Capability.NONE
        return _CAN | others

    @property
    def zone(self) -> str:
        """The zone of the mailbox, asked for once; empty where it has none that is known."""
        return self._mailbox.zone()

    # --- Looking ---

    def baseline(self, window: Span) -> Baseline:
        """Read the whole window, after the feed's end: what changes meanwhile is told again."""
        self._mailbox.forget()
        place = feed.begin(self._graph, self._reader.path(again=True), window, self._today())
        found = self._reader.everything(window)
        problems = tuple(found.unread.values())
        return Baseline(tuple(found.values()), place.cursor(), problems, found.unread)

    def changes(self, since: Cursor) -> Changes:
        """Tell what was touched, in one request if nothing was; the first of a day has expired."""
        handles, place = feed.since(self._graph, Place.of(since, self._today()))
        return Changes(handles, place.cursor())

    def read(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read series afresh, each with its instances in the window; what is gone is left out."""
        return self._reader.some(events, window)

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Tell when people are taken and away; who cannot be seen is left out."""
        return self._availability.busy(people, window)

    def hours(self, person: Person) -> WorkingHours | None:
        """Tell the working week of the owner or a colleague."""
        return self._availability.hours(person)

    def mails(self, series: Series, lost: Occurrence | None = None) -> tuple[str, ...]:
        """Foresee Exchange's mails: every write mails each guest, for each exception once more."""
        if lost is None:
            return attaching.mails(series, self._owner)
        return attaching.guests(series.organizer, series.invited(lost), self._owner)

    def guard(self, event: Handle, written: Receipt | None = None) -> tuple[Version, Facts]:
        """Read what a write must leave alone, the online-meeting block by its fingerprint."""
        if written and booking.moved(written):
            return self._bookings.guard(written)
        return self._invitations.guard(event)

    # --- Writing ---

    def attach(self, target: Series, link: Link) -> Receipt:
        """Put one line with the link on top of the series' body; never into an occurrence."""
        return self._invitations.attach(target, link)

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Move a standing occurrence; else, and as a guest, call a new single meeting."""
        return self._bookings.book(series, lost, to, key)

    def counter(
        self, series: Series, lost: Occurrence, to: Span, since: datetime | None, /
    ) -> Receipt:
        """Answer a standing occurrence, as a guest, with another time; mails the organizer once."""
        return self._bookings.counter(series, lost, to, since)

    def undo(self, receipt: Receipt) -> None:
        """Take an attachment or a booking back, unless people changed that very thing since."""
        if "link" in receipt.after:
            self._invitations.detach(receipt)
        elif "proposed" in receipt.after:
            raise PreconditionFailed("an answer that was sent cannot be taken back")
        else:
            self._bookings.undo(receipt)

    def watch(self, callback: Url, secret: str) -> Watch:
        """Subscribe to the mailbox; an older subscription of ours makes room.

        Graph asks `callback` at once to echo a token, as plain text, within ten seconds.
        """
        resource = self._graph.mine("/events")
        wish = {
            "changeType": "created,updated,deleted",
            "notificationUrl": callback,
            "lifecycleNotificationUrl": callback,
            "resource": resource,
            "expirationDateTime": f"{instant(self._now() + WATCHED):%Y-%m-%dT%H:%M:%SZ}",
            "clientState": secret,
        }
        try:
            made = self._graph.write("POST", "/subscriptions", wish)
        except PreconditionFailed:
            self._unwatch(resource)
            made = self._graph.write("POST", "/subscriptions", wish)
        expires = datetime.fromisoformat(made["expirationDateTime"])
        return Watch(str(made["id"]), resource, expires)

    def _unwatch(self, resource: str) -> None:
        for page in self._graph.pages("/subscriptions"):
            for known in page["value"]:
                if known.get("resource") == resource:
                    self._graph.write("DELETE", f"/subscriptions/{known['id']}")

    def _today(self) -> date:
        return instant(self._now()).date()
