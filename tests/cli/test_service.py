"""`visavis service`: what supervisors are given holds up before their own judges."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from daemon.locks import lock
from tests.cli.conftest import Desk

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
EXPOSED = 3.0
OBEYS, REFUSES = "exit 0", "echo 'Failed to connect to bus' >&2; exit 1"


@pytest.fixture
def machine(desk: Desk) -> Desk:
    """A desk whose systemctl is a program of the test's own: no service of this machine changes."""
    supervised(desk, OBEYS)
    desk.monkeypatch.setenv("XDG_CONFIG_HOME", str(desk.folder / "config"))
    return desk


def supervised(desk: Desk, manner: str) -> None:
    """Let systemctl write down what it is told, and then obey or refuse."""
    bin_ = desk.folder / "bin"
    bin_.mkdir(exist_ok=True)
    systemctl = bin_ / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {desk.folder}/told\n{manner}\n')
    systemctl.chmod(0o755)
    desk.monkeypatch.setenv("PATH", str(bin_))


def told(desk: Desk) -> list[str]:
    file = desk.folder / "told"
    return file.read_text().splitlines() if file.exists() else []


def unit(desk: Desk) -> Path:
    return desk.folder / "config" / "systemd" / "user" / "visavis.service"


# --- Installing ---


def test_install_writes_the_unit_and_starts_the_daemon(machine: Desk) -> None:
    result = machine.run("service", "install")
    assert result.code == 0
    assert str(unit(machine)) in result.err
    assert f'"VISAVIS_CONFIG={machine.settings}"' in unit(machine).read_text()
    assert told(machine) == ["--user daemon-reload", "--user enable --now visavis.service"]


def test_install_again_changes_nothing(machine: Desk) -> None:
    assert machine.ask("service", "install")["changed"]
    before = unit(machine).stat().st_mtime_ns
    assert not machine.ask("service", "install")["changed"]
    assert unit(machine).stat().st_mtime_ns == before


def test_where_nobody_obeys_the_next_command_is_named(machine: Desk) -> None:
    supervised(machine, REFUSES)
    result = machine.run("service", "install")
    assert result.code == 0
    assert "Failed to connect to bus" in result.err
    assert "next: systemctl --user enable --now visavis.service" in result.err


def test_without_any_systemctl_it_is_the_same(machine: Desk) -> None:
    (machine.folder / "bin" / "systemctl").unlink()
    result = machine.run("service", "install")
    assert result.code == 0
    assert "next: systemctl --user daemon-reload" in result.err


def test_print_writes_nothing(machine: Desk) -> None:
    result = machine.run("service", "install", "--print")
    assert result.out.startswith("# Made by")
    assert not unit(machine).exists()
    assert not machine.home.exists()
    assert told(machine) == []


def test_uninstall_takes_it_away_and_a_second_time_there_is_nothing_to_do(machine: Desk) -> None:
    machine.ask("service", "install")
    assert machine.run("service", "uninstall").code == 0
    assert not unit(machine).exists()
    assert told(machine)[-1] == "--user disable --now visavis.service"
    assert "nothing to take away" in machine.run("service", "uninstall").err


def test_status_tells_what_is_installed_and_who_runs(machine: Desk) -> None:
    assert machine.run("service", "status").code == 1
    machine.ask("service", "install")
    with lock(machine.home / "run.lock", "visavis run"):
        shape = machine.ask("service", "status")
    assert shape["installed"] == str(unit(machine))
    assert shape["current"]
    assert "visavis run" in shape["running"]


def test_a_new_folder_in_the_settings_makes_the_unit_stale(machine: Desk) -> None:
    machine.ask("service", "install")
    more = machine.folder / "more"
    machine.configure(
        '[[account]]\nname = "more"\nprovider = "files"\nemail = "m@home.example"\n'
        f'path = "{more}"\n'
    )
    assert "visavis service install" in machine.run("service", "status").out
    machine.ask("service", "install")
    assert f'ReadWritePaths="-{more}"' in unit(machine).read_text()


def test_the_doctor_looks_after_an_installed_service(machine: Desk) -> None:
    machine.ask("service", "install")
    (found,) = (f for f in machine.run("doctor", "--json").json if f["check"] == "service")
    assert (found["ok"], found["finding"]) == (False, "installed, but the daemon does not run")
    unit(machine).write_text("[Service]\n")
    (found,) = (f for f in machine.run("doctor", "--json").json if f["check"] == "service")
    assert found["remedy"] == "visavis service install"


def test_a_service_of_the_machine_has_a_user_who_is_not_root(machine: Desk) -> None:
    shown = machine.run("service", "install", "--system", "--print")
    (user,) = re.findall(r"^User=(.*)$", shown.out, re.MULTILINE)
    assert user not in {"", "root"}
    assert "/etc/systemd/system/visavis.service" in shown.err
    named = machine.run("service", "install", "--system", "--user", "maya", "--print")
    assert "User=maya" in named.out


def test_an_unknown_supervisor_is_wrong_usage(machine: Desk) -> None:
    result = machine.run("service", "install", "--for", "openrc")
    assert result.code == 2
    assert "launchd" in result.err


# --- What the judges say ---


@pytest.mark.parametrize("scope", ["--user", "--system"])
def test_systemd_finds_no_mistake_and_little_exposure(desk: Desk, scope: str) -> None:
    system = ["--system"] if scope == "--system" else []
    file = desk.folder / "visavis.service"
    file.write_text(desk.run("service", "install", "--print", *system).out)
    environ = os.environ | {"XDG_RUNTIME_DIR": str(desk.folder), "SYSTEMD_COLORS": "0"}
    analyze = ["systemd-analyze", scope]
    verified = subprocess.run(
        [*analyze, "verify", str(file)], env=environ, capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        [*analyze, "security", "--offline=true", "--no-pager", str(file)],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    (exposure,) = re.findall(r"Overall exposure level .*: ([0-9.]+)", judged.stdout)
    assert float(exposure) < EXPOSED


def test_paths_with_spaces_and_signs_stay_one_word(desk: Desk) -> None:
    odd = desk.folder / 'Maya\'s "50%" $HOME'
    odd.mkdir()
    desk.settings = desk.settings.rename(odd / "visavis.toml")
    desk.monkeypatch.setenv("VISAVIS_CONFIG", str(desk.settings))
    file = desk.folder / "visavis.service"
    file.write_text(desk.run("service", "install", "--print").out)
    assert 'Maya\'s \\"50%%\\" $HOME/visavis.toml"' in file.read_text()
    environ = os.environ | {"XDG_RUNTIME_DIR": str(desk.folder)}
    verify = ["systemd-analyze", "--user", "verify", str(file)]
    done = subprocess.run(verify, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_agent_is_a_property_list_that_starts_at_login(desk: Desk) -> None:
    shown = desk.run("service", "install", "--for", "launchd", "--print")
    agent = plistlib.loads(shown.out.encode())
    program, command = agent["ProgramArguments"]
    assert (Path(program).is_absolute(), command) == (True, "run")
    assert agent["EnvironmentVariables"] == {"VISAVIS_CONFIG": str(desk.settings)}
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert "LaunchAgents/local.visavis.plist" in shown.err


def test_the_task_is_what_its_schema_wants(desk: Desk) -> None:
    """MS-TSCH 2.5: the parts in their order, durations, truth values, one action."""
    shown = desk.run("service", "install", "--for", "windows", "--print").out
    task = ET.fromstring(shown.encode("utf-16"))
    assert task.get("version") == "1.2"
    parts = [part.tag.removeprefix(TASK) for part in task]
    assert parts == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    principal, actions = task.find(f"{TASK}Principals/*"), task.find(f"{TASK}Actions")
    assert principal is not None
    assert actions is not None
    assert principal.get("id") == actions.get("Context")
    settings = {one.tag.removeprefix(TASK): one for one in task.iterfind(f"{TASK}Settings/*")}
    assert settings["MultipleInstancesPolicy"].text in {"Parallel", "Queue", "IgnoreNew"}
    duration = re.compile(r"P(T(\d+[HMS])+|\d+D)")
    assert duration.fullmatch(settings["ExecutionTimeLimit"].text or "")
    again = settings["RestartOnFailure"]
    assert duration.fullmatch(again.findtext(f"{TASK}Interval") or "")
    assert 1 <= int(again.findtext(f"{TASK}Count") or 0) <= 255
    arguments = actions.findtext(f"{TASK}Exec/{TASK}Arguments")
    assert arguments == subprocess.list2cmdline(["run", "--config", str(desk.settings)])
