"""What a person does in an open document.

Typing, ticking, striking out, commenting: the edits a program finds when it comes back, each with
a new revision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connectors.standins.google.docs.text import CHECKBOX, NORMAL, Bullet, Paragraph, Tab

if TYPE_CHECKING:
    from connectors.standins.google.drive import File
    from connectors.standins.google.world import World


@dataclass(frozen=True, slots=True)
class Page:
    """An open document. Lines are found by any part of their text; the first that fits counts."""

    world: World
    file: File

    @property
    def text(self) -> str:
        """What one reads in the first tab."""
        return "\n".join(paragraph.text for paragraph in self._tab.paragraphs())

    @property
    def comments(self) -> list[str]:
        """The comments that still hang on a text."""
        return list(self.file.document.comments.values())

    def writes_below(self, line: str, text: str) -> None:
        """Add lines below a line, in its style; what follows a heading is normal text."""
        above = self._line(line)
        self._tab.insert(above.end - 1, f"\n{text}")
        if above.style.startswith("HEADING"):
            new = self._tab.overlapping(above.end, above.end + len(text.encode("utf-16-le")) // 2)
            for paragraph in new:
                self._tab.restyle(paragraph, NORMAL, None)
        self._saved()

    def writes_on_top(self, text: str) -> None:
        """Add lines above everything."""
        self._tab.insert(1, f"{text}\n")
        self._saved()

    def replaces(self, old: str, new: str) -> None:
        """Type over a text within one line."""
        place = self._find(old)
        self._tab.chars[place.start : place.stop] = [
            replace(self._tab.chars[place.start], text=char) for char in new
        ]
        self._saved()

    def erases(self, line: str) -> None:
        """Delete a whole line."""
        paragraph = self._line(line)
        self._tab.delete(paragraph.start, paragraph.end)
        self._saved()

    def makes_checklist(self, line: str) -> None:
        """Turn a line into a checklist item."""
        list_id = self._tab.new_id("kix.")
        self._tab.lists[list_id] = CHECKBOX
        paragraph = self._line(line)
        self._tab.restyle(paragraph, paragraph.ending.paragraph or {}, Bullet(list_id))
        self._saved()

    def ticks(self, line: str) -> None:
        """Tick an item: a real checklist box, else `[ ]` typed over."""
        paragraph = self._line(line)
        bullet = paragraph.ending.bullet
        if bullet and self._tab.lists[bullet.list_id] == CHECKBOX:
            ticked = replace(bullet, checked=True)
            self._tab.restyle(paragraph, paragraph.ending.paragraph or {}, ticked)
        else:
            start = paragraph.first + paragraph.text.index("[ ]") + 1
            self._tab.chars[start] = replace(self._tab.chars[start], text="x")
        self._saved()

    def strikes(self, text: str) -> None:
        """Strike a text through."""
        place = self._find(text)
        for position in range(place.start, place.stop):
            char = self._tab.chars[position]
            self._tab.chars[position] = replace(char, style=char.style | {"strikethrough": True})
        self._saved()

    def comments_on(self, text: str, words: str) -> None:
        """Hang a comment on a text."""
        comment = self._tab.new_id("kix.comment")
        self._tab.mark(self._find(text), comment)
        self.file.document.comments[comment] = words
        self._saved()

    def adds_tab(self, title: str) -> str:
        """Add a tab at the end; return its id."""
        tab = Tab(id=f"t.{len(self.file.document.tabs)}", title=title)
        self.file.document.tabs.append(tab)
        self._saved()
        return tab.id

    @property
    def _tab(self) -> Tab:
        """People here write in the first tab."""
        return self.file.document.first

    def _line(self, part: str) -> Paragraph:
        """Return the first line with these words in it."""
        return next(p for p in self._tab.paragraphs() if part in p.text)

    def _find(self, text: str) -> slice:
        """Return where the words stand in the characters of the tab."""
        paragraph = self._line(text)
        # A chip is one position, however long its words are.
        lengths = [len(char.text) for char in paragraph.chars]
        start = _positions(lengths, paragraph.text.index(text))
        end = _positions(lengths, paragraph.text.index(text) + len(text))
        return slice(paragraph.first + start, paragraph.first + end)

    def _saved(self) -> None:
        """Every edit is a new revision, and a new version of the file."""
        self.file.document.revise()
        self.world.drive.touch(self.file)


def _positions(lengths: list[int], offset: int) -> int:
    """Return how many of the leading characters make up an offset in the text."""
    count = 0
    while offset > 0:
        offset -= lengths[count]
        count += 1
    return count
