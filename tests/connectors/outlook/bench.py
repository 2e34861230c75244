"""Maya and Ben on a Microsoft 365 of their own, and what they do there with their own hands."""

# ruff: noqa: ANN401 - the fields of the stand-in have any type

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from docx.document import Document
from docx.oxml.ns import qn

from connectors.model import Cursor, Handle, Link, Person, Span
from connectors.outlook.auth import Ready
from connectors.outlook.calendar import OutlookCalendar
from connectors.outlook.client import Graph
from connectors.outlook.word import WordDocuments
from connectors.outlook.word_design import opened, saved
from connectors.outlook.word_text import CHECKED, W14
from connectors.standins.faults import Exchange, Wire
from connectors.standins.graph import Person as Colleague
from connectors.standins.graph import World, application, rules
from connectors.standins.graph.drive import File
from connectors.standins.graph.ids import Name
from connectors.standins.graph.items import Item
from connectors.standins.server import serve

T = TypeVar("T")
MAYA, BEN = Person("maya@acme.example"), Person("ben@acme.example")
START = datetime(2026, 3, 15, 8, 0, tzinfo=UTC)


class Clock:
    """The clock of the world and of the connector, moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def passes(self, time: timedelta) -> None:
        self.at += time


@dataclass
class Company:
    """A served world; `stack` ends what was begun in it."""

    stack: ExitStack
    clock: Clock = field(default_factory=Clock)
    owner: Person = MAYA
    partner: Person = BEN

    def __post_init__(self) -> None:
        self.world = World(self.clock)
        self.wire: Wire = application(self.world)
        self.base = self.stack.enter_context(serve(self.wire))
        self.maya = self.world.person(MAYA.address, name="Maya Kern")
        self.ben = self.world.person(BEN.address, name="Ben Ito")
        self.calendar = self.of(self.owner)

    def graph(self, person: Person, **more: Any) -> Graph:
        access = Ready(self.world.token(person.address), "VISAVIS_ACCESS_TOKEN_WORK")
        graph = Graph(access, self.base, **more)
        self.stack.callback(graph.close)
        return graph

    def of(self, person: Person, **more: Any) -> OutlookCalendar:
        """Return somebody's calendar as visavis sees it."""
        return OutlookCalendar(self.graph(person), person, self.clock, **more)

    def behaves(self, **quirks: Any) -> None:
        self.world.quirks = replace(self.world.quirks, **quirks)

    def asked(self) -> list[Exchange]:
        """Return the requests since the last time, and forget them."""
        found = list(self.wire.log)
        self.wire.log.clear()
        return found

    # --- What people do ---

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        host, guest = (self.ben, self.maya) if invited else (self.maya, self.ben)
        repeats = rules.weekly(first.start.date()) if rule else None
        return self.handle(
            self.by_hand(
                lambda: host.schedules(
                    "One-on-one",
                    first.start,
                    minutes=first.length // timedelta(minutes=1),
                    guests=[guest.email],
                    repeats=repeats,
                )
            )
        )

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        self.by_hand(lambda: self.host(event).cancels(self.uid(event), on=day(recurrence_id)))

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        uid = self.uid(event)
        on = day(recurrence_id) if self.maya.copy(uid).recurrence else None
        self.by_hand(lambda: self.host(event).moves(uid, to.start, on=on))

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        self.by_hand(lambda: self.ben.declines(self.uid(event), on=day(recurrence_id)))

    def rename(self, event: Handle, title: str) -> None:
        self.by_hand(lambda: self.host(event).changes(self.uid(event), subject=title))

    def link(self, event: Handle, link: Link) -> None:
        html = str(self.maya.copy(self.uid(event)).fields.get("body", {}).get("content", ""))
        html += f'<p>See <a href="{link.url}">our notes</a></p>'
        self.writes(event, html)

    def writes(self, event: Handle, html: str) -> None:
        """Let the organizer write the words of an invitation."""
        body = {"contentType": "html", "content": html}
        self.by_hand(lambda: self.host(event).changes(self.uid(event), body=body))

    def delete(self, event: Handle) -> None:
        self.by_hand(lambda: self.host(event).deletes(self.uid(event)))

    def garble(self, event: Handle) -> None:
        item = self.maya.copy(self.uid(event))
        self._put(replace(item, end=item.start))

    def mend(self, event: Handle) -> None:
        item = self.maya.copy(self.uid(event))
        self._put(replace(item, end=item.start + timedelta(minutes=30)))

    def _put(self, item: Item) -> None:
        self.world.mailbox(MAYA.address).put(item, self.clock())

    def expired(self, cursor: Cursor) -> Cursor:
        self.world.expire_delta_tokens()
        return cursor

    def mailed(self) -> Sequence[str]:
        return [mail.to for mail in self.world.mails]

    def by_hand(self, act: Callable[[], T]) -> T:
        """Do as people do; the mails of that are not the connector's."""
        before = len(self.world.mails)
        done = act()
        del self.world.mails[before:]
        return done

    def handle(self, uid: str) -> Handle:
        """Return the name of Maya's copy."""
        return Handle(Name(self.maya.copy(uid).key).encode(immutable=True))

    def uid(self, event: Handle) -> str:
        return self.world.mailbox(MAYA.address).item(Name.decode(event).key).uid

    def host(self, event: Handle) -> Colleague:
        organizer = self.maya.copy(self.uid(event)).organizer
        return self.maya if organizer == MAYA.address else self.ben


@dataclass
class Library:
    """Maya's OneDrive, with her and Ben at their desks in Word."""

    company: Company

    def __post_init__(self) -> None:
        self.partner = self.company.partner
        self.documents = WordDocuments(self.company.graph(self.company.owner))

    def may_write(self, document: Link, person: Person) -> bool:
        access = WordDocuments(self.company.graph(person))
        return access.open(document.url) is not None

    def note(self, document: Link, line: str) -> None:
        self.edit(document, lambda word: word.add_paragraph(line))

    def tick(self, document: Link, words: str) -> None:
        """Click the box in front of an action item, as Word does it."""

        def click(word: Document) -> None:
            rows = [row for table in word.tables for row in table.rows if words in _words(row)]
            for row in rows:
                (checked,) = row._tr.iter(CHECKED)
                checked.set(f"{{{W14}}}val", "1")
                (box,) = row._tr.iter(qn("w:sdtContent"))
                next(box.iter(qn("w:t"))).text = "☒"

        self.edit(document, click)

    def bin(self, document: Link) -> None:
        self.company.maya.trashes(self.file(document))

    def text(self, document: Link) -> str:
        word = opened(self.file(document).newest.content)
        paragraphs = word.element.body.iter(qn("w:p"))
        return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paragraphs)

    def mailed(self) -> Sequence[str]:
        return self.company.mailed()

    def file(self, document: Link) -> File:
        files = self.company.world.drives[MAYA.address].files.values()
        return next(file for file in files if file.web_url == document.url)

    def edit(self, document: Link, change: Callable[[Document], object]) -> None:
        """Change a document in Word and save it."""

        def saving(content: bytes) -> bytes:
            word = opened(content)
            change(word)
            return saved(word)

        self.company.maya.writes(self.file(document), saving)


def _words(row: Any) -> str:
    return " ".join(cell.text for cell in row.cells)


def day(recurrence_id: datetime) -> date:
    """Return the day an occurrence is known by."""
    return recurrence_id.date()
