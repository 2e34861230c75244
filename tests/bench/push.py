"""From a change at Google, through a push, to the proposal on the page: beside one second."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from zoneinfo import ZoneInfo

import httpx2

from connectors.standins.google import Person, World, application
from connectors.standins.server import serve
from daemon.clock import now
from tests.bench.measure import Figure

PAIRS, WEEKS = 20, 2
PROMISE = 1000
A_GLANCE = 0.05
"""Seconds between two looks at the page: it is served by the same process."""
BERLIN = ZoneInfo("Europe/Berlin")
_DECLINE = re.compile(r'action="(/proposals/[\w-]+/decline)"')
SETTINGS = """
home = "{folder}/home"
[[account]]
name = "work"
provider = "google"
email = "maya@acme.example"
endpoint = "{base}"
[web]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
"""


def run() -> Iterator[Figure]:
    """Yield the slowest of many: a bound for all but one in a hundred."""
    world = World(now)
    maya = world.person("maya@acme.example", name="Maya")
    monday = now().astimezone(BERLIN).replace(hour=9, minute=0, second=0, microsecond=0)
    monday += timedelta(days=7 - monday.weekday())
    starts = [monday + timedelta(days=n % 5, minutes=n * 20) for n in range(PAIRS)]
    guests = [world.person(f"guest{n}@acme.example").email for n in range(PAIRS)]
    events = [
        maya.schedules("1:1", start, guests=[guest], rule="FREQ=WEEKLY")
        for start, guest in zip(starts, guests, strict=True)
    ]
    lost = [
        (event, start + timedelta(weeks=week))
        for week in range(WEEKS)
        for event, start in zip(events, starts, strict=True)
    ]
    with (
        TemporaryDirectory() as folder,
        serve(application(world)) as base,
        visavis(Path(folder), base, world.token(maya.email)) as page,
    ):
        took = [_shown(world, maya, page, *one) for one in lost]
    yield Figure(f"the slowest of {len(took)}", "ms", max(took), PROMISE)


def _shown(world: World, maya: Person, page: httpx2.Client, event: str, start: datetime) -> float:
    """Cancel one meeting; return the milliseconds until its proposal stands on the page."""
    begun = perf_counter()
    maya.cancels(event, on=start)
    for channel in list(world.channels.values()):
        channel.notify()
    while not (found := _DECLINE.search(text := page.get("/proposals").text)):
        threading.Event().wait(A_GLANCE)
    took = (perf_counter() - begun) * 1000
    # Answered, so that the next one is planned alone.
    sign = text.partition('name="csrf" value="')[2].partition('"')[0]
    page.post(found[1], data={"csrf": sign}, headers={"Origin": str(page.base_url).rstrip("/")})
    return took


@contextmanager
def visavis(folder: Path, base: str, token: str) -> Iterator[httpx2.Client]:
    """Run the daemon until it can be rung at; yield the owner's browser."""
    port = _free_port()
    settings = folder / "visavis.toml"
    settings.write_text(SETTINGS.format(folder=folder.as_posix(), base=base, port=port))
    program = str(Path(sys.executable).with_name("visavis"))
    named = {"VISAVIS_CONFIG": str(settings), "VISAVIS_ACCESS_TOKEN_WORK": token}
    environ = os.environ | named
    with subprocess.Popen(
        [program, "run"], env=environ, stderr=subprocess.PIPE, text=True
    ) as daemon:
        try:
            if daemon.stderr is None or not any("push.open" in line for line in daemon.stderr):
                raise SystemExit("visavis ended before it could be rung at")
            # Nobody reads its log from here on; a full pipe would stop it.
            threading.Thread(target=daemon.stderr.read, daemon=True).start()
            link = subprocess.check_output([program, "open", "--print"], env=environ, text=True)
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as page:
                page.get(link.strip())
                yield page
        finally:
            daemon.terminate()
            daemon.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
