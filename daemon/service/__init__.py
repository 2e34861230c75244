"""Keeping `visavis run` running: what each system's own supervisor is told, and how."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from config.settings import Settings
from config.values import Provider
from daemon.service.job import NAME, Installation, Job
from daemon.service.launchd import agent
from daemon.service.systemd import unit
from daemon.service.windows import task

PATIENCE = 30.0
"""Seconds a supervisor has to do what it is told."""


class Supervisor(StrEnum):
    """Who keeps programs running: on Linux, on macOS, on Windows."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    WINDOWS = "windows"


def job(settings: Settings, user: str = "") -> Job:
    """Return what runs these settings in this environment."""
    folders = [account.path for account in settings.accounts if account.provider is Provider.FILES]
    adopted = [pair.file.parent for pair in settings.pairs if pair.file]
    source = settings.source or Path()
    return Job(
        program=_program(),
        settings=source.absolute(),
        home=settings.home.absolute(),
        writable=tuple(path.absolute() for path in (settings.home, *folders, *adopted) if path),
        user=user,
    )


def usual() -> Supervisor:
    """Return the supervisor of this machine."""
    return {"darwin": Supervisor.LAUNCHD, "win32": Supervisor.WINDOWS}.get(
        sys.platform, Supervisor.SYSTEMD
    )


def installation(job: Job, supervisor: Supervisor, environ: Mapping[str, str]) -> Installation:
    """Return what a supervisor needs for a job."""
    match supervisor:
        case Supervisor.SYSTEMD:
            return unit(job, environ)
        case Supervisor.LAUNCHD:
            return agent(job)
        case Supervisor.WINDOWS:
            return task(job, environ)


def told(commands: Sequence[Sequence[str]]) -> Iterator[tuple[Sequence[str], str]]:
    """Run commands until one fails; yields each with what went wrong, or nothing."""
    for command in commands:
        trouble = _run(command)
        yield command, trouble
        if trouble:
            return


def _run(command: Sequence[str]) -> str:
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (ended.stderr or ended.stdout).strip().partition("\n")[0]
    return (said or f"exit code {ended.returncode}") if ended.returncode else ""


def _program() -> Path:
    """Return the program of this environment; its interpreter may be a link, and stays one."""
    beside = Path(sys.executable).with_name(f"{NAME}{Path(sys.executable).suffix}")
    return beside if beside.exists() else Path(sys.argv[0]).absolute()
