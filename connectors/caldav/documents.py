"""Running documents as Markdown files in a WebDAV folder, shared as the server shares files.

Every write is over the version that was read; two installations on one folder make the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import urljoin

from connectors import markdown, papers
from connectors.caldav.client import Dav, unseen
from connectors.caldav.xml import D, canonical, propfind
from connectors.errors import ConnectorError, NotFound, NotPermitted, PreconditionFailed
from connectors.model import Handle, Key, Link, Mark, Person, Receipt, Section, Url
from connectors.retry import doubted

_TEXT = "text/markdown; charset=utf-8"
_LIST = "application/json"


class WebDavFolder:
    """The documents in the folder that `dav` was given; implements `protocol.Documents`.

    A handle is a path. Receipts are those of `files.MarkdownFolder`.
    """

    def __init__(self, dav: Dav) -> None:
        self._dav = dav
        self._root = f"{dav.url.rstrip('/')}/"

    def find(self, key: Key) -> Link | None:
        """Find the document made for this key, whatever its title was."""
        found = sorted(one for one in self._names() if one.endswith(papers.ending(key)))
        return self._link(found[0]) if found else None

    def _names(self) -> list[str]:
        """Return the paths of all files; raises `NotPermitted` where there is no such folder."""
        try:
            answer = self._dav.ask("PROPFIND", self._root, propfind(f"{D}getetag"), depth=1)
            there = [one.path for one in answer.found if one.status != 404]
        except NotFound:
            there = []
        if not there:
            # The folder itself is always one of the answers.
            remedy = "make it on the server, or correct `folder` in the settings"
            raise NotPermitted(f"there is no folder {self._root}", remedy)
        return there

    def open(self, url: Url) -> Link | None:
        """Return a document of this folder by its address."""
        # Anybody may write dots into an address that lead out of the folder again.
        path = canonical(urljoin(self._root, canonical(url)))
        inside = url.startswith(self._root) and path.startswith(canonical(self._root))
        try:
            return self._link(path) if inside else None
        except (NotFound, NotPermitted):
            return None

    def sections(self, document: Link) -> Sequence[Section]:
        """Read the sections as people left them; `NotFound` when the file is gone."""
        data, _ = self._read(_path(document))
        return papers.sections(document, data.decode("utf-8", "replace"))

    def create(self, key: Key, title: str) -> Link:
        """Make a document that holds its title, or return the one that is there."""
        found = self.find(key)
        if found is not None:
            return found
        path = canonical(urljoin(self._root, papers.file_name(title, key)))
        with suppress(PreconditionFailed):  # somebody was faster
            self._dav.put(path, markdown.document(title).encode(), kind=_TEXT)
        return self._link(path)

    def share(self, document: Link, people: Sequence[Person]) -> Receipt:
        """Write down who was given the document: the folder itself is shared by its owner."""
        path = _path(document)
        data, _ = self._dav.fetch(path)
        before = self.shared_with(document)
        after = before | {one.address for one in people}
        if after != before:
            self._share(path, after)
        told = {"people": sorted(before)}, {"people": sorted(after)}
        return Receipt(Handle(path), papers.version(data), *told, wrote=after != before)

    def shared_with(self, document: Link) -> frozenset[str]:
        """Return the addresses a document was shared with."""
        try:
            return frozenset(json.loads(self._dav.fetch(_guests(_path(document)))[0]))
        except NotFound:
            return frozenset()

    def write_section(self, document: Link, section: Section, mark: Mark) -> Receipt:
        """Put the section under the title, or set the date line of the one with this mark."""
        path = _path(document)
        data, tag = self._dav.fetch(path)
        text = papers.decoded(data)
        written = papers.with_section(document, text, section, mark)
        self._replace(path, text, written.text, tag)
        try:
            seen = papers.version(self._dav.fetch(path)[0])
        except ConnectorError as error:
            raise unseen(error) from error
        changed = written.text != text
        return Receipt(Handle(path), seen, written.before, written.after, wrote=changed)

    def undo(self, receipt: Receipt) -> None:
        """Take a section, a share or a document back, untouched by people since."""
        path = str(receipt.handle)
        try:
            data, tag = self._read(path)
        except NotFound:
            if "created" in receipt.after:
                return  # somebody was faster
            raise
        text = papers.decoded(data)
        if "mark" in receipt.after:
            self._replace(path, text, papers.without_section(text, receipt), tag)
        elif "people" in receipt.after:
            added = papers.people(receipt.after) - papers.people(receipt.before)
            self._share(path, self.shared_with(Link(Url(path), handle=Handle(path))) - added)
        else:
            papers.untouched(text)
            self._dav.delete(path, seen=tag)
            with suppress(NotFound):
                self._dav.delete(_guests(path), seen=self._dav.fetch(_guests(path))[1])

    def _link(self, path: str) -> Link:
        data, _ = self._read(path)
        title = markdown.title(data.decode("utf-8", "replace"))
        return Link(Url(urljoin(self._root, path)), title or path, Handle(path))

    @doubted
    def _read(self, path: str) -> tuple[bytes, str]:
        """Fetch a document; one that is said to be gone would be closed, or made a second time."""
        return self._dav.fetch(path)

    def _replace(self, path: str, before: str, after: str, tag: str) -> None:
        if after != before:
            self._dav.put(path, papers.encoded(after), seen=tag, kind=_TEXT)

    def _share(self, path: str, people: Iterable[str]) -> None:
        """Keep the list of people beside the document, where it moves along with the folder."""
        guests, content = _guests(path), json.dumps(sorted(people)).encode()
        try:
            tag: str | None = self._dav.fetch(guests)[1]
        except NotFound:
            tag = None
        self._dav.put(guests, content, seen=tag, kind=_LIST)


def _path(document: Link) -> str:
    return str(document.handle or canonical(document.url))


def _guests(path: str) -> str:
    """Return where the list of people lies; some servers show no name that begins with a dot."""
    return f"{path}.people"
