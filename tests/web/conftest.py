"""The page over real HTTP: a house on a stage, a socket on loopback, a browser's cookies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from config.settings import load
from connectors.standins.server import serve
from daemon import wiring
from daemon.house import House
from daemon.store import open_store
from daemon.tick import tick
from daemon.web.app import application
from daemon.web.entrance import one_time_link
from daemon.web.site import Site
from tests.stage import Stage, hours, week

PUBLIC = "visavis.acme.example"
SUNDAY = week(1) - hours(20)
SETTINGS = """
home = "{folder}/home"
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "{folder}/calendar"
timezone = "Europe/Berlin"
[web]
public_url = "https://{public}"
"""
EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//Calendar//EN\r
BEGIN:VEVENT\r
UID:ben@calendar.example\r
DTSTAMP:20260101T000000Z\r
DTSTART;TZID=Europe/Berlin:20260302T100000\r
DURATION:PT30M\r
RRULE:FREQ=WEEKLY\r
SUMMARY:Maya / Ben\r
ORGANIZER;CN=Maya Kern:mailto:maya@acme.example\r
ATTENDEE;CN=Ben Ode;PARTSTAT=ACCEPTED:mailto:ben@acme.example\r
{more}END:VEVENT\r
END:VCALENDAR\r
"""


@dataclass
class Window:
    """The page of a house at a moment; `client` is the owner's browser, not yet inside."""

    house: House
    now: datetime
    base: str = ""
    client: httpx2.Client = field(default_factory=httpx2.Client)

    @property
    def where(self) -> str:
        return self.base.removeprefix("http://")

    def link(self) -> str:
        """Return what `visavis open --print` would print."""
        return one_time_link(self.house.store, self.where, self.now)

    def entered(self) -> Window:
        """Go in by a one-time link."""
        assert self.client.get(self.link()).status_code == 303
        return self

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(self.base + path, headers=headers)

    def text(self, path: str) -> str:
        """Return a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx2.Response:
        """Send a form as a browser does from a page of ours, without any token of its own."""
        origin = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        return self.client.post(self.base + path, data=fields, headers=origin | headers)

    def press(self, path: str, fields: Mapping[str, str] | None = None) -> httpx2.Response:
        """Send a form of the owner's own session."""
        return self.send(path, {"csrf": self.csrf(), **(fields or {})})

    def csrf(self) -> str:
        """Return what the forms of this session carry."""
        return hidden(self.text("/"), "csrf")


def hidden(page: str, name: str) -> str:
    """Return the value of the first hidden field of this name."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Maya's house, where she and Ben do not meet yet."""
    stage = Stage(tmp_path)
    yield stage
    stage.store.close()


@pytest.fixture
def lost(stage: Stage) -> Stage:
    """The house after Monday's meeting of week 1 was cancelled on the Sunday before."""
    uid = stage.weekly()
    stage.tick(week(0) + hours(24))
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY)
    return stage


@pytest.fixture
def opened() -> Iterator[Callable[[House, datetime], Window]]:
    """Show the page of a house; the clock is the window's."""
    with ExitStack() as open_windows:

        def show(house: House, now: datetime) -> Window:
            window = Window(house, now)
            window.base = open_windows.enter_context(serve(Page(window)))
            open_windows.enter_context(window.client)
            # On the same connection: the answer before it is finished when the server ends.
            open_windows.callback(window.get, "/healthz")
            return window

        yield show


class Page:
    """The page, built at the first request: only then its port is known."""

    def __init__(self, window: Window) -> None:
        self._window = window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not hasattr(self, "_page"):
            port = scope["server"][1]
            here = Site(lambda: self._window.house, lambda: self._window.now, "127.0.0.1", port)
            self._page = application(here)
        await self._page(scope, receive, send)


@pytest.fixture
def window(lost: Stage, opened: Callable[[House, datetime], Window]) -> Window:
    """The page after one meeting was lost, entered."""
    return opened(lost.house, SUNDAY).entered()


@dataclass
class Paper:
    """A house on a folder of calendar files: its documents are Markdown."""

    folder: Path
    house: House
    now: datetime = week(0) - hours(2)

    @property
    def file(self) -> Path:
        """The running document of the two."""
        (file,) = (self.folder / "calendar" / "agendas").glob("*.md")
        return file

    def tick(self, later: timedelta = timedelta(0)) -> None:
        self.now += later
        assert not tick(self.house, self.now).failed

    def cancel(self, day: str) -> None:
        """Take one meeting out of the series, as a calendar program would."""
        text = EVENT.format(more=f"EXDATE;TZID=Europe/Berlin:{day}T100000\r\n")
        (self.folder / "calendar" / "ben.ics").write_text(text, encoding="utf-8", newline="")


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    """The house on paper after its first look: agenda made, linked, to be read by both."""
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / "ben.ics").write_text(EVENT.format(more=""), newline="")
    file = tmp_path / "visavis.toml"
    file.write_text(SETTINGS.format(folder=tmp_path.as_posix(), public=PUBLIC), encoding="utf-8")
    settings = load(file, {})
    store = open_store(settings.home)
    house = wiring.house(settings, {}, store)
    paper = Paper(tmp_path, house)
    paper.tick()
    yield paper
    house.close()
    store.close()
