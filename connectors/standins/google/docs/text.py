"""The text of one tab: a row of characters that carry their own style and marks.

A paragraph's style and bullet sit on the newline that ends it; named ranges and comment anchors
are marks on the characters they cover. Both follow the text through every edit by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from connectors.standins.google.errors import Json, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

NORMAL: Json = {"namedStyleType": "NORMAL_TEXT", "direction": "LEFT_TO_RIGHT"}
CHECKBOX = "BULLET_CHECKBOX"


@dataclass(frozen=True, slots=True)
class Bullet:
    """Membership in a list. `checked` is for people: no part of the API shows it (facts 6.8)."""

    list_id: str
    level: int = 0
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Char:
    """One character, or one chip (a person, a date, a link card), which counts one unit."""

    text: str
    style: Json = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    chip: Json | None = None
    paragraph: Json | None = None
    """Only on a newline: the style of the paragraph it ends."""
    bullet: Bullet | None = None

    @property
    def units(self) -> int:
        """Length in UTF-16 code units: two beyond the basic plane."""
        return 2 if self.text > "\uffff" and not self.chip else 1


def newline(paragraph: Json | None = None, bullet: Bullet | None = None) -> Char:
    """Return the end of a paragraph."""
    return Char("\n", paragraph=paragraph or NORMAL, bullet=bullet)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph where it stands: `start` and `end` are API indices, the newline included."""

    chars: tuple[Char, ...]
    first: int
    """Position of its first character in `Tab.chars`."""
    start: int

    @property
    def end(self) -> int:
        """API index behind the newline."""
        return self.start + sum(char.units for char in self.chars)

    @property
    def ending(self) -> Char:
        """The newline."""
        return self.chars[-1]

    @property
    def text(self) -> str:
        """What one reads, without the newline."""
        return "".join(char.text for char in self.chars[:-1])

    @property
    def style(self) -> str:
        """The named style."""
        return str((self.ending.paragraph or NORMAL)["namedStyleType"])


@dataclass(slots=True)
class Tab:
    """One tab of a document."""

    id: str = "t.0"
    title: str = "Tab 1"
    chars: list[Char] = field(default_factory=lambda: [newline()])
    lists: dict[str, str] = field(default_factory=dict)
    """List id to bullet preset."""
    ranges: dict[str, str] = field(default_factory=dict)
    """Named range id to name."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def copy(self) -> Tab:
        """Return a tab that can be edited without touching this one."""
        return replace(self, chars=[*self.chars], lists={**self.lists}, ranges={**self.ranges})

    def new_id(self, prefix: str) -> str:
        """Return an id for a list, a range or a heading."""
        return f"{prefix}{next(self._numbers):012d}"

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield the paragraphs in order."""
        first, start, gathered = 0, 1, list[Char]()
        for position, char in enumerate(self.chars):
            gathered.append(char)
            if char.text == "\n":
                paragraph = Paragraph(tuple(gathered), first, start)
                yield paragraph
                first, start, gathered = position + 1, paragraph.end, []

    def position(self, index: int) -> int:
        """Return where in `chars` an API index lies; 400 inside a surrogate pair or outside."""
        reached = 1
        for position, char in enumerate(self.chars):
            if reached == index:
                return position
            reached += char.units
        if reached == index:
            return len(self.chars)
        message = f"Index {index} must be inside the bounds of an existing paragraph."
        raise Refusal(400, "invalid", message)

    def overlapping(self, start: int, end: int) -> list[Paragraph]:
        """Return the paragraphs a range touches; raises Refusal (400) for a range that is none."""
        self.span(start, end)
        return [p for p in self.paragraphs() if p.start < end and start < p.end]

    def span(self, start: int, end: int) -> slice:
        """Return a range of API indices as a slice of `chars`."""
        if start >= end:
            raise Refusal(400, "invalid", f"The range [{start}, {end}) is empty.")
        return slice(self.position(start), self.position(end))

    def insert(self, index: int, text: str) -> None:
        """Insert text in the style of what stands before it (facts 6.6).

        A new paragraph takes style and bullet of the paragraph it is inserted into. The old
        newline keeps its heading id; a new heading gets its own.
        """
        position = self.position(index)
        if position == len(self.chars):
            message = f"Index {index} must be less than the end index of the segment."
            raise Refusal(400, "invalid", message)
        ending = next(char for char in self.chars[position:] if char.text == "\n")
        style = self._style_before(position)
        marks = self._marks_around(position)
        new = [
            self._newline_like(ending, marks) if char == "\n" else Char(char, style, marks)
            for char in text
        ]
        self.chars[position:position] = new

    def insert_chip(self, index: int, chip: Json, text: str) -> None:
        """Insert a person, a date or a link card."""
        position = self.position(index)
        marks, style = self._marks_around(position), self._style_before(position)
        self.chars.insert(position, Char(text, style, marks, chip))

    def delete(self, start: int, end: int) -> None:
        """Delete a range; the last newline of a tab stays (facts 6.3)."""
        span = self.span(start, end)
        if span.stop == len(self.chars):
            message = "The range cannot include the newline character at the end of the segment."
            raise Refusal(400, "invalid", message)
        del self.chars[span]

    def restyle(self, paragraph: Paragraph, style: Json, bullet: Bullet | None) -> None:
        """Give a paragraph a style and a bullet; a heading id comes and goes with the style."""
        style = {key: value for key, value in style.items() if key != "headingId"}
        if style["namedStyleType"].startswith("HEADING"):
            known = (paragraph.ending.paragraph or {}).get("headingId")
            style["headingId"] = known or self.new_id("h.")
        place = paragraph.first + len(paragraph.chars) - 1
        self.chars[place] = replace(paragraph.ending, paragraph=style, bullet=bullet)

    def marked(self, mark: str) -> Iterator[tuple[int, int]]:
        """Yield the ranges a mark covers: several once text was moved between its parts."""
        index, opened = 1, None
        for char in self.chars:
            if mark in char.marks and opened is None:
                opened = index
            if mark not in char.marks and opened is not None:
                yield opened, index
                opened = None
            index += char.units
        if opened is not None:
            yield opened, index

    def mark(self, span: slice, mark: str, *, on: bool = True) -> None:
        """Put a mark on characters, or take it off."""
        for position in range(*span.indices(len(self.chars))):
            char = self.chars[position]
            marks = char.marks | {mark} if on else char.marks - {mark}
            self.chars[position] = replace(char, marks=marks)

    def _style_before(self, position: int) -> Json:
        """Return the style of the text before; at the start of a paragraph, of its first text."""
        at_start = position == 0 or self.chars[position - 1].text == "\n"
        source = self.chars[position if at_start else position - 1]
        return {key: value for key, value in source.style.items() if key != "link"}

    def _marks_around(self, position: int) -> frozenset[str]:
        """Return the marks that go on on both sides: inserting inside a range widens it."""
        if position == 0:
            return frozenset()
        return self.chars[position - 1].marks & self.chars[position].marks

    def _newline_like(self, ending: Char, marks: frozenset[str]) -> Char:
        """Return the end of an inserted paragraph; as a heading it gets an id of its own."""
        style = dict(ending.paragraph or NORMAL)
        if "headingId" in style:
            style["headingId"] = self.new_id("h.")
        return replace(ending, paragraph=style, marks=marks)
