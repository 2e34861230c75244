"""What may be wrong with this installation: each finding with its remedy, also without a network.

The owner's mistakes are findings like any other, so the doctor works where nothing else does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from config.problems import SettingsError
from config.secrets import TokenStore
from config.settings import Settings, load
from daemon.doctor import database, machine, outside, zones
from daemon.doctor.findings import Finding, ill, well

__all__ = ["Finding", "examine"]


def examine(file: Path | None, environ: Mapping[str, str], now: datetime) -> tuple[Finding, ...]:
    """Examine everything there is; a provider that does not answer costs a few seconds."""
    try:
        settings = load(file, environ)
    except SettingsError as error:
        wrong = (ill("settings", str(problem), _MEND) for problem in error.problems)
        return (*wrong, zones.clock_data(now, ()), machine.libraries())
    return tuple(_all(settings, environ, now))


def _key(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Tell where the key is that seals the sign-ins, if it could be safer elsewhere."""
    for note in TokenStore(settings.home, environ).notes():
        yield well("key", note, "deploy/README.md, The key as a credential")


_MEND = "correct the file, then ask again; config/visavis.example.toml explains every key"


def _all(settings: Settings, environ: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    yield well("settings", f"{settings.source} has no mistake")
    yield from zones.examined(settings.accounts, now)
    yield from database.examined(settings)
    yield machine.disk(settings.home)
    yield from machine.permissions(settings.home, private=os.name == "posix")
    yield from _key(settings, environ)
    yield from machine.locks(settings, environ)
    yield machine.libraries()
    yield from outside.examined(settings, environ, now)
