"""The pieces a section is made of, as the XML of Word. Pure.

Styles are the built-in ones, so that in a document people already have a section looks like the
rest of it; only greys and the table of action items are set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import blake2b
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from connectors.items import age
from connectors.model import Block, Item, Mark
from connectors.outlook.word_design import GREY, HAIRLINE, LATE, clean
from connectors.outlook.word_marks import Element
from connectors.outlook.word_text import TAG, W14

_NAMESPACES = f'{nsdecls("w")} xmlns:w14="{W14}"'
_TAIL = re.compile(r"(?P<words>.+?)(?P<tail>\s\([^()]*\))")
_BOX, _WHO, _DUE = 520, 1400, 2100  # widths in twentieths of a point; the action has the rest
_INSET = 60  # of the words in a cell; the table begins as much further right, where text does
_TITLES = ("", "What", "Who", "Due")
_SMALL = 17  # half points
_PROMPT = re.compile(r"\(.*\)")


class Pieces:
    """Makes elements for one document: the ids of its styles, and how wide its text is."""

    def __init__(self, heading: str, block: str, bullet: str, width: int) -> None:
        self._heading = heading
        self._block = block
        self._bullet = bullet
        self._widths = (_BOX, max(_BOX, width - _BOX - _WHO - _DUE), _WHO, _DUE)

    def date_line(self, words: str) -> Element:
        """Return the heading of a section."""
        return _parsed(self._paragraph(_run(words), self._heading))

    def block(self, block: Block, mark: Mark, day: date | None) -> Iterator[Element]:
        """Yield a block: its heading, what is prepared, a place to write, and action items."""
        if block.heading:
            yield _parsed(self._paragraph(_headed(block.heading), self._block))
        for n, line in enumerate(block.lines, 1):
            prompt = _PROMPT.fullmatch(line) is not None
            shown = _run(line, grey=True) if prompt else _run(line)
            # A table needs more air above it than a line to write on.
            air = 80 if block.items and n == len(block.lines) else 20
            style = "" if prompt else self._bullet
            yield _parsed(self._paragraph(shown, style, tied=air if prompt else 0))
        if block.items:
            yield _parsed(_table(block.items, f"{mark}/{block.heading}", day, self._widths))
            yield _parsed(self._paragraph("", ""))
        elif block.heading:
            yield _parsed(self._paragraph("", self._bullet))

    def separator(self) -> Element:
        """Return an empty line."""
        return _parsed(self._paragraph("", ""))

    def _paragraph(self, runs: str, style: str, *, tied: int = 0) -> str:
        """Write a paragraph; one `tied` by so much air stands on one page with what follows."""
        shape = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
        shape += f'<w:keepNext/><w:spacing w:after="{tied}"/>' if tied else ""
        return f"<w:p {_NAMESPACES}><w:pPr>{shape}</w:pPr>{runs}</w:p>"


def _headed(heading: str) -> str:
    """Write a heading, its minutes in grey."""
    found = _TAIL.fullmatch(heading)
    if found is None:
        return _run(heading)
    return _run(found["words"]) + _run(found["tail"], grey=True, light=True)


def _table(items: Sequence[Item], name: str, day: date | None, widths: Sequence[int]) -> str:
    """Write the action items, and one empty row to go on with."""
    titles = [_line(_run(title, grey=True, light=True)) for title in _TITLES]
    filled = [_cells(item, item.key or _name(name, n), day) for n, item in enumerate(items)]
    empty = _cells(Item(""), _name(name, len(items)), day)
    rows = [_row(titles, "tblHeader", widths)]
    rows += (_row(cells, "cantSplit", widths) for cells in (*filled, empty))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{HAIRLINE}"'
    return (
        f'<w:tbl {_NAMESPACES}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblInd w:w="{_INSET}" w:type="dxa"/>'
        f"<w:tblBorders><w:top {line}/><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:top w:w="50" w:type="dxa"/><w:left w:w="{_INSET}" w:type="dxa"/>'
        f'<w:bottom w:w="50" w:type="dxa"/><w:right w:w="{_INSET}" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(cells: Sequence[str], kind: str, widths: Sequence[int]) -> str:
    written = (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        for width, cell in zip(widths, cells, strict=True)
    )
    return f"<w:tr><w:trPr><w:{kind}/></w:trPr>{''.join(written)}</w:tr>"


def _cells(item: Item, key: str, day: date | None) -> tuple[str, ...]:
    """Write one action item; how long it has been carried stands below it in grey."""
    action = _line(_run(item.text))
    if item.since:
        action += _line(_run(age(item.since, day), grey=True, light=True))
    until = f"{item.due:%a} {item.due.day} {item.due:%b} {item.due.year}" if item.due else ""
    late = bool(item.due and day and item.due < day and not item.done)
    due = _run(until, colour=LATE) if late else _run(until)
    return _line(_box(item.done, key)), action, _line(_run(item.owner)), _line(due)


def _line(content: str) -> str:
    return f'<w:p><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>{content}</w:p>'


def _box(done: bool, key: str) -> str:  # noqa: FBT001 - the state of the box
    """Write a box people can tick, with the item's name in its tag."""
    font = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic"/>'
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="Done"/><w:tag w:val={quoteattr(TAG + clean(key))}/>'
        f'<w14:checkbox><w14:checked w14:val="{int(done)}"/>'
        '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent><w:r><w:rPr>{font}</w:rPr><w:t>{'☒' if done else '☐'}</w:t></w:r>"
        "</w:sdtContent></w:sdt>"
    )


def _run(words: str, *, grey: bool = False, light: bool = False, colour: str = "") -> str:
    """Write words; `grey` is what is prepared, in italics, or beside the matter where `light`."""
    if not words:
        return ""
    colour = GREY if grey else colour
    small = f'<w:sz w:val="{_SMALL}"/><w:szCs w:val="{_SMALL}"/>' if light else ""
    bold = '<w:b w:val="0"/>' if light else ""
    italic = "<w:i/>" if grey and not light else ""
    ink = f'<w:color w:val="{colour}"/>' if colour else ""
    shape = f"<w:rPr>{bold}{italic}{ink}{small}</w:rPr>" if colour else ""
    return f'<w:r>{shape}<w:t xml:space="preserve">{escape(clean(words))}</w:t></w:r>'


def _name(*parts: object) -> str:
    text = "/".join(map(str, parts))
    return blake2b(text.encode("utf-8", "replace"), digest_size=5).hexdigest()


def _parsed(xml: str) -> Element:
    return parse_xml(xml)
