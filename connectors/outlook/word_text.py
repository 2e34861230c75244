"""What people read in a Word document, line by line: a paragraph, or a row of a table.

Pure. Content controls, links and tracked insertions count, tracked deletions do not. Ticks and
struck lines come out as `[x]` and `~~…~~`, as `connectors.items` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from docx.oxml.ns import qn

from connectors.model import Mark
from connectors.outlook import word_marks
from connectors.outlook.word_marks import Element

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
CHECKBOX, CHECKED = f"{{{W14}}}checkbox", f"{{{W14}}}checked"
TAG = "vv-"
"""What the tag of a checkbox of ours begins with; the rest names the action item."""
_DELETED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:sdtPr"), qn("w:rPr"), qn("w:pPr")})
_TYPED = re.compile(r"^(?:(?P<open>☐)|[☑☒✓✔])\s*")
_HEADING = re.compile(r"heading (\d)")
_TITLES = frozenset({"title", "subtitle"})
# As earlier versions wrote it, in brackets, and as our tables have it on a line of its own.
_SINCE = re.compile(
    r"\(?(since (?:\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]+(?: \d{4})?)(?:, \d+ weeks?)?)\)?"
)
_OFF = frozenset({"0", "false", "off"})
_LEVEL = f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:ilvl')}"
_TOP = frozenset({"", "0"})
_DEEPER = re.compile(r"list .*[2-9]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document; `level` is that of a heading, else 0."""

    element: Element
    text: str
    level: int = 0
    title: bool = False
    mark: Mark | None = None
    end: bool = False
    """Ends a section of ours where older text without a heading follows."""
    key: str = ""
    """The action item whose row it is."""
    cells: tuple[str, ...] = ()
    """What stands in the row of a table that people made."""
    nested: bool = False
    """Whether it stands below another one in a list."""


class Styles:
    """What the styles of one document mean; their ids differ from language to language."""

    def __init__(self, styles: Element) -> None:
        self._names = {
            str(style.get(qn("w:styleId"))): _said(style.find(qn("w:name"))).lower()
            for style in styles.findall(qn("w:style"))
        }

    def line(self, paragraph: Element) -> Line:
        """Read one paragraph."""
        style = self._names.get(_said(paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")), "")
        heading = _HEADING.fullmatch(style)
        return Line(
            paragraph,
            text(paragraph),
            level=int(heading[1]) if heading else 0,
            title=style in _TITLES,
            mark=word_marks.section(paragraph),
            end=word_marks.ends(paragraph),
            nested=_said(paragraph.find(_LEVEL)) not in _TOP or bool(_DEEPER.fullmatch(style)),
        )


def lines(body: Element, styles: Styles) -> Iterator[Line]:
    """Yield the lines of a document in their order; `element` is a child of the body."""
    for element in body:
        for block in _blocks(element):
            if block.tag == qn("w:p"):
                yield replace(styles.line(block), element=element)
            else:
                yield from _rows(block, element)


def text(element: Element) -> str:
    """Return the words of a paragraph, with a tick in front where it has a box."""
    words = "".join(_runs(element))
    boxes = [_ticked(box) for box in element.iter(CHECKBOX)]
    box = f"[{'x' if boxes[0] else ' '}] " if boxes else ""
    typed = _TYPED.match(words) if not boxes else None
    if typed:
        box, words = f"[{' ' if typed['open'] else 'x'}] ", words[typed.end() :]
    struck = words.strip() and not "".join(_runs(element, struck=False)).strip()
    return f"{box}~~{words.strip()}~~" if struck else f"{box}{words}"


def _blocks(element: Element) -> Iterator[Element]:
    """Yield paragraphs and tables, also those inside a content control."""
    if element.tag in {qn("w:p"), qn("w:tbl")}:
        yield element
    elif element.tag == qn("w:sdt"):
        for inner in element.iterfind(f"{qn('w:sdtContent')}/*"):
            yield from _blocks(inner)


def _rows(table: Element, element: Element) -> Iterator[Line]:
    """Yield a table's rows: action items where it has boxes to tick, else people's notes."""
    ours = next(table.iter(CHECKBOX), None) is not None
    for row in table.iterfind(qn("w:tr")):
        cells = [[text(p) for p in cell.iter(qn("w:p"))] for cell in row.iter(qn("w:tc"))]
        if not ours:
            said = tuple(" ".join(cell).strip() for cell in cells)
            yield Line(element, " | ".join(said).strip(" |"), cells=said)
        elif row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is None:
            yield Line(element, _task(cells), key=_key(row))


def _task(cells: list[list[str]]) -> str:
    """Write a row as people write an action item in one line; empty without an action."""
    done, action, who, due = [*cells, [], [], [], []][:4]
    since = next(filter(None, map(_since, action)), "")
    said = [part.strip() for part in action if part.strip() and not _since(part)]
    if not said:
        return ""
    tick = "x" if any(mark in " ".join(done).lower() for mark in ("x", "✓", "✔")) else " "
    owner = f"[{_bare(who)}] " if _bare(who) else ""
    until = f" by {_bare(due)}" if _bare(due) else ""
    # Whoever strikes a row strikes every cell of it; the words alone say that it is done.
    struck = all(part.startswith("~~") and part.endswith("~~") for part in said)
    row = f"{owner}{_bare(said) if struck else ' '.join(said)}{until}{since}"
    return f"[{tick}] " + (f"~~{row}~~" if struck else row)


def _bare(cell: list[str]) -> str:
    """Return the words of a cell, struck or not."""
    return " ".join(part.strip().strip("~").strip() for part in cell).strip()


def _since(part: str) -> str:
    """Return since when an item is carried, as written behind one; empty for other words."""
    found = _SINCE.fullmatch(_bare([part]))
    return f" ({found[1]})" if found else ""


def _key(row: Element) -> str:
    """Return the name of the action item in a row, which survives rewording."""
    tags = (_said(tag) for tag in row.iter(qn("w:tag")))
    return next((tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG)), "")


def _runs(element: Element, *, struck: bool = True) -> Iterator[str]:
    """Yield the text of the runs, a checkbox's own sign left out; without `struck` only plain."""
    for child in element:
        if child.tag in _DELETED or _is_box(child):
            continue
        if child.tag != qn("w:r"):
            yield from _runs(child, struck=struck)
        elif struck or not _is_struck(child):
            yield from map(_letters, child)


def _letters(part: Element) -> str:
    if part.tag == qn("w:t"):
        return part.text or ""
    return " " if part.tag in {qn("w:tab"), qn("w:br"), qn("w:cr")} else ""


def _is_box(element: Element) -> bool:
    return element.tag == qn("w:sdt") and next(element.iter(CHECKBOX), None) is not None


def _is_struck(run: Element) -> bool:
    marks = (run.find(f"{qn('w:rPr')}/{qn(name)}") for name in ("w:strike", "w:dstrike"))
    return any(mark is not None and _said(mark) not in _OFF for mark in marks)


def _ticked(box: Element) -> bool:
    checked = box.find(CHECKED)
    return checked is not None and str(checked.get(f"{{{W14}}}val")) in {"1", "true"}


def _said(element: Element | None) -> str:
    return "" if element is None else str(element.get(qn("w:val"), ""))
