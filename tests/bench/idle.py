"""Idle memory of `visavis run` with one account of files, beside the 90 MB it may take."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.files import calendar
from tests.bench.measure import Figure

EVENTS = 500
PROMISE = 90


def run() -> Iterator[Figure]:
    """Yield what stays resident after the first look, each time on a store that was made for it."""
    # The first run may still compile what an installed program has beside it.
    resident = min(_first_look() for _ in range(3))
    yield Figure(f"{EVENTS} events", "MB", resident, PROMISE)


def _first_look() -> float:
    with TemporaryDirectory() as folder:
        settings = calendar(Path(folder), EVENTS, EVENTS)
        head = f'home = "{folder}/home"\n[web]\nlisten = "127.0.0.1:0"\n'
        settings.write_text(head + settings.read_text())
        return _resident(settings)


def _resident(settings: Path) -> float:
    visavis = Path(sys.executable).with_name("visavis")
    # An installed program has its bytecode beside it; compiling it anew takes some MB.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        [str(visavis), "run", "--config", str(settings)],
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        try:
            if daemon.stderr is None or not any("tick.done" in line for line in daemon.stderr):
                raise SystemExit("visavis ended before its first tick was over")
            told = subprocess.check_output(["/bin/ps", "-o", "rss=", "-p", str(daemon.pid)])
        finally:
            daemon.terminate()
    return int(told) * 1024 / 1e6
