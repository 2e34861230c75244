"""A unit for systemd, of the user or of the machine, with nothing open that is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

from daemon.service.job import NAME, Installation, Job

UNIT = Template("""\
# Made by `visavis service install`; run it again after the settings name other folders.
[Unit]
Description=visavis looks after your one-on-ones
$after
[Service]
Type=notify
NotifyAccess=main
ExecStart=$program run
ExecReload=/bin/kill -HUP $$MAINPID
Environment=$settings
${user}Restart=on-failure
RestartSec=10
# Wrong settings stay wrong until somebody mends them.
RestartPreventExitStatus=2
WatchdogSec=60
TimeoutStopSec=10

# The state and the calendars that are folders can be written, everything else only read.
ProtectSystem=strict
ProtectHome=read-only
$writable
UMask=0077
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateUsers=yes
RemoveIPC=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid

# A program that talks to servers, and needs no right that an ordinary user lacks.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=$wanted
""")

SYSTEM = Path("/etc/systemd/system")
_ONLINE = "Wants=network-online.target\nAfter=network-online.target\n"


def unit(job: Job, environ: Mapping[str, str]) -> Installation:
    """Return the unit of a job: the machine's if it has a user, else the user's own."""
    folder = SYSTEM if job.user else _config(environ) / "systemd" / "user"
    systemctl = ("systemctl",) if job.user else ("systemctl", "--user")
    return Installation(
        folder / f"{NAME}.service",
        _text(job).encode(),
        start=((*systemctl, "daemon-reload"), (*systemctl, "enable", "--now", f"{NAME}.service")),
        stop=((*systemctl, "disable", "--now", f"{NAME}.service"),),
        hint="" if job.user else "it ends when you log out, unless: loginctl enable-linger",
    )


def _text(job: Job) -> str:
    return UNIT.substitute(
        after=_ONLINE if job.user else "",
        program=_quoted(str(job.program)),
        settings=_quoted(f"VISAVIS_CONFIG={job.settings}"),
        user=f"User={job.user}\n" if job.user else "",
        writable="\n".join(f"ReadWritePaths={_quoted(f'-{path}')}" for path in job.writable),
        wanted="multi-user.target" if job.user else "default.target",
    )


def _quoted(word: str) -> str:
    """Write a word so that systemd reads it as it is: no specifier, no variable, one word."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"'


def _config(environ: Mapping[str, str]) -> Path:
    given = environ.get("XDG_CONFIG_HOME")
    return Path(given) if given else Path.home() / ".config"
