"""A CalDAV calendar of 5,000 events on Radicale and on xandikos, beside vdirsyncer.

Both ask the same server in the same run, and keep on disk what they read. visavis is timed by its
whole tick: look, decide, write down; vdirsyncer by its `sync`. The server's own time is in both.
The calendar was left alone for a while, as most are at most looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import dav
from tests.bench.files import calendar as files
from tests.bench.measure import Figure, environment, looked
from tests.bench.meetings import OWNER

EVENTS = 5_000
VDIRSYNCER = "vdirsyncer==0.21.0"
FIRST, AGAIN = 1 / 3, 1 / 10
"""The goals: three times as fast on the first look, ten times on one without changes."""


def run() -> Iterator[Figure]:
    """Yield times of the first look and of one without changes."""
    python = environment("vdirsyncer", VDIRSYNCER)
    for kind in ("radicale", "xandikos"):
        with TemporaryDirectory() as folder:
            events = files(Path(folder), EVENTS, 1).parent / "calendar"
            server = Path(folder, "server")
            server.mkdir()
            with dav.serving(kind, server, events) as url:
                # Whoever comes first makes Radicale read its files.
                looked("vdir", url, dav.USER, dav.PASSWORD, python=python, times=1)
                secret = {"DAV_PASSWORD": dav.PASSWORD}
                ours = looked("ours", str(_settings(Path(folder), url)), environ=secret)
                vdir = looked("vdir", url, dav.USER, dav.PASSWORD, python=python)
        yield Figure(f"first look, {kind}", "ms", ours.first, vdir.first, FIRST)
        yield Figure(f"no change, {kind}", "ms", ours.again, vdir.again, AGAIN)


def _settings(folder: Path, url: str) -> Path:
    settings = folder / "dav.toml"
    settings.write_text(f"""\
[[account]]
name = "home"
provider = "caldav"
email = "{OWNER}"
url = "{url}"
username = "{dav.USER}"
password_env = "DAV_PASSWORD"
timezone = "Europe/Berlin"
""")
    return settings
