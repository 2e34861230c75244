"""Requests to one CalDAV server: sign-in, redirects, errors, patience; nothing of meaning.

Reads are patient for a few seconds; a write is sent once and never again from here. Credentials
never go to another server than the one the owner named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit
from xml.etree.ElementTree import Element

import httpx2
import structlog

from connectors.caldav import xml
from connectors.caldav.failures import Refusal, refused, unanswered
from connectors.caldav.password import Password
from connectors.errors import ConnectorError, NotFound, NotPermitted, OutcomeUnknown, Unavailable
from connectors.retry import Throttle, retried

log = structlog.get_logger()
T = TypeVar("T")

_TIMEOUT = 30.0
_LONG = 120.0  # Radicale needs minutes for the first token of a large calendar
_AT_ONCE = 3
_RATE, _BURST = 20.0, 200.0
_HOPS = 5
_TAG = f"{xml.D}getetag"
# Its principals live on caldav.icloud.com, their calendars on p12-caldav.icloud.com.
_FAMILIES = (".icloud.com",)
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}


class NoWebDav(Unavailable):
    """An answer in another language: a page of a proxy, or of a web site that lives there."""


class Dav:
    """One account, by its `name` in the settings, at the server where the owner said it is."""

    def __init__(
        self,
        url: str,
        *,
        username: str = "",
        password: str = "",
        token: str = "",
        name: str = "",
        timeout: float | None = None,
    ) -> None:
        self.url = url
        self._origin = urlsplit(url)
        self._login = f"visavis login {name}".rstrip()
        loopback = self._origin.scheme == "http"
        # A proxy of the environment has no business with a server on loopback, nor has packing.
        self._http = httpx2.Client(trust_env=not loopback)
        if loopback:
            self._http.headers["Accept-Encoding"] = "identity"
        self._patience = timeout or _TIMEOUT
        self._long = timeout or _LONG
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"
        elif username:
            self._http.auth = Password(username, password)
        self._throttle = Throttle(_RATE, _BURST, _AT_ONCE)

    # --- Asking ---

    @retried
    def ask(self, method: str, path: str, body: bytes, *, depth: int = 0) -> xml.Answer:
        """Ask a question whose answer has many parts; `depth` 1 asks for what lies in it too."""
        headers = {**_XML, "Depth": str(depth)}
        answer = self._sent(method, path, body, headers, timeout=self._long)
        date = xml.seconds(answer.headers.get("Date", ""))
        told = replace(_read(xml.multistatus, answer), date=date)
        where = str(answer.url)
        return told if _origin(urlsplit(where)) == _origin(self._origin) else told.at(where)

    def properties(self, path: str, *names: str) -> xml.Found:
        """Ask for properties of one resource; raises `NotFound` for an answer about nothing."""
        return self.dated(path, *names)[0]

    def dated(self, path: str, *names: str) -> tuple[xml.Found, float | None]:
        """Ask for properties, and when the server told them (see `xml.Answer.date`)."""
        answer = self.ask("PROPFIND", path, xml.propfind(*names))
        if not answer.found:
            raise NotFound(f"nothing lies at {path}")
        return answer.found[0], answer.date

    @retried
    def report(self, path: str, body: bytes) -> bytes:
        """Ask a question whose answer is one document."""
        return self._sent("REPORT", path, body, {**_XML, "Depth": "1"}).content

    @retried
    def posted(self, path: str, calendar: bytes) -> Element:
        """Put a question to the server's post, which asks others and changes nothing."""
        return _read(xml.parse, self._sent("POST", path, calendar, _CALENDAR))

    @retried
    def abilities(self, path: str) -> frozenset[str]:
        """Return what the server says it can do there (the DAV header)."""
        told = self._sent("OPTIONS", path).headers.get("DAV", "")
        return frozenset(word.strip().lower() for word in told.split(","))

    @retried
    def fetch(self, path: str) -> tuple[bytes, str]:
        """Return a resource as it is, and its entity tag."""
        # A proxy that compresses changes the tag (to "...-gzip", or W/), and no write would match.
        headers = {"Accept-Encoding": "identity"}
        answer = self._sent("GET", path, headers=headers)
        if tag := answer.headers.get("ETag"):
            return answer.content, tag
        # First the tag and then the text: what was written in between is newer than its tag.
        tag = self.properties(path, _TAG).text(_TAG)
        return self._sent("GET", path, headers=headers).content, tag

    # --- Changing ---

    def put(
        self,
        path: str,
        content: bytes,
        *,
        seen: str | None = None,
        kind: str = _CALENDAR["Content-Type"],
    ) -> None:
        """Write a resource, once: over the version that was `seen`, or new."""
        condition = {"If-None-Match": "*"} if seen is None else _over(seen)
        self._sent("PUT", path, content, {"Content-Type": kind, **condition}, writing=True)

    def delete(self, path: str, *, seen: str) -> None:
        """Delete a resource, once, in the version that was `seen`."""
        self._sent("DELETE", path, b"", _over(seen), writing=True)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # ----------------------------------------------------------------------------------------------

    def _sent(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        writing: bool = False,
        timeout: float | None = None,
    ) -> httpx2.Response:
        """Send a request, also to where the server moved it; raises for a refusal."""
        url = urljoin(self.url, path)
        for _ in range(_HOPS):
            self._refuse_strangers(url)
            answer = self._once(method, url, body, headers or {}, writing=writing, timeout=timeout)
            if not answer.has_redirect_location:
                return self._fine(answer, writing=writing)
            url = urljoin(url, answer.headers["Location"])
        raise Unavailable("the CalDAV server redirects in a circle", "check `url` in the settings")

    def _once(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        writing: bool,
        timeout: float | None,
    ) -> httpx2.Response:
        """Send one request once; a lost answer to a write leaves open whether it was done."""
        try:
            with self._throttle.turn():
                return self._http.request(
                    method,
                    url,
                    content=body or None,
                    headers=dict(headers),
                    timeout=timeout or self._patience,
                )
        except httpx2.HTTPError as error:
            raise unanswered(error, writing=writing) from error

    def _fine(self, answer: httpx2.Response, *, writing: bool) -> httpx2.Response:
        """Return an answer that is a success, and one of the server itself."""
        if _is_page(answer):
            what = "a page came in place of an answer"
            raise OutcomeUnknown(what) if writing else NoWebDav(what)
        if answer.is_success:
            return answer
        refusal = Refusal.of(answer.status_code, answer.content, answer.headers)
        log.info("caldav.refused", status=refusal.status, conditions=sorted(refusal.conditions))
        raise refused(refusal, writing=writing, login=self._login)

    def _refuse_strangers(self, url: str) -> None:
        """Raise `NotPermitted` before the password goes to a server the owner did not name."""
        there, home = urlsplit(url), self._origin
        if _origin(there) == _origin(home):
            return
        host, own = there.hostname or "", home.hostname or ""
        if there.scheme == "https" and any(
            host.endswith(family) and own.endswith(family) for family in _FAMILIES
        ):
            return
        raise NotPermitted(
            f"{own} leads to another server: {there.scheme}://{there.netloc}{there.path}",
            "if that is yours, put it into `url` of the account",
        )


def _is_page(answer: httpx2.Response) -> bool:
    """Whether somebody else answered: a proxy says 200 and shows a page, and nothing was done.

    Some servers write a page beside what they did, with a status of its own.
    """
    kind = answer.headers.get("Content-Type", "")
    html = kind.startswith("text/html") and bool(answer.content)
    return html and answer.status_code == httpx2.codes.OK and "DAV" not in answer.headers


def _over(seen: str) -> dict[str, str]:
    """Return the condition that nobody wrote since."""
    if not seen:
        what = "the server gives no entity tags, so somebody's change could be lost"
        raise NotPermitted(what, "keep this on a server that has them")
    return {"If-Match": seen}


def _read(parse: Callable[[bytes], T], answer: httpx2.Response) -> T:
    """Read an answer; what is none may be a passing trouble."""
    try:
        return parse(answer.content)
    except xml.Malformed as error:
        raise NoWebDav(str(error)) from error


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    """Return what must be the same for a server to be the same."""
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def unseen(error: ConnectorError) -> OutcomeUnknown:
    """Return what to raise where a write was done, and the look at it failed, whatever it says."""
    return OutcomeUnknown(str(error))
