"""Signing in to Google in the system browser, played by a program that follows redirects."""

from __future__ import annotations

import json
from pathlib import Path

from connectors.standins.google import World
from tests.cli.conftest import Desk


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


def test_google_takes_no_code_from_a_device(google: Desk) -> None:
    result = google.run("login", "work", "--device")
    assert result.code == 1
    assert "browser" in result.err
