"""A TOML file with the line of each of its keys, so that a mistake can be pointed at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.problems import Finding, Place, Problem, SettingsError, dotted

_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What a file says, and on which line it says so."""

    file: Path
    tables: dict[str, Any]
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Return the line of a key; for a missing one that of its table, at last the first."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, finding: Finding) -> Problem:
        """Return what was found with its file and line."""
        place, wrong = finding
        line = self.line_of(place)
        return Problem(self.file, line, dotted(place), wrong.what, wrong.nearest, wrong.remedy)


def read(file: Path) -> TomlFile:
    """Read a TOML file; raises `SettingsError` where it is missing, unreadable or no TOML."""
    source = _source(file)
    try:
        tables = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_syntax_problem(file, source, str(error))]) from None
    return TomlFile(file, tables, _lines(source))


def _source(file: Path) -> str:
    """Return the text of a file; raises `SettingsError` with what stands in the way."""
    try:
        content = file.read_bytes()
        # Some editors on Windows put a byte order mark first; TOML itself knows none.
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        problem = Problem(file, None, "", "no such file", remedy="`visavis init` writes one")
    except OSError as error:
        problem = Problem(file, None, "", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(file, line, "", "not UTF-8", remedy="save the file as UTF-8")
    raise SettingsError([problem])


def _syntax_problem(file: Path, source: str, message: str) -> Problem:
    """Put the parser's message where it belongs; the end of a file is its last line with text."""
    # Until Python 3.14 the position is told in the words of the error alone.
    position = _POSITION.search(message)
    reason = message[: position.start()] if position else message
    told = position and position["line"]
    line = int(told) if told else source.rstrip().count("\n") + 1
    return Problem(file, line, "", f"not valid TOML: {reason[:1].lower()}{reason[1:]}")


def _lines(source: str) -> dict[Place, int]:
    """Map every table header and key to its line; a value over several lines has its first."""
    lines: dict[Place, int] = {}
    table: Place = ()
    last: dict[Place, int] = {}
    for line, text, parsed in _statements(source):
        if text.lstrip().startswith("["):
            table = _header(parsed, last)
            # The first of several tables also stands for them all.
            for depth in range(1, len(table) + 1):
                lines.setdefault(table[:depth], line)
        else:
            lines.update((place, line) for place in _keys(parsed, table))
    return lines


def _statements(source: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield each statement of a valid file with its first line.

    A statement ends on the line that makes it valid TOML by itself: while a bracket or a quote
    is open it never is, so the parser says where a value over several lines ends.
    """
    begun, first = "", 1
    for number, line in enumerate(source.split("\n"), start=1):
        begun += f"{line}\n"
        try:
            parsed = tomllib.loads(begun)
        except tomllib.TOMLDecodeError:
            continue
        yield first, begun, parsed
        begun, first = "", number + 1


def _header(parsed: dict[str, Any], last: dict[Place, int]) -> Place:
    """Return where a `[table]` or `[[table]]` stands; `last` counts the latter as they come."""
    place: Place = ()
    inner: Any = parsed
    while inner:
        ((name, inner),) = inner.items()
        place = (*place, name)
        if isinstance(inner, list):
            last[place] = last.get(place, -1) + 1
            (inner,) = inner
        if place in last:
            place = (*place, last[place])
    return place


def _keys(value: object, place: Place) -> Iterator[Place]:
    """Yield the places of all keys and list items within a value."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, inner in pairs:
        yield (*place, step)
        yield from _keys(inner, (*place, step))
