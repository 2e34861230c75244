"""Other people's text without what a reader's program would obey instead of showing it."""

from __future__ import annotations

import re

# Control characters (ANSI escapes begin with one), marks that turn the direction of what follows,
# and halves of characters, which no encoding can write.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Return text that can only be read; its lines and tabs stay."""
    return _OBEYED.sub("", text)


def spelled(text: str) -> str:
    """Return JSON with the same characters written as escapes: it says the same, and is read."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """Return text on one line, for where a line break would begin something new."""
    return plain(" ".join(text.split()))
