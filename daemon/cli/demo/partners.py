"""The other half of Maya's week: two people at a partner company, on a stand-in for Outlook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.standins.graph import Person, World, application
from connectors.standins.server import serve

MAYA = "maya@globex.example"
PARTNERS = {"hana": ("Hana Sato", 0, 14), "ivo": ("Ivo Marek", 4, 10)}
"""Name, day of the week (Monday is 0), hour of the one-on-one."""


@dataclass
class Partners:
    """Maya at the partner company, where to reach it, and her one-on-ones by first name."""

    base: str
    token: str
    maya: Person
    series: dict[str, str] = field(default_factory=dict)


@contextmanager
def partners(clock: Callable[[], datetime], monday: datetime) -> Iterator[Partners]:
    """Found the partner company in the week of `monday`."""
    world = World(clock)
    maya = world.person(MAYA, name="Maya Kern", timezone="Europe/Berlin")
    for name, (full, *_) in PARTNERS.items():
        world.person(f"{name}@globex.example", name=full, timezone="Europe/Berlin")
    with serve(application(world)) as base:
        founded = Partners(base, world.token(MAYA), maya)
        for name, (_, day, hour) in PARTNERS.items():
            founded.series[name] = maya.meets(
                f"{name}@globex.example",
                f"Maya / {name.title()}",
                monday + timedelta(days=day, hours=hour),
            )
        yield founded
