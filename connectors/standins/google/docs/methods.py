"""documents.get, create and batchUpdate.

A trashed document still opens, as in the web page. Rights come from Drive; how far an app may
see is decided by its scopes, where `documents` opens everything the person may open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.standins.google.docs.edits import perform
from connectors.standins.google.errors import Json, Refusal, forbidden, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.standins.google.call import Call, Method
    from connectors.standins.google.drive import File

_EDITORS = {"owner", "writer"}
_INLINE = "SUGGESTIONS_INLINE"


def get(call: Call) -> Json:
    """Answer documents.get."""
    file = _file(call)
    mode = call.parameters.get("suggestionsViewMode", "DEFAULT_FOR_CURRENT_ACCESS")
    return file.document.shown(
        call.grant.email,
        tabs=call.flag("includeTabsContent"),
        editable=file.role(call.grant.email) in _EDITORS,
        suggestions=_INLINE if mode == "DEFAULT_FOR_CURRENT_ACCESS" else mode,
    )


def create(call: Call) -> Json:
    """Answer documents.create: only the title of the body is used (facts 6.1)."""
    title = call.body.get("title", "Untitled document")
    file = call.world.drive.add(call.grant.email, title)
    file.apps.add(call.grant.client)
    return file.document.shown(call.grant.email, tabs=False, editable=True, suggestions=_INLINE)


def batch_update(call: Call) -> Json:
    """Answer documents.batchUpdate: all requests or none (facts 6.5)."""
    file = _file(call)
    document = file.document
    if file.role(call.grant.email) not in _EDITORS:
        raise forbidden("forbidden", "The caller does not have permission")
    known = document.revision_id(call.grant.email)
    control = call.body.get("writeControl", {})
    # A `targetRevisionId` is merged with what others wrote meanwhile, never refused (facts 6.13).
    wanted = control.get("requiredRevisionId", known)
    if wanted != known:
        message = f"The required revision ID '{wanted}' does not match the latest revision."
        raise Refusal(400, "invalid", message)
    draft = [tab.copy() for tab in document.tabs]
    replies = [perform(draft, request) for request in call.body.get("requests", [])]
    document.tabs = draft
    document.revise()
    call.world.drive.touch(file)
    after = {"requiredRevisionId": document.revision_id(call.grant.email)}
    return {"documentId": document.id, "replies": replies, "writeControl": after}


def _file(call: Call) -> File:
    """Return the document; trashed ones can still be opened, strangers' ones cannot."""
    file = call.world.drive.files.get(call.parameters["documentId"])
    if file is None:
        raise not_found("Requested entity was not found.")
    if file.role(call.grant.email) is None:
        raise forbidden("forbidden", "The caller does not have permission")
    allowed = call.grant.client in file.apps or not call.grant.documents_of_app_only
    if not allowed:
        raise not_found("Requested entity was not found.")
    return file


METHODS: Mapping[str, Method] = {
    "docs.documents.get": get,
    "docs.documents.create": create,
    "docs.documents.batchUpdate": batch_update,
}
