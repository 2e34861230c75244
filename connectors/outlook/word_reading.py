"""The sections of a running Word document, as people left them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b

from docx.document import Document

from connectors.items import day_in, row, task, under
from connectors.model import Block, Mark, Section
from connectors.outlook.word_marks import Element
from connectors.outlook.word_text import Line, Styles, lines


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of lines that belongs together: one section, or text under no heading."""

    lines: tuple[Line, ...]

    @property
    def mark(self) -> Mark | None:
        """The mark of a section of ours."""
        return self.lines[0].mark if self.lines else None

    @property
    def elements(self) -> list[Element]:
        """What of the document's body it is."""
        return list(dict.fromkeys(line.element for line in self.lines))

    @property
    def fingerprint(self) -> str:
        """What its words and ticks come to: unchanged means untouched."""
        words = "\n".join(line.text for line in self.lines)
        return blake2b(words.encode(), digest_size=16).hexdigest()

    def section(self) -> Section:
        """Read it: a heading of the second level and below begins a block."""
        if not self.lines or not begins(self.lines[0]):
            return Section("", None, _blocks(self.lines, None))
        heading = self.lines[0].text.strip()
        day = day_in(heading)
        return Section(heading, day, _blocks(self.lines[1:], day, heading), self.mark)


def sections(document: Document) -> tuple[Section, ...]:
    """Read every section in the order they stand; text under no heading has an empty heading."""
    found = (part.section() for part in parts(document))
    return tuple(one for one in found if one.heading or one.mark or one.blocks)


def part(document: Document, mark: Mark) -> Part | None:
    """Return the section with this mark."""
    return next((one for one in parts(document) if one.mark == mark), None)


def parts(document: Document) -> Iterator[Part]:
    """Cut a document where a section opens, and where one of ours ends."""
    taken: list[Line] = []
    for line in all_lines(document)[title_end(document) :]:
        ours = bool(taken) and taken[0].mark is not None
        if opens(line) or (_dated(line) and not ours):
            yield Part(tuple(taken))
            taken = []
        taken.append(line)
        if line.end:
            yield Part(tuple(taken))
            taken = []
    yield Part(tuple(taken))


def all_lines(document: Document) -> list[Line]:
    """Return every line of a document."""
    return list(lines(document.element.body, Styles(document.styles.element)))


def title_end(document: Document) -> int:
    """Return the number of lines up to the end of the title and what is set below it."""
    found = all_lines(document)
    first = next((n for n, line in enumerate(found) if line.text.strip()), None)
    if first is None or not _is_title(found[first]):
        return 0
    end = first + 1
    while end < len(found) and found[end].title:
        end += 1
    return end


def title(document: Document) -> str:
    """Return the words of the title, or nothing."""
    named = (line.text for line in all_lines(document)[: title_end(document)])
    return next((text.strip() for text in named if text.strip()), "")


def opens(line: Line) -> bool:
    """Whether a line opens a section wherever it stands."""
    return line.mark is not None or line.level == 1


def begins(line: Line) -> bool:
    """Whether a line opens a section where none of ours is open."""
    return opens(line) or _dated(line)


def _dated(line: Line) -> bool:
    return line.level > 0 and day_in(line.text) is not None


def _is_title(line: Line) -> bool:
    # A dated heading of the first level is somebody's newest section, not a title.
    heading = line.level == 1 and line.mark is None and day_in(line.text) is None
    return line.title or heading


def _blocks(found: Sequence[Line], day: date | None, heading: str = "") -> tuple[Block, ...]:
    """Read the blocks of a section; lines above its first heading stand under its own."""
    blocks, at = [Block("")], heading
    for line in found:
        words = line.text.strip()
        if line.level:
            at = heading = words
            blocks.append(Block(words))
        elif words:
            at = under(words, at, heading)
            blocks[-1] = _with_line(blocks[-1], line, day, at)
    return tuple(blocks if blocks[0] != Block("") else blocks[1:])


def _with_line(block: Block, line: Line, day: date | None, heading: str) -> Block:
    """Return the block with one more line or action item."""
    words, key = line.text.strip(), line.key
    item = row(line.cells, day) if line.cells else task(words, day, heading, nested=line.nested)
    if item is None:
        return replace(block, lines=(*block.lines, words))
    # A row that people copied has the name of its model: it is an item of its own.
    known = {one.key for one in block.items}
    return replace(block, items=(*block.items, replace(item, key="" if key in known else key)))
