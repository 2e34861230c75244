"""The world's documents as one person may open them: Markdown, as `connectors.markdown` has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from urllib.parse import quote

from connectors import markdown
from connectors.errors import NotFound, PreconditionFailed
from connectors.memory.world import Document, World
from connectors.model import (
    Facts,
    Handle,
    Key,
    Link,
    Mark,
    Person,
    Receipt,
    Section,
    Url,
    Version,
)


class MemoryDocuments:
    """The documents one address may write in; implements `protocol.Documents`.

    `Receipt.after` of a share has `people`, of a section `mark`, `link` and `source`, its own
    Markdown; `before` has the same from before.
    """

    def __init__(self, world: World, address: str) -> None:
        self._world = world
        self._address = address

    def find(self, key: Key) -> Link | None:
        """Find the document made for this key that is not in the bin; the oldest wins."""
        found = self._world.wire.read("documents.find", lambda: self._find(key))
        return _link(found) if found else None

    def _find(self, key: Key) -> Document | None:
        documents = self._world.documents.values()
        return next((one for one in documents if one.key == key and self._may_open(one)), None)

    def open(self, url: Url) -> Link | None:
        """Return a document that was shared with this person, whoever made it."""
        try:
            return _link(self._look(url))
        except NotFound:
            return None

    def sections(self, document: Link) -> Sequence[Section]:
        """Read the sections as people left them; `NotFound` for the bin and for strangers."""
        return tuple(
            replace(section, link=_deep(document, section.mark)) if section.mark else section
            for section in markdown.sections(self._look(document.url).text)
        )

    def create(self, key: Key, title: str) -> Link:
        """Make an empty document for this key, or return the one that is there."""
        if found := self.find(key):
            return found
        url = Url(f"https://documents.example/{len(self._world.documents) + 1}.md")
        text = markdown.document(title)
        new = Document(url, key, title, frozenset({self._address}), text)
        return _link(self._keep("documents.create", new))

    def share(self, document: Link, people: Sequence[Person]) -> Receipt:
        """Let these people write; nobody is mailed."""
        there = self._look(document.url)
        shared = replace(there, writers=there.writers | {one.address for one in people})
        if shared == there:
            return _receipt(there, _shared(there), _shared(there), wrote=False)
        written = self._keep("documents.share", shared)
        return _receipt(written, _shared(there), _shared(written))

    def write_section(self, document: Link, section: Section, mark: Mark) -> Receipt:
        """Put the section under the title, or set the date line of the one with this mark."""
        there = self._look(document.url)
        text = markdown.insert(there.text, section, mark)
        if text == there.text:
            return _receipt(there, {"source": None}, _written(there, mark), wrote=False)
        written = self._keep("documents.write", replace(there, text=text))
        before = {"source": markdown.source(there.text, mark)}
        return _receipt(written, before, _written(written, mark))

    def undo(self, receipt: Receipt) -> None:
        """Take a section, a share or an untouched document back."""
        try:
            there = self._look(Url(receipt.handle))
        except NotFound:
            if "created" in receipt.after:
                return  # the document we made is in the bin already
            raise
        undone = _undone(there, receipt)
        if undone != there:
            self._keep("documents.undo", undone)

    def _may_open(self, document: Document) -> bool:
        return self._address in document.writers and not document.trashed

    def _look(self, url: Url) -> Document:
        return self._world.wire.read("documents.look", lambda: self._document(url))

    def _document(self, url: Url) -> Document:
        document = self._world.document(url)
        if not self._may_open(document):
            raise NotFound("the document is not shared with this person")
        return document

    def _keep(self, name: str, document: Document) -> Document:
        return self._world.wire.write(name, lambda: self._world.keep(document))


def _undone(document: Document, receipt: Receipt) -> Document:
    """Return the document as it was before a write; refuses where people changed that part."""
    before, after = receipt.before, receipt.after
    if "mark" in after:
        return replace(document, text=_without(document.text, before, after))
    if "people" in after:
        added = set(cast("Sequence[str]", after["people"])) - set(
            cast("Sequence[str]", before["people"])
        )
        return replace(document, writers=document.writers - added)
    if document.text != markdown.document(document.title):
        raise PreconditionFailed("somebody wrote in the document since")
    return replace(document, trashed=True)


def _without(text: str, before: Facts, after: Facts) -> str:
    mark, was = Mark(str(after["mark"])), before["source"]
    source = markdown.source(text, mark)
    if source == was:
        return text
    if source is None or source != after["source"]:
        raise PreconditionFailed("somebody changed the section since")
    return markdown.remove(text, mark) if was is None else text.replace(source, str(was), 1)


def _receipt(document: Document, before: Facts, after: Facts, *, wrote: bool = True) -> Receipt:
    return Receipt(
        handle=Handle(document.url),
        version=Version(str(document.revision)),
        before=before,
        after=after,
        wrote=wrote,
    )


def _link(document: Document) -> Link:
    return Link(document.url, document.title, Handle(document.url))


def _deep(document: Link, mark: Mark) -> Url:
    return Url(f"{document.url}#{quote(mark, safe='')}")


def _shared(document: Document) -> Facts:
    return {"people": sorted(document.writers)}


def _written(document: Document, mark: Mark) -> Facts:
    return {
        "mark": mark,
        "link": _deep(_link(document), mark),
        "source": markdown.source(document.text, mark),
    }
