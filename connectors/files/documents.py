"""Running documents as Markdown files in a folder, one for each pair.

People edit them with whatever they like: a write goes into the text as it is on disk at that
moment, and a file replaced meanwhile wins. Two installations on one folder make the same file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors import markdown, papers
from connectors.errors import (
    ConnectorError,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    Unavailable,
)
from connectors.files import disk
from connectors.model import Facts, Handle, Key, Link, Mark, Person, Receipt, Section, Url, Version
from connectors.retry import doubted

_SUFFIXES = frozenset({".md", ".markdown", ".txt"})


class MarkdownFolder:
    """The documents in a folder; implements `protocol.Documents` and `protocol.Texts`.

    `named` are documents elsewhere that the owner named; no others are opened, because anybody
    may write the path of a file into an invite, or put a link to one into a folder of several.
    `address` turns the path of a document into the address people open, by default its file URI.
    `Receipt.after` of a share has `people`, of a section `mark`, `link` and `source`, its own
    Markdown; `before` has the same from before.
    """

    def __init__(
        self,
        path: Path,
        address: Callable[[Path], Url] | None = None,
        named: Collection[Path] = (),
    ) -> None:
        self._folder = path
        self._address = address or _file_uri
        self._named = named

    def find(self, key: Key) -> Link | None:
        """Find the document made for this key, whatever its title was."""
        found = sorted(self._folder.glob(f"*{papers.ending(key)}"))
        return self._link(found[0]) if found else None

    def open(self, url: Url) -> Link | None:
        """Return a document by the address people open, its file URI or its path."""
        try:
            return self._link(self._path(Link(url)))
        except ConnectorError:
            return None

    @doubted
    def sections(self, document: Link) -> Sequence[Section]:
        """Read the sections as people left them; `NotFound` when the file is gone.

        Some editors take a file away for a moment while they save it.
        """
        data = disk.read(self._path(document))
        return papers.sections(document, data.decode("utf-8", "replace"))

    def create(self, key: Key, title: str) -> Link:
        """Make a document that holds its title, or return the one that is there."""
        found = self.find(key)
        if found is None:
            path = self._folder / papers.file_name(title, key)
            disk.create(path, markdown.document(title).encode())
            found = self._link(path)
        return found

    def share(self, document: Link, people: Sequence[Person]) -> Receipt:
        """Write down who was given the document; a folder has no other way of sharing."""
        path = self._path(document)
        before = self.shared_with(document)
        after = before | {one.address for one in people}
        if after != before:
            _share(path, after)
        told = {"people": sorted(before)}, {"people": sorted(after)}
        return _receipt(path, *told, wrote=after != before)

    def shared_with(self, document: Link) -> frozenset[str]:
        """Return the addresses a document was shared with: for whoever serves it to people."""
        try:
            return frozenset(json.loads(disk.read(_guests(self._path(document)))))
        except NotFound:
            return frozenset()

    def text(self, document: Link) -> tuple[str, Version]:
        """Read a document; `NotPermitted` where it is not UTF-8."""
        path = self._path(document)
        data = disk.read(path)
        try:
            return data.decode("utf-8"), papers.version(data)
        except UnicodeDecodeError as error:
            raise NotPermitted(f"{path.name} is not UTF-8", "save it as UTF-8") from error

    def rewrite(self, document: Link, text: str, seen: Version) -> None:
        """Put a person's text in place of what they read; a file changed since wins."""
        path = self._path(document)
        data = disk.read(path)
        if papers.version(data) != seen:
            raise PreconditionFailed(f"{path.name} was changed meanwhile")
        if text.encode() != data:
            disk.replace(path, data, text.encode())

    def remove(self, document: Link) -> None:
        """Delete a document for good, with all that people wrote in it, and who was given it."""
        path = self._path(document)
        disk.remove(path, disk.read(path))
        _guests(path).unlink(missing_ok=True)

    def write_section(self, document: Link, section: Section, mark: Mark) -> Receipt:
        """Put the section under the title, or set the date line of the one with this mark."""
        path = self._path(document)
        data = disk.read(path)
        text = papers.decoded(data)
        written = papers.with_section(document, text, section, mark)
        if written.text != text:
            disk.replace(path, data, papers.encoded(written.text))
        return _receipt(path, written.before, written.after, wrote=written.text != text)

    def undo(self, receipt: Receipt) -> None:
        """Take a section, a share or a document back, untouched by people since."""
        try:
            path = self._path(Link(Url(receipt.handle)))
        except NotFound:
            if "created" in receipt.after:
                return  # somebody was faster
            raise
        if "mark" in receipt.after:
            _take_out(path, receipt)
        elif "people" in receipt.after:
            added = papers.people(receipt.after) - papers.people(receipt.before)
            _share(path, self.shared_with(Link(Url(receipt.handle))) - added)
        else:
            _bin(path)

    def _link(self, path: Path) -> Link:
        title = markdown.title(disk.read(path).decode("utf-8", "replace"))
        return Link(self._address(path), title or path.stem, Handle(_file_uri(path)))

    def _path(self, document: Link) -> Path:
        """Return the file of a document; `NotFound` where there is none (any more)."""
        named = urlsplit(document.handle or document.url)
        if named.scheme == "file":
            path = Path(unquote(named.path))
        elif named.scheme in {"http", "https"}:
            known = (*self._folder.glob("*.md"), *self._named)
            own = (one for one in known if self._address(one) == document.url)
            path = next(own, self._folder)
        else:
            path = Path(document.url).expanduser()
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            if document.handle and not path.parent.is_dir():
                raise Unavailable(
                    f"the folder {path.parent} is not there", "mount or make it again"
                )
            raise NotFound(f"there is no document at {document.url}")
        if not self._ours(path.resolve()):
            raise NotPermitted(
                f"{path} is not among the documents", "name it as `document` of the pair"
            )
        return path

    def _ours(self, path: Path) -> bool:
        """Whether a file really lies in the folder, or is one the owner named."""
        return path.is_relative_to(self._folder.resolve()) or path in {
            one.resolve() for one in self._named
        }


def _take_out(path: Path, receipt: Receipt) -> None:
    """Remove a section, or set its date line back; what people wrote in it stays."""
    data = disk.read(path)
    text = papers.decoded(data)
    if (left := papers.without_section(text, receipt)) != text:
        disk.replace(path, data, papers.encoded(left))


def _bin(path: Path) -> None:
    """Delete a document that holds nothing but its title."""
    data = disk.read(path)
    papers.untouched(papers.decoded(data))
    disk.remove(path, data)
    _guests(path).unlink(missing_ok=True)


def _share(path: Path, people: Iterable[str]) -> None:
    """Keep the list of people beside the document, where it moves along with the folder."""
    guests = _guests(path)
    content = json.dumps(sorted(people)).encode()
    if not disk.create(guests, content):
        disk.replace(guests, disk.read(guests), content)


def _guests(path: Path) -> Path:
    return path.with_name(f".{path.name}.people")


def _receipt(path: Path, before: Facts, after: Facts, *, wrote: bool) -> Receipt:
    version = papers.version(disk.read(path))
    return Receipt(Handle(_file_uri(path)), version, before, after, wrote=wrote)


def _file_uri(path: Path) -> Url:
    return Url(path.absolute().as_uri())
