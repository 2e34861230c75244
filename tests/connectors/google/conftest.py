"""Maya and Ben at a Google of their own for each test; nobody waits between two tries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from connectors.standins.google import World, application
from connectors.standins.server import serve
from tests.connectors.google.benches import NOON, Company


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
def company() -> Iterator[Company]:
    world = World(lambda: NOON)
    wire = application(world)
    with serve(wire) as base:
        company = Company(base, world, wire)
        yield company
        company.close()
