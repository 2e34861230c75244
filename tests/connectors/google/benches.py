"""The benches on the stand-in for Google: Maya's connectors, and the hands of the two people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.google.auth import ready
from connectors.google.calendar import GoogleCalendar
from connectors.google.docs import GoogleDocs
from connectors.google.service import Google
from connectors.model import Cursor, Handle, Link, Person, Span
from connectors.protocol import Calendar, Documents
from connectors.standins.faults import Exchange, Wire
from connectors.standins.google import Person as Human
from connectors.standins.google import World
from connectors.standins.google.docs.page import Page
from connectors.standins.google.drive import File

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

    def google(
        self, who: Human | None = None, timeout: float = 5, **scopes: Sequence[str]
    ) -> Google:
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

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        maya, ben = self.company.maya, self.company.ben
        host, guest = (ben, maya) if invited else (maya, ben)
        minutes = int(first.length / timedelta(minutes=1))
        with self._by_hand():
            event = host.schedules(
                "Maya / Ben", first.start, minutes=minutes, guests=[guest.email], rule=rule
            )
        return Handle(event)

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        with self._by_hand():
            self._host(event).cancels(event, on=recurrence_id)

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        single = "recurrence" not in self._host(event).calendar.entries[event].body
        with self._by_hand():
            self._host(event).moves(event, to.start, on=None if single else recurrence_id)

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        with self._by_hand():
            self.company.ben.declines(event, on=recurrence_id)

    def rename(self, event: Handle, title: str) -> None:
        with self._by_hand():
            self._host(event).changes(event, summary=title)

    def link(self, event: Handle, link: Link) -> None:
        attachments = self._host(event).target(event).body.get("attachments", [])
        new = {"fileUrl": link.url, "title": link.title}
        with self._by_hand():
            self._host(event).changes(event, attachments=[*attachments, new])

    def delete(self, event: Handle) -> None:
        with self._by_hand():
            self._host(event).cancels(event)

    def garble(self, event: Handle) -> None:
        self._host(event).changes(event, recurrence=["RRULE:FREQ=YEARLY;BYEASTER=1"])

    def mend(self, event: Handle) -> None:
        self._host(event).changes(event, recurrence=["RRULE:FREQ=WEEKLY"])

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

    @contextmanager
    def _by_hand(self) -> Iterator[None]:
        """Forget the mails that people's own acts send."""
        yield
        self.company.world.mails.clear()


@dataclass
class DocumentsAtGoogle:
    """The bench of the documents contract."""

    company: Company
    partner: Person = BEN

    def __post_init__(self) -> None:
        self.documents: Documents = GoogleDocs(self.company.google())

    def may_write(self, document: Link, person: Person) -> bool:
        return self._file(document).role(person.address) == "writer"

    def note(self, document: Link, line: str) -> None:
        shown = self._file(document).document
        shown.first.insert(list(shown.first.paragraphs())[-1].end - 1, line)
        shown.revise()

    def tick(self, document: Link, words: str) -> None:
        self.page(document).ticks(words)

    def bin(self, document: Link) -> None:
        self.company.maya.trashes(self._file(document).id)

    def text(self, document: Link) -> str:
        return self.page(document).text

    def mailed(self) -> Sequence[str]:
        return [mail.to for mail in self.company.world.mails]

    def page(self, document: Link) -> Page:
        return self.company.maya.opens(self._file(document).id)

    def _file(self, document: Link) -> File:
        assert document.handle is not None
        return self.company.world.drive.files[document.handle]
