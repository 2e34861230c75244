"""Signing in to Google in the system browser, played by a program that follows redirects."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.standins.google import World, application
from connectors.standins.server import serve
from tests.cli.conftest import Desk

# A browser is left running, as it would be.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

SUNDAY = datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
BROWSER = """\
import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1]).read()
"""
SETTINGS = """
home = "{home}"
[[account]]
name = "work"
provider = "google"
email = "maya@acme.example"
client_secrets = "client.json"
endpoint = "{base}"
"""


@pytest.fixture
def world() -> World:
    found = World(lambda: SUNDAY)
    maya = found.person("maya@acme.example", name="Maya Kern", timezone="Europe/Berlin")
    found.person("ben@acme.example", name="Ben Ode", timezone="Europe/Berlin")
    monday = SUNDAY.replace(day=2)
    maya.schedules("Maya / Ben", monday, guests=["ben@acme.example"], rule="FREQ=WEEKLY")
    return found


@pytest.fixture
def google(desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    browser = desk.folder / "browser.py"
    browser.write_text(BROWSER, encoding="utf-8")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {browser} %s &")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    client = {"installed": {"client_id": world.sign_in.client, "client_secret": "not so secret"}}
    (desk.folder / "client.json").write_text(json.dumps(client), encoding="utf-8")
    with serve(application(world)) as base:
        text = SETTINGS.format(home=desk.home.as_posix(), base=base)
        desk.settings.write_text(text, encoding="utf-8")
        desk.at(SUNDAY.isoformat())
        yield desk
    gc.collect()


def test_without_a_sign_in_the_account_asks_for_it(google: Desk) -> None:
    result = google.run("tick", "--json")
    assert result.code == 1
    (failure,) = result.json["failed"]
    assert "visavis login work" in failure["remedy"]
    (account,) = json.loads(google.run("status", "--json").out)["accounts"]
    assert account["state"] == "sign_in"


def test_login_keeps_a_sealed_sign_in_that_the_next_tick_uses(google: Desk, world: World) -> None:
    assert google.ask("login", "work") == {}
    assert len(google.ask("tick")["done"]) == 4
    kept = [path.read_bytes() for path in google.home.rglob("*") if path.is_file()]
    tokens = list(world.sign_in._refresh)
    assert tokens
    assert not any(token.encode() in one for token in tokens for one in kept)


def test_logout_forgets_it(google: Desk) -> None:
    google.ask("login", "work")
    google.ask("logout", "work")
    assert google.run("tick").code == 1
    assert not any(Path(google.home, "tokens").glob("work"))


def test_an_unknown_account_is_wrong_usage(google: Desk) -> None:
    result = google.run("login", "nowhere")
    assert result.code == 2
    assert "work" in result.err
