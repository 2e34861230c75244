"""A section put into a Word document, its date line set, or taken out again; nothing else moves.

Pure: a file in, a file out. All that people made stays as it is: text, comments, styles, images.
"""

from __future__ import annotations

from docx.document import Document
from docx.oxml.ns import qn

from connectors.items import dated, redated
from connectors.model import Mark, Section
from connectors.outlook import word_marks, word_reading
from connectors.outlook.word_design import opened, saved, style_id, text_width
from connectors.outlook.word_marks import Element
from connectors.outlook.word_pieces import Pieces
from connectors.outlook.word_text import Line


def insert(content: bytes, section: Section, mark: Mark) -> bytes:
    """Put a section on top; where the mark is there already, only its date line is set."""
    document = opened(content)
    there = word_reading.part(document, mark)
    if there is not None:
        return _redated(document, there.lines[0], section.heading, content)
    body, place = document.element.body, _place(document)
    older = _text_follows(document, place)
    pieces = Pieces(
        style_id(document, "Heading 1"),
        style_id(document, "Heading 2"),
        style_id(document, "List Bullet"),
        text_width(document),
    )
    elements = [pieces.date_line(section.heading)]
    for block in section.blocks:
        elements += pieces.block(block, mark, section.day)
    if older:
        elements.append(pieces.separator())
    for element in reversed(elements):
        body.insert(place, element)
    word_marks.put(elements[0], word_marks.of_section(mark), body)
    if older:
        word_marks.put(elements[-1], word_marks.of_end(mark), body)
    return saved(document)


def remove(content: bytes, mark: Mark) -> bytes:
    """Take a section out, with all that `insert` put there."""
    document = opened(content)
    there = word_reading.part(document, mark)
    for element in there.elements if there else ():
        document.element.body.remove(element)
    return saved(document)


def redate(content: bytes, mark: Mark, heading: str) -> bytes:
    """Set the date line of a section."""
    document = opened(content)
    there = word_reading.part(document, mark)
    return _redated(document, there.lines[0], heading, content) if there else content


def _redated(document: Document, line: Line, heading: str, content: bytes) -> bytes:
    # A mark that people moved elsewhere is left alone.
    if line.level == 0:
        return content
    pieces = list(line.element.iter(qn("w:t")))
    words = "".join(piece.text or "" for piece in pieces)
    day, after = dated(words), redated(words, heading)
    if day is None or after == words:
        return content
    _type(pieces, day, after[day.start : len(after) - len(words) + day.stop])
    return saved(document)


def _type(pieces: list[Element], place: slice, words: str) -> None:
    """Put words in place of others that may stand in several runs, each with its own look."""
    at = 0
    for piece in pieces:
        text = piece.text or ""
        first, last = (min(max(n - at, 0), len(text)) for n in (place.start, place.stop))
        if first < last:
            piece.text, words = f"{text[:first]}{words}{text[last:]}", ""
            piece.set(qn("xml:space"), "preserve")
        at += len(text)


def _place(document: Document) -> int:
    """Return where in the body the newest section goes: below its bookmark, or the title."""
    body = document.element.body
    holder = word_marks.holder(body, word_marks.NEWEST)
    if holder is None:
        above = word_reading.all_lines(document)[: word_reading.title_end(document)]
        if not above:
            return 0
        holder = above[-1].element
        word_marks.put(holder, word_marks.NEWEST, body)
    return int(body.index(_top(holder, body))) + 1


def _top(element: Element, body: Element) -> Element:
    """Return the child of the body that holds an element."""
    for above in (element, *element.iterancestors()):
        if above.getparent() is body:
            return above
    raise ValueError("the bookmark is not in the text")


def _text_follows(document: Document, place: int) -> bool:
    """Whether older text without a heading of its own comes next."""
    below = set(document.element.body[place:])
    lines = (line for line in word_reading.all_lines(document) if line.element in below)
    first = next((line for line in lines if line.text.strip()), None)
    return first is not None and not word_reading.begins(first)
