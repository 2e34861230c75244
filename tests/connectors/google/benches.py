"""The benches on the stand-in for Google: Maya's connectors, and the hands of the two people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from connectors.google.auth import ready
from connectors.google.calendar import GoogleCalendar
from connectors.google.service import Google
from connectors.model import Cursor, Handle, Link, Person, Span
from connectors.protocol import Calendar
from connectors.standins.faults import Exchange, Wire
from connectors.standins.google import Person as Human
from connectors.standins.google import World

T = TypeVar("T")
MAYA, BEN = Person("maya@acme.example"), Person("ben@acme.example")
NOON = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@dataclass
class Company:
    """Maya and Ben at one Google, its wire, and connections as Maya's visavis makes them."""

    base: str
    world: World
    wire: Wire
    made: list[Google] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.maya = self.world.person(MAYA.address, name="Maya")
        self.ben = self.world.person(BEN.address, name="Ben")

    def google(self, who: Human | None = None, timeout: float = 5, **scopes: Sequence[str]) -> Google:
        token = self.world.token((who or self.maya).email, scopes.get("scopes"))
        return self.keep(Google(ready(token, "TOKEN"), self.base, timeout=timeout))

    def keep(self, google: Google) -> Google:
        self.made.append(google)
        return google

    def calendar(self, who: Human | None = None, calendar: str = "primary") -> GoogleCalendar:
        address = (who or self.maya).email
        return GoogleCalendar(self.google(who), Person(address), address, calendar)

    def asked(self, since: int = 0) -> list[Exchange]:
        """Return the requests to the APIs after so many others."""
        return self.wire.log[since:]

    def close(self) -> None:
        for google in self.made:
            google.close()


@dataclass
class CalendarAtGoogle:
    """The bench of the calendar contract."""

    company: Company
    owner: Person = MAYA
    partner: Person = BEN

    def __post_init__(self) -> None:
        self.calendar: Calendar = self.company.calendar()
        self._sent: list[str] = []

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        maya, ben = self.company.maya, self.company.ben
        host, guest = (ben, maya) if invited else (maya, ben)
        minutes = int(first.length / timedelta(minutes=1))
        event = host.schedules(
            "Maya / Ben", first.start, minutes=minutes, guests=[guest.email], rule=rule
        )
        return self._done(Handle(event))

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        self._done(self._host(event).cancels(event, on=recurrence_id))

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        single = "recurrence" not in self._host(event).calendar.entries[event].body
        self._done(
            self._host(event).moves(event, to.start, on=None if single else recurrence_id)
        )

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        self._done(self.company.ben.declines(event, on=recurrence_id))

    def rename(self, event: Handle, title: str) -> None:
        self._done(self._host(event).changes(event, summary=title))

    def link(self, event: Handle, link: Link) -> None:
        attachments = self._host(event).target(event).body.get("attachments", [])
        new = {"fileUrl": link.url, "title": link.title}
        self._done(self._host(event).changes(event, attachments=[*attachments, new]))

    def delete(self, event: Handle) -> None:
        self._done(self._host(event).cancels(event))

    def expired(self, cursor: Cursor) -> Cursor:
        self.company.maya.calendar.expire_tokens()
        return cursor

    def mailed(self) -> Sequence[str]:
        return [mail.to for mail in self.company.world.mails]

    def _host(self, event: Handle) -> Human:
        entry = self.company.maya.calendar.entries[event]
        organizer = self.company.world.find(entry.body["organizer"]["email"])
        assert organizer is not None
        return organizer

    def _done(self, act: T) -> T:
        """Forget the mails that people's own acts sent."""
        self.company.world.mails.clear()
        return act
