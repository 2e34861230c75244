"""What went wrong at Graph, in our words: each error named by what the daemon does next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from connectors.errors import (
    ConnectorError,
    CursorExpired,
    Locked,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
    SignInRequired,
    Unavailable,
    Withheld,
)
from connectors.retry import retry_after

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# Seen with either first letter, and on other statuses than 410.
_SYNC_STATE = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
_DAMAGED = "badly formed token"
"""In the message of a plain 400: a change feed cannot go on from what is no token of its own."""
_SURELY_NOT = frozenset({501, 507})
"""Not implemented, no room: nothing happened, and trying again changes nothing."""
_CONFLICT = "ErrorIrresolvableConflict"
_CROSSING = "ErrorOccurrenceCrossingBoundary"
_NO_MAILBOX = frozenset(
    {"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "ErrorInvalidUser"}
)
_BY_HAND = "try it by hand in Outlook or OneDrive, which may say more about the reason"
_IN_THE_OWNERS_HANDS = {
    "Authorization_RequestDenied": "an administrator has to consent to this permission",
    "ErrorQuotaExceeded": "make room in the mailbox",
    "quotaLimitReached": "make room in OneDrive",
}
_REMEDIES = {
    "ErrorAccessDenied": (
        "sign in again with `visavis login`; in an organisation the administrator decides which "
        "mailboxes visavis may open"
    ),
    "accessDenied": "ask the owner of the file, or sign in again with `visavis login`",
}


class CrossesNeighbour(NotPermitted):
    """Exchange moves no occurrence to or past the day of the one before or after it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than success, as far as it can be read."""

    status: int
    code: str = ""
    inner: str = ""
    message: str = ""
    retry_after: timedelta | None = None

    @classmethod
    def of(cls, status: int, body: object, headers: Mapping[str, str]) -> Refusal:
        """Read an error; one that is no JSON, a page of a proxy for example, has no code."""
        error = _dict(_dict(body).get("error"))
        return cls(
            status=status,
            code=str(error.get("code", "")),
            inner=str(_dict(error.get("innerError")).get("code", "")),
            message=str(error.get("message", "")),
            retry_after=retry_after({name.lower(): value for name, value in headers.items()}),
        )

    @property
    def what(self) -> str:
        """The refusal in one line, for the owner."""
        return f"Microsoft answered {self.status} {self.code}: {self.message}".rstrip(": ")


def read_json(content: bytes) -> object:
    """Return a body as JSON, or None where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def unanswered(error: Exception, *, writing: bool) -> ConnectorError:
    """Return what to raise where no answer came; only a read certainly changed nothing."""
    if writing and not isinstance(error, _NEVER_SENT):
        return OutcomeUnknown(f"no answer from Microsoft: {type(error).__name__}")
    return Unavailable(f"Microsoft cannot be reached: {type(error).__name__}")


def refused(refusal: Refusal, *, writing: bool) -> ConnectorError:  # noqa: PLR0911 - one a case
    """Return what to raise for an answer other than success."""
    what, code = refusal.what, refusal.code
    lost = code.lower() in _SYNC_STATE or _DAMAGED in refusal.message.lower()
    if refusal.status == 410 or lost:
        return CursorExpired(what)
    if refusal.status == 423 or refusal.inner == "resourceLocked":
        return Locked(what, "somebody has the document open; visavis waits until it is closed")
    match refusal.status:
        case 400 if code == _CROSSING:
            return CrossesNeighbour(what)
        case 401:
            return SignInRequired(what, "sign in again with `visavis login`")
        case 404 if code not in _NO_MAILBOX:
            return NotFound(what)
        case 409 | 412:
            return _overtaken(what, writing=writing)
        case 408 | 429 | 503:
            return Unavailable(what, retry_after=refusal.retry_after)
        case status if status >= 500 and status not in _SURELY_NOT:
            return _failed(refusal, writing=writing)
        case _ if code == _CONFLICT:
            return _overtaken(what, writing=writing)
        case _:
            return _forbidden(code, what)


def _overtaken(what: str, *, writing: bool) -> ConnectorError:
    """Exchange races with itself, even where nobody sent a version: a read is just asked again."""
    return PreconditionFailed(what) if writing else Unavailable(what)


def _forbidden(code: str, what: str) -> NotPermitted:
    if code in _IN_THE_OWNERS_HANDS:
        return Withheld(what, _IN_THE_OWNERS_HANDS[code])
    return NotPermitted(what, _REMEDIES.get(code, _BY_HAND))


def _failed(refusal: Refusal, *, writing: bool) -> ConnectorError:
    if writing:
        return OutcomeUnknown(refusal.what)
    return Unavailable(refusal.what, retry_after=refusal.retry_after)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
