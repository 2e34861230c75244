"""What a person does to a calendar at Radicale with another program, and to a Markdown document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
from icalendar import Calendar, Event, vCalAddress


@dataclass
class Person:
    """Somebody with one calendar; the verbs are those of the people at the other stand-ins."""

    base: str
    name: str
    password: str
    email: str
    calendar: str = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = f"{self.base}/{self.name}/calendar/"
        self._numbers = count(1)
        # Out of any proxy's sight: the server is on loopback.
        self._http = httpx2.Client(auth=(self.name, self.password), trust_env=False)
        self._send("MKCALENDAR", "")

    def schedules(
        self,
        title: str,
        start: datetime,
        *,
        minutes: int = 30,
        guests: Collection[str] = (),
        attendees: Collection[Mapping[str, str]] = (),
        rule: str = "",
    ) -> str:
        """Create a meeting (with `rule`, as `FREQ=WEEKLY`, a series); return its id."""
        event = self._event(title, start, start + timedelta(minutes=minutes))
        if rule:
            event.add("RRULE", dict(part.split("=") for part in rule.split(";")))
        invited = [*attendees, *({"email": guest} for guest in guests)]
        if invited:
            event.add("ORGANIZER", vCalAddress(f"mailto:{self.email}"))
        for guest in invited:
            told = {"CN": guest["displayName"]} if "displayName" in guest else {}
            address = vCalAddress(f"mailto:{guest['email']}")
            event.add("ATTENDEE", address, {"PARTSTAT": "ACCEPTED", **told})
        return self._keep(event)

    def is_out_of_office(self, start: datetime, end: datetime) -> str:
        """Be away, as Outlook writes it and others read it."""
        event = self._event("Out of office", start, end)
        event.add("X-MICROSOFT-CDO-BUSYSTATUS", "OOF")
        return self._keep(event)

    def cancels(self, event: str, *, on: datetime) -> None:
        """Drop one occurrence, as calendar programs do."""
        self._change(event, lambda calendar: _master(calendar).add("EXDATE", on))

    def moves(self, event: str, to: datetime, *, on: datetime) -> None:
        """Give one occurrence another start, same length."""

        def change(calendar: Calendar) -> None:
            master = _master(calendar)
            own = Event.from_ical(master.to_ical())
            for name in ("RRULE", "EXDATE", "DTSTART", "DTEND"):
                own.pop(name, None)
            own.add("RECURRENCE-ID", on)
            own.add("DTSTART", to)
            own.add("DTEND", to + (master.end - master.start))
            calendar.add_component(own)

        self._change(event, change)

    def reads(self, event: str) -> str:
        """Return an event as the calendar has it."""
        return self._send("GET", f"{event}.ics").text

    def opens(self, document: str) -> Page:
        """Open a document to write in it."""
        return Page(Path(unquote(urlsplit(document).path)))

    def closes(self) -> None:
        """Close the other program."""
        self._http.close()

    def _event(self, title: str, start: datetime, end: datetime) -> Event:
        event = Event()
        event.add("UID", f"{self.name}-{next(self._numbers)}@radicale.example")
        event.add("DTSTAMP", start)
        event.add("SUMMARY", title)
        event.add("DTSTART", start)
        event.add("DTEND", end)
        return event

    def _keep(self, event: Event) -> str:
        calendar = Calendar()
        calendar.add("VERSION", "2.0")
        calendar.add("PRODID", "-//another program//EN")
        calendar.add_component(event)
        name = str(event["UID"]).partition("@")[0]
        self._put(name, calendar)
        return name

    def _change(self, event: str, change: Callable[[Calendar], object]) -> None:
        calendar: Any = Calendar.from_ical(self.reads(event))
        change(calendar)
        self._put(event, calendar)

    def _put(self, name: str, calendar: Calendar) -> None:
        self._send("PUT", f"{name}.ics", calendar.to_ical())

    def _send(self, method: str, name: str, content: bytes = b"") -> httpx2.Response:
        headers = {"Content-Type": "text/calendar; charset=utf-8"} if content else {}
        answer = self._http.request(
            method, f"{self.calendar}{name}", content=content, headers=headers
        )
        return answer.raise_for_status()


def _master(calendar: Calendar) -> Event:
    return next(event for event in calendar.events if "RECURRENCE-ID" not in event)


@dataclass(frozen=True, slots=True)
class Page:
    """An open Markdown document. Lines are found by any part of their text; the first counts."""

    path: Path

    @property
    def text(self) -> str:
        """What one reads."""
        return self.path.read_text(encoding="utf-8")

    def writes_below(self, line: str, text: str) -> None:
        """Add a line below a heading, or below another line."""
        above = self._line(line)
        self._saves(self.text.replace(above, f"{above}\n\n- {text}", 1))

    def ticks(self, line: str) -> None:
        """Tick an item."""
        item = self._line(line)
        self._saves(self.text.replace(item, item.replace("[ ]", "[x]"), 1))

    def _line(self, part: str) -> str:
        return next(line for line in self.text.splitlines() if part in line)

    def _saves(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")
