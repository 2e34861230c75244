"""Whether the database answers, is up to date and whole; nothing is made or migrated here."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from daemon.doctor.findings import Finding, ill, well
from daemon.migrations import UPDATE, newer
from daemon.store import Fitness, fitness

_RESTORE = "stop visavis and put a backup back: deploy/README.md, Restore"
_MIGRATE = "any command brings it up to date, for good: make a backup first"
_ACCESS = "let this user read and write {}"
_CONNECT = "compare `database` in the settings with the server; is it running?"


def examined(settings: Settings) -> Iterator[Finding]:
    """Examine the database of the settings."""
    try:
        found = fitness(settings.home, settings.database)
    except (SQLAlchemyError, OSError) as error:
        # Of what a driver says only the first line is meant for people.
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        yield ill("database", f"cannot be used: {reason}", _way_out(settings))
        return
    yield _judged(found) if found else well("database", "not there yet; the first tick makes it")


def _way_out(settings: Settings) -> str:
    """Tell a database out of reach from one that is broken."""
    if settings.database != "sqlite":
        return _CONNECT
    return _RESTORE if os.access(settings.home, os.W_OK) else _ACCESS.format(settings.home)


def _judged(found: Fitness) -> Finding:
    told = f"{found.dialect}, {found.size / 1e6:.1f} MB"
    if found.damage:
        return ill("database", f"{told}, damaged: {found.damage}", _RESTORE)
    if found.revision != found.newest:
        other = f"{told}, at revision {found.revision or 'none'}, not {found.newest}"
        return ill("database", other, UPDATE if newer(found.revision) else _MIGRATE)
    return well("database", f"{told}, whole, at the newest revision {found.newest}")
