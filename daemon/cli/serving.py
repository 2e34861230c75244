"""`visavis service`: the daemon as a service of the user, or of the machine."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config, Json
from daemon.cli.output import note, say, show_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from daemon.service.job import Installation

System = Annotated[bool, typer.Option("--system", help="For the machine, not for this user.")]
User = Annotated[str, typer.Option("--user", metavar="NAME", help="Who runs it, with --system.")]
For = Annotated[
    str, typer.Option("--for", metavar="systemd|launchd|windows", help="Another supervisor.")
]

service = typer.Typer(name="service", help="Keep `visavis run` running, also after a restart.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(service)
    for command in (install, uninstall):
        service.command()(command)
    service.command("status")(service_status)


def install(
    config: Config = None,
    supervisor: For = "",
    user: User = "",
    *,
    system: System = False,
    show: Annotated[bool, typer.Option("--print", help="Show it, and write nothing.")] = False,
    json: Json = False,
) -> int:
    """Install the service, and start it.

    Writes what the system's supervisor needs. Again is no harm, and needed after the settings
    name other folders of calendars.
    """
    settings, found = _described(config, supervisor, user, system=system)
    if show:
        say(found.text)
        note(f"goes to {found.file}")
        return DONE
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    changed = found.write()
    note(f"{'written' if changed else 'already there, as it should be'}: {found.file}")
    _tell(found.start)
    note(found.hint or "`visavis service status` tells whether it runs")
    if json:
        show_json({"file": str(found.file), "changed": changed})
    return DONE


def uninstall(
    config: Config = None,
    supervisor: For = "",
    user: User = "",
    *,
    system: System = False,
    json: Json = False,
) -> int:
    """Stop the service, and take it away.

    State and settings stay.
    """
    _, found = _described(config, supervisor, user, system=system)
    if not found.file.exists():
        note(f"nothing to take away: {found.file} is not there")
    else:
        _tell(found.stop)
        found.remove()
        note(f"taken away: {found.file}")
    if json:
        show_json({"file": str(found.file)})
    return DONE


def service_status(
    config: Config = None,
    supervisor: For = "",
    user: User = "",
    *,
    system: System = False,
    json: Json = False,
) -> int:
    """Say whether the service is installed, and runs.

    Exit 1 where no daemon runs, however it was started.
    """
    from daemon.locks import holder

    settings, found = _described(config, supervisor, user, system=system)
    lock = settings.home / "run.lock"
    runs = holder(lock) if lock.exists() else None
    installed = found.file.exists()
    if json:
        file = str(found.file) if installed else None
        show_json({"installed": file, "current": found.current, "running": runs})
        return DONE if runs else TROUBLE
    say(f"installed: {found.file}" if installed else "not installed")
    if installed and not found.current:
        say("made for other settings or another environment: visavis service install")
    say(f"runs: {runs}" if runs else "does not run")
    return DONE if runs else TROUBLE


def _described(
    config: Path | None, supervisor: str, user: str, *, system: bool
) -> tuple[Settings, Installation]:
    """Return the settings, and what the supervisor would be told."""
    from config.settings import load
    from daemon.service import Supervisor, installation, job, usual

    if supervisor and supervisor not in list(Supervisor):
        raise typer.BadParameter(f"no supervisor {supervisor!r}; there is {', '.join(Supervisor)}")
    chosen = Supervisor(supervisor) if supervisor else usual()
    if chosen is not Supervisor.SYSTEMD and (system or user):
        raise typer.BadParameter("only systemd has services of the machine here")
    settings = load(config, os.environ)
    who = (user or _somebody(settings)) if system or user else ""
    return settings, installation(job(settings, who), chosen, os.environ)


def _somebody(settings: Settings) -> str:
    """Return who owns the settings, but never root: a daemon has no business being that."""
    owner = os.environ.get("SUDO_USER", "")
    with suppress(KeyError, OSError, NotImplementedError):
        owner = owner or (settings.source or Path()).owner()
    return owner if owner not in {"", "root"} else "visavis"


def _tell(commands: tuple[Sequence[str], ...]) -> None:
    """Tell the supervisor, and say which commands are left to the owner where it does not obey."""
    from daemon.service import told

    done = 0
    for command, trouble in told(commands):
        note(f"{shlex.join(command)}: {trouble or 'done'}")
        done += not trouble
    for command in commands[done:]:
        note(f"next: {shlex.join(command)}")
