"""What people do to a running document with their hands, in each program they do it with.

An edit names a place by a fraction of the document, so that the same history can be told of every
kind. `shown` tells a document line by line with all that people put there, looks included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.run import Run
from lxml import etree

from connectors.items import dated
from connectors.model import Link
from connectors.outlook.word_design import clean, opened
from connectors.protocol import Documents
from connectors.standins.google.docs.text import Paragraph, Tab
from tests.connectors.google.benches import DocumentsAtGoogle
from tests.connectors.outlook.bench import Library


class Deed(StrEnum):
    """An edit by hand."""

    TYPE = "type in the middle of a line"
    AHEAD = "write in front of a line"
    BEHIND = "write behind a line"
    SPLIT = "break a line in two"
    MERGE = "join a line with the next"
    CUT = "delete the middle of a line"
    STRIKE = "strike a line through"
    TICK = "tick the first open box from here on"
    TABLE = "paste a table below a line"
    COMMENT = "comment on a line"
    APPEND = "write at the very end"


_TYPED_AT = {Deed.AHEAD: 0.0, Deed.TYPE: 0.5, Deed.BEHIND: 1.0}


@dataclass(frozen=True, slots=True)
class Edit:
    """A deed at a place, perhaps with words.

    From 0 for the first line to just below 1 for the last; None is the newest date line.
    """

    deed: Deed
    at: float | None
    words: str

    def among(self, lines: Sequence[str]) -> int:
        """Return which of some lines is meant."""
        if self.at is not None:
            return int(self.at * len(lines))
        return next((n for n, line in enumerate(lines) if dated(line)), 0)


class Hands(Protocol):
    """A kind of document with people in it."""

    @property
    def documents(self) -> Documents:
        """The connector, on the owner's account."""

    def edit(self, document: Link, edit: Edit) -> None:
        """Do as people do; what makes no sense at that place is left."""

    def lines(self, document: Link) -> list[str]:
        """Return what people read, line by line."""

    def shown(self, document: Link) -> list[str]:
        """Return the lines with their looks, and last of all what hangs on the document."""


class Texts(Protocol):
    """A bench whose documents are plain text."""

    @property
    def documents(self) -> Documents: ...

    def text(self, document: Link) -> str: ...


@dataclass(frozen=True)
class InText:
    """People with an editor of plain text."""

    bench: Texts
    change: Callable[[Link, Callable[[str], str]], None]

    @property
    def documents(self) -> Documents:
        return self.bench.documents

    def edit(self, document: Link, edit: Edit) -> None:
        self.change(document, lambda text: _typed(text, edit))

    def lines(self, document: Link) -> list[str]:
        return self.bench.text(document).splitlines()

    def shown(self, document: Link) -> list[str]:
        return self.lines(document)


def _typed(text: str, edit: Edit) -> str:
    lines = text.splitlines(keepends=True) or [""]
    n = edit.among(lines)
    line = lines[n].rstrip("\r\n")
    ending, half = lines[n][len(line) :], len(line) // 2
    match edit.deed:
        case Deed.AHEAD | Deed.TYPE | Deed.BEHIND:
            # In front of the words, that is: a heading stays one.
            lead = len(line) - len(line.lstrip("# "))
            place = lead + int(_TYPED_AT[edit.deed] * (len(line) - lead))
            lines[n] = f"{line[:place]}{edit.words}{line[place:]}{ending}"
        case Deed.SPLIT:
            lines[n] = f"{line[:half]}\n{line[half:]}{ending}"
        case Deed.MERGE:
            lines[n] = line
        case Deed.CUT:
            lines[n] = f"{line[: half // 2]}{line[half:]}{ending}"
        case Deed.STRIKE if line.strip():
            lines[n] = f"~~{line}~~{ending}"
        case Deed.TICK:
            head = "".join(lines[:n])
            return head + text[len(head) :].replace("[ ]", "[x]", 1)
        case Deed.TABLE:
            lines.insert(n + 1, f"| {edit.words} | b |\n|---|---|\n| 1 | 2 |\n")
        case Deed.COMMENT:
            lines[n] = f"{line}<!-- {edit.words.replace('-->', '')} -->{ending}"
        case Deed.APPEND:
            lines.append(f"{edit.words}\n")
        case _:
            pass
    return "".join(lines)


@dataclass(frozen=True)
class AtGoogle:
    """People in Google Docs."""

    bench: DocumentsAtGoogle

    @property
    def documents(self) -> Documents:
        return self.bench.documents

    def edit(self, document: Link, edit: Edit) -> None:
        page = self.bench.page(document)
        tab, shown = page.file.document.first, page.file.document
        paragraphs = list(tab.paragraphs())
        n = edit.among([paragraph.text for paragraph in paragraphs])
        if edit.deed is Deed.TICK:
            later = (p.text for p in paragraphs[n:] if "[ ]" in p.text)
            if (line := next(later, None)) is not None:
                page.ticks(line)
        elif edit.deed is Deed.COMMENT and paragraphs[n].text:
            name = tab.new_id("kix.comment")
            tab.mark(_place(paragraphs[n]), name)
            shown.comments[name] = edit.words
        else:
            _written(tab, paragraphs[n], edit)
        shown.revise()

    def lines(self, document: Link) -> list[str]:
        return self.bench.text(document).split("\n")

    def shown(self, document: Link) -> list[str]:
        page = self.bench.page(document)
        found = [_look(paragraph) for paragraph in page.file.document.first.paragraphs()]
        return [*found, repr(sorted(page.comments))]


def _written(tab: Tab, paragraph: Paragraph, edit: Edit) -> None:
    half = _index(paragraph, len(paragraph.chars) // 2)
    words = " ".join(edit.words.split())
    match edit.deed:
        case Deed.AHEAD | Deed.TYPE | Deed.BEHIND if words:
            place = int(_TYPED_AT[edit.deed] * (len(paragraph.chars) - 1))
            tab.insert(_index(paragraph, place), words)
        case Deed.SPLIT:
            tab.insert(half, "\n")
        case Deed.MERGE if paragraph.first + len(paragraph.chars) < len(tab.chars):
            tab.delete(paragraph.end - 1, paragraph.end)
        case Deed.CUT if paragraph.start < half:
            tab.delete(paragraph.start, half)
        case Deed.STRIKE:
            for n in range(paragraph.first, paragraph.first + len(paragraph.chars) - 1):
                struck = tab.chars[n].style | {"strikethrough": True}
                tab.chars[n] = replace(tab.chars[n], style=struck)
        case Deed.TABLE:
            tab.insert(paragraph.end - 1, f"\n{words}\tb\n1\t2")
        case Deed.APPEND:
            tab.insert(list(tab.paragraphs())[-1].end - 1, f"\n{words}")
        case _:
            pass


def _index(paragraph: Paragraph, n: int) -> int:
    """Return where the nth character of a paragraph stands, as the API counts."""
    return paragraph.start + sum(char.units for char in paragraph.chars[:n])


def _place(paragraph: Paragraph) -> slice:
    return slice(paragraph.first, paragraph.first + len(paragraph.chars) - 1)


def _look(paragraph: Paragraph) -> str:
    """Tell a paragraph with its looks; heading ids and named ranges are nobody's to see."""
    style = {k: v for k, v in (paragraph.ending.paragraph or {}).items() if k != "headingId"}
    runs = [
        (char.text, sorted(char.style.items()), _comments(char.marks)) for char in paragraph.chars
    ]
    return repr((style, paragraph.ending.bullet and paragraph.ending.bullet.checked, runs))


def _comments(marks: frozenset[str]) -> list[str]:
    return sorted(mark for mark in marks if mark.startswith("kix.comment"))


@dataclass(frozen=True)
class InWord:
    """People in Word."""

    bench: Library

    @property
    def documents(self) -> Documents:
        return self.bench.documents

    def edit(self, document: Link, edit: Edit) -> None:
        self.bench.edit(document, lambda word: _done(word, edit))

    def lines(self, document: Link) -> list[str]:
        return [_text(element) for element in self._body(document)]

    def shown(self, document: Link) -> list[str]:
        word = self._opened(document)
        comments = sorted(f"{one.comment_id}:{one.text}" for one in word.comments)
        return [*map(_canonical, word.element.body), repr(comments)]

    def _opened(self, document: Link) -> Document:
        return opened(self.bench.file(document).newest.content)

    def _body(self, document: Link) -> list[Any]:
        return list(self._opened(document).element.body)


def _done(word: Document, edit: Edit) -> None:
    paragraphs = list(word.element.body.iter(qn("w:p")))
    n = edit.among([_text(one) for one in paragraphs])
    paragraph = paragraphs[n]
    runs = paragraph.findall(qn("w:r"))
    words = clean(edit.words)
    match edit.deed:
        case Deed.APPEND:
            word.add_paragraph(words)
        case Deed.TICK:
            _tick(paragraphs[n:])
        case Deed.TABLE if paragraph.getparent() is word.element.body:
            table = word.add_table(2, 2)
            table.cell(0, 0).text = words
            paragraph.addnext(table._tbl)
        case Deed.MERGE:
            _merge(paragraph)
        case Deed.AHEAD | Deed.BEHIND if runs:
            run = runs[0 if edit.deed is Deed.AHEAD else -1]
            _in_run(word, paragraph, run, replace(edit, words=words))
        case Deed.TYPE | Deed.SPLIT | Deed.CUT | Deed.STRIKE | Deed.COMMENT if runs:
            _in_run(word, paragraph, runs[len(runs) // 2], replace(edit, words=words))
        case _:
            pass


def _in_run(word: Document, paragraph: Any, run: Any, edit: Edit) -> None:  # noqa: ANN401
    text = run.find(qn("w:t"))
    said = text.text or "" if text is not None else ""
    half = len(said) // 2
    match edit.deed:
        case Deed.AHEAD | Deed.TYPE | Deed.BEHIND if text is not None:
            place = int(_TYPED_AT[edit.deed] * len(said))
            text.text = f"{said[:place]}{edit.words}{said[place:]}"
        case Deed.CUT if text is not None:
            text.text = said[half:]
        case Deed.SPLIT if text is not None:
            _split(paragraph, run, half)
        case Deed.STRIKE:
            Run(run, None).font.strike = True  # type: ignore[arg-type]
        case Deed.COMMENT:
            word.add_comment([Run(run, word.paragraphs[0])], text=edit.words, author="Ben")
        case _:
            pass


def _split(paragraph: Any, run: Any, half: int) -> None:  # noqa: ANN401
    """Break a paragraph inside a run, as Word does: what ends later goes along."""
    below = deepcopy(paragraph)
    for child in list(below):
        if child.tag != qn("w:pPr"):
            below.remove(child)
    later = list(run.itersiblings())
    second = deepcopy(run)
    text, rest = run.find(qn("w:t")), second.find(qn("w:t"))
    text.text, rest.text = (text.text or "")[:half], (text.text or "")[half:]
    below.append(second)
    for child in later:
        below.append(child)
    paragraph.addnext(below)


def _merge(paragraph: Any) -> None:  # noqa: ANN401
    """Join a paragraph with the next, which loses its own style."""
    following = paragraph.getnext()
    if following is None or following.tag != qn("w:p"):
        return
    for child in list(following):
        if child.tag != qn("w:pPr"):
            paragraph.append(child)
    following.getparent().remove(following)


def _tick(paragraphs: list[Any]) -> None:
    """Click the first empty box."""
    namespace = "{http://schemas.microsoft.com/office/word/2010/wordml}"
    for paragraph in paragraphs:
        for checked in paragraph.iter(f"{namespace}checked"):
            if checked.get(f"{namespace}val") == "0":
                checked.set(f"{namespace}val", "1")
                return


def _text(element: Any) -> str:  # noqa: ANN401
    return "".join(piece.text or "" for piece in element.iter(qn("w:t")))


def _canonical(element: Any) -> str:  # noqa: ANN401
    """Write an element without the bookmarks, which nobody sees."""
    copy = deepcopy(element)
    for mark in [*copy.iter(qn("w:bookmarkStart")), *copy.iter(qn("w:bookmarkEnd"))]:
        mark.getparent().remove(mark)
    text = etree.tostring(copy, method="c14n").decode()
    return re.sub(r' xml:space="preserve"', "", text)
