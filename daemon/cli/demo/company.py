"""The company of the demo: Maya and the people she meets, on stand-ins for their providers.

With CalDAV there is no stand-in for Maya's own calendar: it lies on a real Radicale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from config.settings import load
from daemon import wiring
from daemon.cli.demo.desks import Desk, Founded, at_google, at_radicale
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
    house: House
    maya: Desk
    globex: Partners
    series: dict[str, str] = field(default_factory=dict)

    def meeting(self, name: str, week: int) -> datetime:
        """Return when the one-on-one with somebody is in a week, by its rule."""
        _, day, time, _ = TEAM[name]
        hour, minute = (int(part) for part in time.split(":"))
        return MONDAY + timedelta(weeks=week, days=day, hours=hour, minutes=minute)


@contextmanager
def company(*, caldav: bool = False) -> Iterator[Company]:
    """Found the company: people, their calendars, and a house that looks after Maya's."""
    clock = Clock()
    names = {f"{name}@acme.example": full for name, (full, *_) in TEAM.items()}
    with (
        TemporaryDirectory(prefix="visavis-demo-") as folder,
        at_radicale(Path(folder), MAYA) if caldav else at_google(clock, MAYA, names) as founded,
        partners(clock, MONDAY) as globex,
    ):
        house = _house(Path(folder), founded, globex)
        try:
            acme = Company(clock, house, founded.maya, globex)
            _calendars(acme)
            yield acme
        finally:
            house.close()
            house.store.close()


def _house(home: Path, founded: Founded, globex: Partners) -> House:
    """Wire Maya's accounts as settings would: the real connectors, at the servers' addresses."""
    file = home / "visavis.toml"
    file.write_text(_settings(home, founded.account, globex), encoding="utf-8")
    environ = {**founded.environ, "VISAVIS_ACCESS_TOKEN_PARTNER": globex.token}
    settings = load(file, environ)
    return wiring.house(settings, environ, open_store(settings.home, settings.database))


def _settings(home: Path, account: str, globex: Partners) -> str:
    pairs = "\n".join(
        f'[[pair]]\nwith = "{name}@acme.example"\nrole = "manager"\ndevelopment = "{topic}"'
        for name, (*_, topic) in TEAM.items()
    )
    return f"""
home = "{home.as_posix()}"
[[account]]
name = "work"
email = "{MAYA}"
person = "maya"
{account}
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
