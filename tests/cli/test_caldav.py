"""An account at a real CalDAV server, from the password to the agenda that the other one opens."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from icalendar import Calendar

from connectors.standins.radicale import radicale
from connectors.standins.radicale_people import Person
from daemon.clock import now
from tests.cli.conftest import EVENT, SUNDAY, Desk, Result
from tests.connectors.caldav.servers import PASSWORD, running
from tests.stage import FIRST

ACCOUNT = """
home = "{home}"
[[account]]
name = "home"
provider = "caldav"
email = "maya@acme.example"
url = "{base}/maya/"
username = "maya"
timezone = "Europe/Berlin"
"""
PUBLIC = """password_env = "CALDAV_PASSWORD"
[web]
listen = "127.0.0.1:0"
public_url = "https://visavis.acme.example"
"""


@pytest.fixture
def dav(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Maya's desk with nothing but her CalDAV account, which asks for a password."""
    folder: Path = tmp_path_factory.mktemp("radicale")
    with radicale(folder, {"maya": "an app password"}) as base:
        maya = Person(base, "maya", "an app password", "maya@acme.example")
        maya.schedules("Maya / Ben", FIRST, guests=["ben@acme.example"], rule="FREQ=WEEKLY")
        maya.closes()
        desk.settings.write_text(ACCOUNT.format(home=desk.home.as_posix(), base=base))
        desk.monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        desk.at(SUNDAY.isoformat())
        yield desk


def signed_in(desk: Desk, password: str) -> Result:
    """Sign in with a password that is piped in."""
    desk.monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return desk.run("login", "home", "--json")


def test_a_password_is_tried_and_kept_and_the_next_tick_uses_it(dav: Desk) -> None:
    assert "visavis login home" in dav.run("tick", "--json").json["failed"][0]["remedy"]
    wrong = signed_in(dav, "guessed")
    assert (wrong.code, wrong.out) == (1, "")
    right = signed_in(dav, "an app password")
    assert (right.code, right.json) == (0, {})
    kinds = [one["kind"] for one in dav.ask("tick")["done"]]
    assert kinds == ["create_agenda", "share_agenda", "attach_agenda", "write_section"]
    dav.ask("logout", "home")
    assert dav.run("tick").code == 1


def test_the_link_in_the_invite_opens_the_agenda_for_the_other_one(tmp_path: Path) -> None:
    with radicale(tmp_path, {"maya": "an app password"}) as base:
        maya = Person(base, "maya", "an app password", "maya@acme.example")
        soon = now().astimezone(FIRST.tzinfo) + timedelta(hours=4)
        event = maya.schedules("Maya / Ben", soon, guests=["ben@acme.example"], rule="FREQ=WEEKLY")
        settings = ACCOUNT.format(home=tmp_path.as_posix(), base=base) + PUBLIC
        (tmp_path / "visavis.toml").write_text(settings)
        with _running(tmp_path) as page:
            told = Calendar.from_ical(maya.reads(event)).events[0]
            link = str(told["ATTACH"])
            assert told["DESCRIPTION"] == f"Agenda: {link}"
            agenda = link.replace("https://visavis.acme.example", page)
            shown = httpx2.get(agenda, headers={"Host": "visavis.acme.example"}, trust_env=False)
        maya.closes()
    assert shown.status_code == 200
    assert "To start from" in shown.text


@contextmanager
def _running(folder: Path) -> Iterator[str]:
    """Run the daemon until it has done its first turn; yield where its page is."""
    own = {"VISAVIS_CONFIG": str(folder / "visavis.toml"), "CALDAV_PASSWORD": "an app password"}
    with subprocess.Popen(
        [sys.executable, "-c", "from daemon.cli import main; main()", "run"],
        env=os.environ | own,
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stderr is not None
        try:
            assert any("tick.done" in line for line in daemon.stderr)
            yield f"http://{(folder / 'page.address').read_text().strip()}"
        finally:
            daemon.kill()


def test_the_link_in_the_invite_leads_into_the_folder_of_the_server(
    desk: Desk, tmp_path: Path
) -> None:
    with running("xandikos", tmp_path / "xandikos") as server:
        path = server.person()
        user = path.split("/")[1]
        server.ask(user, "MKCOL", f"/{user}/agendas/")
        event = EVENT.format(
            uid="ben",
            start="20260105T100000",
            rule="FREQ=WEEKLY",
            more="",
            title="Maya / Ben",
            organizer="maya@acme.example",
            name="Ben Ode",
            guest="ben@acme.example",
        )
        server.ask(user, "PUT", f"{path}ben.ics", event.encode())
        account = ACCOUNT.replace("/maya/", path).replace('"maya"', f'"{user}"')
        settings = account.format(home=desk.home.as_posix(), base=server.url)
        more = f'password_env = "CALDAV_PASSWORD"\nfolder = "{server.url}/{user}/agendas"\n'
        desk.settings.write_text(settings + more)
        desk.monkeypatch.setenv("CALDAV_PASSWORD", PASSWORD)
        desk.at(SUNDAY.isoformat())
        desk.ask("tick")
        told = Calendar.from_ical(server.ask(user, "GET", f"{path}ben.ics").text).events[0]
        link = str(told["ATTACH"])
        (pair,) = desk.ask("pairs")
        assert pair["next"]["agenda_url"].startswith(f"{link}#")
        assert told["DESCRIPTION"] == f"Agenda: {link}"
        assert "To start from" in server.ask(user, "GET", urlsplit(link).path).text
