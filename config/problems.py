"""What is wrong in a settings file, as data: where, what, the nearest right word, what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

Place: TypeAlias = tuple[str | int, ...]
"""Where a key stands in a TOML file: names of tables and keys, positions in lists from 0."""


class Wrong(ValueError):
    """A value that cannot be meant; knows neither the file nor the key it stands under."""

    def __init__(self, what: str, *, nearest: str | None = None, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.nearest = nearest
        self.remedy = remedy


Finding: TypeAlias = tuple[Place, Wrong]
"""Something wrong at its place, before the file and the line are known."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake of the owner. `line` counts from 1; None where the file cannot be read."""

    file: Path
    line: int | None
    key: str
    what: str
    nearest: str | None = None
    remedy: str = ""

    def __str__(self) -> str:
        """Return one line in the form editors jump to: `visavis.toml:12: policy.prepar: …`."""
        spot = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        guess = f'did you mean "{self.nearest}"?' if self.nearest is not None else ""
        said = "; ".join(part for part in (self.what, self.remedy, guess) if part)
        return ": ".join(part for part in (spot, self.key, said) if part)


class SettingsError(Exception):
    """The settings cannot be used; carries everything wrong with them at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def dotted(place: Place) -> str:
    """Return a place as people write it, tables counted from 1: `account[2].provider`."""
    return "".join(map(_step, place)).removeprefix(".")


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step + 1}]"
    return f".{step if _BARE_KEY.fullmatch(step) else shown(step)}"


def shown(value: object) -> str:
    """Return a value as it would stand in the file, control characters escaped."""
    return json.dumps(value, ensure_ascii=False, default=str)


def nearest(word: str, among: Iterable[str]) -> str | None:
    """Return what was probably meant by `word`, case aside; None where nothing comes close."""
    by_lower = {candidate.lower(): candidate for candidate in among}
    return next((by_lower[match] for match in get_close_matches(word.lower(), by_lower, 1)), None)
