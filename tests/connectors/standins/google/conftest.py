"""Maya, Ben and their weekly meeting, each test with a world of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.standins.google import Person, World, application
from connectors.standins.server import serve
from tests.connectors.standins.google.company import Clock, Google, march


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
    start = march(3)
    return maya.schedules("Maya / Ben", start, guests=[ben.email], rule="FREQ=WEEKLY")


@pytest.fixture
def google(world: World) -> Iterator[Google]:
    wire = application(world)
    with serve(wire) as base:
        google = Google(base, world, wire)
        yield google
        google.close()
