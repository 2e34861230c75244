"""What went wrong at Google, in our words: each error named by what the daemon does next.

The machine-readable reason is read from the answer's own body: the client's `error_details` is a
list, a string or a whole page of HTML, depending on the API and on the day.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from googleapiclient.errors import HttpError
from httplib2 import HttpLib2Error, ServerNotFoundError

from connectors.errors import (
    ConnectorError,
    CursorExpired,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
    SignInRequired,
    Unavailable,
    Withheld,
)
from connectors.retry import retry_after

FAILURES = (HttpError, HttpLib2Error, HTTPException, OSError, ValueError, RecursionError)
"""Refused, unreachable, or answered with something that is no JSON (the last two)."""
_NEVER_SENT = (ConnectionRefusedError, ServerNotFoundError, ssl.SSLCertVerificationError)

_SLOW_DOWN = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded", "sharingRateLimitExceeded"})
_REST = timedelta(hours=6)
"""How long an account rests whose limits against abuse are used up: they last hours to months."""
_RESTS = (
    "Google limits what an account may do in a while; visavis tries again in some hours, and the "
    "limit may last longer"
)
BY_HAND = "try it by hand in Google, which may say more about the reason"
_IN_THE_OWNERS_HANDS = {
    "insufficientPermissions": "sign in again with `visavis login` and leave every box ticked",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "sign in again with `visavis login`, every box ticked",
    "accessNotConfigured": "enable this API for the project in the Google Cloud console",
    "SERVICE_DISABLED": "enable this API for the project in the Google Cloud console",
    "storageQuotaExceeded": "make room in Google Drive",
}
_REMEDIES = {
    "forbiddenForNonOrganizer": "only the organizer can change this event",
    "appNotAuthorizedToFile": "visavis may open only documents that it made",
    "domainPolicy": "ask the administrator of your Google Workspace",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than success, as far as it can be read."""

    status: int
    reasons: frozenset[str]
    message: str
    place: str
    """The parameter it is about, where Google names one."""
    retry_after: timedelta | None

    @classmethod
    def of(cls, error: HttpError) -> Refusal:
        """Read the body; one that is no JSON has no reasons."""
        told = _told(error.content)
        listed = [*_dicts(told.get("errors")), *_dicts(told.get("details"))]
        reasons = {str(entry["reason"]) for entry in listed if "reason" in entry}
        return cls(
            status=int(error.resp.status),
            reasons=frozenset(reasons),
            message=str(told.get("message", "")),
            place=next((str(e["location"]) for e in listed if "location" in e), ""),
            retry_after=retry_after(error.resp),
        )


def translated(error: Exception, *, writing: bool) -> ConnectorError:
    """Return what to raise; without an answer only a read certainly changed nothing."""
    if isinstance(error, HttpError):
        return _refused(Refusal.of(error), writing=writing)
    if writing and not isinstance(error, _NEVER_SENT):
        return OutcomeUnknown(f"no answer from Google that can be read: {type(error).__name__}")
    return Unavailable(f"Google cannot be reached: {type(error).__name__}")


def _refused(refusal: Refusal, *, writing: bool) -> ConnectorError:  # noqa: PLR0911 - one a status
    what = f"Google answered {refusal.status}: {refusal.message or 'no reason given'}"
    match refusal.status:
        case 401:
            return SignInRequired(what, "sign in again with `visavis login`")
        case 403:
            return _forbidden(refusal, what)
        case 404:
            return NotFound(what)
        case 409 | 412:
            return PreconditionFailed(what)
        case 410:
            return NotFound(what) if "deleted" in refusal.reasons else CursorExpired(what)
        case 400 if refusal.place == "syncToken":
            return CursorExpired(what)
        case status if status in {408, 429, 503} or status < 400:
            # Google's API never moves: whoever sends us elsewhere stands in its place.
            return Unavailable(what, retry_after=refusal.retry_after)
        case status if status >= 500:
            return OutcomeUnknown(what) if writing else Unavailable(what)
        case _:
            return NotPermitted(what, BY_HAND)


def _forbidden(refusal: Refusal, what: str) -> ConnectorError:
    """Tell a 403 that passes from one that needs other rights."""
    if refusal.reasons & _USED_UP:
        return Unavailable(what, _RESTS, retry_after=refusal.retry_after or _REST)
    if refusal.reasons & _SLOW_DOWN:
        return Unavailable(what, retry_after=refusal.retry_after)
    for reason in sorted(refusal.reasons & _IN_THE_OWNERS_HANDS.keys()):
        return Withheld(what, _IN_THE_OWNERS_HANDS[reason])
    remedies = (_REMEDIES[reason] for reason in sorted(refusal.reasons & _REMEDIES.keys()))
    return NotPermitted(what, next(remedies, BY_HAND))


def _told(content: bytes) -> dict[str, Any]:
    """Return the error object of a body; a page of HTML or a bare string has none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _dicts(entries: object) -> list[dict[str, Any]]:
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
