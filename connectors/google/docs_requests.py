"""What to ask `documents.batchUpdate` for, so that a section comes and goes: pure.

Text put at the top takes the style, the bullets and the list of what stood there, so all of them
are set again. People's own paragraphs are never in a range that is styled or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from connectors.google.docs_reading import REST, Json, NamedRange, Page, Paragraph, range_name
from connectors.items import dated, redated, words
from connectors.model import Block, Mark, Section

_SECTION, _BLOCK, _NORMAL = "HEADING_2", "HEADING_3", "NORMAL_TEXT"


@dataclass(frozen=True, slots=True)
class _Line:
    """One paragraph of a section to come."""

    text: str
    style: str = _NORMAL
    bullet: bool = False

    @property
    def units(self) -> int:
        """Length in UTF-16 code units, the newline included."""
        return _units(self.text) + 1


def insertion(page: Page, section: Section, mark: Mark) -> list[Json]:
    """Put a section below the title, or on top of everything."""
    title = page.title
    at = title.end if title else page.paragraphs[0].start
    # The last newline of a document stays the last: a title alone first gets a line below it.
    opened = [_insert(page, at - 1, "\n")] if at > page.end else []
    lines = list(_lines(section))
    text = "".join(f"{line.text}\n" for line in lines)
    places = list(accumulate((line.units for line in lines), initial=at))
    end = places[-1]
    clean = _range(page, at, end + len(opened))
    return [
        *opened,
        _insert(page, at, text),
        {"updateTextStyle": {"range": clean, "textStyle": {}, "fields": "*"}},
        {"deleteParagraphBullets": {"range": clean}},
        _style(clean, _NORMAL, "*"),
        *_headings(page, lines, places),
        *_bullets(page, lines, places),
        _named(page, range_name(mark), at, end),
        *_rest(page, at, end - at),
    ]


def new_heading(page: Page, heading: Paragraph, text: str) -> list[Json]:
    """Change the day in a date line, and nothing beside it; empty where that cannot be.

    The new words go in among the old ones before these leave, so that the range and people's
    comments on the day still have something to hold on to.
    """
    old, after = dated(heading.text), redated(heading.text, text)
    # What counts otherwise than it reads (a chip, a box, a stroke) people put there.
    plain = heading.start + _units(heading.text) == heading.end - 1
    if old is None or after == heading.text or not plain:
        return []
    first, last = (heading.start + _units(heading.text[:n]) for n in (old.start, old.stop))
    new = after[old.start : len(after) - len(heading.text) + old.stop]
    rest = first + 1 + _units(new)
    return [
        _insert(page, first + 1, new),
        {"deleteContentRange": {"range": _range(page, rest, last + _units(new))}},
        {"deleteContentRange": {"range": _range(page, first, first + 1)}},
    ]


def removal(page: Page, ours: NamedRange) -> list[Json]:
    """Take out a section with its range."""
    erased = _range(page, ours.start, ours.end)
    return [
        {"deleteNamedRange": {"namedRangeId": ours.id}},
        {"deleteContentRange": {"range": erased}},
    ]


def _lines(section: Section) -> Iterator[_Line]:
    """Yield a section as paragraphs; one without blocks still has a place to write in."""
    yield _Line(_one_line(section.heading), _SECTION)
    for block in section.blocks:
        yield from _block(block, section)
    if not section.blocks:
        yield _Line("")


def _block(block: Block, section: Section) -> Iterator[_Line]:
    """Yield a block: heading, bulleted lines, boxes to tick as text."""
    if block.heading:
        yield _Line(_one_line(block.heading), _BLOCK)
    for line in block.lines:
        yield _Line(_one_line(line), bullet=True)
    for item in block.items:
        yield _Line(_one_line(f"[{'x' if item.done else ' '}] {words(item, section.day)}"))
    if not (block.lines or block.items):
        yield _Line("")  # a place to write in


def _headings(page: Page, lines: Sequence[_Line], places: Sequence[int]) -> Iterator[Json]:
    """Yield the real headings, which alone can be linked to."""
    for line, at in zip(lines, places, strict=False):
        if line.style != _NORMAL:
            yield _style(_range(page, at, at + line.units), line.style, "namedStyleType")


def _bullets(page: Page, lines: Sequence[_Line], places: Sequence[int]) -> Iterator[Json]:
    """Yield a list for each run of lines; none begins with a tab, so no position shifts."""
    numbered = zip(lines, places, strict=False)
    for bullet, run in groupby(numbered, key=lambda line: line[0].bullet):
        placed = list(run)
        if bullet:
            last, at = placed[-1]
            span = _range(page, placed[0][1], at + last.units)
            preset = "BULLET_DISC_CIRCLE_SQUARE"
            yield {"createParagraphBullets": {"range": span, "bulletPreset": preset}}


def _rest(page: Page, at: int, length: int) -> Iterator[Json]:
    """Mark human text that would otherwise read as the end of the section put above it."""
    below = (p for p in page.paragraphs if p.start >= at and p.text.strip())
    first = next(below, None)
    if first and not page.opens(first, within_ours=True):
        yield _named(page, REST, first.start + length, first.end - 1 + length)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _insert(page: Page, index: int, text: str) -> Json:
    return {"insertText": {"location": {"index": index} | _tab(page), "text": text}}


def _named(page: Page, name: str, start: int, end: int) -> Json:
    return {"createNamedRange": {"name": name, "range": _range(page, start, end)}}


def _style(span: Json, name: str, fields: str) -> Json:
    style = {"namedStyleType": name}
    return {"updateParagraphStyle": {"range": span, "paragraphStyle": style, "fields": fields}}


def _range(page: Page, start: int, end: int) -> Json:
    return {"startIndex": start, "endIndex": end} | _tab(page)


def _tab(page: Page) -> Json:
    # Without a tab's id, requests about named ranges would mean all tabs.
    return {"tabId": page.tab} if page.tab else {}


def _one_line(text: str) -> str:
    """Keep other people's words from becoming paragraphs or levels of a list."""
    return " ".join(text.split())
