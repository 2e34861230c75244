"""Two locks of the operating system, so that one state folder has one writer.

`run.lock` is held for the life of `visavis run`; `act.lock` around one write-down-and-act or
one command. They end with the process, however it ends; reading never locks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import IO

PATIENCE = 30.0
"""Seconds a command waits for the lock (DESIGN 5)."""
PAUSE = 0.05


class Held(Exception):
    """Somebody else holds the lock; `holder` says who, in words."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path.name} is held by {holder}")
        self.holder = holder


@contextmanager
def lock(path: Path, what: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock file while the block runs; raises `Held` after `patience` seconds.

    `what` is written into the file (after the process id) for others to read.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+", encoding="utf-8") as file:
        _wait(file, path, patience)
        file.seek(0)
        file.truncate()
        file.write(f"{what} (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            _release(file)


def holder(path: Path) -> str | None:
    """Return who holds the lock now, or None."""
    try:
        with lock(path, "a look at the lock"):
            return None
    except Held as held:
        return held.holder


def _wait(file: IO[str], path: Path, patience: float) -> None:
    waited, pause = 0.0, Event()
    while not _take(file):
        if waited >= patience:
            file.seek(0)
            raise Held(path, file.read().strip() or "another process")
        pause.wait(PAUSE)
        waited += PAUSE


if sys.platform == "win32":
    import msvcrt

    # Windows forbids others to read a locked byte, so the lock lies far behind the words.
    _BYTE = 1 << 30

    def _take(file: IO[str]) -> bool:
        file.seek(_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: IO[str]) -> None:
        file.seek(_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
