"""The folder of calendar files, and what was last seen of it: the feed that files do not have.

A file that looks as it did (time of change, size, inode) is not even opened. Of one that was
changed, the events whose bytes differ are told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, unquote

from connectors.errors import ConnectorError, CursorExpired, Unavailable
from connectors.files import disk
from connectors.ical.reading import complaint
from connectors.ical.source import Broken, Source, split
from connectors.model import Cursor, Handle, Span

Stamp: TypeAlias = tuple[int, int, int]
"""How a file looks from outside: time of change in nanoseconds, size, inode."""
_FORM = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last seen of one file: how it looked, its events' digests, what was wrong."""

    stamp: Stamp
    events: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a cursor holds: every file by its name, and the window it was looked at through."""

    window: Span
    files: Mapping[str, Seen]

    def cursor(self) -> Cursor:
        """Pack it."""
        files = {name: (seen.stamp, seen.events, seen.problem) for name, seen in self.files.items()}
        window = self.window.start.isoformat(), self.window.end.isoformat()
        return Cursor(json.dumps((_FORM, window, files), separators=(",", ":")))

    @classmethod
    def of(cls, cursor: Cursor) -> Memory:
        """Unpack a cursor; raises `CursorExpired` for one that is not ours or of another form."""
        try:
            form, (start, end), files = json.loads(cursor)
            window = Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
            seen = {name: Seen(tuple(stamp), *rest) for name, (stamp, *rest) in files.items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise CursorExpired("the cursor cannot be read") from error
        if form != _FORM:
            raise CursorExpired("the cursor is of an earlier version")
        return cls(window, seen)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong now, one line a file."""
        return tuple(seen.problem for seen in self.files.values() if seen.problem)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of .ics files, with all folders in it; hidden ones are not looked into."""

    path: Path

    def files(self) -> dict[str, Stamp]:
        """Return every calendar file by its name within the folder; `Unavailable` without it."""
        if not self.path.is_dir():
            raise Unavailable(
                f"the folder {self.path} is not there", "check `path` in the settings"
            )
        try:
            return dict(sorted(_stamps(self.path, "", set())))
        except OSError as error:
            raise Unavailable(f"the folder {self.path} cannot be read: {error.strerror}") from error

    def source(self, name: str) -> Source:
        """Read one file; raises `Broken`, or the errors of `disk.read`."""
        return split(disk.read(self.path / name))

    def tried(self, name: str) -> Source | str:
        """Read one file, or say in one line why not and what to do."""
        try:
            return self.source(name)
        except Broken as broken:
            return complaint(name, broken.line, str(broken))
        except ConnectorError as error:
            return f"{name}: {error.what}; check who may read it"


def handle(name: str, uid: str) -> Handle:
    """Name an event: its file within the folder, and its UID."""
    return Handle(f"{quote(name)}#{uid}")


def place(event: Handle) -> tuple[str, str]:
    """Return file and UID of an event."""
    name, _, uid = event.partition("#")
    return unquote(name), uid


def by_file(events: Iterable[Handle]) -> Mapping[str, Sequence[str]]:
    """Group events, so that each file is read once."""
    found: dict[str, list[str]] = {}
    for name, uid in map(place, events):
        found.setdefault(name, []).append(uid)
    return found


def _stamps(folder: Path, prefix: str, seen: set[tuple[int, int]]) -> Iterator[tuple[str, Stamp]]:
    """Yield names and looks of the files, without opening any.

    A folder counts once, whatever links lead to it: some lead back to where they are.
    """
    there = folder.stat()
    if (there.st_dev, there.st_ino) in seen:
        return
    seen.add((there.st_dev, there.st_ino))
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _stamps(Path(entry.path), f"{prefix}{entry.name}/", seen)
            elif entry.name.lower().endswith(".ics") and entry.is_file():
                stat = entry.stat()
                yield prefix + entry.name, (stat.st_mtime_ns, stat.st_size, stat.st_ino)
