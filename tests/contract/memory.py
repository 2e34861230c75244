"""The benches of the world in memory: people with their hands on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.memory import (
    LostAnswer,
    MemoryCalendar,
    MemoryDocuments,
    MemoryMessages,
    MemoryTasks,
    Refusal,
    World,
)
from connectors.model import (
    Attendee,
    Capability,
    Cursor,
    Handle,
    Key,
    Link,
    Person,
    Response,
    Span,
)
from connectors.protocol import Calendar, Documents, Messages, Tasks

MAYA, BEN = Person("maya@acme.example"), Person("ben@acme.example")


@dataclass
class CalendarInMemory:
    """Maya's calendar, and what the two people do in the same world."""

    world: World = field(default_factory=World)
    capabilities: Capability = ~Capability.WATCH & ~Capability.PROPOSE_NEW_TIME
    owner: Person = MAYA
    partner: Person = BEN

    def __post_init__(self) -> None:
        self.calendar: Calendar = MemoryCalendar(
            self.world, MAYA.address, capabilities=self.capabilities
        )

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        people = (BEN, MAYA) if invited else (MAYA, BEN)
        return self.handle(self.world.meet(people[0].address, people[1].address, first, rule))

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        self.world.cancel(uid(event), recurrence_id)

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        self.world.move(uid(event), recurrence_id, to)

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        no = Attendee(BEN.address, response=Response.DECLINED)
        self.world.answer(uid(event), no, recurrence_id)

    def rename(self, event: Handle, title: str) -> None:
        self.world.alter(uid(event), lambda one: replace(one, title=title))

    def link(self, event: Handle, link: Link) -> None:
        self.world.link(uid(event), link)

    def delete(self, event: Handle) -> None:
        self.world.delete(uid(event))

    def garble(self, event: Handle) -> None:
        self.world.garble(uid(event))

    def mend(self, event: Handle) -> None:
        self.world.mend(uid(event))

    def expired(self, cursor: Cursor) -> Cursor:
        self.world.expire_cursors()
        return cursor

    def mailed(self) -> Sequence[str]:
        return self.world.mailed

    def handle(self, of: str) -> Handle:
        return Handle(f"{MAYA.address}/{of}")


def uid(event: Handle) -> str:
    return event.partition("/")[2]


@dataclass
class DocumentsInMemory:
    world: World = field(default_factory=World)
    partner: Person = BEN

    def __post_init__(self) -> None:
        self.documents: Documents = MemoryDocuments(self.world, MAYA.address)

    def may_write(self, document: Link, person: Person) -> bool:
        return MemoryDocuments(self.world, person.address).open(document.url) is not None

    def note(self, document: Link, line: str) -> None:
        self.world.edit(document.url, lambda text: f"{text}\n{line}\n")

    def tick(self, document: Link, words: str) -> None:
        self.world.tick(document.url, words)

    def bin(self, document: Link) -> None:
        self.world.trash(document.url)

    def text(self, document: Link) -> str:
        return self.world.document(document.url).text

    def mailed(self) -> Sequence[str]:
        return self.world.mailed


@dataclass
class ChannelInMemory:
    traceable: bool
    world: World = field(default_factory=World)
    target: str = MAYA.address

    def __post_init__(self) -> None:
        self.messages: Messages = MemoryMessages(self.world, traceable=self.traceable)

    def delivered(self) -> Sequence[str]:
        return [f"{letter.subject}\n{letter.text}" for letter in self.world.letters]

    def refuse(self) -> None:
        self.world.wire.fail(Refusal(), at=self.world.wire.count + 1)

    def lose(self) -> None:
        self.world.wire.fail(LostAnswer(), at=self.world.wire.count + 1)


@dataclass
class TasksInMemory:
    """Maya's task list."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.tasks: Tasks = MemoryTasks(self.world, MAYA.address)

    def shown(self) -> Sequence[tuple[str, str]]:
        tasks = self.world.tasks[MAYA.address].values()
        return [(task.title, task.due.isoformat() if task.due else "") for task in tasks]

    def tick(self, title: str) -> None:
        self.world.ticked.add(self._key(title))

    def delete(self, title: str) -> None:
        del self.world.tasks[MAYA.address][self._key(title)]

    def _key(self, title: str) -> Key:
        tasks = self.world.tasks[MAYA.address].items()
        return next(key for key, task in tasks if task.title == title)
