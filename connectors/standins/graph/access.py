"""Who may ask for what: delegated scopes, application tokens, and mailboxes closed to them.

A person's token opens only that person's mailbox; an application's opens every mailbox that is not
closed to it. Directory entries are open to all colleagues, files to those they were shared with.
Ready tokens of the world carry no scopes and pass everywhere.
"""

from __future__ import annotations

from connectors.standins.graph.calls import Refused
from connectors.standins.graph.login import Grant
from connectors.standins.graph.profile import Profile

_READ = {
    "/calendar": {"Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"},
    "/events": {"Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"},
    "/subscriptions": {"Calendars.Read", "Calendars.ReadWrite"},
    "/mailboxSettings": {"MailboxSettings.Read", "MailboxSettings.ReadWrite"},
    "/outlook": {"User.Read", "User.Read.All"},
    "/drive": {"Files.Read", "Files.ReadWrite", "Files.ReadWrite.All", "Files.ReadWrite.AppFolder"},
    "/shares": {"Files.Read", "Files.ReadWrite", "Files.ReadWrite.All"},
    "/todo": {"Tasks.Read", "Tasks.ReadWrite"},
    "/manager": {"User.Read.All"},
    "/directReports": {"User.Read.All"},
    "": {"User.Read", "User.ReadBasic.All", "User.Read.All"},
}
_DIRECTORY = {"", "/manager", "/directReports"}
# These read although they are POSTs.
_ASKING = {"/calendar/getSchedule", "/subscriptions"}


def check(grant: Grant, owner: Profile, method: str, suffix: str) -> None:
    """Refuse with 403 what this token may not do to this person's things."""
    area = next(area for area in _READ if suffix.startswith(area))
    if area == "" and grant.email not in {None, owner.email}:
        area = "/manager"  # a colleague's entry takes the same right as whom they report to
    _check_scope(grant, area, writes=method != "GET" and suffix not in _ASKING)
    if area in _DIRECTORY or area in {"/drive", "/shares", "/subscriptions"}:
        return  # open to all colleagues; or judged file by file, resource by resource
    if not owner.licensed:
        message = "REST API is not yet supported for this mailbox."
        raise Refused(404, "MailboxNotEnabledForRESTAPI", message)
    if grant.email is None and owner.closed_to_apps:
        raise Refused(403, "ErrorAccessDenied", "Access to OData is disabled.")
    if grant.email not in {None, owner.email}:
        raise Refused(
            403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
        )


def is_outlook(suffix: str) -> bool:
    """Whether a path belongs to the mailbox, where at most four requests run at once."""
    return suffix not in _DIRECTORY and not suffix.startswith(("/drive", "/shares"))


def _check_scope(grant: Grant, area: str, *, writes: bool) -> None:
    """Compare what the token holds with what the area wants; a `.default` token holds all."""
    if grant.scopes is None:
        return
    held = {scope.rpartition("/")[2] for scope in grant.scopes}
    enough = {scope for scope in _READ[area] if not writes or "ReadWrite" in scope}
    if held & enough or ".default" in held:
        return
    code = "Authorization_RequestDenied" if area in _DIRECTORY else "ErrorAccessDenied"
    raise Refused(403, code, "Insufficient privileges to complete the operation.")
