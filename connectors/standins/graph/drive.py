"""One person's OneDrive: files with versions, links and grants, locked while open in Word.

Word holds a lock while somebody has a file open: writes through Graph get 423, reads go on. Two
tags tell changes apart, the eTag all of them and the cTag those of the content. There is no
editing inside a file, so each write is a new version of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from posixpath import basename, dirname, splitext
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from connectors.standins.graph.calls import Json, Refused
from connectors.standins.graph.zones import stamp

if TYPE_CHECKING:
    from connectors.standins.graph.world import World

APPROOT = "Apps/visavis"
"""Where `special/approot` of the one app of this world lies."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One content of a file."""

    number: int
    content: bytes
    at: datetime
    by: str

    @property
    def name(self) -> str:
        """The id of a `driveItemVersion`."""
        return f"{self.number}.0"


@dataclass(frozen=True, slots=True)
class File:
    """A file; `edits` counts every change (eTag), `revisions` those of the content (cTag)."""

    id: str
    path: str
    revisions: tuple[Revision, ...]
    edits: int = 1
    permissions: tuple[Json, ...] = ()
    open_by: frozenset[str] = frozenset()

    @property
    def newest(self) -> Revision:
        """The content as it stands."""
        return self.revisions[-1]

    @property
    def etag(self) -> str:
        """Changes with content, name and sharing."""
        return f'"{{{self._guid}}},{self.edits}"'

    @property
    def ctag(self) -> str:
        """Changes with the content alone."""
        return f'"c:{{{self._guid}}},{self.newest.number}"'

    @property
    def web_url(self) -> str:
        """Where people open it."""
        return f"https://onedrive.example/:w:/r/Doc.aspx?sourcedoc=%7B{self._guid}%7D"

    @property
    def _guid(self) -> str:
        """The name SharePoint knows the file by; part of both tags."""
        return str(uuid5(NAMESPACE_URL, self.id)).upper()

    def revision(self, name: str) -> Revision:
        """Return an old or the newest content by its version id."""
        found = next((each for each in self.revisions if each.name == name), None)
        if found is None:
            raise Refused(404, "itemNotFound", "The version was not found.")
        return found


@dataclass(slots=True)
class Drive:
    """Files by id; folders exist as far as paths name them."""

    world: World
    owner: str
    files: dict[str, File] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The drive's own id."""
        return f"b!{uuid5(NAMESPACE_URL, self.owner).hex}"

    def file(self, file_id: str) -> File:
        """Return a file by its id; 404 once it was deleted."""
        if file_id not in self.files:
            raise Refused(404, "itemNotFound", "The resource could not be found.")
        return self.files[file_id]

    def at(self, path: str) -> File | None:
        """Return the file of that path; names are compared without case."""
        wanted = path.strip("/").lower()
        return next((each for each in self.files.values() if each.path.lower() == wanted), None)

    def create(self, path: str, content: bytes, by: str) -> File:
        """Make a new file; missing folders come into being with it."""
        number = self.world.number()
        file = File(
            f"01{number:030d}", path.strip("/"), (Revision(1, content, self.world.now(), by),)
        )
        self.files[file.id] = file
        return file

    def write(self, file: File, content: bytes, by: str) -> File:
        """Replace the content; the old one stays as a version."""
        self.check_open(file)
        return self.save(file, content, by)

    def check_open(self, file: File) -> None:
        """Refuse with 423 what Word would lose, while somebody has the file open in it."""
        if file.open_by:
            message = "The resource you are attempting to access is locked."
            raise Refused(423, self.world.quirks.lock_code, message, inner="resourceLocked")

    def save(self, file: File, content: bytes, by: str) -> File:
        """Save as Word itself does, lock or not."""
        revision = Revision(file.newest.number + 1, content, self.world.now(), by)
        return self.change(file, revisions=(*file.revisions, revision))

    def change(self, file: File, **changes: Any) -> File:  # noqa: ANN401 - the fields of File
        """Store a file with other properties, under a new eTag."""
        changed = replace(file, edits=file.edits + 1, **changes)
        self.files[file.id] = changed
        return changed

    def hold(self, file: File, readers: frozenset[str]) -> None:
        """Let these people, and nobody else, have the file open in Word; no tag changes."""
        self.files[file.id] = replace(file, open_by=readers)

    def free_path(self, path: str) -> str:
        """Return the path, or the first "name 1.docx" that is free: conflictBehavior=rename."""
        stem, suffix = splitext(path)
        names = (f"{stem} {n}{suffix}" for n in range(1, len(self.files) + 2))
        return path if not self.at(path) else next(name for name in names if not self.at(name))

    def children(self, folder: str) -> Iterator[File]:
        """Yield the files directly in a folder."""
        wanted = folder.strip("/").lower()
        return (each for each in self.files.values() if dirname(each.path).lower() == wanted)

    def render(self, file: File) -> Json:
        """Return the `driveItem`."""
        parent = dirname(file.path)
        where = f"/drive/root:/{parent}" if parent else "/drive/root:"
        author = {"user": {"email": file.newest.by, "displayName": self._name(file.newest.by)}}
        return {
            "id": file.id,
            "name": basename(file.path),
            "size": len(file.newest.content),
            "eTag": file.etag,
            "cTag": file.ctag,
            "webUrl": file.web_url,
            "createdDateTime": stamp(file.revisions[0].at),
            "lastModifiedDateTime": stamp(file.newest.at),
            "lastModifiedBy": author,
            "parentReference": {"driveId": self.id, "driveType": "business", "path": where},
            "file": {"mimeType": _mime(file.path)},
        }

    def _name(self, email: str) -> str:
        person = self.world.find(email)
        return person.name if person else email


def _mime(path: str) -> str:
    if path.endswith(".docx"):
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return "application/octet-stream"
