"""Export of a tab to Markdown and plain text, and the small import that uploads need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.standins.google.docs.text import CHECKBOX, NORMAL, Char, Paragraph, Tab, newline

if TYPE_CHECKING:
    from collections.abc import Iterator


def to_markdown(tab: Tab) -> str:
    """Return the tab as Markdown; here alone a ticked checklist item shows (facts 6.8)."""
    return "".join(_line(tab, paragraph) + "\n" for paragraph in tab.paragraphs())


def to_text(tab: Tab) -> str:
    """Return the bare words, lines ended as Google does."""
    return "\r\n".join(paragraph.text for paragraph in tab.paragraphs())


def imported(text: str) -> list[Char]:
    """Return the characters of a tab for an uploaded Markdown or plain text: headings only."""
    return [char for line in text.splitlines() or [""] for char in _imported_line(line)]


def _imported_line(line: str) -> Iterator[Char]:
    heading = re.match(r"(#{1,6}) +(.*)", line)
    words = heading[2] if heading else line
    yield from (Char(char) for char in words)
    if heading:
        level = len(heading[1])
        style = {"namedStyleType": f"HEADING_{level}", "headingId": f"h.{abs(hash(words)):012d}"}
        yield newline(NORMAL | style)
    else:
        yield newline()


def _line(tab: Tab, paragraph: Paragraph) -> str:
    words = "".join(_word(char) for char in paragraph.chars[:-1]).replace("~~~~", "")
    bullet = paragraph.ending.bullet
    if bullet:
        indent = "  " * bullet.level
        return f"{indent}{_item(tab.lists[bullet.list_id], checked=bullet.checked)} {words}"
    if paragraph.style.startswith("HEADING_"):
        return "#" * int(paragraph.style.removeprefix("HEADING_")) + " " + words
    return f"# {words}" if paragraph.style == "TITLE" else words


def _item(preset: str, *, checked: bool) -> str:
    if preset == CHECKBOX:
        return "- [x]" if checked else "- [ ]"
    return "1." if preset.startswith("NUMBERED") else "*"


def _word(char: Char) -> str:
    return f"~~{char.text}~~" if char.style.get("strikethrough") else char.text
