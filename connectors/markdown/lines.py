"""The lines of a document, and what each is to us.

Pure. Told in one pass over the text; nothing in a block of code or a comment opens a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import zip_longest
from urllib.parse import unquote

from connectors.items import day_in
from connectors.model import Mark

BOM = "\ufeff"
# Ends a section of ours where human text without a heading of its own follows.
END = "<!-- /visavis -->"
MARKED = re.compile(r"(?<!\\)<!--\s*visavis:(?P<mark>[^\s<>]+)\s*-->")
RULE = re.compile(r"[\s\-*_=|:]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ATX = re.compile(r" {0,3}(?P<hashes>#{1,6})(?:[ \t]+(?P<text>.*))?")
_UNDERLINE = re.compile(r" {0,3}(?:(?P<one>=+)|-+)[ \t]*")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_COMMENT = re.compile(r"(?<!\\)<!--.*?-->")
_PREFIX = re.compile(r"\s*(?:>\s?)*(?P<bullet>(?:[-*+]|\d{1,9}[.)])(?=\s|$))?\s*")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Role(Enum):
    """What a line is to us."""

    BLANK = auto()
    PLAIN = auto()
    CODE = auto()
    COMMENT = auto()
    END = auto()
    FRONT = auto()
    HEADING = auto()
    UNDERLINE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document; `start` and `end` are offsets, the line ending included."""

    start: int
    end: int
    text: str
    role: Role
    level: int = 0

    @property
    def mark(self) -> Mark | None:
        """The mark that makes it the heading of a section of ours."""
        found = None if self.role is Role.CODE else MARKED.search(self.text)
        return Mark(unquote(found["mark"])) if found else None

    @property
    def heading(self) -> str:
        """The words of a heading, without hashes and comments."""
        text = uncommented(self.text)
        atx = _ATX.fullmatch(text.rstrip())
        return unescaped((_unclosed(atx["text"] or "") if atx else text).strip())

    @property
    def opens_section(self) -> bool:
        """Whether a section begins here, whoever wrote it."""
        return self.role is Role.HEADING and (self.level <= 2 or self.mark is not None)


def scan(text: str) -> list[Line]:
    """Give every line its role, in one pass over the text."""
    lines = list(_offsets(text))
    roles = _front_matter(lines)
    fence, comment = "", False
    for number in range(len(roles), len(lines)):
        line = lines[number]
        role = line.role
        opening = _FENCE.match(line.text)
        if fence:
            role = Role.CODE
            closed = opening and opening["fence"].startswith(fence)
            fence = "" if closed and not line.text.strip(" \t`~") else fence
        elif comment:
            role, comment = Role.COMMENT, "-->" not in line.text
        elif opening:
            role, fence = Role.CODE, opening["fence"]
        elif line.text.lstrip().startswith("<!--"):
            role, comment = _commented(line.text)
        roles.append(role)
    lines = [replace(line, role=role) for line, role in zip(lines, roles, strict=True)]
    return list(_with_headings(lines))


def title_end(lines: Sequence[Line]) -> int:
    """Return the number of lines up to the title's end, or to the end of the front matter."""
    skipped = {Role.BLANK, Role.COMMENT, Role.FRONT}
    first = next((n for n, line in enumerate(lines) if line.role not in skipped), len(lines))
    front = sum(line.role is Role.FRONT for line in lines)
    if first == len(lines) or not _is_title(lines[first]):
        return front
    underlined = first + 1 < len(lines) and lines[first + 1].role is Role.UNDERLINE
    return first + 1 + underlined


def dated(line: Line) -> bool:
    """Whether a line is a heading of any level that names a day."""
    return line.role is Role.HEADING and day_in(line.heading) is not None


def bare(text: str) -> str:
    """Drop indentation, quote signs and the bullet."""
    return _PREFIX.sub("", text, count=1)


def uncommented(text: str) -> str:
    """Drop the comments of a line; looks no further than where the last one ends."""
    commented, end, rest = text.rpartition("-->")
    return _COMMENT.sub("", commented + end) + rest


def unescaped(text: str) -> str:
    """Drop the backslashes before signs."""
    return _ESCAPED.sub(r"\1", text)


def _offsets(text: str) -> Iterator[Line]:
    start = len(BOM) if text.startswith(BOM) else 0
    for found in _LINE.finditer(text, start):
        words = found[0].rstrip("\r\n")
        role = Role.PLAIN if words.strip() else Role.BLANK
        yield Line(found.start(), found.end(), words, role)


def _front_matter(lines: Sequence[Line]) -> list[Role]:
    """Return the roles of the lines of a YAML head; nothing has to stand above it."""
    if not lines or lines[0].text.rstrip() != "---":
        return []
    closing = (n for n, line in enumerate(lines) if n and line.text.rstrip() in {"---", "..."})
    return [Role.FRONT] * (next(closing, -1) + 1)


def _commented(text: str) -> tuple[Role, bool]:
    """Tell a comment's role, and whether it goes on; words beside it make a plain line."""
    if "-->" not in text:
        return Role.COMMENT, True
    if text.strip() == END:
        return Role.END, False
    return (Role.PLAIN if uncommented(text).strip() else Role.COMMENT), False


def _with_headings(lines: Sequence[Line]) -> Iterator[Line]:
    """Find headings, by the hashes before them or the dashes under them."""
    underlined = False
    for line, following in zip_longest(lines, lines[1:]):
        atx = _ATX.fullmatch(line.text) if line.role is Role.PLAIN else None
        if underlined:
            underlined = False
            yield replace(line, role=Role.UNDERLINE)
        elif atx:
            yield replace(line, role=Role.HEADING, level=len(atx["hashes"]))
        elif level := _underlined(line, following):
            underlined = True
            yield replace(line, role=Role.HEADING, level=level)
        else:
            yield line


def _underlined(line: Line, following: Line | None) -> int:
    """Return the level a line has by the dashes under it; 0 for list items, quotes, no dashes."""
    if following is None or {line.role, following.role} != {Role.PLAIN}:
        return 0
    underline = _UNDERLINE.fullmatch(following.text)
    if not underline or RULE.fullmatch(line.text) or bare(line.text) != line.text.lstrip():
        return 0
    return 1 if underline["one"] else 2


def _is_title(line: Line) -> bool:
    # A dated heading of the first level is somebody's newest section, not a title.
    heading = line.role is Role.HEADING and line.level == 1
    return heading and line.mark is None and day_in(line.heading) is None


def _unclosed(text: str) -> str:
    """Drop the hashes that may close a heading."""
    bare = text.rstrip("#")
    return bare if not bare or bare[-1] in " \t" else text
