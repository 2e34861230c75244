"""Two real CalDAV servers nobody here wrote, and a gate in front of them.

The gate asks for a password, as both expect of a proxy, and breaks what it is told to break.
"""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
from aiohttp import web
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from xandikos.imip_transport import CapturingTransport, IMIPTransportError
from xandikos.multi_user import MultiUserFilesystemBackend, MultiUserXandikosApp
from xandikos.web import WELLKNOWN_DAV_PATHS, XandikosApp

from connectors.standins.faults import Wire
from connectors.standins.radicale import radicale
from connectors.standins.server import serve

PASSWORD = "an app password"
_HOP = {"connection", "content-encoding", "content-length", "transfer-encoding", "host"}
_numbers = count(1)


class Post(CapturingTransport):
    """The mail server that xandikos hands its invitations to; it may be down."""

    down = False

    def send(self, message: EmailMessage) -> None:
        if self.down:
            raise IMIPTransportError("no mail today")
        super().send(message)


@dataclass
class Server:
    """A server behind its gate; everybody on it has the same password."""

    kind: str
    url: str
    wire: Wire
    gate: Gate
    post: Post
    folder: Path
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(trust_env=False, timeout=60))

    def person(self) -> str:
        """Make up somebody who was never here; returns the path of their calendar."""
        name = f"maya{next(_numbers)}"
        if self.kind == "xandikos":
            assert self.ask(name, "PROPPATCH", f"/{name}/", _ADDRESS).status_code == 207
            return f"/{name}/calendars/calendar/"
        assert self.ask(name, "MKCALENDAR", f"/{name}/diary/").status_code == 201
        return f"/{name}/diary/"

    def ask(
        self,
        user: str,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        """Send a request past the wire, as another program of this user would."""
        kind = {"Content-Type": "text/calendar"} if method == "PUT" else _XML if body else {}
        said = {"X-Remote-User": user, **kind, **(headers or {})}
        sent = len(self.post.sent)
        answer = self.http.request(method, f"{self.gate.base}{path}", content=body, headers=said)
        del self.post.sent[sent:]  # what other programs make the server mail is not our doing
        return answer


_RIGHTS = """[own]
user = (.+)
collection = {0}(/.*)?
permissions = RrWw
[names]
user = .+
collection = [^/]*
permissions = R
[free-busy, without the events]
user = .+
collection = [^/]+/open[^/]*
permissions = f
[a box for letters]
user = .+
collection = [^/]+/closed
permissions = w
"""
_XML = {"Content-Type": "application/xml"}
_ADDRESS = b"""<d:propertyupdate xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set>
<d:prop><c:calendar-user-address-set><d:href>mailto:maya@acme.example</d:href>
</c:calendar-user-address-set></d:prop></d:set></d:propertyupdate>"""


@dataclass
class Gate:
    """A proxy that lets people in, and may keep quiet about what the server can do."""

    base: str
    hidden: Collection[bytes] = ()
    """The names of properties and reports that the server does not have."""
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(trust_env=False, timeout=60))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        answer = await run_in_threadpool(self._answer, request, body)
        await answer(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        user = _user(request.headers.get("authorization", ""))
        if not user:
            return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="here"'})
        if request.method == "REPORT" and any(name in body for name in self.hidden):
            return Response(b'<error xmlns="DAV:"><supported-report/></error>', 403)
        passed = {name: value for name, value in request.headers.items() if name not in _HOP}
        # Percent signs as they came: servers escape names their own way.
        path = request.scope["raw_path"].decode()
        answer = self.http.request(
            request.method,
            f"{self.base}{path}",
            content=body,
            headers={**passed, "X-Remote-User": user, "Accept-Encoding": "identity"},
        )
        content = answer.content
        for name in self.hidden:
            content = content.replace(name, b"no-such-thing")
        kept = {name: value for name, value in answer.headers.items() if name not in _HOP}
        return Response(content, answer.status_code, kept)


def _user(signed: str) -> str:
    """Return who signed in, by password or by token; nobody for a wrong one."""
    kind, _, secret = signed.partition(" ")
    if kind == "Bearer":
        return secret.removeprefix("token of ")
    user, _, password = base64.b64decode(secret).decode().partition(":")
    return user if password == PASSWORD else ""


@contextmanager
def running(kind: str, folder: Path, *, shared: bool = False) -> Iterator[Server]:
    """Run a server of a kind, with a gate in front of it; people may look at `shared` calendars."""
    post = Post()
    with ExitStack() as stack:
        if kind == "radicale":
            base = stack.enter_context(radicale(folder, rights=_RIGHTS if shared else ""))
        else:
            base = stack.enter_context(xandikos(folder, post, shared=shared))
        gate = Gate(base)
        wire = Wire(gate)
        url = stack.enter_context(serve(wire))
        server = Server(kind, url, wire, gate, post, folder)
        stack.enter_context(server.http)
        stack.enter_context(gate.http)
        yield server


@contextmanager
def xandikos(folder: Path, post: Post, *, shared: bool = False) -> Iterator[str]:
    """Run xandikos over a folder, for whoever the gate lets in; it invites by mail."""
    kind: Any = XandikosApp if shared else MultiUserXandikosApp
    backend: Any = MultiUserFilesystemBackend(  # type: ignore[no-untyped-call]
        str(folder), create_defaults=True, imip_transport=post, imip_from="post@acme.example"
    )
    main: Any = kind(backend, "/%(REMOTE_USER)s/", trusted_x_remote_user_hosts=["127.0.0.1"])

    with on_aiohttp(main) as url:
        yield url


@contextmanager
def on_aiohttp(main: Any) -> Iterator[str]:  # noqa: ANN401 - xandikos has no types
    """Run an application of xandikos on loopback, in a thread of its own."""

    async def handle(request: web.Request) -> Any:  # noqa: ANN401
        if request.path in WELLKNOWN_DAV_PATHS:
            raise web.HTTPFound("/")
        return await main.aiohttp_handler(request, "/")

    app = web.Application()
    app.router.add_route("*", "/{path_info:.*}", handle)
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app, access_log=None)

    async def up() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port: int = runner.addresses[0][1]
        return port

    port = loop.run_until_complete(up())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
