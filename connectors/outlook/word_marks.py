"""Marks in a Word document: bookmarks, which Word keeps through every edit but never shows.

A name of a bookmark begins with a letter, holds letters, digits and `_` only, and is at most 40
characters long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from connectors.model import Mark

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it

NEWEST = "visavis"
"""Where the newest section goes: below the paragraph that holds this one."""
_SECTION, _END = "vv_", "vve_"
_LONGEST = 40


def of_section(mark: Mark) -> str:
    """Return the bookmark of a section; ValueError for a mark too long for Word."""
    name = f"{_SECTION}{_encoded(mark)}"
    # The end of a section has one letter more.
    if len(name) >= _LONGEST:
        raise ValueError(f"the mark {mark!r} is too long for a bookmark")
    return name


def of_end(mark: Mark) -> str:
    """Return the bookmark behind a section that human text without a heading follows."""
    return f"{_END}{_encoded(mark)}"


def section(paragraph: Element) -> Mark | None:
    """Return the mark of the section a paragraph opens."""
    found = (name for name in _names(paragraph) if name.startswith(_SECTION))
    return next((Mark(_decoded(name.removeprefix(_SECTION))) for name in found), None)


def ends(paragraph: Element) -> bool:
    """Whether a section of ours ends here."""
    return any(name.startswith(_END) for name in _names(paragraph))


def holder(body: Element, name: str) -> Element | None:
    """Return the paragraph that holds a bookmark, if it still stands where people write."""
    for start in body.iter(qn("w:bookmarkStart")):
        if start.get(qn("w:name")) == name:
            return next(start.iterancestors(qn("w:p")), None)
    return None


def put(paragraph: Element, name: str, body: Element) -> None:
    """Put a bookmark around the text of a paragraph."""
    number = _free(body)
    start = f'<w:bookmarkStart {nsdecls("w")} w:id="{number}" w:name="{name}"/>'
    end = f'<w:bookmarkEnd {nsdecls("w")} w:id="{number}"/>'
    properties = paragraph.find(qn("w:pPr"))
    paragraph.insert(0 if properties is None else 1, parse_xml(start))
    paragraph.append(parse_xml(end))


def _names(paragraph: Element) -> Iterator[str]:
    for start in paragraph.iter(qn("w:bookmarkStart")):
        yield str(start.get(qn("w:name")))


def _free(body: Element) -> int:
    """Return an id no bookmark of the document has; Word would drop one of two alike."""
    root = body.getroottree()
    ids = (str(one.get(qn("w:id"))) for one in root.iter(qn("w:bookmarkStart")))
    return max((int(one) for one in ids if one.isdecimal()), default=0) + 1


def _encoded(mark: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", lambda m: "".join(f"_{b:02x}" for b in m[0].encode()), mark)


def _decoded(name: str) -> str:
    octets = re.sub(rb"_([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), name.encode())
    return octets.decode("utf-8", "replace")
