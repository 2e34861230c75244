"""The company of the demo: Maya and the people she meets, on stand-ins for their providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from config.settings import load
from connectors.standins.google import Person, World, application
from connectors.standins.server import serve
from daemon import wiring
from daemon.cli.demo.partners import Partners, partners
from daemon.house import House
from daemon.store import open_store

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 1, 5, tzinfo=BERLIN)
"""The first day of the story."""
WEEKS = 8

MAYA = "maya@acme.example"
TEAM = {
    "ben": ("Ben Ode", 0, "10:00", "public speaking"),
    "caro": ("Caro Lind", 1, "10:00", "leading a project"),
    "dev": ("Dev Rao", 1, "14:00", ""),
    "elif": ("Elif Aydin", 2, "11:00", "writing design documents"),
    "finn": ("Finn Berg", 3, "10:00", ""),
    "gwen": ("Gwen Hale", 3, "15:00", "mentoring"),
}
"""Name, day of the week (Monday is 0), time of the one-on-one, growth topic."""


@dataclass
class Clock:
    """The clock of the story; everybody in it, the stand-in too, asks this one."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        """Return what time it is in the story."""
        return self.now


@dataclass
class Company:
    """Everybody in the story, their one-on-ones by first name, and Maya's house."""

    clock: Clock
    world: World
    house: House
    maya: Person
    globex: Partners
    series: dict[str, str] = field(default_factory=dict)

    def meeting(self, name: str, week: int) -> datetime:
        """Return when the one-on-one with somebody is in a week, by its rule."""
        _, day, time, _ = TEAM[name]
        hour, minute = (int(part) for part in time.split(":"))
        return MONDAY + timedelta(weeks=week, days=day, hours=hour, minutes=minute)


@contextmanager
def company() -> Iterator[Company]:
    """Found the company: people, their calendars, and a house that looks after Maya's."""
    clock = Clock()
    world = World(clock)
    maya = world.person(
        MAYA, name="Maya Kern", timezone="Europe/Berlin", working_hours=("09:00", "17:30")
    )
    for name, (full, *_) in TEAM.items():
        world.person(
            f"{name}@acme.example",
            name=full,
            timezone="Europe/Berlin",
            working_hours=("09:00", "17:30"),
        )
    with (
        TemporaryDirectory(prefix="visavis-demo-") as folder,
        serve(application(world)) as base,
        partners(clock, MONDAY) as globex,
    ):
        house = _house(Path(folder), base, world.token(MAYA), globex)
        try:
            founded = Company(clock, world, house, maya, globex)
            _calendars(founded)
            yield founded
        finally:
            house.close()
            house.store.close()


def _house(home: Path, base: str, token: str, globex: Partners) -> House:
    """Wire Maya's accounts as settings would: the real connectors, at the stand-ins' addresses."""
    file = home / "visavis.toml"
    file.write_text(_settings(home, base, globex), encoding="utf-8")
    environ = {
        "VISAVIS_ACCESS_TOKEN_WORK": token,
        "VISAVIS_ACCESS_TOKEN_PARTNER": globex.token,
    }
    settings = load(file, environ)
    return wiring.house(settings, environ, open_store(settings.home, settings.database))


def _settings(home: Path, base: str, globex: Partners) -> str:
    pairs = "\n".join(
        f'[[pair]]\nwith = "{name}@acme.example"\nrole = "manager"\ndevelopment = "{topic}"'
        for name, (*_, topic) in TEAM.items()
    )
    return f"""
home = "{home.as_posix()}"
[[account]]
name = "work"
provider = "google"
email = "{MAYA}"
endpoint = "{base}"
person = "maya"
[[account]]
name = "partner"
provider = "outlook"
email = "{globex.maya.email}"
endpoint = "{globex.base}"
person = "maya"
{pairs}
"""


def _calendars(founded: Company) -> None:
    """Fill the calendars: six one-on-ones, and two series that are none."""
    for name in TEAM:
        founded.series[name] = founded.maya.schedules(
            f"Maya / {name.title()}",
            founded.meeting(name, 0),
            attendees=[
                {"email": MAYA, "displayName": "Maya Kern", "responseStatus": "accepted"},
                {"email": f"{name}@acme.example", "displayName": TEAM[name][0]},
            ],
            rule="FREQ=WEEKLY",
        )
    everybody = [f"{name}@acme.example" for name in TEAM]
    morning = MONDAY + timedelta(hours=9)
    founded.maya.schedules("Team meeting", morning, guests=everybody, rule="FREQ=WEEKLY")
    founded.maya.schedules("Focus", MONDAY + timedelta(days=4, hours=13), rule="FREQ=WEEKLY")
