"""An agent for launchd: starts at login, and again after a failure."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path

from daemon.service.job import NAME, Installation, Job

LABEL = f"local.{NAME}"


def agent(job: Job) -> Installation:
    """Return the agent of a job, for the user who asks."""
    file = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    domain = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
    return Installation(
        file,
        plistlib.dumps(_description(job)),
        start=(("launchctl", "bootstrap", domain, str(file)),),
        stop=(("launchctl", "bootout", f"{domain}/{LABEL}"),),
    )


def _description(job: Job) -> dict[str, object]:
    return {
        "Label": LABEL,
        "ProgramArguments": [str(job.program), "run"],
        "EnvironmentVariables": {"VISAVIS_CONFIG": str(job.settings)},
        "RunAtLoad": True,
        # Wrong settings end it as well; once in ten minutes is no burden.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 600,
        "ExitTimeOut": 10,
        "ProcessType": "Background",
        "Umask": 0o077,
        "StandardErrorPath": str(job.home / f"{NAME}.log"),
    }
