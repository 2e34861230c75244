"""What went wrong at a CalDAV server, in our words: named by what the daemon does next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx2

from connectors.caldav.xml import C, D, conditions
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
)
from connectors.retry import retry_after

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_SIGN_IN = (
    "enter the password with `{login}`, or set `password_env`; many servers want an app password"
)
_REMEDIES = {
    f"{D}quota-not-exceeded": "make room in the account",
    f"{C}max-resource-size": "the event is larger than the server takes; shorten its description",
    f"{C}no-uid-conflict": "the same event lies in another calendar; remove one of the two",
    f"{C}supported-calendar-component": "choose another `calendar` in the settings",
}
_FOR_GOOD = {
    501: "this server cannot do that; nothing was changed",
    507: "make room in the account",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than success, as far as it can be read."""

    status: int
    conditions: frozenset[str] = frozenset()
    retry_after: timedelta | None = None

    @classmethod
    def of(cls, status: int, content: bytes, headers: Mapping[str, str]) -> Refusal:
        """Read an error; a page of a proxy, for example, names no precondition."""
        wait = retry_after({name.lower(): value for name, value in headers.items()})
        return cls(status, conditions(content), wait)

    @property
    def what(self) -> str:
        """The refusal in one line, for the owner."""
        names = ", ".join(sorted(name.rpartition("}")[2] for name in self.conditions))
        return f"the CalDAV server answered {self.status}" + (f" ({names})" if names else "")


def unanswered(error: Exception, *, writing: bool) -> ConnectorError:
    """Return what to raise where no answer came; only a read certainly changed nothing."""
    if writing and not isinstance(error, _NEVER_SENT):
        return OutcomeUnknown(f"no answer from the CalDAV server: {type(error).__name__}")
    return Unavailable(f"the CalDAV server cannot be reached: {type(error).__name__}")


def refused(  # noqa: PLR0911 - one a case
    refusal: Refusal, *, writing: bool, login: str = "visavis login"
) -> ConnectorError:
    """Return what to raise for an answer other than success; `login` is how to sign in again."""
    what = refusal.what
    if f"{D}valid-sync-token" in refusal.conditions:
        # Radicale says it with 403, xandikos with 412, others with 409.
        return CursorExpired(what)
    match refusal.status:
        case 401:
            return SignInRequired(what, _SIGN_IN.format(login=login))
        case 404 | 410:
            return NotFound(what)
        case 409 | 412:
            return PreconditionFailed(what)
        case 423:
            return Locked(what, "somebody has it open; visavis waits until it is free")
        case 408 | 425 | 429 | 503:
            return Unavailable(what, retry_after=refusal.retry_after)
        case 501 | 507 as status:
            return NotPermitted(what, _FOR_GOOD[status])
        case status if status >= 500:
            if writing:
                return OutcomeUnknown(what)
            return Unavailable(what, retry_after=refusal.retry_after)
        case _:
            return NotPermitted(what, _remedy(refusal.conditions))


def _remedy(named: frozenset[str]) -> str:
    known = (_REMEDIES[name] for name in sorted(named) if name in _REMEDIES)
    return next(known, "check that this account may read and write the calendar")
