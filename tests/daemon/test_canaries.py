"""Canaries: nothing that people wrote, and no token, is in what a log or a traceback shows."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import stamina

from config.settings import load
from connectors.standins.faults import Answer, Fault, LostAnswer, Reset, Truncated, Wire
from connectors.standins.google import World, application
from connectors.standins.google.docs.page import Page
from connectors.standins.server import serve
from daemon import answering, logs, wiring
from daemon.cli.app import run
from daemon.desk import last_known
from daemon.house import House
from daemon.store import open_store
from daemon.tick import Turn, tick
from tests.stage import BEN, FIRST, MAYA, hours, week

TITLE, NAME, WORDS, COMMENT = "Canary title", "Canary Ode", "Canary words", "Canary comment"
CANARIES = (TITLE, NAME, WORDS, COMMENT, MAYA, BEN, "hook-canary")
SETTINGS = """
home = "{home}"
[[account]]
name = "work"
provider = "google"
email = "maya@acme.example"
endpoint = "{base}"
[notify]
to = ["json://127.0.0.1:1/hook-canary"]
"""
FAULTS: tuple[Fault, ...] = (
    Answer(500, WORDS),
    Answer(200, f'{{"items": [{{"summary": "{TITLE}"}}'),
    Answer(403, json.dumps({"error": {"code": 403, "message": f"{TITLE} {MAYA}"}})),
    Reset(),
    LostAnswer(),
    Truncated(),
)


class Life:
    """Maya's house at a stand-in for Google, on which everything goes wrong once."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.now = FIRST - hours(24)
        self.world = World(lambda: self.now)
        self.maya = self.world.person(MAYA, name="Maya Kern")
        self.ben = self.world.person(BEN, name=NAME)
        self.wire: Wire = application(self.world)
        base = stack.enter_context(serve(self.wire))
        self.settings = folder / "visavis.toml"
        self.settings.write_text(SETTINGS.format(home=(folder / "home").as_posix(), base=base))
        self.token = self.world.token(MAYA)
        self.environ = {"VISAVIS_ACCESS_TOKEN_WORK": self.token}
        settings = load(self.settings, {})
        self.store = open_store(settings.home)
        stack.callback(self.store.close)
        self.house: House = wiring.house(settings, self.environ, self.store)
        stack.callback(self.house.close)

    def tick(self, now: datetime) -> Turn:
        self.now = now
        return tick(self.house, now)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    stamina.set_testing(True, attempts=2)
    with ExitStack() as stack:
        stack.callback(stamina.set_testing, testing=False)
        yield Life(stack, tmp_path)


@pytest.fixture
def said() -> Iterator[StringIO]:
    """Let every library say everything it has to say to our handler."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    with redirect_stderr(StringIO()) as said:
        logs.events()
        root.setLevel(logging.DEBUG)
        yield said
    root.handlers[:] = before
    root.setLevel(level)


def test_a_full_cycle_with_every_fault_logs_nothing_of_anybody(life: Life, said: StringIO) -> None:
    traces = list(lived(life))
    events = {json.loads(line)["event"] for line in said.getvalue().splitlines()}
    shown = said.getvalue() + "\n".join(traces)
    assert events >= {"write.done", "write.failed", "library", "read.tried_again"}
    assert [canary for canary in (*CANARIES, life.token) if canary in shown] == []
    assert len(traces) > len(FAULTS)


def lived(life: Life) -> Iterator[str]:
    """Live through agendas, losses, answers and faults; yield the way to each error."""
    event = life.maya.schedules(TITLE, FIRST, guests=[BEN], rule="FREQ=WEEKLY")
    turns = [life.tick(FIRST - hours(24) + n * timedelta(hours=1)) for n in range(2)]
    (file,) = life.world.drive.files.values()
    Page(life.world, file).writes_on_top(WORDS)
    life.ben.declines(event, on=week(1), comment=COMMENT)
    turns.append(life.tick(week(1) - hours(24)))
    memory = last_known(life.house, life.now)[0]
    answering.accept(life.house, memory.proposals[0].id, life.now)
    for number, fault in enumerate(FAULTS, 2):
        life.maya.cancels(event, on=week(number))
        life.wire.fail(fault, at=len(life.wire.log) + 1 + number % 3, times=3)
        life.wire.fail(fault, when=lambda request: request.method != "GET", times=2)
        turns.append(life.tick(week(number) - hours(20)))
        turns.append(life.tick(week(number) + hours(9)))
    for failure in (failure for turn in turns for failure in turn.failed):
        yield from logs.trace(failure.error)


def test_a_mistake_of_ours_shows_where_it_is_and_nothing_else(
    life: Life, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    life.maya.schedules(TITLE, FIRST, guests=[BEN], rule="FREQ=WEEKLY")
    life.tick(FIRST - hours(24))
    with life.store.engine.begin() as connection:
        connection.exec_driver_sql(f"""UPDATE meeting SET body = '{{"x": "{TITLE}"}}'""")
    monkeypatch.setenv("VISAVIS_CONFIG", str(life.settings))
    assert run(["pairs"]) == 1
    shown = capfd.readouterr().err
    assert "ledger.py:" in shown
    assert "ValidationError" in shown
    assert [canary for canary in CANARIES if canary in shown] == []
