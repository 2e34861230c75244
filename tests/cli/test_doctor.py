"""`visavis doctor`: what is wrong is found, each with its remedy; what is well is left in peace."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import pytest

from connectors.standins.google import World
from connectors.standins.server import serve
from daemon import clock
from daemon.doctor.findings import PATIENCE
from daemon.locks import lock
from tests.cli.conftest import SUNDAY, Desk
from tests.connectors.smtp.servers import Sink, serving

# A browser is left running, as it would be.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


def findings(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return what the doctor says, by check; the exit code tells whether all is well."""
    result = desk.run("doctor", "--json")
    found = json.loads(result.out)
    assert result.code == (0 if all(one["ok"] for one in found) else 1)
    return {one["check"]: one for one in found}


def ill(desk: Desk) -> dict[str, dict[str, Any]]:
    return {check: one for check, one in findings(desk).items() if not one["ok"]}


def test_a_healthy_installation_has_nothing_to_do_and_is_left_as_it_was(desk: Desk) -> None:
    assert ill(desk) == {}
    assert {path.name for path in desk.folder.iterdir()} == {"calendar", "visavis.toml"}


def test_every_finding_has_the_shape_of_the_contract(desk: Desk) -> None:
    for one in findings(desk).values():
        assert one.keys() == {"check", "ok", "finding", "remedy"}
        assert one["finding"]


def test_for_people_trouble_comes_last_with_its_remedy(desk: Desk) -> None:
    desk.configure('[mail]\nhost = "127.0.0.1"\nport = 9\nsender = "v@acme.example"\n')
    lines = desk.run("doctor").out.splitlines()
    assert lines[-3].startswith("✗ mail")
    assert "→" in lines[-2]


def test_broken_settings_are_findings_all_of_them(desk: Desk) -> None:
    desk.configure('[policy]\nprepare = "soon"\n[mail]\nhots = "x"\n')
    result = desk.run("doctor", "--json")
    told = [one["finding"] for one in result.json if one["check"] == "settings"]
    assert result.code == 1
    assert len(told) == 4, told
    assert any("policy.prepare" in one for one in told)


def test_no_settings_at_all_is_a_finding(desk: Desk) -> None:
    desk.settings.unlink()
    assert "no such file" in ill(desk)["settings"]["finding"]


def test_a_folder_of_calendars_that_is_gone_is_found(desk: Desk) -> None:
    desk.calendar.rmdir()
    assert ill(desk)["sign-in paper"]["remedy"]


# --- This machine ---


def test_a_damaged_database_is_found_and_not_touched(desk: Desk) -> None:
    desk.meets()
    desk.ask("tick")
    file = desk.home / "visavis.sqlite"
    file.write_bytes(b"no database " * 400)
    before = file.read_bytes()
    assert "not a database" in ill(desk)["database"]["finding"]
    assert file.read_bytes() == before


def test_a_database_of_another_age_is_found(desk: Desk) -> None:
    desk.ask("tick")
    with closing(sqlite3.connect(desk.home / "visavis.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    assert "0001" in ill(desk)["database"]["finding"]


def test_a_database_of_a_newer_visavis_is_left_alone_by_every_command(desk: Desk) -> None:
    desk.ask("tick")
    with closing(sqlite3.connect(desk.home / "visavis.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9001'")
        database.commit()
    for command in ("status", "tick", "run"):
        result = desk.run(command)
        assert (result.code, result.err.count("\n")) == (1, 1)
        assert "newer visavis" in result.err
        assert "update visavis" in result.err
    assert "update visavis" in ill(desk)["database"]["remedy"]


def test_a_home_that_cannot_be_written_to_is_found(desk: Desk) -> None:
    text = desk.settings.read_text("utf-8")
    desk.settings.write_text(text.replace(desk.home.as_posix(), "/proc/nowhere"), "utf-8")
    found = ill(desk)["permissions"]
    assert "cannot be written to" in found["finding"]
    assert found["remedy"] == "let this user read and write /proc/nowhere"


def test_a_server_that_is_not_there_is_found(desk: Desk) -> None:
    text = desk.settings.read_text("utf-8")
    url = "postgresql+psycopg://maya:secret@127.0.0.1:9/visavis"
    desk.settings.write_text(f'database = "{url}"\n{text}', "utf-8")
    found = ill(desk)["database"]
    assert "refused" in found["finding"]
    assert "secret" not in found["finding"]


def test_a_postgresql_database_is_well_after_a_tick(desk: Desk, database: str) -> None:
    text = desk.settings.read_text("utf-8")
    desk.settings.write_text(f'database = "{database}"\n{text}', "utf-8")
    desk.meets()
    desk.ask("tick")
    found = findings(desk)["database"]
    assert found["ok"]
    assert database.partition("+")[0] in found["finding"]


def test_what_other_users_can_read_is_found(desk: Desk) -> None:
    """The folders of tests are private, so that their homes may have any rights."""
    desk.ask("tick")
    desk.home.chmod(0o755)
    assert findings(desk)["permissions"]["ok"]
    with TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        home = desk.home.rename(Path(open_to_all) / "home")
        text = desk.settings.read_text("utf-8")
        desk.settings.write_text(text.replace(desk.home.as_posix(), home.as_posix()), "utf-8")
        assert ill(desk)["permissions"]["remedy"] == f"chmod 700 {home}"
        home.chmod(0o700)
        (home / "key").touch(mode=0o644)
        assert ill(desk)["permissions"]["remedy"] == f"chmod 600 {home / 'key'}"


def test_who_runs_and_who_writes_is_told(desk: Desk) -> None:
    desk.ask("tick")
    with lock(desk.home / "run.lock", "visavis run"), lock(desk.home / "act.lock", "tick"):
        found = findings(desk)
    assert "visavis run" in found["service"]["finding"]
    assert "tick" in found["locks"]["finding"]
    assert "does not run" in findings(desk)["service"]["finding"]


def test_a_fork_in_place_of_urllib3_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fork = desk.folder / "site" / "urllib3_future-2.25.904.dist-info"
    fork.mkdir(parents=True)
    (fork / "METADATA").write_text("Metadata-Version: 2.1\nName: urllib3-future\nVersion: 2.25.9\n")
    monkeypatch.syspath_prepend(str(fork.parent))
    assert "urllib3-future 2.25.9" in ill(desk)["libraries"]["finding"]


def test_the_next_clock_change_is_known(desk: Desk) -> None:
    desk.at(SUNDAY.isoformat())
    assert "29 March 2026" in findings(desk)["zones"]["finding"]


# --- The world ---


def test_a_provider_that_is_not_there_is_one_finding(desk: Desk) -> None:
    desk.configure(
        '[[account]]\nname = "far"\nprovider = "google"\nemail = "maya@acme.example"\n'
        'endpoint = "http://127.0.0.1:9"\n'
    )
    found = ill(desk)
    assert found.keys() == {"sign-in far"}
    assert "cannot be reached" in found["sign-in far"]["finding"]


def test_a_provider_that_never_answers_costs_a_few_seconds(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        desk.configure(
            '[[account]]\nname = "deaf"\nprovider = "outlook"\nemail = "maya@acme.example"\n'
            f'endpoint = "http://127.0.0.1:{port}"\n'
        )
        begun = monotonic()
        found = ill(desk)
    assert found.keys() == {"sign-in deaf"}
    assert monotonic() - begun < PATIENCE


def test_without_a_sign_in_the_remedy_is_the_login(google: Desk) -> None:
    assert google.run("doctor").code == 1
    assert "visavis login work" in ill(google)["sign-in work"]["remedy"]


def test_a_fresh_sign_in_is_well_and_its_seven_days_are_told(
    google: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISAVIS_NOW")
    google.ask("login", "work")
    found = findings(google)
    assert all(found[f"{check} work"]["ok"] for check in ("sign-in", "scopes", "token"))
    assert f"{clock.now() + timedelta(days=7):%d %B %Y}" in found["token work"]["finding"]
    assert "Testing" in found["token work"]["finding"]


def test_before_the_seventh_day_it_warns(google: Desk, world: World) -> None:
    world.sign_in.lasts = 7 * 86_400
    google.ask("login", "work")
    google.at((SUNDAY + timedelta(days=5, hours=1)).isoformat())
    found = ill(google)["token work"]
    assert "publish" in found["remedy"]
    assert "5 days ago" in found["finding"]


def test_an_empty_box_at_the_consent_is_found(google: Desk, world: World) -> None:
    world.sign_in.unticked = {"https://www.googleapis.com/auth/drive.file"}
    google.ask("login", "work")
    found = ill(google)["scopes work"]
    assert "no running document" in found["finding"]
    assert "visavis login work" in found["remedy"]


def test_a_revoked_sign_in_is_found_by_a_real_call(google: Desk, world: World) -> None:
    google.ask("login", "work")
    world.sign_in.revoke("maya@acme.example")
    assert "ended the sign-in" in ill(google)["sign-in work"]["finding"]


@pytest.mark.parametrize(("ahead", "well"), [(0, True), (-600, False), (600, False)])
def test_the_clock_is_compared_with_the_provider(desk: Desk, ahead: int, well: bool) -> None:  # noqa: FBT001
    async def elsewhere(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        del scope, receive
        date = format_datetime(clock.now() + timedelta(seconds=ahead), usegmt=True).encode()
        headers = [(b"date", date)]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    with serve(elsewhere) as base:
        desk.configure(
            '[[account]]\nname = "far"\nprovider = "outlook"\nemail = "maya@acme.example"\n'
            f'endpoint = "{base}"\n'
        )
        assert findings(desk)["clock far"]["ok"] is well


def test_a_frozen_clock_is_compared_with_nobody(google: Desk) -> None:
    assert "frozen" in findings(google)["clock work"]["finding"]


def test_a_mail_server_is_greeted_and_gets_no_mail(desk: Desk) -> None:
    sink = Sink()
    with serving(sink.protocol()) as port:
        desk.configure(f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "v@acme.example"\n')
        assert findings(desk)["mail"]["ok"]
    assert sink.mails == []


def test_a_chat_address_that_apprise_does_not_know_is_found(desk: Desk) -> None:
    desk.configure('[notify]\nto = ["json://127.0.0.1:9/hook", "slakc://token"]\n')
    found = ill(desk)["chat"]
    assert "notify.to[2]" in found["finding"]
    assert "token" not in found["finding"]


def test_the_way_back_to_the_page_is_tried(desk: Desk) -> None:
    async def front(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        del receive
        status = 200 if scope["path"] == "/healthz" else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    with serve(front) as base:
        desk.configure(f'[web]\npublic_url = "{base}"\n')
        assert findings(desk)["push"]["ok"]
        desk.configure(f'[web]\npublic_url = "{base}/elsewhere"\n')
        assert "404" in ill(desk)["push"]["finding"]
    assert "cannot be reached" in ill(desk)["push"]["finding"]


def test_a_public_page_without_tls_is_found(desk: Desk) -> None:
    desk.configure('[web]\npublic_url = "http://visavis.acme.example"\n')
    assert "https" in ill(desk)["push"]["finding"]
