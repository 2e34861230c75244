"""Running documents in Google Docs: found by an app property, shared without mail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import cast

from googleapiclient.discovery import Resource

from connectors.errors import NotFound, NotPermitted, PreconditionFailed
from connectors.google import docs_reading, docs_requests
from connectors.google.docs_reading import Page, Part
from connectors.google.failures import BY_HAND
from connectors.google.service import Google, Json
from connectors.google.translate import document_id
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
from connectors.retry import doubted

_TYPE = "application/vnd.google-apps.document"
_PROPERTY = "visavis"
_FILE = "id,name,mimeType,trashed,webViewLink"
_PERMISSION = "id,type,role,emailAddress"
_WRITERS = {"owner", "organizer", "fileOrganizer", "writer"}


class GoogleDocs:
    """The documents that visavis may open for one person; implements `protocol.Documents`.

    `drive.file` covers what visavis made or the person opened with it, nothing else: a document
    that the two already had is linked as it is, and not read.

    `Receipt.after` of a share has `people`, of a section `mark`, `link` and `source`, its own text;
    `before` has the `heading` where only that changed.
    """

    def __init__(self, google: Google) -> None:
        self._google = google

    # --- Reading ---

    def find(self, key: Key) -> Link | None:
        """Find the oldest document with this key; the list lags behind a document just made."""
        wanted = f"appProperties has {{ key='{_PROPERTY}' and value='{_digest(key)}' }}"
        pages = self._google.pages(
            self._files.list,
            q=f"{wanted} and trashed=false",
            orderBy="createdTime",
            fields=f"nextPageToken,files({_FILE})",
        )
        return next((_link(file) for page in pages for file in page.get("files", ())), None)

    def open(self, url: Url) -> Link | None:
        """Return a document by its address, if visavis may open it."""
        handle = document_id(url)
        if handle is None:
            return None
        try:
            file = self._file(handle)
        except (NotFound, NotPermitted):
            return None
        return _link(file) if file.get("mimeType") == _TYPE else None

    def sections(self, document: Link) -> Sequence[Section]:
        """Read the first tab; ticks of native checklists come from the Markdown export."""
        handle = _handle(document)
        self._file(handle)
        page = self._page(handle)
        if any(paragraph.checklist for paragraph in page.paragraphs):
            page = docs_reading.with_ticks(page, self._markdown(handle))
        return docs_reading.sections(page, document.url)

    # --- Writing ---

    def create(self, key: Key, title: str) -> Link:
        """Make an empty document for this key, which is a property: ids cannot be chosen."""
        if found := self.find(key):
            return found
        body = {"name": title, "mimeType": _TYPE, "appProperties": {_PROPERTY: _digest(key)}}
        return _link(self._google.write(self._files.create(body=body, fields=_FILE)))

    def share(self, document: Link, people: Sequence[Person]) -> Receipt:
        """Let these people write; Google mails nobody, which it grants only for Google accounts."""
        handle = _handle(document)
        self._file(handle)
        before = self._writers(handle)
        new = [p for p in people if not _among(p, before)]
        for person in new:
            self._let_write(handle, person)
        after = sorted({*before, *(person.address for person in new)})
        return Receipt(handle, Version(""), {"people": before}, {"people": after}, wrote=bool(new))

    def write_section(self, document: Link, section: Section, mark: Mark) -> Receipt:
        """Put the section below the title, or set the date line of the one with this mark."""
        handle = _handle(document)
        self._file(handle)
        page = self._page(handle, to_write=True)
        part = page.part(mark)
        heading = part.heading if part else None
        if part is None:
            before: Facts = {"source": None}
            self._change(handle, page, docs_requests.insertion(page, section, mark))
        elif heading and (edits := docs_requests.new_heading(page, heading, section.heading)):
            before = {"heading": heading.text.strip()}
            self._change(handle, page, edits)
        else:
            return _written(document, part, page, {}, wrote=False)
        # The id of a heading appears only after the write.
        page = self._page(handle)
        part = page.part(mark)
        if part is None:
            raise PreconditionFailed("somebody removed the section at once")
        return _written(document, part, page, before)

    def undo(self, receipt: Receipt) -> None:
        """Take a section, a share or an untouched document back."""
        if "created" in receipt.after:
            self._bin(receipt.handle)
        elif "people" in receipt.after:
            self._unshare(receipt)
        else:
            self._file(receipt.handle)
            self._unwrite(receipt)

    def _unwrite(self, receipt: Receipt) -> None:
        """Take a section out, or its date line back; a section that is gone already is done."""
        page = self._page(receipt.handle, to_write=True)
        part = page.part(Mark(str(receipt.after["mark"])))
        if "heading" in receipt.before:
            self._unhead(receipt, page, part)
        elif part and part.range:
            if part.source != receipt.after["source"]:
                raise PreconditionFailed("somebody wrote in the section since")
            self._change(receipt.handle, page, docs_requests.removal(page, part.range))

    def _unhead(self, receipt: Receipt, page: Page, part: Part | None) -> None:
        """Set a date line back, if nobody else changed it."""
        heading = part.heading if part else None
        if heading is None or heading.text.strip() == receipt.before["heading"]:
            return
        if heading.text.strip() != receipt.after["heading"]:
            raise PreconditionFailed("somebody changed the heading since")
        before = str(receipt.before["heading"])
        if edits := docs_requests.new_heading(page, heading, before):
            self._change(receipt.handle, page, edits)

    def _bin(self, handle: Handle) -> None:
        """Put an empty document into the bin, from where people can take it back."""
        try:
            self._file(handle)
        except NotFound:
            return  # in the bin already
        if any(paragraph.text.strip() for paragraph in self._page(handle).paragraphs):
            raise PreconditionFailed("somebody wrote in the document since")
        request = self._files.update(
            fileId=handle, body={"trashed": True}, fields="id", supportsAllDrives=True
        )
        self._google.write(request)

    def _unshare(self, receipt: Receipt) -> None:
        """End only the shares that the receipt tells of."""
        before, after = (cast("list[str]", f["people"]) for f in (receipt.before, receipt.after))
        for permission in self._shared_with(receipt.handle):
            if _email(permission) in set(after) - set(before):
                request = self._permissions.delete(
                    fileId=receipt.handle, permissionId=permission["id"], supportsAllDrives=True
                )
                self._google.write(request)

    # --- One request each ---

    def _file(self, handle: Handle) -> Json:
        """Read a file; `NotFound` for one in the bin, which Docs would still open."""
        file = self._metadata(handle)
        if file.get("trashed"):
            raise NotFound("the document is in the bin")
        return file

    @doubted
    def _metadata(self, handle: Handle) -> Json:
        request = self._files.get(fileId=handle, fields=_FILE, supportsAllDrives=True)
        return self._google.read(request)

    @doubted
    def _page(self, handle: Handle, *, to_write: bool = False) -> Page:
        """Read the document with its tabs; without asking for them only the first would come."""
        # Whoever may only read is refused the view whose positions a write needs.
        mode = {"suggestionsViewMode": "SUGGESTIONS_INLINE"} if to_write else {}
        documents = self._google.resource("docs", "documents")
        request = documents.get(documentId=handle, includeTabsContent=True, **mode)
        return docs_reading.page(self._google.read(request))

    def _change(self, handle: Handle, page: Page, requests: Sequence[Json]) -> None:
        """Change the revision that was read; Docs answers 400 when it is not the latest."""
        if not page.revision:
            raise NotPermitted("the document may only be read", "ask its owner to let you write")
        control = {"requiredRevisionId": page.revision}
        body = {"requests": list(requests), "writeControl": control}
        documents = self._google.resource("docs", "documents")
        try:
            self._google.write(documents.batchUpdate(documentId=handle, body=body))
        except NotPermitted as error:
            if self._page(handle).revision != page.revision:
                raise PreconditionFailed("somebody wrote in the document meanwhile") from error
            raise

    def _markdown(self, handle: Handle) -> str:
        """Export the document; one too large for that has no ticks."""
        try:
            return self._google.export(self._files.export(fileId=handle, mimeType="text/markdown"))
        except NotPermitted:
            return ""

    def _writers(self, handle: Handle) -> list[str]:
        """Return the addresses that may write by themselves, not by a domain or a link."""
        shared = self._shared_with(handle)
        return sorted(_email(one) for one in shared if one["role"] in _WRITERS and _email(one))

    def _shared_with(self, handle: Handle) -> list[Json]:
        pages = self._google.pages(
            self._permissions.list,
            fileId=handle,
            fields=f"nextPageToken,permissions({_PERMISSION})",
            supportsAllDrives=True,
        )
        return [permission for page in pages for permission in page.get("permissions", ())]

    def _let_write(self, handle: Handle, person: Person) -> None:
        """Share with one person; Google refuses where it would have to invite by mail."""
        body = {"type": "user", "role": "writer", "emailAddress": person.address}
        request = self._permissions.create(
            fileId=handle, body=body, sendNotificationEmail=False, supportsAllDrives=True
        )
        try:
            self._google.write(request)
        except NotPermitted as error:
            if error.remedy != BY_HAND:
                raise
            raise NotPermitted(
                error.what,
                f"share it with {person.address} by hand: without a Google account they can only "
                "be invited by a mail of Google's, which visavis never sends",
            ) from error

    @property
    def _files(self) -> Resource:
        return self._google.resource("drive", "files")

    @property
    def _permissions(self) -> Resource:
        return self._google.resource("drive", "permissions")


def _digest(key: Key) -> str:
    """Return a key as an app property holds it: name and value are 124 bytes at most."""
    return hashlib.sha256(key.encode()).hexdigest()


def _handle(document: Link) -> Handle:
    handle = document.handle or document_id(document.url)
    if handle is None:
        raise NotFound(f"{document.url} is no Google document")
    return handle


def _link(file: Json) -> Link:
    usual = f"https://docs.google.com/document/d/{file['id']}/edit"
    return Link(Url(file.get("webViewLink", usual)), file.get("name", ""), Handle(file["id"]))


def _written(
    document: Link, part: Part, page: Page, before: Facts, *, wrote: bool = True
) -> Receipt:
    """Return the receipt of a section as it reads after the write."""
    after: dict[str, str | None] = {
        "mark": part.mark,
        "link": docs_reading.deep_link(part, page, document.url) or document.url,
        "source": part.source,
        "heading": part.heading.text.strip() if part.heading else "",
    }
    return Receipt(_handle(document), Version(page.revision), before, after, wrote=wrote)


def _among(person: Person, addresses: Sequence[str]) -> bool:
    return any(map(person.answers_to, addresses))


def _email(permission: Json) -> str:
    return str(permission.get("emailAddress", "")).lower()
