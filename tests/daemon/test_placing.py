"""An account gets the zone its calendar tells, and one that could not be asked is asked again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.settings import load
from connectors.errors import Unavailable
from connectors.standins.faults import Answer, Wire
from connectors.standins.google import World, application
from connectors.standins.server import serve
from daemon import wiring
from daemon.house import House
from daemon.store import open_store

SUNDAY = datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
ACCOUNT = """
home = "{home}"
[[account]]
name = "work"
provider = "google"
email = "maya@acme.example"
endpoint = "{base}"
"""


@dataclass
class Street:
    """Where the house stands, beside a provider in another zone."""

    folder: Path
    wire: Wire
    token: str

    def house(self, *, asks: bool) -> House:
        settings = load(self.folder / "visavis.toml", {})
        environ = {"VISAVIS_ACCESS_TOKEN_WORK": self.token}
        return wiring.house(settings, environ, open_store(settings.home), asks=asks)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    world = World(lambda: SUNDAY)
    world.person("maya@acme.example", name="Maya Kern", timezone="Pacific/Auckland")
    wire = Wire(application(world))
    with serve(wire) as base:
        text = ACCOUNT.format(home=(tmp_path / "home").as_posix(), base=base)
        (tmp_path / "visavis.toml").write_text(text, encoding="utf-8")
        yield Street(tmp_path, wire, world.token("maya@acme.example"))


def test_whoever_waits_for_the_daemon_waits_for_no_provider(street: Street) -> None:
    with closing(street.house(asks=False)) as house, closing(house.store):
        assert street.wire.log == []
        (account,) = house.placed({"work"}).accounts
        assert account.policy.zone == "Pacific/Auckland"


def test_a_provider_that_was_away_at_the_start_is_believed_when_it_is_back(street: Street) -> None:
    street.wire.fail(Answer(503), times=9)
    with closing(street.house(asks=True)) as house, closing(house.store):
        assert isinstance(house.accounts[0].trouble, Unavailable)
        street.wire.clear()
        assert house.placed({"another"}) is house
        (account,) = house.placed({"work"}).accounts
        assert (account.trouble, account.policy.zone) == (None, "Pacific/Auckland")
        assert account.calendar is not None
