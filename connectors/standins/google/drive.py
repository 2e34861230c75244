"""Drive: files, who may see them, and the mails sharing sends (facts 7).

An app with `drive.file` alone sees what it made or what a person picked for it, and nothing else,
whoever owns it. Reading a foreign file is 404, writing one is 403: the app may not even learn
what it is called. Every file has a document, whatever its kind, as only Docs matter here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.standins.google.docs.document import Document
from connectors.standins.google.docs.markdown import fill, to_markdown, to_text
from connectors.standins.google.drive_query import matcher
from connectors.standins.google.errors import Json, Refusal, forbidden, invalid, not_found
from connectors.standins.google.times import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connectors.standins.google.call import Call, Method
    from connectors.standins.google.sign_in import Grant
    from connectors.standins.google.world import World

DOCUMENT = "application/vnd.google-apps.document"
_EDITORS = {"owner", "organizer", "fileOrganizer", "writer"}
_ROLES = ("owner", "organizer", "fileOrganizer", "writer", "commenter", "reader")
_GRANTEES = {"user", "group", "domain", "anyone"}
_SORTED_BY = {"createdTime": "created", "modifiedTime": "modified", "name": "name"}
_BRIEF = "kind,id,name,mimeType"


@dataclass(slots=True)
class File:
    """One file; `properties` are private to the app (OAuth client) that set them."""

    id: str
    name: str
    mime_type: str
    created: datetime
    modified: datetime
    version: int
    document: Document
    parents: list[str] = field(default_factory=lambda: ["root"])
    properties: dict[str, Json] = field(default_factory=dict)
    permissions: dict[str, Json] = field(default_factory=dict)
    apps: set[str] = field(default_factory=set)
    """Apps that made the file or that a person opened it with."""
    trashed: bool = False
    in_shared_drive: bool = False
    """Moved there by people: unseen by clients that do not say they know such drives."""

    def role(self, email: str) -> str | None:
        """Return what a person may do here; None for nothing."""
        roles = [p["role"] for p in self.permissions.values() if _covers(p, email)]
        return min(roles, key=_ROLES.index, default=None)

    def shown(self, client: str) -> Json:
        """Return everything about the file that an app may see."""
        link = f"https://docs.google.com/document/d/{self.id}/edit?usp=drivesdk"
        mine = self.properties.get(client)
        return {
            "kind": "drive#file",
            "id": self.id,
            "name": self.name,
            "mimeType": self.mime_type,
            "parents": self.parents,
            "trashed": self.trashed,
            "explicitlyTrashed": self.trashed,
            "version": str(self.version),
            "createdTime": stamp(self.created),
            "modifiedTime": stamp(self.modified),
            "webViewLink": link,
            "owners": [_user(p) for p in self.permissions.values() if p["role"] == "owner"],
            "permissions": list(self.permissions.values()),
        } | ({"appProperties": mine} if mine else {})


class Drive:
    """All files of everybody."""

    def __init__(self, world: World) -> None:
        self.files: dict[str, File] = {}
        self._world = world

    def add(self, email: str, name: str, mime_type: str = DOCUMENT) -> File:
        """Make an empty file that belongs to a person."""
        number, now = self._world.next_serial(), self._world.now()
        file_id = f"1standin{number:036d}"
        file = File(file_id, name, mime_type, now, now, 1, Document(file_id, name))
        permission = {"id": _permission_id(email), "type": "user", "role": "owner"}
        file.permissions[permission["id"]] = permission | _addressed(email)
        self.files[file_id] = file
        return file

    def touch(self, file: File) -> None:
        """Note that somebody changed a file."""
        file.modified, file.version = self._world.now(), file.version + 1

    def seen(self, grant: Grant, file_id: str) -> File:
        """Return a file this app may read for this person; raises Refusal (404)."""
        file = self.files.get(file_id)
        if file is None or not visible(grant, file):
            raise not_found(f"File not found: {file_id}.")
        return file

    def changeable(self, grant: Grant, file_id: str) -> File:
        """Return a file this app may write; raises Refusal (403) where it may only look."""
        file = self.files.get(file_id)
        if file is None or file.role(grant.email) is None:
            raise not_found(f"File not found: {file_id}.")
        if grant.files_of_app_only and grant.client not in file.apps:
            message = f"The user has not granted the app {grant.client} write access to {file_id}."
            raise forbidden("appNotAuthorizedToFile", message)
        if file.role(grant.email) not in _EDITORS:
            message = "The user does not have sufficient permissions for this file."
            raise forbidden("insufficientFilePermissions", message)
        return file


def visible(grant: Grant, file: File) -> bool:
    """Whether an app may see a file: `drive.file` covers only its own (facts 7.1)."""
    allowed = not grant.files_of_app_only or grant.client in file.apps
    return allowed and file.role(grant.email) is not None


def _seen(call: Call) -> File:
    return _reached(call, call.world.drive.seen(call.grant, call.parameters["fileId"]))


def _changeable(call: Call) -> File:
    return _reached(call, call.world.drive.changeable(call.grant, call.parameters["fileId"]))


def _reached(call: Call, file: File) -> File:
    """Return a file, unless its drive is one the client does not know (facts 7.7)."""
    if file.in_shared_drive and not call.flag("supportsAllDrives"):
        raise not_found(f"File not found: {file.id}.")
    return file


def create(call: Call) -> Json:
    """Answer files.create: a Doc empty, or filled from an uploaded text (facts 6.15)."""
    body = call.body
    mime_type = body.get("mimeType", "application/octet-stream")
    if "id" in body and mime_type.startswith("application/vnd.google-apps."):
        raise invalid("Generated IDs are not supported for Docs Editors formats.", "file.id")
    file = call.world.drive.add(call.grant.email, body.get("name", "Untitled"), mime_type)
    file.apps.add(call.grant.client)
    file.parents = body.get("parents", file.parents)
    _set_properties(call, file)
    fill(file.document.first, call.media)
    return _answer(call, file)


def get(call: Call) -> Json:
    """Answer files.get."""
    return _answer(call, _seen(call))


def update(call: Call) -> Json:
    """Answer files.update: rename, trash, app properties; media replaces everything."""
    file = _changeable(call)
    file.name = call.body.get("name", file.name)
    file.trashed = call.body.get("trashed", file.trashed)
    _set_properties(call, file)
    if call.media:
        fill(file.document.first, call.media)
        file.document.revise()
    call.world.drive.touch(file)
    return _answer(call, file)


def delete(call: Call) -> None:
    """Answer files.delete: past the trash, for good."""
    file = _changeable(call)
    del call.world.drive.files[file.id]


def list_files(call: Call) -> Json:
    """Answer files.list: trashed files too, and not yet the newest (facts 7.4, 7.5)."""
    if "pageToken" in call.parameters:
        return call.world.pages.next(call.parameters["pageToken"])
    matches = matcher(call.parameters.get("q", ""), call.grant.client)
    listed_before = call.world.now() - call.world.list_lag
    found = [
        file
        for file in call.world.drive.files.values()
        if visible(call.grant, file) and file.created <= listed_before and matches(file)
    ]
    items = [file.shown(call.grant.client) for file in _ordered(call, found)]
    if "fields" not in call.parameters:
        items = [{name: item[name] for name in _BRIEF.split(",")} for item in items]
    head = {"kind": "drive#fileList", "incompleteSearch": False}
    size = call.parameters.get("pageSize", 100)
    return call.world.pages.first("files", items, size, head=head, last={})


def export(call: Call) -> str:
    """Answer files.export; ticks of a checklist show here and nowhere else (facts 6.8)."""
    file = call.world.drive.seen(call.grant, call.parameters["fileId"])
    match call.parameters["mimeType"]:
        case "text/markdown":
            return to_markdown(file.document.first)
        case "text/plain":
            return to_text(file.document.first)
        case _:
            raise invalid("The requested conversion is not supported.", "convertTo")


def share(call: Call) -> Json:
    """Answer permissions.create: one mail each time unless switched off (facts 7.2)."""
    file = _changeable(call)
    body = call.body
    if not {"role", "type"} <= body.keys():
        raise Refusal(400, "required", "The permission type and role fields are required.")
    if body["role"] not in _ROLES or body["type"] not in _GRANTEES:
        raise invalid("The specified role or type is invalid or not supported.", "permission")
    if body["role"] == "owner" and not call.flag("transferOwnership"):
        message = "The transferOwnership parameter must be enabled."
        raise forbidden("forbidden", message)
    mailed = call.parameters.get("sendNotificationEmail", True)
    email = body.get("emailAddress", "").lower()
    if body["type"] == "user":
        _check_account(call, email, mailed=mailed)
        permission: Json = {"id": _permission_id(email)} | body | _addressed(email)
    else:
        permission = {"id": body.get("domain", body["type"])} | body
    file.permissions[permission["id"]] = permission
    if mailed and email:
        call.world.mail(email, "share", file.id)
    return _permission(call, permission)


def permissions(call: Call) -> Json:
    """Answer permissions.list."""
    file = _seen(call)
    items = [_permission(call, each) for each in file.permissions.values()]
    return {"kind": "drive#permissionList", "permissions": items}


def unshare(call: Call) -> None:
    """Answer permissions.delete."""
    file = _changeable(call)
    if file.permissions.pop(call.parameters["permissionId"], None) is None:
        raise not_found(f"Permission not found: {call.parameters['permissionId']}.")


def _check_account(call: Call, email: str, *, mailed: bool) -> None:
    """An address without a Google account can only be invited by mail (facts 7.2)."""
    if call.world.find(email) is None and not mailed:
        message = f"Bad Request. User message: {email} has no Google account: notify by mail."
        raise Refusal(400, "invalidSharingRequest", message)


def _set_properties(call: Call, file: File) -> None:
    """Keys and values together up to 124 bytes, 30 for each app (facts 7.4)."""
    given: Json = call.body.get("appProperties", {})
    given = file.properties.get(call.grant.client, {}) | given
    mine = {key: value for key, value in given.items() if value is not None}
    if len(mine) > 30 or any(len((key + value).encode()) > 124 for key, value in mine.items()):
        message = "The maximum number or size of properties has been exceeded."
        raise forbidden("propertyLimitExceeded", message)
    file.properties[call.grant.client] = mine


def _ordered(call: Call, found: list[File]) -> list[File]:
    """Sort by `orderBy`, the last key first: sorting is stable."""
    for key in reversed(call.parameters.get("orderBy", "").split(",")):
        name, _, direction = key.strip().partition(" ")
        if not name:
            continue
        if name not in _SORTED_BY or direction not in {"", "desc"}:
            raise invalid("Invalid Value", "orderBy")
        found.sort(key=lambda f: getattr(f, _SORTED_BY[name]), reverse=direction == "desc")
    return found


def _answer(call: Call, file: File) -> Json:
    """Return all fields if some were asked for, else the four of old (facts 7.8)."""
    shown = file.shown(call.grant.client)
    brief = {name: shown[name] for name in _BRIEF.split(",")}
    return shown if "fields" in call.parameters else brief


def _permission(call: Call, permission: Json) -> Json:
    """A permission in full if fields were asked for, else its four brief ones."""
    shown = {"kind": "drive#permission"} | permission
    if "fields" in call.parameters:
        return shown
    return {name: shown[name] for name in ("kind", "id", "type", "role")}


def _permission_id(email: str) -> str:
    """Return the same number for the same address, as Google does."""
    return str(sum(ord(c) * 31**i for i, c in enumerate(email)) % 10**20).zfill(20)


def _addressed(email: str) -> Json:
    """The two fields that tell people apart."""
    return {"emailAddress": email, "displayName": email.partition("@")[0].title()}


def _user(permission: Json) -> Json:
    """An owner as a file shows him."""
    return {"kind": "drive#user"} | _addressed(permission["emailAddress"])


def _covers(permission: Json, email: str) -> bool:
    """Whether a permission is about a person."""
    match permission["type"]:
        case "anyone":
            return True
        case "domain":
            return bool(permission["domain"] == email.partition("@")[2])
        case _:
            return bool(permission.get("emailAddress") == email)


METHODS: Mapping[str, Method] = {
    "drive.files.create": create,
    "drive.files.get": get,
    "drive.files.update": update,
    "drive.files.delete": delete,
    "drive.files.list": list_files,
    "drive.files.export": export,
    "drive.permissions.create": share,
    "drive.permissions.list": permissions,
    "drive.permissions.delete": unshare,
}
