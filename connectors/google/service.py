"""Requests to Google: a client for each thread, a token for all, failures in our words.

Clients and connections are not made for several threads: two of them would get each other's
answers. Reads are patient for a few seconds; a write is sent once and never again from here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.client import BadStatusLine, HTTPResponse
from typing import Any
from urllib.parse import urlencode

import httplib2
from googleapiclient.discovery import Resource, build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.http import HttpRequest

from connectors.google.auth import TIMEOUT, Access
from connectors.google.failures import FAILURES, translated
from connectors.google.scopes import Scope
from connectors.retry import retried

Json = dict[str, Any]
"""A JSON object as Google sends it; never leaves this package."""

_ROOTS = {
    "calendar": ("v3", "/calendar/v3/"),
    "drive": ("v3", "/drive/v3/"),
    "docs": ("v1", "/"),
    "admin": ("directory_v1", "/"),
    "people": ("v1", "/"),
    "tasks": ("v1", "/"),
}
"""Version of each API and where it hangs under an `endpoint`, which replaces host and path."""


class Google:
    """The APIs of one account. `timeout` in seconds bounds the wait for every byte."""

    def __init__(
        self, access: Access, endpoint: str | None = None, *, timeout: float = TIMEOUT
    ) -> None:
        self._access = access
        self._endpoint = endpoint
        self._timeout = timeout
        self._mine = threading.local()
        self._wires: list[_Wire] = []
        self._writing = threading.Lock()

    def allows(self, scope: Scope) -> bool:
        """Whether the sign-in covers a feature."""
        return self._access.allows(scope)

    def resource(self, api: str, name: str) -> Resource:
        """Return e.g. the `events` of `calendar`, made once a thread: making it takes a while."""
        made: dict[tuple[str, str], Resource] = self._mine.__dict__.setdefault("made", {})
        if (api, name) not in made:
            version, path = _ROOTS[api]
            options = {"api_endpoint": self._endpoint + path} if self._endpoint else None
            described = _description(api, version)
            service = build_from_document(described, http=self._wire, client_options=options)
            made[api, name] = getattr(service, name)()
        return made[api, name]

    @retried
    def read(self, request: HttpRequest) -> Json:
        """Ask something; raises the errors of `connectors.errors` but never `OutcomeUnknown`."""
        return _object(self._send(request, self._wire, writing=False), writing=False)

    @retried
    def export(self, request: HttpRequest) -> str:
        """Read a file in another format."""
        told = self._send(request, self._wire, writing=False)
        return told.decode() if isinstance(told, bytes) else str(told)

    def write(self, request: HttpRequest, if_match: str | None = None) -> Json:
        """Change something, once, one change at a time; only this version, where it is given."""
        if if_match:
            request.headers["If-Match"] = if_match
        with self._writing:
            # A connection that was kept open may be dead by now, which only a write would notice.
            wire = self._new_wire(once=True)
            try:
                answer = self._send(request, wire, writing=True)
            finally:
                wire.close()
        return {} if request.method == "DELETE" else _object(answer, writing=True)

    def pages(self, ask: Callable[..., HttpRequest], **query: Any) -> Iterator[Json]:  # noqa: ANN401
        """Read all pages of a list, also empty ones in between."""
        token: str | None = None
        while True:
            page = self.read(ask(pageToken=token, **query))
            yield page
            token = page.get("nextPageToken")
            if not token:
                return

    def close(self) -> None:
        """Close the connections of all threads."""
        for wire in self._wires:
            wire.close()

    @property
    def _wire(self) -> _Wire:
        """This thread's connection, kept open between requests."""
        if "wire" not in self._mine.__dict__:
            self._mine.wire = self._new_wire()
            self._wires.append(self._mine.wire)
        wire: _Wire = self._mine.wire
        return wire

    def _new_wire(self, *, once: bool = False) -> _Wire:
        # A proxy of the environment has no business with a stand-in on loopback.
        proxy = None if self._endpoint else httplib2.proxy_info_from_environment
        http = httplib2.Http(timeout=self._timeout, proxy_info=proxy)
        # Google's API never moves: what we send goes to nobody who only answers in its place.
        http.follow_redirects = False
        return _Wire(self._access, http, once)

    def _send(self, request: HttpRequest, wire: _Wire, *, writing: bool) -> Any:  # noqa: ANN401
        """Carry a request out, without the client's own retry, which repeats writes as well."""
        try:
            return request.execute(http=wire)
        except FAILURES as error:
            raise translated(error, writing=writing) from error


def _description(api: str, version: str) -> Json:
    """Return what the client library brings of an API, without the types of what is sent.

    It only writes them into the manual of every method: half a second and 50 MB for Docs.
    """
    described: Json = json.loads(get_static_doc(api, version))
    types = {name: {"id": name, "type": "object"} for name in described["schemas"]}
    return {**described, "schemas": types}


def _object(answer: object, *, writing: bool) -> Json:
    """Return the JSON object; what cannot be read as JSON the client hands on as mere text."""
    if isinstance(answer, dict):
        return answer
    raise translated(ValueError("no JSON object"), writing=writing)


class _Wire:
    """A connection that signs requests; a token that is refused is renewed once."""

    def __init__(self, access: Access, http: httplib2.Http, once: bool) -> None:  # noqa: FBT001
        self._access = access
        self._http = http
        self._once = once

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        **_: object,
    ) -> tuple[httplib2.Response, bytes]:
        """Send one request, as `googleapiclient` asks for it."""
        if self._access.quota_user:
            query = urlencode({"quotaUser": self._access.quota_user})
            uri += f"{'&' if '?' in uri else '?'}{query}"
        token = self._access.token()
        response, content = self._signed(token, uri, method, body, headers or {})
        if response.status == 401:
            # Refused before anything was done: a write may be sent again.
            token = self._access.token(refused=token)
            response, content = self._signed(token, uri, method, body, headers or {})
        return response, content

    def close(self) -> None:
        self._http.close()

    def _signed(
        self, token: str, uri: str, method: str, body: bytes | str | None, headers: dict[str, str]
    ) -> tuple[httplib2.Response, bytes]:
        """Send with a token; follow-up requests never take a connection that failed."""
        signed = headers | {"authorization": f"Bearer {token}"}
        kind = None
        if self._once:
            kind = _SecureOnce if uri.startswith("https:") else _PlainOnce
        try:
            answer: tuple[httplib2.Response, bytes] = self._http.request(
                uri, method, body=body, headers=signed, connection_type=kind
            )
        except Exception:
            # After a timeout httplib2 would go on with the dead connection.
            self._http.close()
            raise
        return answer


class _Once:
    """A connection that gives up where httplib2 would send the same request again.

    A server that hangs up without an answer may have done the work.
    """

    def getresponse(self) -> HTTPResponse:
        try:
            response: HTTPResponse = super().getresponse()  # type: ignore[misc]
        except BadStatusLine as error:
            raise ConnectionAbortedError("closed without an answer") from error
        return response


class _PlainOnce(_Once, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    """For a stand-in on loopback."""


class _SecureOnce(_Once, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    """For Google itself."""
