"""Running documents as Markdown: sections read from text, and put into it byte for byte.

Pure. A section of ours carries its mark as an invisible comment in its heading line:

    # Maya and Ben

    ## Monday, 2 March 2026 <!-- visavis:MARK -->

    ### Decisions

    - a plain line
    - [ ] [Ben] send the draft by 2026-03-06 (since 2026-02-16, 2 weeks)

Headings of the first two levels open a section, deeper ones a block. Nothing an operation does
not name changes: line endings, a byte order mark and trailing spaces stay as people left them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from itertools import zip_longest
from urllib.parse import quote, unquote

from connectors.items import day_in, redated, row, task, under, words
from connectors.model import Block, Item, Mark, Section

_BOM = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ENDING = re.compile(r"\r\n|\r|\n")
_ATX = re.compile(r" {0,3}(?P<hashes>#{1,6})(?:[ \t]+(?P<text>.*))?")
_UNDERLINE = re.compile(r" {0,3}(?:(?P<one>=+)|-+)[ \t]*")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_COMMENT = re.compile(r"(?<!\\)<!--.*?-->")
_MARKED = re.compile(r"(?<!\\)<!--\s*visavis:(?P<mark>[^\s<>]+)\s*-->")
_OURS = re.compile(r"(?<![ \t])[ \t]*(?<!\\)<!--\s*/?visavis\b[^<>]*-->")
# Ends a section of ours where human text without a heading of its own follows.
_END = "<!-- /visavis -->"
_PREFIX = re.compile(r"\s*(?:>\s?)*(?P<bullet>(?:[-*+]|\d{1,9}[.)])(?=\s|$))?\s*")
_RULE = re.compile(r"[\s\-*_=|:]*")
_PIPE = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class _Role(Enum):
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
class _Line:
    """One line of a document; `start` and `end` are offsets, the line ending included."""

    start: int
    end: int
    text: str
    role: _Role
    level: int = 0

    @property
    def mark(self) -> Mark | None:
        found = None if self.role is _Role.CODE else _MARKED.search(self.text)
        return Mark(unquote(found["mark"])) if found else None

    @property
    def heading(self) -> str:
        """The words of a heading, without hashes and comments."""
        text = _uncommented(self.text)
        atx = _ATX.fullmatch(text.rstrip())
        return _unescaped((_unclosed(atx["text"] or "") if atx else text).strip())

    @property
    def opens_section(self) -> bool:
        return self.role is _Role.HEADING and (self.level <= 2 or self.mark is not None)


def sections(text: str) -> tuple[Section, ...]:
    """Read every section in the order they stand; text under no heading has an empty heading."""
    lines = _scan(text)
    body = lines[_title_end(lines) :]
    return tuple(s for s in map(_read, _split(body)) if s.heading or s.mark or s.blocks)


def section(text: str, mark: Mark | None, day: date | None) -> Section:
    """Read one rendered template: its first heading is the section's, all others are blocks."""
    lines = [line for line in _scan(text) if line.role is not _Role.BLANK]
    heading, body = ("", lines)
    if lines and lines[0].role is _Role.HEADING:
        heading, body = lines[0].heading, lines[1:]
    heading = heading or (day.isoformat() if day else "")
    return Section(heading, day, _blocks(body, day), mark)


def render(section: Section) -> str:
    """Write a section; lines end with a line feed, no blank line at the end."""
    mark = f" {_comment(section.mark)}" if section.mark else ""
    parts = [f"## {_one_line(section.heading)}{mark}\n"]
    parts += [_rendered(block, section.day) for block in section.blocks]
    return "\n".join(part for part in parts if part)


def document(title: str) -> str:
    """Return a new document that holds only its title."""
    return f"# {_one_line(title)}\n"


def title(text: str) -> str:
    """Return the words of the document's title, or an empty string."""
    lines = _scan(text)
    headings = [line for line in lines[: _title_end(lines)] if line.role is _Role.HEADING]
    return headings[0].heading if headings else ""


def insert(text: str, section: Section, mark: Mark) -> str:
    """Put a section under the title, or on top; where the mark is already, set its date line."""
    lines = _scan(text)
    there = _marked(lines, mark)
    if there is not None:
        return _headed(text, lines[there], section.heading)
    before, after = _halves(text, lines)
    near = _ENDING.findall(before)[-1:] or _ENDING.findall(after)[:1]
    newline = near[0] if near else "\n"
    body = render(replace(section, mark=mark)).replace("\n", newline)
    body += "" if _separate(after) else f"{newline}{_END}{newline}"
    if not before.removeprefix(_BOM):
        return f"{before}{body}{newline if after else ''}{after}"
    if not before.endswith(("\r", "\n")):
        # The file stays without a last line ending, which tells `remove` that it had none.
        return f"{before}{newline}{newline}{body.removesuffix(newline)}"
    return f"{before}{newline}{body}{after}"


def unmarked(text: str) -> str:
    """Return a text as people read it, without the marks by which we know our sections."""
    return _OURS.sub("", text)


def remove(text: str, mark: Mark) -> str:
    """Take out a section with what `insert` put around it; a text without the mark stays."""
    lines = _scan(text)
    span = _extent(lines, mark)
    if span is None:
        return text
    first, last = span
    if not text[: lines[first].start].removeprefix(_BOM):
        last += last + 1 < len(lines) and lines[last + 1].text == ""
    elif lines[first - 1].text == "":
        first -= 1
    start, end = lines[first].start, lines[last].end
    if not text[start:end].endswith(("\r", "\n")) and first:
        start = lines[first - 1].start + len(lines[first - 1].text)
    return text[:start] + text[end:]


def source(text: str, mark: Mark) -> str | None:
    """Return a section's own characters, to compare with what was written; None without it."""
    lines = _scan(text)
    span = _extent(lines, mark)
    return text[lines[span[0]].start : lines[span[1]].end] if span else None


# --- reading --------------------------------------------------------------------------------------


def _scan(text: str) -> list[_Line]:
    """Give every line its role, in one pass over the text."""
    lines = list(_offsets(text))
    roles = _front_matter(lines)
    fence, comment = "", False
    for number in range(len(roles), len(lines)):
        line = lines[number]
        role = line.role
        opening = _FENCE.match(line.text)
        if fence:
            role = _Role.CODE
            closed = opening and opening["fence"].startswith(fence)
            fence = "" if closed and not line.text.strip(" \t`~") else fence
        elif comment:
            role, comment = _Role.COMMENT, "-->" not in line.text
        elif opening:
            role, fence = _Role.CODE, opening["fence"]
        elif line.text.lstrip().startswith("<!--"):
            role, comment = _commented(line.text)
        roles.append(role)
    lines = [replace(line, role=role) for line, role in zip(lines, roles, strict=True)]
    return list(_with_headings(lines))


def _offsets(text: str) -> Iterator[_Line]:
    start = len(_BOM) if text.startswith(_BOM) else 0
    for found in _LINE.finditer(text, start):
        words = found[0].rstrip("\r\n")
        role = _Role.PLAIN if words.strip() else _Role.BLANK
        yield _Line(found.start(), found.end(), words, role)


def _front_matter(lines: Sequence[_Line]) -> list[_Role]:
    """Return the roles of the lines of a YAML head; nothing has to stand above it."""
    if not lines or lines[0].text.rstrip() != "---":
        return []
    closing = (n for n, line in enumerate(lines) if n and line.text.rstrip() in {"---", "..."})
    return [_Role.FRONT] * (next(closing, -1) + 1)


def _commented(text: str) -> tuple[_Role, bool]:
    """Tell a comment's role, and whether it goes on; words beside it make a plain line."""
    if "-->" not in text:
        return _Role.COMMENT, True
    if text.strip() == _END:
        return _Role.END, False
    return (_Role.PLAIN if _uncommented(text).strip() else _Role.COMMENT), False


def _with_headings(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Find headings, by the hashes before them or the dashes under them."""
    underlined = False
    for line, following in zip_longest(lines, lines[1:]):
        atx = _ATX.fullmatch(line.text) if line.role is _Role.PLAIN else None
        if underlined:
            underlined = False
            yield replace(line, role=_Role.UNDERLINE)
        elif atx:
            yield replace(line, role=_Role.HEADING, level=len(atx["hashes"]))
        elif level := _underlined(line, following):
            underlined = True
            yield replace(line, role=_Role.HEADING, level=level)
        else:
            yield line


def _underlined(line: _Line, following: _Line | None) -> int:
    """Return the level a line has by the dashes under it; 0 for list items, quotes, no dashes."""
    if following is None or {line.role, following.role} != {_Role.PLAIN}:
        return 0
    underline = _UNDERLINE.fullmatch(following.text)
    if not underline or _RULE.fullmatch(line.text) or _words(line.text) != line.text.lstrip():
        return 0
    return 1 if underline["one"] else 2


def _title_end(lines: Sequence[_Line]) -> int:
    """Return the number of lines up to the title's end, or to the end of the front matter."""
    skipped = {_Role.BLANK, _Role.COMMENT, _Role.FRONT}
    first = next((n for n, line in enumerate(lines) if line.role not in skipped), len(lines))
    front = sum(line.role is _Role.FRONT for line in lines)
    if first == len(lines) or not _is_title(lines[first]):
        return front
    underlined = first + 1 < len(lines) and lines[first + 1].role is _Role.UNDERLINE
    return first + 1 + underlined


def _is_title(line: _Line) -> bool:
    # A dated heading of the first level is somebody's newest section, not a title.
    heading = line.role is _Role.HEADING and line.level == 1
    return heading and line.mark is None and day_in(line.heading) is None


def _split(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Cut lines where a section opens, or where one of ours ends."""
    part: list[_Line] = []
    for line in lines:
        if _cuts(line, part):
            yield part
            part = []
        part.append(line)
    yield part


def _cuts(line: _Line, part: Sequence[_Line]) -> bool:
    ours = bool(part) and part[0].mark is not None
    return line.opens_section or line.role is _Role.END or (_dated(line) and not ours)


def _dated(line: _Line) -> bool:
    return line.role is _Role.HEADING and day_in(line.heading) is not None


def _read(part: Sequence[_Line]) -> Section:
    if not part or not (part[0].opens_section or _dated(part[0])):
        return Section("", None, _blocks(part, None))
    day = day_in(part[0].heading)
    heading = part[0].heading
    return Section(heading, day, _blocks(part[1:], day, heading), part[0].mark)


def _blocks(lines: Sequence[_Line], day: date | None, heading: str = "") -> tuple[Block, ...]:
    """Read the blocks of a section; lines above its first heading stand under its own."""
    blocks, at = [Block("")], heading
    for line in lines:
        if line.role is _Role.HEADING:
            at = heading = line.heading
            blocks.append(Block(heading))
        elif line.role in {_Role.PLAIN, _Role.CODE}:
            at = under(_words(line.text), at, heading)
            blocks[-1] = _with_line(blocks[-1], line, day, at)
    return tuple(blocks if blocks[0] != Block("") else blocks[1:])


def _with_line(block: Block, line: _Line, day: date | None, heading: str) -> Block:
    """Add a line to a block, as an item where it is one; rules and empty bullets say nothing."""
    if line.role is _Role.CODE:
        return replace(block, lines=(*block.lines, line.text))
    text = _uncommented(line.text).rstrip()
    words = _words(text)
    if not words or _RULE.fullmatch(text):
        return block
    if words.startswith("|"):
        item = row(_cells(words), day)
    else:
        item = task(words, day, heading, nested=text.startswith(("  ", "\t")))
    if item is None:
        return replace(block, lines=(*block.lines, _unescaped(words)))
    item = replace(item, text=_unescaped(item.text), owner=_unescaped(item.owner))
    return replace(block, items=(*block.items, item))


def _cells(words: str) -> list[str]:
    """Cut a row of a table into its cells."""
    return _PIPE.split(words.strip().strip("|"))


def _words(text: str) -> str:
    """Drop indentation, quote signs and the bullet."""
    return _PREFIX.sub("", text, count=1)


# --- writing --------------------------------------------------------------------------------------


def _rendered(block: Block, day: date | None) -> str:
    heading = f"### {_one_line(block.heading)}\n" if block.heading else ""
    lines = "".join(f"- {_plain(line)}\n" for line in block.lines)
    items = "".join(f"- [{'x' if i.done else ' '}] {_written(i, day)}\n" for i in block.items)
    return "\n".join(part for part in (heading, lines + items) if part)


def _written(item: Item, day: date | None) -> str:
    return words(replace(item, text=_plain(item.text), owner=_one_line(item.owner)), day)


def _one_line(text: str) -> str:
    """Keep other people's words words: no line ending, no comment, no escape of theirs."""
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])|<(?=!--)", r"\\\g<0>", " ".join(text.split()))


def _plain(text: str) -> str:
    """Write words that may stand first in a line, where they could read as structure."""
    return re.sub(r"^(?=[#>*+=~`@\[|_-])", r"\\", _one_line(text))


def _uncommented(text: str) -> str:
    """Drop the comments of a line; looks no further than where the last one ends."""
    commented, end, rest = text.rpartition("-->")
    return _COMMENT.sub("", commented + end) + rest


def _unclosed(text: str) -> str:
    """Drop the hashes that may close a heading."""
    bare = text.rstrip("#")
    return bare if not bare or bare[-1] in " \t" else text


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _comment(mark: Mark) -> str:
    return f"<!-- visavis:{quote(mark, safe='')} -->"


def _marked(lines: Sequence[_Line], mark: Mark) -> int | None:
    return next((n for n, line in enumerate(lines) if line.mark == mark), None)


def _headed(text: str, line: _Line, heading: str) -> str:
    """Set the day of one heading line; a mark that people moved elsewhere is left alone."""
    mark = _MARKED.search(line.text)
    if mark is None or line.role is not _Role.HEADING:
        return text
    words = line.text[: mark.start()]
    return text[: line.start] + redated(words, heading) + text[line.start + len(words) :]


def _halves(text: str, lines: Sequence[_Line]) -> tuple[str, str]:
    """Split the text where a new section goes."""
    above = _title_end(lines)
    cut = lines[above - 1].end if above else len(_BOM) * text.startswith(_BOM)
    return text[:cut], text[cut:]


def _separate(after: str) -> bool:
    """Whether what follows cannot be taken for a part of a section put before it."""
    lines = _scan(after)
    first = next((line for line in lines if line.role is not _Role.BLANK), None)
    if first is None:
        return True
    apart = lines[0] is not first or first.text.lstrip().startswith("#")
    return first.opens_section and apart


def _extent(lines: Sequence[_Line], mark: Mark) -> tuple[int, int] | None:
    """Return the first and last line of a section, without the blank lines after it."""
    first = _marked(lines, mark)
    if first is None:
        return None
    last = first
    for number in range(first + 1, len(lines)):
        if lines[number].opens_section:
            break
        if lines[number].role is not _Role.BLANK:
            last = number
        if lines[number].role is _Role.END:
            break
    return first, last
