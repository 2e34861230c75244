"""`visavis init` as people meet it: at a terminal, through a pipe, stopped half way, run again."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.standins.google import World
from tests.cli.conftest import SUNDAY, Desk, Result
from tests.connectors.caldav.servers import PASSWORD, Server, running

# A browser is left running, as it would be.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

MAYA = "maya@acme.example"
PATIENCE = 60.0
PROGRAM = (sys.executable, "-c", "from daemon.cli import main; main()", "init")


@pytest.fixture
def newcomer(desk: Desk) -> Desk:
    """A desk without settings, and with two one-on-ones a day ahead."""
    desk.settings.unlink()
    desk.monkeypatch.setenv("XDG_DATA_HOME", str(desk.folder / "data"))
    desk.monkeypatch.setenv("PATH", str(desk.folder))
    desk.meets()
    desk.meets("caro")
    desk.at(SUNDAY.isoformat())
    return desk


def answering(desk: Desk, *lines: str, flags: tuple[str, ...] = ()) -> Result:
    """Run it with answers piped in, a line each."""
    desk.monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return desk.run("init", *flags)


def tables(desk: Desk) -> dict[str, list[dict[str, object]]]:
    return tomllib.loads(desk.settings.read_text("utf-8"))


def folder(desk: Desk) -> set[str]:
    return {path.name for path in desk.folder.iterdir()}


def test_piped_answers_lead_to_settings_and_the_first_agenda(newcomer: Desk) -> None:
    result = answering(
        newcomer,
        "files",
        "maya@acme.example",
        str(newcomer.calendar),
        "man",
        "",
        "yes",
        "yes",
        "no",
    )
    assert result.code == 0
    (account,) = tables(newcomer)["account"]
    assert account["provider"] == "files"
    assert tables(newcomer)["pair"] == [{"with": "ben@acme.example", "role": "manager"}]
    assert (newcomer.calendar / "agendas").exists()
    assert stat.S_IMODE(newcomer.settings.stat().st_mode) == 0o600
    assert {pair["role"] for pair in newcomer.ask("pairs")} == {"manager", "peer"}


def test_what_was_found_is_shown_with_its_reasons_before_any_write(newcomer: Desk) -> None:
    result = answering(newcomer, "files", "maya@acme.example", str(newcomer.calendar), "", "", "no")
    assert result.code == 0
    for words in ("2 one-on-ones found", "Ben Ode", "repeats every week", "09:00-17:30", "zone"):
        assert words in result.out
    assert "create_agenda" in result.out
    assert "causes 0 mails" in result.out
    assert not newcomer.settings.exists()
    assert not (newcomer.calendar / "agendas").exists()
    assert not (newcomer.folder / "data").exists()


def test_flags_answer_for_a_script_and_no_calendar_is_written_to(newcomer: Desk) -> None:
    flags = ("--provider", "files", "--email", "maya@acme.example", "--yes")
    result = newcomer.run("init", *flags, "--path", str(newcomer.calendar))
    assert result.code == 0
    assert newcomer.ask("status")["accounts"][0]["state"] == "never"
    assert not (newcomer.calendar / "agendas").exists()


def test_a_script_that_asks_for_json_gets_one_document_and_the_talk_beside_it(
    newcomer: Desk,
) -> None:
    flags = ("--provider", "files", "--email", "maya@acme.example", "--yes")
    result = newcomer.run("init", *flags, "--path", str(newcomer.calendar), "--json")
    assert result.json == {}
    assert str(newcomer.settings) in result.err


def test_a_missing_flag_is_named(newcomer: Desk) -> None:
    result = newcomer.run("init", "--provider", "files", "--yes")
    assert result.code == 2
    assert "--email" in result.err
    assert not newcomer.settings.exists()


def test_answers_that_end_too_early_leave_nothing(newcomer: Desk) -> None:
    result = answering(newcomer, "files", "maya@acme.example")
    assert result.code == 2
    assert "--path" in result.err
    assert folder(newcomer) == {"calendar"}


def test_a_wrong_answer_is_asked_again(newcomer: Desk) -> None:
    result = answering(newcomer, "exchange", "files", "maya", "maya@acme.example", "/nowhere")
    assert "please say one of google" in result.err
    assert "needs an address" in result.err
    assert "no such folder" in result.err


def test_run_again_it_adds_an_account_and_keeps_every_byte(newcomer: Desk) -> None:
    answers = ("files", "maya@acme.example", str(newcomer.calendar), "", "", "yes", "no", "no")
    answering(newcomer, *answers)
    text = newcomer.settings.read_text("utf-8") + "# my own words\n"
    newcomer.settings.write_text(text, "utf-8")
    more = newcomer.folder / "more"
    more.mkdir()
    result = answering(newcomer, "yes", "files", "maya@home.example", str(more), "yes", "no", "no")
    assert result.code == 0
    assert newcomer.settings.read_text("utf-8").startswith(text.rstrip("\n"))
    assert [account["name"] for account in tables(newcomer)["account"]] == ["acme", "home"]


def test_run_again_it_may_leave_everything_as_it_is(newcomer: Desk) -> None:
    newcomer.configure("")
    before = newcomer.settings.read_bytes()
    result = answering(newcomer, "no")
    assert (result.code, newcomer.settings.read_bytes()) == (0, before)
    assert "paper (maya@acme.example)" in result.err


def test_broken_settings_are_told_and_never_written_over(newcomer: Desk) -> None:
    newcomer.configure("[policy]\nprepar = 3\n")
    before = newcomer.settings.read_bytes()
    result = answering(newcomer, "yes", "files")
    assert (result.code, newcomer.settings.read_bytes()) == (2, before)
    assert "prepar" in result.err


def test_an_ignored_pair_is_left_in_peace(newcomer: Desk) -> None:
    folder = str(newcomer.calendar)
    answering(newcomer, "files", "maya@acme.example", folder, "ignore", "", "yes", "yes", "no")
    assert tables(newcomer)["pair"] == [{"with": "ben@acme.example", "ignore": True}]
    (pair,) = newcomer.ask("pairs")
    assert pair["with"]["address"] == "caro@acme.example"


# --- With a sign-in ---


def test_google_is_signed_in_to_and_shown(google: Desk, world: World) -> None:
    base = tomllib.loads(google.settings.read_text("utf-8"))["account"][0]["endpoint"]
    google.settings.unlink()
    google.monkeypatch.setenv("XDG_DATA_HOME", str(google.folder / "data"))
    flags = ("--provider", "google", "--email", "maya@acme.example", "--endpoint", base)
    client = str(google.folder / "client.json")
    result = answering(
        google, "report", "yes", "yes", "no", flags=(*flags, "--client-secrets", client)
    )
    assert result.code == 0, result.err
    assert world.sign_in._refresh
    assert "your zone: Europe/Berlin" in result.out
    assert "your working hours: 09:00-17:30 on working days" in result.out
    assert "ben@acme.example" in result.out
    (pair,) = google.ask("pairs")
    assert pair["role"] == "report"


def test_where_nobody_signs_in_the_settings_may_stay_for_later(google: Desk, world: World) -> None:
    base = tomllib.loads(google.settings.read_text("utf-8"))["account"][0]["endpoint"]
    google.settings.unlink()
    google.monkeypatch.setenv("XDG_DATA_HOME", str(google.folder / "data"))
    world.person("eve@acme.example")
    flags = ("--provider", "google", "--email", "eve@other.example", "--endpoint", base)
    client = str(google.folder / "client.json")
    result = answering(google, "yes", "yes", flags=(*flags, "--client-secrets", client))
    assert result.code == 1
    assert "visavis login other" in result.err
    assert json.loads(google.run("status", "--json").out)["accounts"][0]["state"] == "sign_in"


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running("radicale", tmp_path_factory.mktemp("radicale")) as server:
        yield server


def test_a_caldav_password_is_tried_kept_and_in_no_file(newcomer: Desk, radicale: Server) -> None:
    newcomer.monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    path = radicale.person()
    user = path.split("/")[1]
    flags = ("--provider", "caldav", "--email", MAYA, "--url", f"{radicale.url}{path}")
    result = answering(newcomer, user, PASSWORD, "yes", "no", flags=flags)
    assert result.code == 0, result.err
    (account,) = tables(newcomer)["account"]
    assert account["username"] == user
    kept = [file.read_bytes() for file in newcomer.folder.rglob("*") if file.is_file()]
    assert not any(PASSWORD.encode() in content for content in kept)
    assert newcomer.run("doctor").code == 0


def test_a_wrong_caldav_password_is_told_before_anything_is_written(
    newcomer: Desk, radicale: Server
) -> None:
    path = radicale.person()
    flags = ("--provider", "caldav", "--email", MAYA, "--url", f"{radicale.url}{path}")
    result = answering(newcomer, path.split("/")[1], "guessed", "no", flags=flags)
    assert result.code == 1
    assert "password" in result.err
    assert not newcomer.settings.exists()


# --- At a terminal ---


@contextmanager
def terminal(desk: Desk) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[str], None], int]]:
    """Run it at a terminal of its own; yields a way to type, and what shows the screen."""
    here, there = pty.openpty()
    environ = os.environ | {"VISAVIS_CONFIG": str(desk.settings)}
    with subprocess.Popen(
        PROGRAM, stdin=there, stdout=there, stderr=there, env=environ, start_new_session=True
    ) as program:
        os.close(there)
        try:
            yield program, lambda words: _type(here, words), here
        finally:
            program.kill()
            os.close(here)


def _type(terminal: int, words: str) -> None:
    os.write(terminal, f"{words}\n".encode())


def _until(screen: int, words: str) -> str:
    """Read the screen until some words stand there."""
    seen = ""
    while words not in seen:
        assert select.select([screen], [], [], PATIENCE)[0], seen
        seen += os.read(screen, 4096).decode()
    return seen


def test_at_a_terminal_questions_and_answers_stand_beside_each_other(newcomer: Desk) -> None:
    with terminal(newcomer) as (program, say, screen):
        _until(screen, "Who keeps your calendar?")
        say("files")
        _until(screen, "Your address there:")
        say("maya@acme.example")
        _until(screen, "The folder of .ics files:")
        say(str(newcomer.calendar))
        assert "2 one-on-ones found" in _until(screen, "What are you to Ben Ode?")
        say("manager")
        _until(screen, "What are you to Caro Ode?")
        say("")
        _until(screen, "Write these settings")
        say("")
        _until(screen, "Do exactly that plan now?")
        say("")
        _until(screen, "as a service?")
        say("")
        _until(screen, "next: visavis plan")
        assert program.wait(timeout=60) == 0
    assert newcomer.settings.exists()
    assert not (newcomer.calendar / "agendas").exists()


def test_ctrl_c_leaves_nothing_half_written(newcomer: Desk) -> None:
    with terminal(newcomer) as (program, say, screen):
        _until(screen, "Who keeps your calendar?")
        say("files")
        _until(screen, "Your address there:")
        say("maya@acme.example")
        _until(screen, "The folder of .ics files:")
        say(str(newcomer.calendar))
        _until(screen, "What are you to Ben Ode?")
        program.send_signal(signal.SIGINT)
        assert "no settings were written" in _until(screen, "written")
        assert program.wait(timeout=60) == 130
    assert folder(newcomer) == {"calendar"}
    assert Path(newcomer.calendar).is_dir()
