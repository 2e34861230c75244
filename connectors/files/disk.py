"""Files as they lie on disk: read whole, written atomically, never over somebody else's change."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from connectors.errors import (
    ConnectorError,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    Unavailable,
)


def read(path: Path) -> bytes:
    """Return the content; raises `NotFound`, `NotPermitted` or `Unavailable`."""
    with _explained(path):
        return path.read_bytes()


def head(path: Path, size: int = 8192) -> bytes:
    """Return the first bytes of a file, however large it is."""
    with _explained(path), path.open("rb") as file:
        return file.read(size)


def create(path: Path, content: bytes) -> bool:
    """Write a new file; False, and nothing written, where one of that name is there already."""
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _beside(path, content) as draft:
            try:
                # A hard link comes into being whole, and never replaces a file.
                path.hardlink_to(draft)
            except FileExistsError:
                return False
    _settle(path.parent)
    return True


def replace(path: Path, before: bytes, after: bytes) -> None:
    """Put new content in place of the one that was read; a file replaced meanwhile wins."""
    with _explained(path):
        target = path.resolve()
        with _beside(target, after) as draft:
            shutil.copymode(target, draft)
            unchanged(target, before)
            draft.replace(target)
    _settle(target.parent)


def remove(path: Path, before: bytes) -> None:
    """Delete a file that still has this content."""
    unchanged(path, before)
    with _explained(path):
        path.unlink()
    _settle(path.parent)


def unchanged(path: Path, before: bytes) -> None:
    """Raise `PreconditionFailed` unless the file still has this content."""
    if read(path) != before:
        raise PreconditionFailed(f"{path.name} was changed meanwhile")


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """Write a draft in the same folder, where it can take its place in one step."""
    # The leading dot keeps it out of every look at the folder.
    with NamedTemporaryFile(dir=path.parent, prefix=".visavis-", delete=False) as file:
        draft = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Bring the folder's own entry to the disk, where the system lets a folder be opened."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what went wrong with a file in the words of `connectors.errors`."""
    try:
        yield
    except OSError as error:
        raise _translated(path, error) from error


def _translated(path: Path, error: OSError) -> ConnectorError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return NotFound(f"{path} is not there")
        case PermissionError():
            return NotPermitted(
                f"{path} may not be used", "give visavis the right to read and write it"
            )
        case _:
            return Unavailable(f"{path} cannot be used: {error.strerror}")
