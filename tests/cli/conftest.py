"""The program as a user runs it: real settings, a real folder of calendar files, no account."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.standins.google import World, application
from connectors.standins.server import serve
from daemon.cli.app import run

EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//Calendar//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20260101T000000Z\r
DTSTART;TZID=Europe/Berlin:{start}\r
DURATION:PT30M\r
RRULE:{rule}\r
{more}SUMMARY:{title}\r
ORGANIZER;CN=Maya Kern:mailto:{organizer}\r
ATTENDEE;CN=Maya Kern;PARTSTAT=ACCEPTED:mailto:maya@acme.example\r
ATTENDEE;CN={name};PARTSTAT=ACCEPTED:mailto:{guest}\r
END:VEVENT\r
END:VCALENDAR\r
"""
SETTINGS = """
home = "{home}"
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "{calendar}"
timezone = "Europe/Berlin"
"""


SUNDAY = datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
BROWSER = """\
import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1]).read()
"""
GOOGLE = """
home = "{home}"
[[account]]
name = "work"
provider = "google"
email = "maya@acme.example"
client_secrets = "client.json"
endpoint = "{base}"
"""


@dataclass
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command shows
        return json.loads(self.out)


@dataclass
class Desk:
    """Maya's desk: a folder of calendars, a settings file, and the program."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    calendar: Path = field(init=False)
    settings: Path = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = self.folder / "calendar"
        self.calendar.mkdir()
        self.settings = self.folder / "visavis.toml"
        self.configure("")
        self.monkeypatch.setenv("VISAVIS_CONFIG", str(self.settings))

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def configure(self, more: str) -> None:
        """Write the settings, with more tables at the end."""
        text = SETTINGS.format(home=self.home.as_posix(), calendar=self.calendar.as_posix())
        self.settings.write_text(text + more, encoding="utf-8")

    def meets(self, who: str = "ben", /, **changes: str) -> Path:
        """Put a weekly one-on-one into the calendar: Mondays at ten since 5 January 2026."""
        fields = {
            "uid": f"{who}@calendar.example",
            "start": "20260105T100000",
            "rule": "FREQ=WEEKLY",
            "title": f"Maya / {who.title()}",
            "organizer": "maya@acme.example",
            "guest": f"{who}@acme.example",
            "name": f"{who.title()} Ode",
            "more": "",
        } | changes
        file = self.calendar / f"{who}.ics"
        file.write_text(EVENT.format(**fields), encoding="utf-8", newline="")
        return file

    def at(self, moment: str) -> None:
        """Freeze the clock."""
        self.monkeypatch.setenv("VISAVIS_NOW", moment)

    def run(self, *arguments: str) -> Result:
        """Run one command."""
        self.capsys.readouterr()
        code = run(arguments)
        printed = self.capsys.readouterr()
        return Result(code, printed.out, printed.err)

    def ask(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command shows
        """Run one command with `--json` that must work, and return what it shows."""
        result = self.run(*arguments, "--json")
        assert result.code == 0, result.err
        return result.json


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    return Desk(tmp_path, monkeypatch, capsys)


def cancelled(*days: str) -> str:
    """Return the lines that exclude these days (as 20260302) from a meeting at ten."""
    return "".join(f"EXDATE;TZID=Europe/Berlin:{day}T100000\r\n" for day in days)


@pytest.fixture
def world() -> World:
    found = World(lambda: SUNDAY)
    maya = found.person("maya@acme.example", name="Maya Kern", timezone="Europe/Berlin")
    found.person("ben@acme.example", name="Ben Ode", timezone="Europe/Berlin")
    monday = SUNDAY.replace(day=2)
    maya.schedules("Maya / Ben", monday, guests=["ben@acme.example"], rule="FREQ=WEEKLY")
    return found


@pytest.fixture
def google(desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    browser = desk.folder / "browser.py"
    browser.write_text(BROWSER, encoding="utf-8")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {browser} %s")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    client = {"installed": {"client_id": world.sign_in.client, "client_secret": "not so secret"}}
    (desk.folder / "client.json").write_text(json.dumps(client), encoding="utf-8")
    with serve(application(world)) as base:
        text = GOOGLE.format(home=desk.home.as_posix(), base=base)
        desk.settings.write_text(text, encoding="utf-8")
        desk.at(SUNDAY.isoformat())
        yield desk
    gc.collect()
