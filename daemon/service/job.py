"""What is to be kept running, and what a supervisor needs for that."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "visavis"


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be kept running; all paths absolute. `user` makes it a service of the machine."""

    program: Path
    settings: Path
    home: Path
    writable: tuple[Path, ...] = ()
    user: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """A file, and the supervisor's commands that start what it describes, and end it."""

    file: Path
    content: bytes
    start: tuple[Sequence[str], ...]
    stop: tuple[Sequence[str], ...]
    hint: str = ""

    @property
    def text(self) -> str:
        """The content as people read it."""
        encoding = "utf-16" if self.content.startswith(codecs.BOM_UTF16) else "utf-8"
        return self.content.decode(encoding).rstrip("\n")

    @property
    def current(self) -> bool:
        """Whether exactly this is installed."""
        return self.file.exists() and self.file.read_bytes() == self.content

    def write(self) -> bool:
        """Put the file in place, whole or not at all; returns whether anything changed."""
        if self.current:
            return False
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.file.parent, delete=False) as draft:
            draft.write(self.content)
        place = Path(draft.name)
        # A supervisor reads it, and it holds no secret.
        place.chmod(0o644)
        place.replace(self.file)
        return True

    def remove(self) -> bool:
        """Take the file away; returns whether it was there."""
        there = self.file.exists()
        self.file.unlink(missing_ok=True)
        return there
