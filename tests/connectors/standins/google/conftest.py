"""A small company on the stand-in, and the real client to talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

from connectors.standins.faults import Wire
from connectors.standins.google import Person, World, application
from connectors.standins.server import serve

BERLIN = ZoneInfo("Europe/Berlin")
BASES = {
    "calendar": ("v3", "/calendar/v3/"),
    "drive": ("v3", "/drive/v3/"),
    "docs": ("v1", "/"),
    "people": ("v1", "/"),
    "admin": ("directory_v1", "/"),
}


@dataclass
class Clock:
    """Stands at Sunday, 1 March 2026, noon in Berlin, until it is moved."""

    now: datetime = datetime(2026, 3, 1, 12, tzinfo=BERLIN)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Google:
    """The stand-in as clients reach it; services are made once a person and API."""

    base: str
    world: World
    wire: Wire
    made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def service(self, api: str, who: Person) -> Any:
        if (api, who.email) not in self.made:
            version, path = BASES[api]
            self.made[api, who.email] = build(
                api,
                version,
                credentials=Credentials(self.world.token(who.email)),
                client_options={"api_endpoint": self.base + path},
            )
        return self.made[api, who.email]

    def events(self, who: Person) -> Any:
        return self.service("calendar", who).events()

    def raw(self, who: Person, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.world.token(who.email)}"}
        return httpx2.request(method, self.base + path, headers=headers, **more)

    def close(self) -> None:
        for service in self.made.values():
            service.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock)


@pytest.fixture
def maya(world: World) -> Person:
    return world.person("maya@acme.example", name="Maya K", working_hours=("09:00", "17:30"))


@pytest.fixture
def ben(world: World) -> Person:
    return world.person("ben@acme.example", manager="maya@acme.example", aliases=["b@acme.example"])


@pytest.fixture
def weekly(maya: Person, ben: Person) -> str:
    """Maya and Ben, Tuesdays at ten from 3 March 2026."""
    start = datetime(2026, 3, 3, 10, tzinfo=BERLIN)
    return maya.schedules("Maya / Ben", start, guests=[ben.email], rule="FREQ=WEEKLY")


@pytest.fixture
def google(world: World) -> Iterator[Google]:
    wire = application(world)
    with serve(wire) as base:
        google = Google(base, world, wire)
        yield google
        google.close()
