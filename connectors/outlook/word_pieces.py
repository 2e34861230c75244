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
from connectors.outlook.word_design import GREY, HAIRLINE, clean
from connectors.outlook.word_marks import Element
from connectors.outlook.word_text import TAG, W14

_NAMESPACES = f'{nsdecls("w")} xmlns:w14="{W14}"'
_TAIL = re.compile(r"(?P<words>.+?)(?P<tail>\s\([^()]*\))")
_WIDTHS = (520, 5340, 1400, 1900)  # twentieths of a point
_TITLES = ("", "Action", "Who", "Due")
_SMALL = 18  # half points
_PROMPT = re.compile(r"\(.*\)")


class Pieces:
    """Makes elements for one document; `styles` maps the names of built-in styles to its ids."""

    def __init__(self, heading: str, block: str, bullet: str) -> None:
        self._heading = heading
        self._block = block
        self._bullet = bullet

    def date_line(self, words: str) -> Element:
        """Return the heading of a section."""
        return _parsed(self._paragraph(_run(words), self._heading))

    def block(self, block: Block, mark: Mark, day: date | None) -> Iterator[Element]:
        """Yield a block: its heading, what is prepared, a place to write, and action items."""
        if block.heading:
            yield _parsed(self._paragraph(_headed(block.heading), self._block))
        for line in block.lines:
            prompt = _PROMPT.fullmatch(line) is not None
            shown = _run(line, grey=True) if prompt else _run(line)
            yield _parsed(self._paragraph(shown, "" if prompt else self._bullet, tied=prompt))
        if block.items:
            yield _parsed(_table(block.items, f"{mark}/{block.heading}", day))
            yield _parsed(self._paragraph("", ""))
        elif block.heading:
            yield _parsed(self._paragraph("", self._bullet))

    def separator(self) -> Element:
        """Return an empty line."""
        return _parsed(self._paragraph("", ""))

    def _paragraph(self, runs: str, style: str, *, tied: bool = False) -> str:
        """Write a paragraph; a `tied` one stands on one page with what follows."""
        shape = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
        shape += '<w:keepNext/><w:spacing w:after="20"/>' if tied else ""
        return f"<w:p {_NAMESPACES}><w:pPr>{shape}</w:pPr>{runs}</w:p>"


def _headed(heading: str) -> str:
    """Write a heading, its minutes in grey."""
    found = _TAIL.fullmatch(heading)
    if found is None:
        return _run(heading)
    return _run(found["words"]) + _run(found["tail"], grey=True, light=True)


def _table(items: Sequence[Item], name: str, day: date | None) -> str:
    """Write the action items, and one empty row to go on with."""
    rows = [_row(item, item.key or _name(name, n), day) for n, item in enumerate(items)]
    rows.append(_row(Item(""), _name(name, len(items)), day))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{HAIRLINE}"'
    return (
        f'<w:tbl {_NAMESPACES}><w:tblPr><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/>'
        f"<w:tblBorders><w:top {line}/><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:top w:w="50" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>'
        '<w:bottom w:w="50" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{_titles()}{''.join(rows)}</w:tbl>"
    )


def _titles() -> str:
    cells = (_cell(_line(_run(t, grey=True, light=True)), n) for n, t in enumerate(_TITLES))
    return f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _row(item: Item, key: str, day: date | None) -> str:
    """Write one action item; how long it has been carried stands below it in grey."""
    action = _line(_run(item.text))
    if item.since:
        action += _line(_run(f"({age(item.since, day)})", grey=True, light=True))
    until = f"{item.due:%a} {item.due.day} {item.due:%b} {item.due.year}" if item.due else ""
    parts = (_line(_box(item.done, key)), action, _line(_run(item.owner)), _line(_run(until)))
    cells = (_cell(part, n) for n, part in enumerate(parts))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _cell(content: str, column: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{_WIDTHS[column]}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


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


def _run(words: str, *, grey: bool = False, light: bool = False) -> str:
    if not words:
        return ""
    small = f'<w:sz w:val="{_SMALL}"/><w:szCs w:val="{_SMALL}"/>' if light else ""
    bold = '<w:b w:val="0"/>' if light else ""
    italic = "<w:i/>" if grey and not light else ""
    colour = f'<w:color w:val="{GREY}"/>' if grey else ""
    shape = f"<w:rPr>{bold}{italic}{colour}{small}</w:rPr>" if grey else ""
    return f'<w:r>{shape}<w:t xml:space="preserve">{escape(clean(words))}</w:t></w:r>'


def _name(*parts: object) -> str:
    text = "/".join(map(str, parts))
    return blake2b(text.encode("utf-8", "replace"), digest_size=5).hexdigest()


def _parsed(xml: str) -> Element:
    return parse_xml(xml)
