"""The page inside the daemon: the program as a user runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from daemon.web.door import MOST
from tests.web.conftest import EVENT

PROGRAM = (sys.executable, "-c", "from daemon.cli import main; main()")
SETTINGS = """
home = "{folder}/home"
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "{folder}/calendar"
[web]
listen = "127.0.0.1:{port}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / "ben.ics").write_text(EVENT.format(more=""), newline="")
    return configured(tmp_path, 0)


def configured(folder: Path, port: int) -> Path:
    text = SETTINGS.format(folder=folder.as_posix(), port=port)
    (folder / "visavis.toml").write_text(text, encoding="utf-8")
    return folder


def visavis(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=os.environ | {"VISAVIS_CONFIG": str(folder / "visavis.toml")},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the daemon until its page listens."""
    with subprocess.Popen(
        [*PROGRAM, "run"],
        env=os.environ | {"VISAVIS_CONFIG": str(folder / "visavis.toml")},
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stderr is not None
        try:
            assert any("daemon.started" in line for line in daemon.stderr)
            yield daemon
        finally:
            daemon.kill()


def test_the_daemon_serves_its_page_and_ends_with_it(folder: Path) -> None:
    with running(folder) as daemon:
        link = visavis(folder, "open", "--print").stdout.strip()
        with httpx2.Client(follow_redirects=True) as browser:
            assert "pair" in browser.get(link).text
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=5) == 0
    assert not (folder / "home" / "page.address").exists()


def test_a_taken_port_is_one_clear_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = visavis(configured(folder, port), "run")
    assert result.returncode == 1
    assert result.stderr.startswith(f"visavis: the page cannot listen on 127.0.0.1:{port}")
    assert result.stderr.count("\n") == 1


def test_a_link_is_printed_before_the_daemon_runs(folder: Path) -> None:
    result = visavis(configured(folder, 8765), "open", "--print", "--json")
    assert result.returncode == 0
    assert "http://127.0.0.1:8765/enter/" in result.stdout
    assert "visavis run" in result.stderr


def test_a_page_at_any_port_is_not_there_before_the_daemon_runs(folder: Path) -> None:
    result = visavis(folder, "open", "--print")
    assert result.returncode == 1
    assert not result.stdout


def test_a_killed_daemon_is_not_taken_for_a_running_one(folder: Path) -> None:
    with running(folder) as daemon:
        daemon.kill()
        daemon.wait()
    assert (folder / "home" / "page.address").exists()
    assert visavis(folder, "open", "--print").returncode == 1


def test_strangers_who_say_nothing_keep_nobody_out(folder: Path) -> None:
    with running(folder), ExitStack() as doors:
        host, port = (folder / "home" / "page.address").read_text().split(":")

        def says(words: str) -> socket.socket:
            door = doors.enter_context(socket.create_connection((host, int(port)), timeout=30))
            door.sendall(words.format(host=f"{host}:{port}").encode())
            return door

        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99"
        head = "POST /s/answer/x HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}"
        slow = says(f"{head}\r\n{form}\r\n\r\nhalf")
        quiet = [says("GET / HTTP/1.1\r\nHos") for _ in range(MOST + 20)]
        assert [hung_up(door) for door in quiet] == [True] * len(quiet)
        assert httpx2.get(f"http://{host}:{port}/healthz").status_code == 200
        assert b" 408 " in slow.recv(100)


def hung_up(door: socket.socket) -> bool:
    try:
        return door.recv(1) == b""
    except ConnectionResetError:
        return True
