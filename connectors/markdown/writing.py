"""Sections, put into the text of a document and taken out of it, byte for byte. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from connectors.items import redated, words
from connectors.markdown.lines import BOM, END, MARKED, Line, Role, scan, title_end
from connectors.model import Block, Item, Mark, Section

_ENDING = re.compile(r"\r\n|\r|\n")


def render(section: Section) -> str:
    """Write a section; lines end with a line feed, no blank line at the end."""
    mark = f" {_comment(section.mark)}" if section.mark else ""
    parts = [f"## {_one_line(section.heading)}{mark}\n"]
    parts += [_rendered(block, section.day) for block in section.blocks]
    return "\n".join(part for part in parts if part)


def document(title: str) -> str:
    """Return a new document that holds only its title."""
    return f"# {_one_line(title)}\n"


def insert(text: str, section: Section, mark: Mark) -> str:
    """Put a section under the title, or on top; where the mark is already, set its date line."""
    lines = scan(text)
    there = _marked(lines, mark)
    if there is not None:
        return _headed(text, lines[there], section.heading)
    before, after = _halves(text, lines)
    near = _ENDING.findall(before)[-1:] or _ENDING.findall(after)[:1]
    newline = near[0] if near else "\n"
    body = render(replace(section, mark=mark)).replace("\n", newline)
    body += "" if _separate(after) else f"{newline}{END}{newline}"
    if not before.removeprefix(BOM):
        return f"{before}{body}{newline if after else ''}{after}"
    if not before.endswith(("\r", "\n")):
        # The file stays without a last line ending, which tells `remove` that it had none.
        return f"{before}{newline}{newline}{body.removesuffix(newline)}"
    return f"{before}{newline}{body}{after}"


def remove(text: str, mark: Mark) -> str:
    """Take out a section with what `insert` put around it; a text without the mark stays."""
    lines = scan(text)
    span = _extent(lines, mark)
    if span is None:
        return text
    first, last = span
    if not text[: lines[first].start].removeprefix(BOM):
        last += last + 1 < len(lines) and lines[last + 1].text == ""
    elif lines[first - 1].text == "":
        first -= 1
    start, end = lines[first].start, lines[last].end
    if not text[start:end].endswith(("\r", "\n")) and first:
        start = lines[first - 1].start + len(lines[first - 1].text)
    return text[:start] + text[end:]


def source(text: str, mark: Mark) -> str | None:
    """Return a section's own characters, to compare with what was written; None without it."""
    lines = scan(text)
    span = _extent(lines, mark)
    return text[lines[span[0]].start : lines[span[1]].end] if span else None


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


def _comment(mark: Mark) -> str:
    return f"<!-- visavis:{quote(mark, safe='')} -->"


def _marked(lines: Sequence[Line], mark: Mark) -> int | None:
    return next((n for n, line in enumerate(lines) if line.mark == mark), None)


def _headed(text: str, line: Line, heading: str) -> str:
    """Set the day of one heading line; a mark that people moved elsewhere is left alone."""
    mark = MARKED.search(line.text)
    if mark is None or line.role is not Role.HEADING:
        return text
    words = line.text[: mark.start()]
    return text[: line.start] + redated(words, heading) + text[line.start + len(words) :]


def _halves(text: str, lines: Sequence[Line]) -> tuple[str, str]:
    """Split the text where a new section goes."""
    above = title_end(lines)
    cut = lines[above - 1].end if above else len(BOM) * text.startswith(BOM)
    return text[:cut], text[cut:]


def _separate(after: str) -> bool:
    """Whether what follows cannot be taken for a part of a section put before it."""
    lines = scan(after)
    first = next((line for line in lines if line.role is not Role.BLANK), None)
    if first is None:
        return True
    apart = lines[0] is not first or first.text.lstrip().startswith("#")
    return first.opens_section and apart


def _extent(lines: Sequence[Line], mark: Mark) -> tuple[int, int] | None:
    """Return the first and last line of a section, without the blank lines after it."""
    first = _marked(lines, mark)
    if first is None:
        return None
    last = first
    for number in range(first + 1, len(lines)):
        if lines[number].opens_section:
            break
        if lines[number].role is not Role.BLANK:
            last = number
        if lines[number].role is Role.END:
            break
    return first, last
