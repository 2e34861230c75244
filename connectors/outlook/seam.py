"""msal's way to Microsoft's sign-in: its `http_client`, which a stand-in can take the place of.

msal accepts https alone. So it speaks to Microsoft's own address, and where an `endpoint` is set,
what it sends arrives there; only the browser is sent there by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

MICROSOFT = "https://login.microsoftonline.com"
_CONFIGURATION = "/.well-known/openid-configuration"
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What msal wants of a response."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raise for an answer that has no JSON to tell what is wrong."""
        if self.status_code >= 400:
            raise httpx2.HTTPError(f"HTTP {self.status_code}")


class Seam:
    """Sends what msal wants sent; `endpoint` is the root of a stand-in on loopback.

    A sign-in is a request or two an hour: no connection is worth keeping.
    """

    def __init__(self, endpoint: str | None) -> None:
        self._endpoint = endpoint

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        """GET; where the doors are is known without asking a stand-in."""
        if self._endpoint and url.endswith(_CONFIGURATION):
            return Answer(200, json.dumps(_doors(self._endpoint, url)), {})
        return self._send("GET", url, params=params, headers=headers)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str | bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        """POST a form; a signed assertion comes as bytes."""
        form = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in (data or {}).items()
        }
        return self._send("POST", url, params=params, data=form, headers=headers)

    def close(self) -> None:
        """Nothing is open."""

    def _send(self, method: str, url: str, **said: Any) -> Answer:  # noqa: ANN401
        here = url.replace(MICROSOFT, self._endpoint, 1) if self._endpoint else url
        # A proxy of the environment has no business with a stand-in on loopback.
        proxies = self._endpoint is None
        answer = httpx2.request(method, here, timeout=_TIMEOUT, trust_env=proxies, **said)
        return Answer(answer.status_code, answer.text, dict(answer.headers))


def _doors(endpoint: str, url: str) -> dict[str, str]:
    tenant = urlsplit(url).path.split("/")[1]
    root = f"/{tenant}/oauth2/v2.0"
    return {
        "issuer": f"{MICROSOFT}/{tenant}/v2.0",
        "authorization_endpoint": f"{endpoint}{root}/authorize",
        "token_endpoint": f"{MICROSOFT}{root}/token",
        "device_authorization_endpoint": f"{MICROSOFT}{root}/devicecode",
    }
