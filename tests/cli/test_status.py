"""`visavis status`: one screen, the last lines name what the owner can do; `--check` asks."""

from __future__ import annotations

import json

import pytest

from connectors.standins.google import World
from daemon.locks import lock
from tests.cli.conftest import SUNDAY, Desk, cancelled

# A browser is left running, as it would be.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


def test_it_fits_one_screen_and_names_the_next_command(desk: Desk) -> None:
    desk.meets(more=cancelled("20260302"))
    desk.at("2026-03-03T09:00:00+01:00")
    desk.ask("tick")
    lines = desk.run("status").out.splitlines()
    assert len(lines) < 24
    assert "→ visavis proposals, then accept or decline" in lines
    assert any(line.startswith("daemon: does not run") for line in lines)


def test_it_tells_who_runs_and_when_the_next_look_is(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY.isoformat())
    desk.ask("tick")
    with lock(desk.home / "run.lock", "visavis run"):
        shown = desk.run("status").out
    assert "daemon: visavis run" in shown
    assert "next look" in shown


def test_a_live_check_overrules_the_last_look(google: Desk, world: World) -> None:
    google.ask("login", "work")
    google.ask("tick")
    world.sign_in.revoke("maya@acme.example")
    assert google.run("status", "--json").code == 0
    result = google.run("status", "--check", "--json")
    (account,) = json.loads(result.out)["accounts"]
    assert (result.code, account["state"]) == (1, "sign_in")
    assert "→ work: visavis login work" in google.run("status", "--check").out
    google.ask("login", "work")
    (account,) = google.ask("status", "--check")["accounts"]
    assert (account["state"], account["problem"]) == ("ok", None)
