"""A document with its tabs and revisions, and the JSON of documents.get.

What people see and the API does not, a ticked box above all, has no way out of here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from connectors.standins.google.docs.text import CHECKBOX, Char, Paragraph, Tab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.standins.google.errors import Json

_GLYPHS = ("●", "○", "■")


@dataclass(slots=True)
class Document:
    """What stands behind a file of the Docs type."""

    id: str
    title: str
    tabs: list[Tab] = field(default_factory=lambda: [Tab()])
    revision: int = 1
    comments: dict[str, str] = field(default_factory=dict)
    """Comment id to words; gone when the text it hangs on is deleted (facts 6.14)."""

    @property
    def first(self) -> Tab:
        """The tab that requests without a tab id mean."""
        return self.tabs[0]

    def revise(self) -> None:
        """Note an edit; comments whose text is gone go with it."""
        self.revision += 1
        marks = {mark for tab in self.tabs for char in tab.chars for mark in char.marks}
        self.comments = {key: words for key, words in self.comments.items() if key in marks}

    def revision_id(self, email: str) -> str:
        """Return the revision as one person is told it: ids differ between people (facts 6.13)."""
        seed = f"{self.id}/{self.revision}/{email}".encode()
        return "ALm37" + hashlib.sha256(seed).hexdigest()[:40]

    def shown(self, email: str, *, tabs: bool, editable: bool, suggestions: str) -> Json:
        """Return documents.get; with `tabs` the old `body` stays out (facts 6.2)."""
        head: Json = {
            "title": self.title,
            "documentId": self.id,
            "suggestionsViewMode": suggestions,
        }
        if editable:
            head["revisionId"] = self.revision_id(email)
        if tabs:
            return head | {"tabs": [_tab(tab, n) for n, tab in enumerate(self.tabs)]}
        return head | _content(self.first)


def _tab(tab: Tab, number: int) -> Json:
    """A tab with its content, as `includeTabsContent` shows it."""
    properties = {"tabId": tab.id, "title": tab.title, "index": number}
    return {"tabProperties": properties, "documentTab": _content(tab)}


def _content(tab: Tab) -> Json:
    """Body, lists and named ranges of one tab."""
    section = {"endIndex": 1, "sectionBreak": {"sectionStyle": {"sectionType": "CONTINUOUS"}}}
    content: Json = {"body": {"content": [section, *(_paragraph(p) for p in tab.paragraphs())]}}
    if tab.lists:
        content["lists"] = {key: _list(preset) for key, preset in tab.lists.items()}
    ranges = _named_ranges(tab)
    return content | ({"namedRanges": ranges} if ranges else {})


def _paragraph(paragraph: Paragraph) -> Json:
    """A structural element; heading id and bullet stand where the API has them."""
    shown: Json = {
        "elements": list(_elements(paragraph)),
        "paragraphStyle": paragraph.ending.paragraph,
    }
    bullet = paragraph.ending.bullet
    if bullet:
        level = {"nestingLevel": bullet.level} if bullet.level else {}
        shown["bullet"] = {"listId": bullet.list_id, "textStyle": {}} | level
    return {"startIndex": paragraph.start, "endIndex": paragraph.end, "paragraph": shown}


def _elements(paragraph: Paragraph) -> Iterator[Json]:
    """Yield text runs of one style each, and the chips between them."""
    index = paragraph.start

    def kind(char: Char) -> tuple[str, int]:
        """Tell runs apart: by style, and every chip for itself."""
        return repr(sorted(char.style.items())), id(char) if char.chip else 0

    for _, group in groupby(paragraph.chars, kind):
        chars = list(group)
        end = index + sum(char.units for char in chars)
        text = "".join(char.text for char in chars)
        run = {"textRun": {"content": text, "textStyle": chars[0].style}}
        yield {"startIndex": index, "endIndex": end} | (chars[0].chip or run)
        index = end


def _list(preset: str) -> Json:
    """A checklist is known only by what it lacks: a glyph (facts 6.8)."""
    if preset == CHECKBOX:
        level: Json = {"bulletAlignment": "START", "glyphType": "GLYPH_TYPE_UNSPECIFIED"}
        levels = [level | {"glyphFormat": f"%{n}"} for n in range(9)]
    elif preset.startswith("NUMBERED"):
        level = {"bulletAlignment": "START", "glyphType": "DECIMAL", "startNumber": 1}
        levels = [level | {"glyphFormat": f"%{n}."} for n in range(9)]
    else:
        level = {"bulletAlignment": "START"}
        levels = [level | {"glyphSymbol": _GLYPHS[n % 3], "glyphFormat": f"%{n}"} for n in range(9)]
    return {"listProperties": {"nestingLevels": levels}}


def _named_ranges(tab: Tab) -> Json:
    """Named ranges by name; one whose text was deleted is gone."""
    shown: Json = {}
    for range_id, name in tab.ranges.items():
        spans = [{"startIndex": a, "endIndex": b, "tabId": tab.id} for a, b in tab.marked(range_id)]
        if spans:
            shelf = shown.setdefault(name, {"name": name, "namedRanges": []})
            shelf["namedRanges"].append({"namedRangeId": range_id, "name": name, "ranges": spans})
    return shown
