"""A full cycle of commands on each kind of database, beside a running daemon too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.conftest import Desk, cancelled

TUESDAY = "2026-03-03T09:00:00+01:00"
NEXT_SUNDAY = "2026-03-08T12:00:00+01:00"


@pytest.fixture
def stored(desk: Desk, database: str) -> Desk:
    """A desk whose settings name a database."""
    text = desk.settings.read_text("utf-8")
    desk.settings.write_text(f'database = "{database}"\n{text}', encoding="utf-8")
    return desk


@contextmanager
def running() -> Iterator[subprocess.Popen[str]]:
    """Run the daemon until its first look is over."""
    environ = {name: value for name, value in os.environ.items() if name != "VISAVIS_NOW"}
    program = (sys.executable, "-c", "from daemon.cli import main; main()", "run")
    with subprocess.Popen(program, env=environ, stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        try:
            assert any("tick.done" in line for line in daemon.stderr)
            yield daemon
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(timeout=60) == 0


def test_a_full_cycle(stored: Desk) -> None:
    file = stored.meets(more=cancelled("20260302"))
    before = file.read_bytes()
    stored.at(TUESDAY)
    plan = stored.ask("plan")
    stored.ask("apply", "--plan", plan["hash"])
    (proposal,) = stored.ask("proposals")
    assert stored.ask("accept", proposal["id"])["state"] == "booked"
    (booked,) = (e for e in stored.ask("journal") if e["kind"] == "book")
    assert stored.ask("undo", booked["id"])[0]["state"] == "undone"
    assert file.read_bytes() == before
    stored.ask("excuse", "ben", "--from", "2026-03-02", "--to", "2026-03-02", "--reason", "ill")
    stored.ask("pause", "--for", "1d")
    assert stored.ask("status")["accounts"][0]["state"] == "paused"
    stored.ask("resume")
    stored.at(NEXT_SUNDAY)
    assert "write_section" in {done["kind"] for done in stored.ask("tick")["done"]}
    (pair,) = stored.ask("pairs")
    assert "excused" in {one["outcome"] for one in pair["outcomes"]}
    assert "To start" in stored.ask("agenda", "ben")["markdown"]
    assert stored.ask("export")["journal"]
    assert stored.run("doctor").code == 0
    assert stored.run("forget", "ben@acme.example").code == 0


def test_commands_work_beside_the_daemon(stored: Desk) -> None:
    stored.meets()
    with stored.settings.open("a", encoding="utf-8") as settings:
        settings.write('[web]\nlisten = "127.0.0.1:0"\n')
    with running():
        stored.monkeypatch.delenv("VISAVIS_NOW", raising=False)
        assert "visavis run" in stored.run("status").out
        assert [pair["with"]["name"] for pair in stored.ask("pairs")] == ["Ben Ode"]
        stored.ask("tick")
