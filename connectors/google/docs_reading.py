"""A Google document as people left it, read into sections: pure.

Positions are UTF-16 code units in the first tab, as the API counts. A section of ours is known by
a named range over it, which follows the text wherever people move it. It ends where the next
heading of the first two levels opens, or where a range says that human text without a heading of
its own begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from connectors.items import day_in, row, task, under
from connectors.model import Block, Item, Mark, Section, Url

Json = dict[str, Any]

_OURS = "visavis:"
REST = "visavis-rest"
"""Names the paragraph where human text goes on below a section of ours."""
_OPENING = ("HEADING_1", "HEADING_2")
_BOX = re.compile(r"\[[ xX✓✔]?\]")
_CHECKED = re.compile(r"\s*[-*+] \[(?P<tick>[ xX])\] (?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `end` counts its newline. A native checklist item reads as `[ ] …`."""

    start: int
    end: int
    text: str
    style: str
    heading_id: str = ""
    checklist: bool = False
    row: int = -1
    """Where the row of a table begins that it stands in."""
    nested: bool = False
    """Whether it stands below another one in a list."""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading with words in it; a box to tick makes it an item all the same."""
        words = self.text.strip()
        return self.style.startswith("HEADING_") and bool(words) and not _BOX.match(words)


@dataclass(frozen=True, slots=True)
class NamedRange:
    """A range that follows its text; pieces of one that people tore apart count as one."""

    name: str
    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its place: the paragraphs from its heading to the next one."""

    paragraphs: tuple[Paragraph, ...]
    range: NamedRange | None = None

    @property
    def mark(self) -> Mark | None:
        """The mark of a section of ours."""
        return Mark(self.range.name.removeprefix(_OURS)) if self.range else None

    @property
    def heading(self) -> Paragraph | None:
        """The date line."""
        first = self.paragraphs[0]
        return first if first.is_heading or self.range else None

    @property
    def source(self) -> str:
        """Everything people read in it, to compare with what was written."""
        return "\n".join(paragraph.text.rstrip() for paragraph in self.paragraphs).strip()


@dataclass(frozen=True, slots=True)
class Page:
    """The first tab of a document at one revision, which is empty where it may only be read."""

    tab: str
    revision: str
    paragraphs: tuple[Paragraph, ...]
    ranges: tuple[NamedRange, ...]

    @property
    def end(self) -> int:
        """Where the last newline stands, which can never be deleted."""
        return self.paragraphs[-1].end - 1

    @property
    def title(self) -> Paragraph | None:
        """The document's title, if it begins with one; a dated heading is somebody's section."""
        first = next((p for p in self.paragraphs if p.text.strip()), None)
        if first is None or self.range_at(first) or day_in(first.text):
            return None
        return first if first.style in {"TITLE", "HEADING_1"} else None

    def parts(self) -> Iterator[Part]:
        """Yield the sections in the order they stand, our own and people's."""
        title = self.title
        part: list[Paragraph] = []
        ours: NamedRange | None = None
        for paragraph in (p for p in self.paragraphs if p is not title):
            mark = self.range_at(paragraph)
            if part and self.opens(paragraph, within_ours=ours is not None):
                yield Part(tuple(part), ours)
                part = []
            if not part:
                ours = mark if mark and mark.name.startswith(_OURS) else None
            part.append(paragraph)
        if part:
            yield Part(tuple(part), ours)

    def part(self, mark: Mark) -> Part | None:
        """Return our section with this mark."""
        return next((part for part in self.parts() if part.mark == mark), None)

    def opens(self, paragraph: Paragraph, *, within_ours: bool) -> bool:
        """Whether a section begins here; deeper headings open blocks, unless they are dated."""
        if self.range_at(paragraph):
            return True
        if not paragraph.is_heading:
            return False
        return paragraph.style in _OPENING or (
            not within_ours and day_in(paragraph.text) is not None
        )

    def range_at(self, paragraph: Paragraph) -> NamedRange | None:
        """Return the range of ours that begins in a paragraph."""
        return next((r for r in self.ranges if paragraph.start <= r.start < paragraph.end), None)


def range_name(mark: Mark) -> str:
    """Return what the named range of a section is called."""
    return f"{_OURS}{mark}"


def page(document: Json) -> Page:
    """Read `documents.get`, asked for with tabs; without tabs the old `body` is the first one."""
    tab: Json = next(iter(document.get("tabs") or ()), {})
    content: Json = tab.get("documentTab", document)
    shown = content.get("body", {}).get("content", ())
    return Page(
        tab=str(tab.get("tabProperties", {}).get("tabId", "")),
        revision=str(document.get("revisionId", "")),
        paragraphs=tuple(_paragraphs(shown, content.get("lists", {}))),
        ranges=tuple(_ranges(content.get("namedRanges", {}))),
    )


def with_ticks(page: Page, markdown: str) -> Page:
    """Take over the ticks of native checklists, which only the Markdown export shows."""
    told = [(found["tick"] != " ", _letters(found["text"])) for found in _found(markdown)]
    return replace(page, paragraphs=tuple(_ticked(page.paragraphs, told)))


def sections(page: Page, url: Url) -> tuple[Section, ...]:
    """Return the sections with deep links to those that have a heading."""
    read = (_section(part, page, url) for part in page.parts())
    return tuple(one for one in read if one.heading or one.blocks)


def deep_link(part: Part, page: Page, url: Url) -> Url | None:
    """Return the address that opens the document at a section; None without a real heading."""
    heading = part.heading
    if heading is None or not heading.heading_id:
        return None
    base = url.partition("?")[0].partition("#")[0]
    return Url(f"{base}?tab={page.tab or 't.0'}#heading={heading.heading_id}")


def _section(part: Part, page: Page, url: Url) -> Section:
    """Read one part: what a block begins with is plain, what can be ticked is an item."""
    heading = part.heading
    text = heading.text.strip() if heading else ""
    day = day_in(text)
    blocks = [Block("")]
    for paragraph in _lines(part.paragraphs[1 if heading else 0 :], day, text):
        if isinstance(paragraph, Item):
            blocks[-1] = replace(blocks[-1], items=(*blocks[-1].items, paragraph))
        elif paragraph.is_heading:
            blocks.append(Block(paragraph.text.strip()))
        elif words := paragraph.text.strip():
            blocks[-1] = replace(blocks[-1], lines=(*blocks[-1].lines, words))
    told = tuple(blocks if blocks[0] != Block("") else blocks[1:])
    return Section(text, day, told, part.mark, deep_link(part, page, url))


def _lines(
    paragraphs: Sequence[Paragraph], day: date | None, heading: str
) -> Iterator[Paragraph | Item]:
    """Yield what stands under a heading: action items, also whole rows of a table, and text."""
    at = heading
    for start, cells in groupby(paragraphs, key=lambda paragraph: paragraph.row):
        found = list(cells)
        item = row([paragraph.text for paragraph in found], day) if start >= 0 else None
        if item:
            yield item
            continue
        for paragraph in found:
            if paragraph.is_heading:
                at = heading = paragraph.text.strip()
            at = under(paragraph.text, at, heading)
            yield _line(paragraph, day, at)


def _line(paragraph: Paragraph, day: date | None, heading: str) -> Paragraph | Item:
    if paragraph.is_heading:
        return paragraph
    # What stands in a table says in its heading what it is.
    nested = paragraph.nested or paragraph.row >= 0
    return task(paragraph.text, day, heading, nested=nested) or paragraph


def _paragraphs(content: Sequence[Json], lists: Mapping[str, Json]) -> Iterator[Paragraph]:
    """Yield all paragraphs in order, also those in the cells of tables."""
    for element in content:
        if "paragraph" in element:
            yield _paragraph(element, lists)
        for told in element.get("table", {}).get("tableRows", ()):
            for cell in told.get("tableCells", ()):
                for paragraph in _paragraphs(cell.get("content", ()), lists):
                    yield replace(paragraph, row=told.get("startIndex", 0))


def _paragraph(element: Json, lists: Mapping[str, Json]) -> Paragraph:
    """Read one paragraph; its text has no newline, its positions count it."""
    told: Json = element["paragraph"]
    style = told.get("paragraphStyle", {})
    checklist = _is_checklist(told.get("bullet"), lists)
    text = "".join(map(_words, told.get("elements", ()))).replace("~~~~", "").rstrip("\n")
    return Paragraph(
        start=element.get("startIndex", 0),
        end=element["endIndex"],
        text=f"[ ] {text}" if checklist and text.strip() else text,
        style=str(style.get("namedStyleType", "NORMAL_TEXT")),
        heading_id=str(style.get("headingId", "")),
        checklist=checklist,
        nested=bool(told.get("bullet", {}).get("nestingLevel", 0)),
    )


def _words(element: Json) -> str:
    """Return what one reads of a run or a chip; what is struck through is set in `~~`."""
    run = element.get("textRun")
    if run is None:
        person = element.get("person", {}).get("personProperties", {})
        link = element.get("richLink", {}).get("richLinkProperties", {})
        day = element.get("dateElement", {}).get("dateElementProperties", {})
        told = (person.get("name"), person.get("email"), link.get("title"), link.get("uri"))
        return str(next(filter(None, (*told, day.get("displayText"))), ""))
    text = str(run.get("content", ""))
    words = text.strip()
    if not words or not run.get("textStyle", {}).get("strikethrough"):
        return text
    return text.replace(words, f"~~{words}~~")


def _is_checklist(bullet: Json | None, lists: Mapping[str, Json]) -> bool:
    """Whether a list item has a box: the one glyph that the API cannot name."""
    if bullet is None:
        return False
    known = lists.get(bullet.get("listId", ""), {}).get("listProperties", {})
    levels = known.get("nestingLevels", ())
    number = bullet.get("nestingLevel", 0)
    level = levels[number] if number < len(levels) else {"glyphSymbol": "?"}
    kind = level.get("glyphType", "GLYPH_TYPE_UNSPECIFIED")
    return not level.get("glyphSymbol") and kind == "GLYPH_TYPE_UNSPECIFIED"


def _ranges(named: Mapping[str, Json]) -> Iterator[NamedRange]:
    """Yield the ranges of ours; other apps may have their own in the same document."""
    for name, shelf in named.items():
        if not name.startswith((_OURS, REST)):
            continue
        for told in shelf.get("namedRanges", ()):
            pieces = [(r.get("startIndex", 0), r["endIndex"]) for r in told.get("ranges", ())]
            if pieces:
                start, end = min(a for a, _ in pieces), max(b for _, b in pieces)
                yield NamedRange(name, str(told["namedRangeId"]), start, end)


def _found(markdown: str) -> Iterator[re.Match[str]]:
    return filter(None, map(_CHECKED.match, markdown.splitlines()))


def _ticked(
    paragraphs: Iterable[Paragraph], told: Sequence[tuple[bool, str]]
) -> Iterator[Paragraph]:
    """Find each item in the rest of the export, which has the same order.

    One that the export words otherwise stays open, and takes no other's tick with it.
    """
    rest = 0
    for paragraph in paragraphs:
        words = paragraph.text.removeprefix("[ ] ")
        letters = _letters(words) if paragraph.checklist else None
        found = next((n for n in range(rest, len(told)) if told[n][1] == letters), None)
        if found is None:
            yield paragraph
        else:
            rest = found + 1
            yield replace(paragraph, text=f"[{'x' if told[found][0] else ' '}] {words}")


def _letters(text: str) -> str:
    """Return letters and digits alone: an export escapes and decorates the rest."""
    return "".join(filter(str.isalnum, text))
