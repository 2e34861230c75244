"""Running documents as Word files in OneDrive: one a pair, replaced as a whole, never in part.

Graph cannot edit inside a file. So the content is read, changed, compared (cTag) and written
back, and read once more; while somebody has it open in Word, Graph answers 423.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from typing import cast
from urllib.parse import quote
from zipfile import is_zipfile

from docx.document import Document

from connectors.errors import NotFound, NotPermitted, PreconditionFailed
from connectors.model import Handle, Key, Link, Mark, Person, Receipt, Section, Url, Version
from connectors.outlook import word_marks, word_reading, word_writing
from connectors.outlook.client import Graph
from connectors.outlook.wire import Json
from connectors.outlook.word_design import new_document, opened
from connectors.outlook.word_reading import Part
from connectors.retry import LOOKS, a_moment, doubted

FOLDER = "visavis"


class WordDocuments:
    """The OneDrive of one account; implements `protocol.Documents`.

    A handle is drive and item. `Receipt.before["version"]` of a section names the content before
    it in OneDrive's version history, which `undo` brings back where nobody saved anything since;
    `after["source"]` says whether people touched the section itself.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    # --- Looking ---

    def find(self, key: Key) -> Link | None:
        """Find the document made for this key; trashed ones are gone from their path."""
        try:
            item = self._graph.read(self._path(key))
            return _link(item, word_reading.title(_readable(self._content(_handle(item)))))
        except NotFound:
            return None

    def open(self, url: Url) -> Link | None:
        """Return the Word document behind an address that people share; None if there is none."""
        bare = url.partition("#")[0]
        name = base64.urlsafe_b64encode(bare.encode()).decode().rstrip("=")
        try:
            item = self._graph.read(f"/shares/u!{name}/driveItem")
        except (NotFound, NotPermitted):
            return None
        named = str(item.get("name", ""))
        return _link(item, named.removesuffix(".docx")) if named.endswith(".docx") else None

    def sections(self, document: Link) -> Sequence[Section]:
        """Read the sections as people left them, newest first."""
        found = word_reading.sections(_readable(self._content(self._known(document))))
        return tuple(
            replace(one, link=_deep(document, one.mark)) if one.mark else one for one in found
        )

    # --- Writing ---

    def create(self, key: Key, title: str) -> Link:
        """Make an empty document for this key, or return the one that is there."""
        try:
            query = {"@microsoft.graph.conflictBehavior": "fail"}
            item = self._graph.upload(f"{self._path(key)}/content", new_document(title), query)
        except PreconditionFailed:
            found = self.find(key)
            if found is None:
                raise
            return found
        return _link(item, title)

    def share(self, document: Link, people: Sequence[Person]) -> Receipt:
        """Let these people write in it; nobody is mailed."""
        handle = self._known(document)
        there = set(self._writers(handle))
        missing = [one.address for one in people if not any(map(one.answers_to, there))]
        grants = self._invite(handle, missing) if missing else []
        return Receipt(
            handle,
            Version(""),
            before={"people": sorted(there)},
            after={"people": sorted({*there, *missing}), "grants": grants},
            wrote=bool(missing),
        )

    def write_section(self, document: Link, section: Section, mark: Mark) -> Receipt:
        """Put the section on top; where the mark is there already, only its date line is set."""
        handle = self._known(document)
        item, content = self._read(handle)
        before = word_reading.part(_readable(content), mark)
        changed = word_writing.insert(content, section, mark)
        written = _part(changed, mark)
        version = ""
        if changed != content:
            version = self._version(handle)
            item = self._replace(handle, item, changed, mark)
        return Receipt(
            handle,
            Version(item["cTag"]),
            before={"heading": before.lines[0].text if before else None, "version": version},
            after={"mark": mark, "link": _deep(document, mark), "source": _source(written)},
            wrote=changed != content,
        )

    def undo(self, receipt: Receipt) -> None:
        """Take a section, a share or an untouched document back."""
        if "created" in receipt.after:
            self._bin(receipt.handle, str(receipt.after["title"]))
        elif "grants" in receipt.after:
            self._revoke(receipt.handle, cast("Sequence[str]", receipt.after["grants"]))
        else:
            self._take_back(receipt)

    def _take_back(self, receipt: Receipt) -> None:
        item, content = self._read(receipt.handle)
        mark, heading = Mark(str(receipt.after["mark"])), receipt.before["heading"]
        there = _part(content, mark)
        if (there.lines[0].text if there else None) == heading:
            return
        if _source(there) != receipt.after["source"]:
            raise PreconditionFailed("somebody wrote in the section since")
        if self._restored(receipt, item):
            return
        if heading is None:
            changed = word_writing.remove(content, mark)
        else:
            changed = word_writing.redate(content, mark, str(heading))
        self._replace(receipt.handle, item, changed, mark)

    def _restored(self, receipt: Receipt, item: Json) -> bool:
        """Bring back the old content as it was, byte for byte, if nobody saved anything since.

        Not every OneDrive keeps versions, and none for ever: then the section is taken out.
        """
        version, ours = str(receipt.before.get("version") or ""), receipt.version
        if not version or item["cTag"] != ours or self._tags(receipt.handle)["cTag"] != ours:
            return False
        path = f"{_item(receipt.handle)}/versions/{quote(version, safe='')}/restoreVersion"
        try:
            self._graph.write("POST", path)
        except (NotFound, NotPermitted):
            return False
        return True

    def _bin(self, handle: Handle, title: str) -> None:
        try:
            item, content = self._read(handle)
        except NotFound:
            return  # it is in the bin already
        if _words(content) != _words(new_document(title)):
            raise PreconditionFailed("somebody wrote in the document since")
        self._graph.write("DELETE", _item(handle), if_match=str(item["eTag"]))

    # --- Files ---

    def _path(self, key: Key) -> str:
        """Return where the document of a key lies: people may move it, they rarely do."""
        name = blake2b(key.encode(), digest_size=5).hexdigest()
        file = quote(f"{FOLDER}/One-on-one {name}.docx")
        return self._graph.mine(f"/drive/root:/{file}:")

    def _known(self, document: Link) -> Handle:
        """Return the handle of a document; one that is known by its address alone is looked up."""
        found = document.handle or ((known := self.open(document.url)) and known.handle)
        if not found:
            raise NotFound("the document cannot be found")
        return found

    def _read(self, handle: Handle) -> tuple[Json, bytes]:
        """Read tags and content; the tags first, so that an edit in between is noticed."""
        return self._tags(handle), self._content(handle)

    @doubted
    def _tags(self, handle: Handle) -> Json:
        return self._graph.read(_item(handle))

    @doubted
    def _content(self, handle: Handle) -> bytes:
        """Fetch a file; one that arrives in pieces, or as a page of a proxy, is fetched again."""
        content = b""
        for _ in range(LOOKS):
            content = self._graph.download(f"{_item(handle)}/content")
            if is_zipfile(BytesIO(content)):
                break
            a_moment()
        return content

    def _version(self, handle: Handle) -> str:
        """Return the name of the present content in OneDrive's version history."""
        versions = self._graph.read(f"{_item(handle)}/versions")["value"]
        return str(versions[0]["id"]) if versions else ""

    def _replace(self, handle: Handle, known: Json, content: bytes, mark: Mark) -> Json:
        """Write the whole file, if it is still the one that was read, and read it back."""
        if self._tags(handle)["cTag"] != known["cTag"]:
            raise PreconditionFailed("somebody edited the document just now")
        path, tag = f"{_item(handle)}/content", str(known["cTag"])
        written = self._graph.upload(path, content, if_match=tag)
        if _source(_part(self._content(handle), mark)) != _source(_part(content, mark)):
            raise PreconditionFailed("somebody saved the document at the same moment")
        return written

    def _writers(self, handle: Handle) -> Iterator[str]:
        for page in self._graph.pages(f"{_item(handle)}/permissions"):
            for permission in page["value"]:
                if {"write", "owner"} & set(permission.get("roles") or ()):
                    user = (permission.get("grantedToV2") or {}).get("user") or {}
                    yield str(user.get("email") or "").lower()

    def _invite(self, handle: Handle, addresses: Sequence[str]) -> list[str]:
        wish = {
            "recipients": [{"email": address} for address in addresses],
            "roles": ["write"],
            "requireSignIn": True,
            "sendInvitation": False,
        }
        told = self._graph.write("POST", f"{_item(handle)}/invite", wish)
        return [str(grant["id"]) for grant in told["value"]]

    def _revoke(self, handle: Handle, grants: Sequence[str]) -> None:
        for grant in grants:
            with suppress(NotFound):
                self._graph.write("DELETE", f"{_item(handle)}/permissions/{quote(grant, safe='')}")


def _link(item: Json, title: str) -> Link:
    return Link(Url(str(item["webUrl"])), title, _handle(item))


def _handle(item: Json) -> Handle:
    return Handle(f"{item['parentReference']['driveId']}/{item['id']}")


def _item(handle: Handle) -> str:
    drive, _, item = handle.partition("/")
    return f"/drives/{quote(drive, safe='')}/items/{quote(item, safe='')}"


def _deep(document: Link, mark: Mark) -> Url:
    """Return an address that leads to the section, where Word follows it."""
    return Url(f"{document.url}#{word_marks.of_section(mark)}")


def _readable(content: bytes) -> Document:
    try:
        return opened(content)
    except ValueError as error:
        raise NotPermitted("this is no Word document", "link it, or start a new one") from error


def _part(content: bytes, mark: Mark) -> Part | None:
    return word_reading.part(_readable(content), mark)


def _source(part: Part | None) -> str:
    return part.fingerprint if part else ""


def _words(content: bytes) -> list[str]:
    return [line.text for line in word_reading.all_lines(_readable(content))]
