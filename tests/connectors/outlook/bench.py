"""Maya and Ben on a Microsoft 365 of their own, and what they do there with their own hands."""

# ruff: noqa: ANN401 - the fields of the stand-in have any type

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from connectors.model import Cursor, Handle, Link, Person, Span
from connectors.outlook.auth import Ready
from connectors.outlook.calendar import OutlookCalendar
from connectors.outlook.client import Graph
from connectors.standins.faults import Exchange, Wire
from connectors.standins.graph import Person as Colleague
from connectors.standins.graph import World, application, rules
from connectors.standins.graph.ids import Name
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


def day(recurrence_id: datetime) -> date:
    """Return the day an occurrence is known by."""
    return recurrence_id.date()
