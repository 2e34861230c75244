"""What a terminal shows: the row of marks whole at any width, its colours no more than an extra."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from tests.cli.conftest import Desk, cancelled

NOW = "2026-03-16T11:00:00+01:00"
LOST = cancelled("20260302", "20260309", "20260316")
PROGRAM = (sys.executable, "-c", "from daemon.cli import main; main()")
ROW = "●●●●●✗✗✗|○○○"


def shown(desk: Desk, columns: int, command: str = "pairs", **environ: str) -> str:
    """Run a command in a terminal of so many columns; return what appears."""
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    told = {**os.environ, "TERM": "xterm", "PYTHONUTF8": "1", "VISAVIS_CONFIG": str(desk.settings)}
    told = {name: value for name, value in told.items() if name not in {"NO_COLOR", "COLUMNS"}}
    subprocess.run(
        [*PROGRAM, command],
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env=told | environ,
        check=True,
    )
    os.close(terminal)
    found = b""
    try:
        while chunk := os.read(reader, 4096):
            found += chunk
    except OSError:  # the other end is closed
        pass
    os.close(reader)
    return found.decode()


@pytest.mark.parametrize("columns", [44, 60, 120])
def test_the_row_of_marks_is_never_cut(desk: Desk, columns: int) -> None:
    desk.meets(more=LOST, name="Benedikt Maria Ode von und zu Beispiel")
    desk.at(NOW)
    desk.ask("tick")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown(desk, columns))
    assert ROW in bare
    assert "✗ missed" in bare


def test_a_narrow_terminal_folds_and_loses_nothing(desk: Desk) -> None:
    desk.meets()
    desk.at("2026-03-15T11:00:00+01:00")
    desk.ask("tick")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown(desk, 40, "journal"))
    assert "…" not in bare
    assert all(entry["id"] in bare for entry in desk.ask("journal"))


def test_colour_is_an_extra_that_can_be_turned_off(desk: Desk) -> None:
    desk.meets(more=LOST)
    desk.at(NOW)
    desk.ask("tick")
    assert "\x1b[1;31m✗" in shown(desk, 120)
    assert "\x1b[" not in shown(desk, 120, NO_COLOR="1")


def test_what_turns_for_those_who_watch_takes_nothing_from_a_file(desk: Desk) -> None:
    """At a terminal, with `--json` into a file."""
    desk.meets()
    desk.at(NOW)
    for command in (("plan",), ("tick",), ("status", "--check"), ("doctor",)):
        reader, terminal = pty.openpty()
        told = os.environ | {"TERM": "xterm", "VISAVIS_CONFIG": str(desk.settings)}
        done = subprocess.run(
            [*PROGRAM, *command, "--json"],
            stdout=subprocess.PIPE,
            stderr=terminal,
            env=told,
            check=True,
        )
        os.close(terminal)
        assert json.loads(done.stdout)
        assert b"ing" in os.read(reader, 4096)
        os.close(reader)
