"""What every request passes first: host, rate, size, origin; and what every answer carries.

An ASGI application around all others, so that no route can be forgotten.
"""

from __future__ import annotations

import asyncio

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.logs import place
from daemon.web.limits import Limit, Limits
from daemon.web.site import Site

log = structlog.get_logger()

SMALL, MANY, LARGE = 16_000, 256_000, 1_000_000
"""Most bytes of a form, of messages that a provider pushes, and of a form with a document."""
PATIENCE = 10.0
"""Seconds for a whole body."""
PUSHED = "/push/"
SHARED = ("/s/", "/static/", "/healthz", PUSHED)
"""All that the public host serves; the owner's pages are for loopback alone."""
LEAVING = "/s/leave/"
"""Pressed by mail programs, which are no browsers: the signed link is all they have."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # `no-referrer` would turn the Origin of our own forms into "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Turns away what has no business here before any page sees it."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._limits = Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or pass the request on with its size watched."""
        if scope["type"] != "http":
            return
        send = _hardened(scope["path"], send)
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        watched = _Watched(receive, _cap(scope["path"]))
        try:
            await self._app(scope, watched.receive, send)
        except Exception as error:  # noqa: BLE001 - the last door: a bug shows nothing of anybody
            log.error("page.failed", error=type(error).__name__, at=place(error))  # noqa: TRY400 - a traceback may hold other people's text
            await PlainTextResponse("visavis made a mistake; its log has it.\n", 500)(
                scope, receive, send
            )

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if not self._serves(host, scope["path"]):
            return PlainTextResponse("visavis is not served under this name.\n", 421)
        client = scope["client"][0] if scope["client"] else ""
        if self._limits.exceeded(client, _limit(scope)):
            return PlainTextResponse("Too many requests.\n", 429, {"Retry-After": "60"})
        if int(headers.get("content-length", "0")) > _cap(scope["path"]):
            return PlainTextResponse("This is too large.\n", 413)
        if _acts(scope) and not (scope["path"].startswith(LEAVING) or self._own(headers, host)):
            return PlainTextResponse("This form was not sent by a page of visavis.\n", 403)
        return None

    def _serves(self, host: str, path: str) -> bool:
        if host in self._site.hosts:
            return True
        return host == self._site.public and path.startswith(SHARED)

    def _own(self, headers: Headers, host: str) -> bool:
        """Whether a form came from a page of ours, by what only a browser can write."""
        fetch_site = headers.get("sec-fetch-site")
        if fetch_site is not None and fetch_site != "same-origin":
            return False
        origin = headers.get("origin", "").lower()
        # A proxy may call us by our own name; the browser then still names the public one.
        names = {host, self._site.public}
        return origin in {f"{scheme}://{name}" for scheme in ("http", "https") for name in names}


class _Watched:
    """The body of a request, up to its cap and in time: a client may send what it likes."""

    def __init__(self, receive: Receive, cap: int) -> None:
        self._receive = receive
        self._left = cap
        self._until = asyncio.get_running_loop().time() + PATIENCE

    async def receive(self) -> Message:
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, "This took too long.") from error
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "This is too large.")
        return message


def _hardened(path: str, send: Send) -> Send:
    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if not path.startswith("/static/"):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return hardened


def _limit(scope: Scope) -> Limit:
    path: str = scope["path"]
    if path.startswith("/enter/"):
        return Limit.ENTER
    if path.startswith(PUSHED):
        return Limit.PUSH
    if _acts(scope):
        return Limit.ACT
    return Limit.SHARED if path.startswith("/s/") else Limit.LOOK


def _acts(scope: Scope) -> bool:
    """Whether a form is sent; what is pushed has a secret instead, and acts on nothing."""
    if scope["path"].startswith(PUSHED):
        return False
    return scope["method"] not in {"GET", "HEAD", "OPTIONS", "TRACE"}


def _cap(path: str) -> int:
    if path.startswith(PUSHED):
        return MANY
    return LARGE if path.startswith("/s/agenda/") or path.endswith("/document") else SMALL
