"""Two people on a real CalDAV server, and the other programs that change their calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from connectors.caldav import CalDavCalendar, Dav
from connectors.model import Cursor, Handle, Link, Person, Span
from tests.connectors.caldav.servers import PASSWORD, Server
from tests.connectors.files.bench import BEN, EVENT, MAYA, ZONE, before, local, override, without

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


def now() -> datetime:
    return NOW


END = "DTEND;TZID=Europe/Berlin:"


@dataclass
class CalDavBench:
    """A calendar with one meeting a resource; implements `CalendarBench`."""

    server: Server
    owner: Person = MAYA
    partner: Person = BEN
    path: str = field(init=False)
    calendar: CalDavCalendar = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.server.person()
        self.user = self.path.split("/")[1]
        self.numbers = count(1)
        self.foreign: set[Handle] = set()
        self.earlier = len(self.server.post.sent)
        self.open = ExitStack()
        self.calendar = self.connected()

    def connected(self, path: str | None = None, name: str = "primary") -> CalDavCalendar:
        """Connect as a new start of the program would."""
        url = f"{self.server.url}{self.path if path is None else path}"
        dav = Dav(url, username=self.user, password=PASSWORD, timeout=30)
        self.open.callback(dav.close)
        return CalDavCalendar(dav, self.owner, ZONE, now, name=name)

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        number = next(self.numbers)
        text = EVENT.format(
            uid=f"event-{number}@acme.example",
            start=local(first.start),
            end=local(first.end),
            rule=f"RRULE:{rule}\n" if rule else "",
            host=(self.partner if invited else self.owner).address,
        )
        event = self.put(f"event-{number}.ics", text)
        self.foreign |= {event} if invited else set()
        return event

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        stamp = f"{recurrence_id.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self.edit(event, lambda text: before(text, "SUMMARY", f"EXDATE:{stamp}"))

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        self.edit(
            event, lambda text: without(text, recurrence_id, override(text, recurrence_id, to))
        )

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        span = Span(recurrence_id, recurrence_id.replace(minute=30))
        self.edit(
            event,
            lambda text: without(
                text, recurrence_id, _declined(override(text, recurrence_id, span))
            ),
        )

    def rename(self, event: Handle, title: str) -> None:
        self.edit(event, lambda text: text.replace("SUMMARY:Maya / Ben", f"SUMMARY:{title}"))

    def link(self, event: Handle, link: Link) -> None:
        self.edit(event, lambda text: before(text, "SUMMARY", f"ATTACH:{link.url}"))

    def delete(self, event: Handle) -> None:
        assert self.server.ask(self.user, "DELETE", self.path + event).is_success

    def garble(self, event: Handle) -> None:
        self.edit(event, lambda text: text.replace(f"{END}2026", f"{END}2025"))

    def mend(self, event: Handle) -> None:
        self.edit(event, lambda text: text.replace(f"{END}2025", f"{END}2026"))

    def expired(self, cursor: Cursor) -> Cursor:
        return Cursor(f"an older form than {cursor[:1]}")

    def mailed(self) -> Sequence[str]:
        return [mail["To"].lower() for mail in self.server.post.sent[self.earlier :]]

    def text(self, event: Handle) -> str:
        """Return an event as the server has it."""
        return self.server.ask(self.user, "GET", self.path + event).text.replace("\r\n", "\n")

    def put(self, name: str, text: str) -> Handle:
        """Write an event as another program does."""
        content = text.replace("\n", "\r\n").encode()
        answer = self.server.ask(self.user, "PUT", self.path + name, content)
        assert answer.is_success, answer.text
        return Handle(name)

    def edit(self, event: Handle, change: Callable[[str], str]) -> None:
        text = change(_unfolded(self.text(event)))
        if event in self.foreign:
            # What its organizer changed comes anew; a guest's program may not edit it.
            self.delete(event)
        self.put(event, text)


def _declined(text: str) -> str:
    """Let Ben say no, wherever the server puts his answer."""
    return "\n".join(
        line.replace("PARTSTAT=ACCEPTED", "PARTSTAT=DECLINED") if "ben@" in line.lower() else line
        for line in text.split("\n")
    )


def _unfolded(text: str) -> str:
    return text.replace("\n ", "")
