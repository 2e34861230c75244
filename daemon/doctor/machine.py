"""The machine itself: disk, permissions, locks, and libraries that others replaced."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryFile

from config.settings import Settings
from daemon.doctor.findings import Finding, ill, well
from daemon.locks import holder
from daemon.service import installation, job, usual
from daemon.service.job import Installation

ENOUGH = 200_000_000
"""Bytes that should be free: a database of years has less, and SQLite needs its size again."""
_ACCESS = "let this user read and write {}"
_IMPOSTORS = ("urllib3-future", "niquests")
_ROOT_OF_IT = "make the environment anew (`make clean setup`); visavis shares it with nobody"


def disk(home: Path) -> Finding:
    """Tell how much room there is for the state."""
    free = shutil.disk_usage(_there(home)).free
    told = f"{free / 1e9:.1f} GB are free for {home}"
    return well("disk", told) if free >= ENOUGH else ill("disk", told, "make room on that disk")


def permissions(home: Path, *, private: bool) -> Iterator[Finding]:
    """Tell what others may read, and what cannot be written; not `private` keeps no such bits."""
    try:
        yield from _permissions(home, private=private)
    except OSError as error:
        what = f"{error.filename or home} cannot be looked at: {error.strerror}"
        yield ill("permissions", what, _ACCESS.format(home))


def _permissions(home: Path, *, private: bool) -> Iterator[Finding]:
    if home.exists() and not home.is_dir():
        yield ill("permissions", f"{home} is no folder", "set another `home`, or move that file")
        return
    if trouble := _trouble_writing(_there(home)):
        yield ill("permissions", f"{home} cannot be written to: {trouble}", _ACCESS.format(home))
        return
    if not home.exists():
        yield well("permissions", f"{home} is not there yet; visavis makes it for this user alone")
        return
    secret = [home / "key", *(home / "tokens").glob("*")]
    # A folder that nobody else can come to may have any rights.
    secret += [home] if all(map(_shared, home.absolute().parents)) else []
    shared = [path for path in secret if path.exists() and _shared(path)] if private else []
    for path in shared:
        mode = "700" if path.is_dir() else "600"
        yield ill("permissions", f"other users can read {path}", f"chmod {mode} {path}")
    if not shared:
        yield well("permissions", f"{home} is this user's alone")


def _trouble_writing(folder: Path) -> str:
    """Try it: rights alone say nothing of a disk that is mounted read-only."""
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def locks(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Tell who runs and who writes right now."""
    home = settings.home
    try:
        runs, writes = (_holder(home / f"{name}.lock") for name in ("run", "act"))
    except OSError as error:
        what = f"the locks in {home} cannot be used: {error.strerror}"
        yield ill("locks", what, _ACCESS.format(home))
        return
    yield well("locks", f"writing now: {writes}" if writes else "nobody writes right now")
    yield _service(runs, installation(job(settings), usual(), environ))


def _service(runs: str | None, installed: Installation) -> Finding:
    """Tell whether the daemon runs, and whether what this user installed fits."""
    there = installed.file.exists()
    if there and not installed.current:
        what = f"{installed.file} was made for other settings or another environment"
        return ill("service", what, "visavis service install")
    if runs:
        return well("service", f"runs: {runs}")
    if there:
        return ill("service", "installed, but the daemon does not run", "visavis run says why")
    return well("service", "the daemon does not run", "visavis service install, or visavis run")


def libraries() -> Finding:
    """Tell whether another package took the place of urllib3, as urllib3-future does unasked."""
    for name in _IMPOSTORS:
        try:
            what = f"{name} {version(name)} is installed here and replaces urllib3 for everybody"
        except PackageNotFoundError:
            continue
        return ill("libraries", what, _ROOT_OF_IT)
    return well("libraries", f"urllib3 {version('urllib3')} is its own")


def _holder(lock: Path) -> str | None:
    # Looking at a lock makes its file, and a house that is not there yet stays so.
    return holder(lock) if lock.exists() else None


def _shared(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _there(path: Path) -> Path:
    """Return the nearest folder above that exists."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())
