"""Whether this machine knows the clock changes: its zone data beside those visavis came with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from tzlocal import get_localzone_name

from config.settings import Account
from daemon.doctor.findings import Finding, ill, well

_RELEASE = re.compile(r"[0-9]{4}[a-z]*")
_FRESH = 2
"""Years after which zone data are too old to be believed."""
_UPDATE = "update the system's package tzdata, and visavis; then restart it"


def examined(accounts: Sequence[Account], now: datetime) -> Iterator[Finding]:
    """Examine the zones that accounts live in."""
    names = {str(account.timezone or get_localzone_name() or "UTC") for account in accounts}
    yield clock_data(now, sorted(names))


def clock_data(now: datetime, names: Sequence[str]) -> Finding:
    """Compare both sources of zone data for the year to come, in the zones that matter."""
    system, ours = _system_release(), _release(str(import_module("tzdata").IANA_VERSION))
    told = f"zone data {system or ours}" + (f" (visavis came with {ours})" if system else "")
    different = [name for name in names if system and _changes(name, now) != _ours(name, now)]
    if different:
        what = f"{told} have other clock changes for {', '.join(different)} in the next year"
        return ill("zones", what, _UPDATE)
    newest = max(system, ours)
    if newest[:4].isdigit() and int(newest[:4]) + _FRESH < now.year:
        return ill("zones", f"{told} are older than {_FRESH} years", _UPDATE)
    changes = "; ".join(filter(None, (_next_change(name, now) for name in names)))
    return well("zones", f"{told}{'; ' if changes else ''}{changes}")


def _changes(name: str, now: datetime) -> list[timedelta | None]:
    """Return a zone's distance to UTC at every noon of the next year."""
    return _offsets(ZoneInfo(name), now)


def _ours(name: str, now: datetime) -> list[timedelta | None]:
    """Return the same by the data visavis came with; an unknown zone has none to compare."""
    file = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if not file.is_file():
        return _changes(name, now)
    with file.open("rb") as data:
        return _offsets(ZoneInfo.from_file(data, key=name), now)


def _offsets(zone: ZoneInfo, now: datetime) -> list[timedelta | None]:
    return [(now + timedelta(days=day)).astimezone(zone).utcoffset() for day in range(366)]


def _next_change(name: str, now: datetime) -> str:
    offsets = _changes(name, now)
    day = next((n for n, offset in enumerate(offsets) if offset != offsets[0]), None)
    if day is None:
        return f"{name} keeps its clock"
    return f"{name} changes its clock on {(now + timedelta(days=day)):%d %B %Y} or the day before"


def _system_release() -> str:
    """Return the release of the system's own zone data, which come first; empty without any."""
    for folder in map(Path, TZPATH):
        for name in ("tzdata.zi", "+VERSION"):
            try:
                return _release((folder / name).read_text("ascii", "replace")[:40])
            except OSError:
                continue
    return ""


def _release(text: str) -> str:
    found = _RELEASE.search(text)
    return found[0] if found else ""
