"""Whether the database answers, is up to date and whole; nothing is made or migrated here."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from daemon.doctor.findings import Finding, ill, well
from daemon.store import Fitness, fitness

_RESTORE = "stop visavis and put a backup back: deploy/README.md, Restore"
_CONNECT = "compare `database` in the settings with the server; is it running?"


def examined(settings: Settings) -> Iterator[Finding]:
    """Examine the database of the settings."""
    try:
        found = fitness(settings.home, settings.database)
    except (SQLAlchemyError, OSError) as error:
        # Of what a driver says only the first line is meant for people.
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        remedy = _RESTORE if settings.database == "sqlite" else _CONNECT
        yield ill("database", f"cannot be used: {reason}", remedy)
        return
    yield _judged(found) if found else well("database", "not there yet; the first tick makes it")


def _judged(found: Fitness) -> Finding:
    told = f"{found.dialect}, {found.size / 1e6:.1f} MB"
    if found.damage:
        return ill("database", f"{told}, damaged: {found.damage}", _RESTORE)
    if found.revision != found.newest:
        behind = f"{told}, at revision {found.revision or 'none'}, not {found.newest}"
        return ill("database", behind, "any command brings an older one up to date; else update")
    return well("database", f"{told}, whole, at the newest revision {found.newest}")
