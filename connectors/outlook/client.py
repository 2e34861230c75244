"""Requests to Graph for one mailbox: headers, errors, links, batches, files; nothing of meaning.

Reads are patient for a few seconds; a write is sent once and never again from here.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import httpx2
import structlog

from connectors.errors import ConnectorError, CursorExpired, Unavailable
from connectors.outlook.failures import Refusal, read_json, refused, unanswered
from connectors.outlook.wire import Json
from connectors.retry import Throttle, retried

log = structlog.get_logger()

Query = Mapping[str, str]

_GRAPH = "https://graph.microsoft.com"
_TIMEOUT = 30.0
# Exchange runs four requests a mailbox at once, over all that one app does there.
_AT_ONCE = 3
# Graph allows 10 000 requests in ten minutes: all saved up and all that come meanwhile are fewer.
_RATE, _BURST = 13.0, 2000.0
_LARGEST_BATCH = 20
_CLAIMS = re.compile(r'claims="([^"]+)"')
# One place for all of it: ids that survive a move, times in UTC, bodies that may be written back.
_PREFER = (
    'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="html", '
    "odata.maxpagesize=200"
)


class Access(Protocol):
    """Where a bearer token comes from; see `auth`."""

    def token(self, refused: str = "", claims: str = "") -> str:
        """Return a good token; `refused` is one Graph takes no more, `claims` what it asks for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question inside a batch; with a `body` it is a POST that only asks."""

    path: str
    query: Query = field(default_factory=dict)
    body: Json | None = None


class Graph:
    """One mailbox: the signed-in person's own, or `mailbox` with application permissions."""

    def __init__(
        self,
        access: Access,
        endpoint: str | None = None,
        *,
        mailbox: str = "",
        timeout: float = _TIMEOUT,
    ) -> None:
        self._access = access
        self._root = f"{endpoint or _GRAPH}/v1.0"
        self._mine = f"/users/{quote(mailbox)}" if mailbox else "/me"
        # A proxy of the environment has no business with a stand-in on loopback.
        self._http = httpx2.Client(timeout=timeout, trust_env=endpoint is None)
        self._throttle = Throttle(_RATE, _BURST, _AT_ONCE)
        self._batching = threading.Lock()

    @property
    def for_all(self) -> bool:
        """Whether application permissions open the mailboxes of others too."""
        return self._mine != "/me"

    def mine(self, path: str) -> str:
        """Return a path below the mailbox's owner."""
        return f"{self._mine}{path}"

    # --- Asking ---

    @retried
    def read(self, path: str, query: Query | None = None) -> Json:
        """GET one thing."""
        return self._json("GET", path, query=query)

    def pages(self, path: str, query: Query | None = None) -> Iterator[Json]:
        """Read a collection page by page, empty ones as well; the last may have a deltaLink."""
        page = self.read(path, query)
        yield page
        if link := page.get("@odata.nextLink"):
            yield from self.onward(str(link))

    def onward(self, link: str) -> Iterator[Json]:
        """Read on from a link of Graph's, page by page."""
        while link:
            page = self._follow(link)
            yield page
            link = str(page.get("@odata.nextLink") or "")

    @retried
    def _follow(self, link: str) -> Json:
        # A link to anywhere else would hand our token out.
        if not link.startswith(f"{self._root}/"):
            raise CursorExpired("the link leads to another server")
        return self._json("GET", link.removeprefix(self._root))

    def batch(self, asks: Sequence[Ask]) -> list[Json | ConnectorError]:
        """Ask many things in few requests; each has its answer, or why there is none."""
        answers: dict[int, Json | ConnectorError] = {}
        self._complete(asks, answers)
        return [answers[number] for number in range(len(asks))]

    @retried
    def _complete(self, asks: Sequence[Ask], answers: dict[int, Json | ConnectorError]) -> None:
        """Ask for all that has no answer yet; `Unavailable` while Graph puts off a part (429)."""
        while waiting := [number for number in range(len(asks)) if number not in answers]:
            told = dict(self._batch(asks, waiting[:_LARGEST_BATCH]))
            put_off = [answer for answer in told.values() if isinstance(answer, Unavailable)]
            answers |= {n: answer for n, answer in told.items() if answer not in put_off}
            if put_off or not told:
                raise max(put_off, key=_wait, default=Unavailable("a batch without answers"))

    def _batch(
        self, asks: Sequence[Ask], chunk: Sequence[int]
    ) -> Iterator[tuple[int, Json | ConnectorError]]:
        """Ask for up to twenty things at once; yields the answers, which come in any order."""
        requests = [_part(place, asks[number]) for place, number in enumerate(chunk)]
        with self._all_places(len(chunk)):
            responses = self._responses(requests)
        for answer in responses:
            # Behind a failed part the next ones were not tried: that is no answer.
            if answer["status"] != 424:
                yield chunk[int(answer["id"])], _answer_of(answer)

    def _responses(self, requests: Sequence[Json]) -> Sequence[Json]:
        """Send a batch; where a part is refused for its token, once more with another one."""
        token = self._access.token()
        told = self._parts(requests)
        refused = next((one for one in told if one["status"] == 401), None)
        if refused is None:
            return told
        self._access.token(refused=token, claims=_claims(refused.get("headers", {})))
        return self._parts(requests)

    def _parts(self, requests: Sequence[Json]) -> Sequence[Json]:
        answer = self._signed("POST", "/$batch", body={"requests": requests})
        told: Sequence[Json] = self._decoded(answer, writing=False)["responses"]
        return told

    # --- Changing ---

    def write(
        self, method: str, path: str, body: Json | None = None, *, if_match: str = ""
    ) -> Json:
        """Change something, once; only this version, where Graph honours `if_match`."""
        headers = {"If-Match": if_match} if if_match else {}
        return self._json(method, path, body=body, headers=headers, writing=True)

    # --- Files ---

    @retried
    def download(self, path: str) -> bytes:
        """Fetch content from the pre-authenticated address Graph redirects to."""
        with self._throttle.turn():
            answer = self._signed("GET", path)
            if answer.is_redirect:
                # Without the token: the address itself is the key.
                answer = self._send("GET", self._fetched_from(answer), {}, writing=False)
        self._decoded(answer, writing=False, expected=False)
        return bytes(answer.content)

    def upload(
        self, path: str, content: bytes, query: Query | None = None, *, if_match: str = ""
    ) -> Json:
        """PUT a whole file, once."""
        headers = {"Content-Type": "application/octet-stream"}
        headers |= {"If-Match": if_match} if if_match else {}
        with self._throttle.turn():
            answer = self._signed(
                "PUT", path, query=query, content=content, headers=headers, writing=True
            )
        return self._decoded(answer, writing=True)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # ----------------------------------------------------------------------------------------------

    def _json(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        writing: bool = False,
    ) -> Json:
        """Send JSON, if any, and read JSON."""
        with self._throttle.turn():
            answer = self._signed(
                method, path, query=query, body=body, headers=headers, writing=writing
            )
        return self._decoded(answer, writing=writing)

    def _signed(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Json | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        writing: bool = False,
    ) -> httpx2.Response:
        """Send a request; refused for its token, it was not done and is sent once more."""
        url = f"{self._root}{path}" + (f"?{urlencode(query)}" if query else "")
        said = {"Prefer": _PREFER, "client-request-id": str(uuid4()), **(headers or {})}
        token = self._access.token()
        sent = {"json": body} if body is not None else {"content": content}
        answer = self._send(method, url, _bearer(said, token), writing=writing, **sent)
        if answer.status_code == 401:
            token = self._access.token(refused=token, claims=_claims(answer.headers))
            answer = self._send(method, url, _bearer(said, token), writing=writing, **sent)
        return answer

    def _fetched_from(self, answer: httpx2.Response) -> str:
        """Return where a file lies: behind TLS, like Graph itself."""
        address = str(answer.headers["Location"])
        if urlsplit(address).scheme not in {"https", urlsplit(self._root).scheme}:
            raise Unavailable("the file lies where no TLS is")
        return address

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        writing: bool,
        **sent: Any,  # noqa: ANN401
    ) -> httpx2.Response:
        """Send one request once; a lost answer to a write leaves open whether it was done."""
        try:
            return self._http.request(method, url, headers=headers, **sent)
        except httpx2.HTTPError as error:
            raise unanswered(error, writing=writing) from error

    def _decoded(self, answer: httpx2.Response, *, writing: bool, expected: bool = True) -> Json:
        """Return the body; raises for a refusal, and for a success that cannot be read."""
        if answer.is_success and (not expected or not answer.content):
            return {}
        body = read_json(answer.content)
        if answer.is_success and isinstance(body, dict):
            return body
        refusal = Refusal.of(
            answer.status_code if not answer.is_success else 502, body, answer.headers
        )
        log.info(
            "graph.refused",
            status=refusal.status,
            code=refusal.code,
            request=answer.headers.get("request-id", ""),
            ours=answer.request.headers.get("client-request-id", ""),
        )
        raise refused(refusal, writing=writing)

    @contextmanager
    def _all_places(self, parts: int) -> Iterator[None]:
        """Hold every place of the mailbox: Exchange runs the parts of a batch beside each other."""
        with self._batching, ExitStack() as places:
            places.enter_context(self._throttle.turn(parts))
            for _ in range(_AT_ONCE - 1):
                places.enter_context(self._throttle.turn(0))
            yield


def _part(place: int, ask: Ask) -> Json:
    """Write one part; each waits for the one three before, so that no more run at once."""
    url = ask.path + (f"?{urlencode(ask.query, quote_via=quote)}" if ask.query else "")
    headers = {"Prefer": _PREFER} | ({"Content-Type": "application/json"} if ask.body else {})
    part: Json = {"id": str(place), "method": "GET", "url": url, "headers": headers}
    if ask.body:
        part |= {"method": "POST", "body": ask.body}
    if place >= _AT_ONCE:
        part["dependsOn"] = [str(place - _AT_ONCE)]
    return part


def _answer_of(part: Json) -> Json | ConnectorError:
    """Return what one part was told; only its own status counts, the outer one is always 200."""
    body = part.get("body")
    if part["status"] < 300 and isinstance(body, dict):
        return body
    return refused(Refusal.of(part["status"], body, part.get("headers", {})), writing=False)


def _wait(error: Unavailable) -> timedelta:
    return error.retry_after or timedelta()


def _bearer(headers: Mapping[str, str], token: str) -> dict[str, str]:
    return {**headers, "Authorization": f"Bearer {token}"}


def _claims(headers: Mapping[str, str]) -> str:
    """Return what a new token must bring (continuous access evaluation), or nothing."""
    challenges = (value for name, value in headers.items() if name.lower() == "www-authenticate")
    found = _CLAIMS.search(next(challenges, ""))
    try:
        return base64.b64decode(found[1]).decode() if found else ""
    except ValueError:
        return ""
