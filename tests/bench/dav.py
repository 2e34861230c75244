"""CalDAV servers in processes of their own: `python -m tests.bench.dav KIND FOLDER`.

They print their address, and end with their input.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from dulwich.repo import Repo
from xandikos.web import SingleUserFilesystemBackend, XandikosApp

from connectors.standins.radicale import radicale
from tests.connectors.caldav.servers import on_aiohttp

USER, PASSWORD = "maya", "secret"
_LONG_AGO = 1_700_000_000
_PLACES = {"radicale": f"/{USER}/calendar/", "xandikos": f"/{USER}/calendars/calendar/"}


@contextmanager
def serving(kind: str, folder: Path, events: Path) -> Iterator[str]:
    """Serve a folder of calendar files; yields the address of the calendar."""
    if kind == "xandikos":
        _committed(folder, events)
    command = [sys.executable, "-m", "tests.bench.dav", kind, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        calendar = process.stdout.readline().decode().strip() + _PLACES[kind]
        if kind == "radicale":
            _put(calendar, events)
            _at_rest(folder)
        yield calendar
        process.communicate()


def _committed(folder: Path, events: Path) -> None:
    """Fill a calendar of xandikos, which is a git repository: one commit instead of thousands."""
    backend: Any = SingleUserFilesystemBackend(str(folder))
    backend.create_principal(f"/{USER}/", create_defaults=True)
    calendar = folder / USER / "calendars" / "calendar"
    shutil.copytree(events, calendar, dirs_exist_ok=True)
    tree = Repo(str(calendar)).get_worktree()
    tree.stage([file.name for file in events.iterdir()])
    tree.commit(message=b"All of them", committer=b"bench <>", author=b"bench <>")


def _put(calendar: str, events: Path) -> None:
    """Fill a calendar of Radicale, which takes a whole one in one request."""
    bodies = (
        file.read_text().partition("BEGIN:VEVENT")[2].partition("END:VCALENDAR")[0]
        for file in events.iterdir()
    )
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acme.example//calendar//EN\r\n"
    whole = head + "".join(f"BEGIN:VEVENT{body}" for body in bodies) + "END:VCALENDAR\r\n"
    httpx2.put(
        calendar,
        content=whole.encode(),
        headers={"Content-Type": "text/calendar"},
        auth=(USER, PASSWORD),
        timeout=600,
        trust_env=False,
    ).raise_for_status()


def _at_rest(folder: Path) -> None:
    """Let the last change be long ago: within a minute of one, a look asks for more."""
    for path in (folder / "data").rglob("*"):
        os.utime(path, (_LONG_AGO, _LONG_AGO))


@contextmanager
def _xandikos(folder: Path) -> Iterator[str]:
    backend: Any = SingleUserFilesystemBackend(str(folder))
    backend._mark_as_principal(f"/{USER}/")
    app: Any = XandikosApp(backend, f"/{USER}/")
    with on_aiohttp(app) as url:
        yield url


def main(kind: str, folder: str) -> None:
    logging.disable()
    where = Path(folder)
    with radicale(where, {USER: PASSWORD}) if kind == "radicale" else _xandikos(where) as base:
        sys.stdout.write(f"{base}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
