"""An account at a real CalDAV server, from the password to the first agenda."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.standins.radicale import radicale
from connectors.standins.radicale_people import Person
from tests.cli.conftest import SUNDAY, Desk, Result
from tests.stage import FIRST

ACCOUNT = """
home = "{home}"
[[account]]
name = "home"
provider = "caldav"
email = "maya@acme.example"
url = "{base}/maya/"
username = "maya"
timezone = "Europe/Berlin"
"""


@pytest.fixture
def dav(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Maya's desk with nothing but her CalDAV account, which asks for a password."""
    folder: Path = tmp_path_factory.mktemp("radicale")
    with radicale(folder, {"maya": "an app password"}) as base:
        maya = Person(base, "maya", "an app password", "maya@acme.example")
        maya.schedules("Maya / Ben", FIRST, guests=["ben@acme.example"], rule="FREQ=WEEKLY")
        maya.closes()
        desk.settings.write_text(ACCOUNT.format(home=desk.home.as_posix(), base=base))
        desk.monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        desk.at(SUNDAY.isoformat())
        yield desk


def signed_in(desk: Desk, password: str) -> Result:
    """Sign in with a password that is piped in."""
    desk.monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return desk.run("login", "home", "--json")


def test_a_password_is_tried_and_kept_and_the_next_tick_uses_it(dav: Desk) -> None:
    assert "visavis login home" in dav.run("tick", "--json").json["failed"][0]["remedy"]
    wrong = signed_in(dav, "guessed")
    assert (wrong.code, wrong.out) == (1, "")
    right = signed_in(dav, "an app password")
    assert (right.code, right.json) == (0, {})
    kinds = [one["kind"] for one in dav.ask("tick")["done"]]
    assert kinds == ["create_agenda", "share_agenda", "attach_agenda", "write_section"]
    dav.ask("logout", "home")
    assert dav.run("tick").code == 1
