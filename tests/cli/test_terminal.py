"""The program at all kinds of terminals, and its users' mistakes: one line, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from daemon.cli.app import app
from daemon.cli.manual import page
from tests.cli.conftest import SUNDAY, Desk, cancelled

PROGRAM = (sys.executable, "-c", "from daemon.cli import main; main()")


def visavis(*arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *arguments], env=os.environ | environ, capture_output=True, check=False
    )


@pytest.fixture
def known(desk: Desk) -> Desk:
    """A desk whose calendar was looked at, with a lost meeting in it."""
    desk.meets(more=cancelled("20260302"))
    desk.meets("zoé", name="Zoé Ode", guest="zoe@acme.example")
    desk.at(SUNDAY.isoformat())
    desk.ask("tick")
    return desk


# --- Signs a terminal does not have ---


@pytest.mark.usefixtures("known")
def test_a_terminal_of_ascii_alone_gets_marks_that_stay_apart() -> None:
    shown = visavis("pairs", PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr.count(b"\n")) == (0, 1)
    assert b"# held" in shown.stdout
    assert b"x missed" in shown.stdout
    assert b"########|" in shown.stdout


@pytest.mark.usefixtures("known")
def test_json_says_the_same_in_any_locale() -> None:
    plain = visavis("pairs", "--json", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    rich = visavis("pairs", "--json", PYTHONIOENCODING="utf-8")
    assert "Zoé" in rich.stdout.decode()
    assert json.loads(plain.stdout.decode("ascii")) == json.loads(rich.stdout)


@pytest.mark.usefixtures("known")
def test_no_color_means_no_escape_codes() -> None:
    for command in ("pairs", "status"):
        shown = visavis(command, NO_COLOR="1", FORCE_COLOR="1", TERM="xterm-256color")
        assert b"\x1b" not in shown.stdout


@pytest.mark.usefixtures("known")
def test_a_reader_that_hangs_up_is_no_mistake() -> None:
    for command in (["export"], ["pairs"], ["man"]):
        with subprocess.Popen(
            [*PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            assert writer.stderr is not None
            writer.stdout.close()
            said = writer.stderr.read()
            assert writer.wait(timeout=30) in {0, 1}
        assert b"Error" not in said, command
        assert b"mistake of visavis" not in said


@pytest.mark.usefixtures("known")
def test_a_stream_that_is_closed_is_no_mistake_and_no_file_takes_its_place(tmp_path: Path) -> None:
    for command, closed, code in (("tick", ">&-", 0), ("pairs", "2>&-", 0), ("init", "<&-", 2)):
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, command],
            env=os.environ | {"HOME": str(tmp_path)},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, b"mistake of visavis" in done.stderr) == (code, False), done.stderr


def test_who_stops_it_while_it_loads_sees_no_traceback() -> None:
    stop = """
import sys
class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Impatient())
from daemon.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", stop, "status"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


# --- Mistakes ---


MISTAKES = [
    ("nonsense",),
    ("tick", "--nope"),
    ("accept",),
    ("accept", "p-1", "--option", "two"),
    ("accept", "p-1"),
    ("undo",),
    ("undo", "e-1"),
    ("undo", "--since", "yesterday"),
    ("agenda", "nobody"),
    ("agenda", ""),
    ("pause", "--for", "long"),
    ("excuse", "zoe", "--from", "x", "--to", "y", "--reason", "z"),
    ("excuse", "zoe", "--from", "2026-03-02", "--to", "2026-03-01", "--reason", "z"),
    ("resume", "--brake", "nowhere"),
    ("login", "nowhere"),
    ("service",),
    ("completion", "tcsh"),
    ("service", "install", "--for", "openrc"),
    ("status", "--config", "/nowhere"),
    ("status", "--config", "/"),
    ("init", "--provider", "files", "--email", "nobody", "--yes", "--config", "/nowhere/x.toml"),
]


def test_a_mistake_is_one_line_and_exit_2(known: Desk) -> None:
    for arguments in MISTAKES:
        result = known.run(*arguments)
        said = [line for line in result.err.splitlines() if line.startswith("visavis: ")]
        assert (result.code, len(said)) == (2, 1), (arguments, result.err)
        assert "mistake of visavis" not in result.err


@pytest.mark.parametrize("moment", ["soon", "2026-03-02", "0001-01-01T00:00Z", "9999-12-31T00:00Z"])
def test_a_moment_that_cannot_be_meant_is_told(desk: Desk, moment: str) -> None:
    desk.at(moment)
    result = desk.run("plan")
    assert result.code == 2
    assert "VISAVIS_NOW" in result.err


SETTINGS = [
    b"\xff\xfe\x00",
    b"",
    b"[[account]]",
    b"home = 3",
    b"= = =",
    b'home = "~nobody-here/x"',
    b"account = 5",
    b"\x00" * 64,
    b'[[account]]\nname = "a"\nprovider = "files"\nemail = "a@acme.example"\npath = 7',
]


@pytest.mark.parametrize("content", SETTINGS)
@pytest.mark.parametrize("command", ["status", "run", "tick", "login a", "service status", "open"])
def test_broken_settings_are_told_by_every_command(
    desk: Desk, content: bytes, command: str
) -> None:
    desk.settings.write_bytes(content)
    result = desk.run(*command.split())
    assert result.code == 2
    assert all(line.startswith(f"visavis: {desk.settings}") for line in result.err.splitlines())


BROKEN_HOMES = ["file", "folder in place of the database", "no database", "locks", "nowhere"]


def broken(desk: Desk, how: str) -> None:
    match how:
        case "file":
            desk.home.write_text("not a folder")
        case "folder in place of the database":
            (desk.home / "visavis.sqlite").mkdir(parents=True)
        case "no database":
            desk.home.mkdir()
            (desk.home / "visavis.sqlite").write_bytes(b"junk " * 999)
        case "locks":
            (desk.home / "act.lock").mkdir(parents=True)
            (desk.home / "run.lock").mkdir()
        case _:
            text = desk.settings.read_text("utf-8")
            desk.settings.write_text(text.replace(desk.home.as_posix(), "/proc/nowhere"), "utf-8")


@pytest.mark.parametrize("how", BROKEN_HOMES)
@pytest.mark.parametrize("command", ["tick", "run", "doctor"])
def test_a_home_that_cannot_be_used_is_told(desk: Desk, how: str, command: str) -> None:
    broken(desk, how)
    result = desk.run(command)
    assert result.code == 1
    assert "mistake of visavis" not in result.err
    assert result.err.count("\n") <= 1


# --- The manual, and completion ---


def test_the_help_of_the_program_says_each_command_in_whole_sentences() -> None:
    for command in ([], ["service"]):
        lines = visavis(*command, "--help", COLUMNS="80").stdout.decode().splitlines()
        told = lines[lines.index("Commands:") + 1 :]
        assert told
        assert [line for line in told if not line.endswith(".") or line.endswith("...")] == []


def test_the_version_is_told() -> None:
    assert visavis("--version").stdout.decode().split() == ["visavis", version("visavis")]


def test_the_manual_has_every_command_and_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "visavis.1"
    file.write_text(page(app), encoding="ascii")
    for words in ("accept", "service install", "\\-\\-option N", "EXIT STATUS", "VISAVIS_CONFIG"):
        assert words in file.read_text("ascii")
    groff = shutil.which("groff")
    judge = [groff or "mandoc", *(("-man", "-ww", "-z") if groff else ("-T", "lint"))]
    judged = subprocess.run([*judge, file], capture_output=True, text=True, check=True)
    assert judged.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_shell_can_be_taught_the_commands(desk: Desk, shell: str) -> None:
    taught = desk.run("completion", shell)
    assert taught.code == 0
    assert f"complete_{shell}" in taught.out


def test_completion_installs_itself_where_the_shell_looks(tmp_path: Path) -> None:
    done = visavis("--install-completion", "bash", HOME=str(tmp_path), SHELL="/bin/bash")
    assert done.returncode == 0
    (taught,) = (file for file in tmp_path.rglob("visavis*") if file.is_file())
    assert subprocess.run(["bash", "-n", taught], check=False).returncode == 0


def test_what_was_begun_is_completed() -> None:
    asked = {"_VISAVIS_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    assert visavis(COMP_WORDS="visavis stat", **asked).stdout.split() == [b"status"]
    asked["COMP_CWORD"] = "2"
    known = visavis(COMP_WORDS="visavis service ", **asked).stdout.split()
    assert known == [b"install", b"uninstall", b"status"]
