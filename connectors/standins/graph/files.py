"""The OneDrive requests: content by path or id, versions, links, grants.

Content is never in the answer itself: OneDrive redirects to a pre-authenticated address outside
Graph. Files are reached by path, by id, or through the drive's id, which is how somebody they were
shared with gets at them.
"""

from __future__ import annotations

import base64
from dataclasses import replace

from connectors.standins.graph.asking import Ask, Routes, page
from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.drive import APPROOT, Drive, File, Revision
from connectors.standins.graph.mails import Mail
from connectors.standins.graph.profile import Kind
from connectors.standins.graph.zones import stamp

_PAGE = 200


def about(ask: Ask) -> Reply:
    """The drive itself."""
    drive = _drive(ask)
    kind = "personal" if ask.owner.kind is Kind.PERSONAL else "business"
    owner = {"user": {"email": ask.owner.email, "displayName": ask.owner.name}}
    return Reply(200, {"id": drive.id, "driveType": kind, "owner": owner})


def children(ask: Ask) -> Reply:
    """The files directly in the root or in the app's folder."""
    drive = _drive(ask)
    found = [drive.render(file) for file in drive.children(_folder(ask))]
    return Reply(200, page(ask, found, _PAGE))


def by_path(ask: Ask) -> Reply:
    """A file by its path."""
    return Reply(200, _selected(ask, _at_path(ask)))


def by_id(ask: Ask) -> Reply:
    """A file by its id; 304 where the eTag is the known one."""
    file = _file(ask)
    if ask.call.headers.get("if-none-match") == file.etag:
        return Reply(304)
    return Reply(200, _selected(ask, file))


def shared(ask: Ask) -> Reply:
    """A file by an address that people share, in whosever drive it lies."""
    coded = ask.variables["sharedDriveItem_id"].removeprefix("u!")
    url = base64.urlsafe_b64decode(f"{coded}{'=' * (-len(coded) % 4)}").decode()
    for email, drive in ask.world.drives.items():
        for file in drive.files.values():
            if file.web_url == url:
                there = replace(ask, owner=ask.world.people[email])
                return Reply(200, drive.render(_open_to(there, file)))
    raise Refused(404, "itemNotFound", "The sharing link no longer exists.")


def content_by_path(ask: Ask) -> Reply:
    """The way to the content of a file at a path."""
    return _download(ask, _at_path(ask))


def content_by_id(ask: Ask) -> Reply:
    """The way to the content of a file; works while Word has it open."""
    return _download(ask, _file(ask))


def _download(ask: Ask, file: File, version: str | None = None) -> Reply:
    """Redirect to a pre-authenticated address, as OneDrive does: it wants no bearer token."""
    revision = file.revision(version) if version else file.newest
    location = f"{ask.call.base}/download/{_drive(ask).id}/{file.id}/{revision.name}"
    return Reply(302, None, {"Location": location})


def put_by_path(ask: Ask) -> Reply:
    """PUT by path: 201 for a new file, 200 for a replaced one, as conflictBehavior says."""
    drive, path = _drive(ask), _path(ask)
    if set(path) & set('"*:<>?|'):
        raise Refused(400, "invalidRequest", "The name has letters that OneDrive does not take.")
    existing = drive.at(path)
    behaviour = ask.query.get("@microsoft.graph.conflictBehavior", "replace")
    if existing and behaviour == "fail":
        raise Refused(409, "nameAlreadyExists", "The specified item name already exists.")
    if existing and behaviour == "replace":
        return _replace(ask, existing)
    file = drive.create(drive.free_path(path), ask.call.body, _author(ask))
    return Reply(201, drive.render(file))


def put_by_id(ask: Ask) -> Reply:
    """PUT by id: the whole content, since there is no editing inside a Word file."""
    return _replace(ask, _file(ask))


def _replace(ask: Ask, file: File) -> Reply:
    """Write a new content, if the client knew the present one."""
    _check_tag(ask, file)
    drive = _drive(ask)
    return Reply(200, drive.render(drive.write(file, ask.call.body, _author(ask))))


def rename(ask: Ask) -> Reply:
    """PATCH of the name; refused like a write while the file is open."""
    drive, file = _drive(ask), _file(ask)
    _check_tag(ask, file)
    drive.check_open(file)
    folder, _, _ = file.path.rpartition("/")
    path = f"{folder}/{ask.body['name']}".strip("/")
    return Reply(200, drive.render(drive.change(file, path=path)))


def delete(ask: Ask) -> Reply:
    """DELETE: into the recycle bin, out of sight of Graph."""
    drive, file = _drive(ask), _file(ask)
    _check_tag(ask, file)
    del drive.files[file.id]
    return Reply(204)


def versions(ask: Ask) -> Reply:
    """The contents a file has had, newest first."""
    told = [_version(each) for each in reversed(_file(ask).revisions)]
    return Reply(200, page(ask, told, _PAGE))


def version_content(ask: Ask) -> Reply:
    """The way to an old content."""
    return _download(ask, _file(ask), ask.variables["driveItemVersion_id"])


def restore(ask: Ask) -> Reply:
    """Make an old content the newest version."""
    drive, file = _drive(ask), _file(ask)
    drive.write(file, file.revision(ask.variables["driveItemVersion_id"]).content, _author(ask))
    return Reply(204)


def create_link(ask: Ask) -> Reply:
    """A link of a type and scope: 201 when new, 200 for the one made before."""
    scope = ask.body.get("scope", "organization")
    if scope == "organization" and ask.owner.kind is Kind.PERSONAL:
        raise Refused(400, "invalidRequest", "Organization links need a work account.")
    file = _file(ask)
    name = f"link-{ask.body['type']}-{scope}"
    made = next((each for each in file.permissions if each["id"] == name), None)
    if made:
        return Reply(200, made)
    link = {"type": ask.body["type"], "scope": scope, "webUrl": f"{file.web_url}&link={name}"}
    role = "write" if ask.body["type"] == "edit" else "read"
    return Reply(201, _grant(ask, file, {"id": name, "roles": [role], "link": link}))


def invite(ask: Ask) -> Reply:
    """Grant people access; a mail goes out only with `sendInvitation`."""
    if not (ask.body.get("requireSignIn") or ask.body.get("sendInvitation")):
        message = "One of requireSignIn and sendInvitation must be true."
        raise Refused(400, "invalidRequest", message)
    granted = [_invite(ask, recipient["email"]) for recipient in ask.body["recipients"]]
    return Reply(200, {"value": granted})


def _invite(ask: Ask, address: str) -> Json:
    """Grant one person the roles; tell them only if asked to."""
    file, person = _file(ask), ask.world.find(address)
    user = {"email": address, "displayName": person.name if person else address}
    grant = {
        "id": f"grant-{address.lower()}",
        "roles": ask.body["roles"],
        "grantedToV2": {"user": user},
        "grantedTo": {"user": user},
    }
    if ask.body.get("sendInvitation", False):
        name = str(_drive(ask).render(file)["name"])
        ask.world.post(Mail(ask.now, "sharing", ask.owner.email, address, name))
    return _grant(ask, file, grant)


def _grant(ask: Ask, file: File, permission: Json) -> Json:
    """Store a permission in the place of one with the same id."""
    others = tuple(each for each in file.permissions if each["id"] != permission["id"])
    _drive(ask).change(file, permissions=(*others, permission))
    return permission


def permissions(ask: Ask) -> Reply:
    """Who may do what with a file, the owner first."""
    owner = {"user": {"email": ask.owner.email, "displayName": ask.owner.name}}
    first: Json = {"id": "owner", "roles": ["owner"], "grantedToV2": owner, "grantedTo": owner}
    return Reply(200, page(ask, [first, *_file(ask).permissions], _PAGE))


def revoke(ask: Ask) -> Reply:
    """Take a link or a grant back."""
    file, wanted = _file(ask), ask.variables["permission_id"]
    rest = tuple(each for each in file.permissions if each["id"] != wanted)
    if len(rest) == len(file.permissions):
        raise Refused(404, "itemNotFound", "The permission was not found.")
    _drive(ask).change(file, permissions=rest)
    return Reply(204)


def _drive(ask: Ask) -> Drive:
    return ask.world.drives[ask.owner.email]


def _folder(ask: Ask) -> str:
    """Return where relative paths begin: the app's folder for `special`, else the root."""
    return APPROOT if "special/" in ask.call.path else ""


def _path(ask: Ask) -> str:
    return f"{_folder(ask)}/{ask.variables['item_path']}".strip("/")


def _at_path(ask: Ask) -> File:
    file = _drive(ask).at(_path(ask))
    if file is None:
        raise Refused(404, "itemNotFound", "The resource could not be found.")
    return _open_to(ask, file)


def _file(ask: Ask) -> File:
    return _open_to(ask, _drive(ask).file(ask.variables["driveItem_id"]))


def _open_to(ask: Ask, file: File) -> File:
    """Let in the owner, applications, and those the file was shared with."""
    asks = ask.grant.email
    granted = (each.get("grantedToV2", {}).get("user", {}) for each in file.permissions)
    readers = {str(user.get("email", "")).lower() for user in granted}
    if asks not in {None, ask.owner.email} and not readers & ask.world.people[str(asks)].addresses:
        raise Refused(403, "accessDenied", "Access denied.")
    return file


def _author(ask: Ask) -> str:
    """Return who signs a change: the person, or the owner an application acts for."""
    return ask.grant.email or ask.owner.email


def _check_tag(ask: Ask, file: File) -> None:
    """Answer 412 to a stale eTag or cTag, if this world honours If-Match on files."""
    given = ask.call.headers.get("if-match")
    if given and ask.world.quirks.file_if_match and given not in {file.etag, file.ctag, "*"}:
        raise Refused(412, "preconditionFailed", "The resource has changed since it was read.")


def _selected(ask: Ask, file: File) -> Json:
    """Return the item, or what `$select` leaves of it."""
    whole = _drive(ask).render(file)
    wanted = [name for name in ask.query.get("$select", "").split(",") if name]
    return {name: whole[name] for name in whole if not wanted or name in wanted}


def _version(revision: Revision) -> Json:
    return {
        "id": revision.name,
        "lastModifiedDateTime": stamp(revision.at),
        "lastModifiedBy": {"user": {"email": revision.by}},
        "size": len(revision.content),
    }


ROUTES: Routes = {
    ("GET", "/shares/{sharedDriveItem-id}/driveItem"): shared,
    ("GET", "/drive"): about,
    ("GET", "/drive/root/children"): children,
    ("GET", "/drive/special/{name}/children"): children,
    ("GET", "/drive/root:/{item-path}:"): by_path,
    ("GET", "/drive/root:/{item-path}:/content"): content_by_path,
    ("PUT", "/drive/root:/{item-path}:/content"): put_by_path,
    ("GET", "/drive/special/approot:/{item-path}:"): by_path,
    ("GET", "/drive/special/approot:/{item-path}:/content"): content_by_path,
    ("PUT", "/drive/special/approot:/{item-path}:/content"): put_by_path,
    ("GET", "/drive/items/{driveItem-id}"): by_id,
    ("PATCH", "/drive/items/{driveItem-id}"): rename,
    ("DELETE", "/drive/items/{driveItem-id}"): delete,
    ("GET", "/drive/items/{driveItem-id}/content"): content_by_id,
    ("PUT", "/drive/items/{driveItem-id}/content"): put_by_id,
    ("GET", "/drive/items/{driveItem-id}/versions"): versions,
    ("GET", "/drive/items/{driveItem-id}/versions/{driveItemVersion-id}/content"): version_content,
    ("POST", "/drive/items/{driveItem-id}/versions/{driveItemVersion-id}/restoreVersion"): restore,
    ("POST", "/drive/items/{driveItem-id}/createLink"): create_link,
    ("POST", "/drive/items/{driveItem-id}/invite"): invite,
    ("GET", "/drive/items/{driveItem-id}/permissions"): permissions,
    ("DELETE", "/drive/items/{driveItem-id}/permissions/{permission-id}"): revoke,
}
