"""One request and its answer, apart from HTTP, so that `$batch` can make them too.

`Call`, `Reply` and `Refused` are all a handler ever sees. Refusals are raised, so that a rule deep
inside the state can answer for the service in its own words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
"""A JSON object as it travels. The wire is untyped; the schemas in `description` judge it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request; `path` is decoded and starts after `/v1.0`, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is JSON unless it is bytes, None where there is nothing to say."""

    status: int = 200
    body: Json | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body as it goes over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refused(Exception):
    """Graph says no: HTTP status, `error.code`, message, and perhaps an `innerError.code`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str = "",
        *,
        inner: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message or code
        self.inner = inner
        self.headers = headers or {}

    def reply(self, request_id: str, date: str) -> Reply:
        """Return the error body with the three ids Microsoft's support asks for."""
        inner: Json = {"date": date, "request-id": request_id, "client-request-id": request_id}
        if self.inner:
            inner["code"] = self.inner
        error = {"code": self.code, "message": self.message, "innerError": inner}
        return Reply(self.status, {"error": error}, self.headers)


_PREFERENCE = re.compile(r"""([\w.-]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))""")


@dataclass(frozen=True, slots=True)
class Prefer:
    """What the `Prefer` header asks for; everything else in it is ignored, as HTTP wants it."""

    timezone: str = "UTC"
    immutable_ids: bool = False
    text_body: bool = False
    page: int | None = None

    @classmethod
    def parse(cls, header: str) -> Prefer:
        """Read the header; names are compared without case."""
        said = {name.lower(): quoted or bare for name, quoted, bare in _PREFERENCE.findall(header)}
        return cls(
            timezone=said.get("outlook.timezone", "UTC"),
            immutable_ids=said.get("idtype") == "ImmutableId",
            text_body=said.get("outlook.body-content-type") == "text",
            page=int(page) if (page := said.get("odata.maxpagesize", "")).isdecimal() else None,
        )
