"""A handful of errors, each named by what the daemon does next.

Connectors translate every failure of their provider into one of these, with `from`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class ConnectorError(Exception):
    """The root: something went wrong outside; `remedy` tells the owner what to do about it."""

    usually: ClassVar[str] = ""
    """The remedy where the provider said nothing to go by."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy or self.usually


class Unavailable(ConnectorError):
    """Certainly nothing happened; try again after `retry_after`, or by the usual backoff."""

    usually = "visavis tries again by itself"

    def __init__(
        self, what: str, remedy: str = "", *, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(what, remedy)
        self.retry_after = retry_after


class OutcomeUnknown(ConnectorError):
    """The write may have happened: look before trying again."""

    usually = "visavis looks whether it was done, and only then tries again"


class SignInRequired(ConnectorError):
    """The account pauses until a person signs in; asked for once."""

    usually = "sign in again with `visavis login`"


class NotPermitted(ConnectorError):
    """This will never work with these rights: drop it and report it."""

    usually = "visavis leaves it alone; do by hand what matters"


class Withheld(NotPermitted):
    """Refused until the owner changes something: a consent, a setting, some room. Asked again."""


class CursorExpired(ConnectorError):
    """The change feed cannot go on from here: take a new baseline."""

    usually = "visavis reads the calendar anew by itself"


class PreconditionFailed(ConnectorError):
    """The world changed since it was read: read again, decide again."""

    usually = "visavis looks again and decides anew"


class Locked(Unavailable):
    """Somebody has the document open; nothing happened, try again until the meeting starts."""


class NotFound(ConnectorError):
    """What was asked for is gone, or was never visible to this account."""

    usually = "visavis looks again at the next turn; see whether it is still there"
