"""Export of a tab to Markdown and plain text, and the small import that uploads need.

Only the first tab is exported; which ones Google takes is not known (facts 6.16).
"""

from __future__ import annotations

import re

from connectors.standins.google.docs.text import CHECKBOX, NORMAL, Char, Paragraph, Tab, newline


def to_markdown(tab: Tab) -> str:
    """Return the tab as Markdown; here alone a ticked checklist item shows (facts 6.8)."""
    return "".join(_line(tab, paragraph) + "\n" for paragraph in tab.paragraphs())


def to_text(tab: Tab) -> str:
    """Return the bare words, lines ended as Google does."""
    return "\r\n".join(paragraph.text for paragraph in tab.paragraphs())


def fill(tab: Tab, text: str) -> None:
    """Put an uploaded Markdown or plain text in place of everything; only headings are styled."""
    tab.chars = [newline()]
    lines = text.rstrip("\n").split("\n")
    tab.insert(1, "\n".join(re.sub(r"^#{1,6} +", "", line) for line in lines))
    for line, paragraph in zip(lines, list(tab.paragraphs()), strict=True):
        if heading := re.match(r"(#{1,6}) ", line):
            level = {"namedStyleType": f"HEADING_{len(heading[1])}"}
            tab.restyle(paragraph, NORMAL | level, None)


def _line(tab: Tab, paragraph: Paragraph) -> str:
    """Return one paragraph: list item, heading or words."""
    words = "".join(_word(char) for char in paragraph.chars[:-1]).replace("~~~~", "")
    bullet = paragraph.ending.bullet
    if bullet:
        indent = "  " * bullet.level
        return f"{indent}{_item(tab.lists[bullet.list_id], checked=bullet.checked)} {words}"
    if paragraph.style.startswith("HEADING_"):
        return "#" * int(paragraph.style.removeprefix("HEADING_")) + " " + words
    return f"# {words}" if paragraph.style == "TITLE" else words


def _item(preset: str, *, checked: bool) -> str:
    """Return the sign before a list item."""
    if preset == CHECKBOX:
        return "- [x]" if checked else "- [ ]"
    return "1." if preset.startswith("NUMBERED") else "*"


def _word(char: Char) -> str:
    """Strike out letter by letter; the joints of a longer run vanish in `_line`."""
    return f"~~{char.text}~~" if char.style.get("strikethrough") else char.text
