"""The owner's password, said as the server wants to hear it."""

from __future__ import annotations

from collections.abc import Generator

import httpx2


class Password(httpx2.Auth):
    """Basic (RFC 7617), or Digest (RFC 7616) where nothing else is taken, as Baïkal has it."""

    def __init__(self, username: str, password: str) -> None:
        self._plain = httpx2.BasicAuth(username, password)
        self._digest = httpx2.DigestAuth(username, password)
        self._digests = False

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign a request; one that was refused for its way of signing certainly did nothing."""
        if not self._digests:
            answer = yield next(self._plain.auth_flow(request))
            wanted = answer.headers.get("WWW-Authenticate", "").lower()
            if answer.status_code != 401 or "digest" not in wanted or "basic" in wanted:
                return
            self._digests = True
            del request.headers["Authorization"]
        yield from self._digest.auth_flow(request)
