"""Refusals in the two shapes Google gives them.

Calendar, Drive and Directory list their errors with a reason each; Docs and People give a status
and a sentence. A client that reads only one of the shapes loses the reason of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
"""A JSON object as it goes over the wire."""

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    410: "GONE",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass
class Refusal(Exception):
    """An answer other than success; `reason` is the machine-readable one."""

    status: int
    reason: str
    message: str
    domain: str = "global"
    parameter: str | None = None
    details: tuple[Json, ...] = ()

    @property
    def listed(self) -> Json:
        """The shape of Calendar, Drive and Directory: `error.errors[]` carries the reason."""
        entry: Json = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.parameter:
            entry |= {"locationType": "parameter", "location": self.parameter}
        error: Json = {"errors": [entry], "code": self.status, "message": self.message}
        return {"error": error | self._details}

    @property
    def plain(self) -> Json:
        """The shape of Docs and People: `error.status`, and no reason to parse."""
        error: Json = {"code": self.status, "message": self.message}
        return {"error": error | {"status": _STATUS[self.status]} | self._details}

    @property
    def _details(self) -> Json:
        """Details win over `errors` in the client's own parsing (facts 12.8): few have them."""
        return {"details": list(self.details)} if self.details else {}


def invalid(message: str, parameter: str | None = None) -> Refusal:
    """Return the 400 for a request that can never succeed as it is."""
    return Refusal(400, "invalid", message, parameter=parameter)


def not_found(what: str = "Not Found") -> Refusal:
    """Return the 404 that Google gives both for nothing there and for no access."""
    return Refusal(404, "notFound", what)


def forbidden(reason: str, message: str, domain: str = "global") -> Refusal:
    """Return a 403; trying again with the same credentials is useless."""
    return Refusal(403, reason, message, domain)
