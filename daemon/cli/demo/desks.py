"""Where Maya's own calendar lies in the demo, and her hands on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Protocol

from connectors.standins.google import Person as GooglePerson
from connectors.standins.google import World, application
from connectors.standins.server import serve

_HOURS = ("09:00", "17:30")


class Page(Protocol):
    """An open document."""

    @property
    def text(self) -> str:
        """What one reads."""

    def ticks(self, line: str) -> None:
        """Tick an item."""

    def writes_below(self, line: str, text: str) -> None:
        """Add a line below another."""


class Desk(Protocol):
    """What Maya does with her calendar and her documents, whatever programs she has."""

    def schedules(
        self,
        title: str,
        start: datetime,
        *,
        guests: Collection[str] = (),
        attendees: Collection[Mapping[str, str]] = (),
        rule: str = "",
    ) -> str:
        """Create a meeting or a series; returns its id."""

    def cancels(self, event: str, *, on: datetime) -> None:
        """Cancel one occurrence."""

    def moves(self, event: str, to: datetime, *, on: datetime) -> None:
        """Give one occurrence another start."""

    def is_out_of_office(self, start: datetime, end: datetime) -> object:
        """Be away."""

    def opens(self, document: str) -> Page:
        """Open a document."""


@dataclass(frozen=True, slots=True)
class Founded:
    """Maya, the keys of her account in the settings, and what its sign-in needs."""

    maya: Desk
    account: str
    environ: Mapping[str, str]


class _AtGoogle:
    """Maya at the stand-in for Google, in the words of the story."""

    def __init__(self, person: GooglePerson) -> None:
        self._person = person
        self.cancels = person.cancels
        self.moves = person.moves
        self.opens = person.opens

    def schedules(self, title: str, start: datetime, **fields: Any) -> str:  # noqa: ANN401
        return self._person.schedules(title, start, **fields)

    def is_out_of_office(self, start: datetime, end: datetime) -> str:
        return self._person.is_out_of_office(start, end, declines=False)


@contextmanager
def at_google(
    clock: Callable[[], datetime], address: str, team: Mapping[str, str]
) -> Iterator[Founded]:
    """Found the company on a stand-in for Google."""
    world = World(clock)
    maya = world.person(address, name="Maya Kern", timezone="Europe/Berlin", working_hours=_HOURS)
    for email, name in team.items():
        world.person(email, name=name, timezone="Europe/Berlin", working_hours=_HOURS)
    with serve(application(world)) as base:
        account = f'provider = "google"\nendpoint = "{base}"'
        token = {"VISAVIS_ACCESS_TOKEN_WORK": world.token(address)}
        yield Founded(_AtGoogle(maya), account, token)


@contextmanager
def at_radicale(folder: Path, address: str) -> Iterator[Founded]:
    """Found it on a Radicale of its own, with a password nobody else knows."""
    from connectors.standins.radicale import radicale
    from connectors.standins.radicale_people import Person

    server, password = folder / "radicale", token_urlsafe()
    server.mkdir()
    with radicale(server, {"maya": password}) as base:
        maya = Person(base, "maya", password, address)
        account = (
            f'provider = "caldav"\nurl = "{base}/maya/"\nusername = "maya"\n'
            'password_env = "DEMO_PASSWORD"\ntimezone = "Europe/Berlin"'
        )
        try:
            yield Founded(maya, account, {"DEMO_PASSWORD": password})
        finally:
            maya.closes()
