"""What a supervisor hears, on a real datagram socket: ready, alive, at what, stopping."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.notify import Supervisor

PROGRAM = (sys.executable, "-c", "from daemon.cli import main; main()", "run")
SETTINGS = """
home = "{folder}/home"
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "{folder}/calendar"
[web]
listen = "127.0.0.1:0"
"""


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """Listen as systemd does; nothing in a test takes a minute."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(60)
        yield ear


def heard(ear: socket.socket, until: str) -> list[str]:
    """Return everything said up to a word."""
    said: list[str] = []
    while until not in said:
        said += ear.recv(4096).decode().splitlines()
    return said


def test_the_daemon_says_ready_then_that_it_lives_and_that_it_stops(tmp_path: Path) -> None:
    (tmp_path / "calendar").mkdir()
    settings = tmp_path / "visavis.toml"
    settings.write_text(SETTINGS.format(folder=tmp_path.as_posix()), encoding="utf-8")
    told = {"NOTIFY_SOCKET": str(tmp_path / "ear"), "WATCHDOG_USEC": "400000"}
    environ = os.environ | {"VISAVIS_CONFIG": str(settings)} | told
    with (
        listening(told["NOTIFY_SOCKET"]) as ear,
        subprocess.Popen(PROGRAM, env=environ, stderr=subprocess.DEVNULL) as daemon,
    ):
        try:
            assert heard(ear, "READY=1")[0] == "READY=1"
            assert heard(ear, "WATCHDOG=1")
            said = heard(ear, "WATCHDOG=1")
            while not any("STATUS=last look" in word for word in said):
                said += heard(ear, "WATCHDOG=1")
            daemon.send_signal(signal.SIGTERM)
            assert heard(ear, "STOPPING=1")
            assert daemon.wait(timeout=60) == 0
        finally:
            daemon.kill()


def test_a_daemon_that_does_not_turn_says_nothing(tmp_path: Path) -> None:
    told = {"NOTIFY_SOCKET": str(tmp_path / "ear"), "WATCHDOG_USEC": "20000"}
    turns = iter([True, False, False, True])

    async def life() -> None:
        try:
            await asyncio.wait_for(Supervisor(told).beat(lambda: next(turns)), 5)
        except (StopIteration, RuntimeError):  # where the turns end
            return

    with listening(told["NOTIFY_SOCKET"]) as ear:
        asyncio.run(life())
        assert [ear.recv(64), ear.recv(64)] == [b"WATCHDOG=1"] * 2
        ear.settimeout(0)
        with pytest.raises(BlockingIOError):
            ear.recv(64)


def test_an_abstract_address_is_heard_too() -> None:
    name = f"visavis-test-{os.getpid()}"
    with listening(f"\0{name}") as ear:
        Supervisor({"NOTIFY_SOCKET": f"@{name}"}).tell("READY=1", "STATUS=well")
        assert ear.recv(64) == b"READY=1\nSTATUS=well"


def test_without_a_supervisor_or_with_a_dead_one_nothing_happens(tmp_path: Path) -> None:
    Supervisor({}).tell("READY=1")
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).tell("READY=1")
    asyncio.run(Supervisor({}).beat(lambda: True))


def test_a_watchdog_for_another_process_is_none_of_ours() -> None:
    assert Supervisor({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}).patience == 0
    mine = str(os.getpid())
    assert Supervisor({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": mine}).patience == 1
