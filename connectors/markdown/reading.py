"""Sections, read from the text of a document. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from connectors.items import day_in, row, task, under
from connectors.markdown.lines import (
    RULE,
    Line,
    Role,
    bare,
    dated,
    scan,
    title_end,
    uncommented,
    unescaped,
)
from connectors.model import Block, Mark, Section

_OURS = re.compile(r"(?<![ \t])[ \t]*(?<!\\)<!--\s*/?visavis\b[^<>]*-->")
_PIPE = re.compile(r"(?<!\\)\|")


def sections(text: str) -> tuple[Section, ...]:
    """Read every section in the order they stand; text under no heading has an empty heading."""
    lines = scan(text)
    body = lines[title_end(lines) :]
    return tuple(s for s in map(_read, _split(body)) if s.heading or s.mark or s.blocks)


def section(text: str, mark: Mark | None, day: date | None) -> Section:
    """Read one rendered template: its first heading is the section's, all others are blocks."""
    lines = [line for line in scan(text) if line.role is not Role.BLANK]
    heading, body = ("", lines)
    if lines and lines[0].role is Role.HEADING:
        heading, body = lines[0].heading, lines[1:]
    heading = heading or (day.isoformat() if day else "")
    return Section(heading, day, _blocks(body, day), mark)


def title(text: str) -> str:
    """Return the words of the document's title, or an empty string."""
    lines = scan(text)
    headings = [line for line in lines[: title_end(lines)] if line.role is Role.HEADING]
    return headings[0].heading if headings else ""


def unmarked(text: str) -> str:
    """Return a text as people read it, without the marks by which we know our sections."""
    return _OURS.sub("", text)


def _split(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Cut lines where a section opens, or where one of ours ends."""
    part: list[Line] = []
    for line in lines:
        if _cuts(line, part):
            yield part
            part = []
        part.append(line)
    yield part


def _cuts(line: Line, part: Sequence[Line]) -> bool:
    ours = bool(part) and part[0].mark is not None
    return line.opens_section or line.role is Role.END or (dated(line) and not ours)


def _read(part: Sequence[Line]) -> Section:
    if not part or not (part[0].opens_section or dated(part[0])):
        return Section("", None, _blocks(part, None))
    day = day_in(part[0].heading)
    heading = part[0].heading
    return Section(heading, day, _blocks(part[1:], day, heading), part[0].mark)


def _blocks(lines: Sequence[Line], day: date | None, heading: str = "") -> tuple[Block, ...]:
    """Read the blocks of a section; lines above its first heading stand under its own."""
    blocks, at = [Block("")], heading
    for line in lines:
        if line.role is Role.HEADING:
            at = heading = line.heading
            blocks.append(Block(heading))
        elif line.role in {Role.PLAIN, Role.CODE}:
            at = under(bare(line.text), at, heading)
            blocks[-1] = _with_line(blocks[-1], line, day, at)
    return tuple(blocks if blocks[0] != Block("") else blocks[1:])


def _with_line(block: Block, line: Line, day: date | None, heading: str) -> Block:
    """Add a line to a block, as an item where it is one; rules and empty bullets say nothing."""
    if line.role is Role.CODE:
        return replace(block, lines=(*block.lines, line.text))
    text = uncommented(line.text).rstrip()
    words = bare(text)
    if not words or RULE.fullmatch(text):
        return block
    if words.startswith("|"):
        item = row(_cells(words), day)
    else:
        item = task(words, day, heading, nested=text.startswith(("  ", "\t")))
    if item is None:
        return replace(block, lines=(*block.lines, unescaped(words)))
    item = replace(item, text=unescaped(item.text), owner=unescaped(item.owner))
    return replace(block, items=(*block.items, item))


def _cells(words: str) -> list[str]:
    """Cut a row of a table into its cells."""
    return _PIPE.split(words.strip().strip("|"))
