"""A wire that remembers every request and breaks the ones it was told to break.

Both stand-ins sit behind one `Wire`. A fault is planned by the number of the request, by method
and path, or by any predicate, and happens a given number of times:

    wire.fail(Reset(), at=3)
    wire.fail(Answer(503), method="POST", path="*/events", times=2)
    wire.fail(LostAnswer(), when=lambda request: b"requestId" in request.body)
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from connectors.standins.server import RESET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Answer:
    """Say this in place of the application, which never hears of the request."""

    status: int
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection before the application hears of the request."""


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """Let the application do its work, then reset the connection: the client cannot know."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Keep the client waiting; if it hangs up meanwhile, the application never hears of it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Truncated:
    """Cut the true answer in the middle, with a matching Content-Length, as a broken proxy does."""


@dataclass(frozen=True, slots=True)
class Altered:
    """Give the true answer with another body: a server that shows something wrong."""

    change: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Let something else happen just before the application hears of the request: a race."""

    act: Callable[[], object]


Fault = Answer | Reset | LostAnswer | Slow | Truncated | Altered | Meanwhile


def html(status: int = 502) -> Answer:
    """Return what a load balancer says when nobody is behind it: a page, not JSON."""
    page = f"<!DOCTYPE html><html><body><h1>Error {status}</h1></body></html>"
    return Answer(status, page, {"content-type": "text/html; charset=UTF-8"})


@dataclass(slots=True)
class Exchange:
    """One logged request; `number` counts from 1, `status` is None until an answer has left."""

    number: int
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    status: int | None = None

    @property
    def json(self) -> Any:  # noqa: ANN401 - a body is whatever the client sent
        """The body read as JSON; raises ValueError where it is none."""
        return json.loads(self.body)

    @property
    def writes(self) -> bool:
        """Whether the method may change something (a POST that only asks counts as well)."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}


@dataclass(slots=True)
class _Plan:
    matches: Callable[[Exchange], bool]
    fault: Fault
    left: int


class Wire:
    """The way to one application: an ASGI application itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._plans: list[_Plan] = []
        self.log: list[Exchange] = []

    def fail(
        self,
        fault: Fault,
        *,
        at: int | None = None,
        method: str | None = None,
        path: str = "*",
        when: Callable[[Exchange], bool] | None = None,
        times: int = 1,
    ) -> None:
        """Break the next `times` requests that fit all that is given; `path` is a shell pattern."""

        def matches(request: Exchange) -> bool:
            return (
                (at is None or request.number == at)
                and (method is None or request.method == method)
                and fnmatchcase(request.path, path)
                and (when is None or when(request))
            )

        self._plans.append(_Plan(matches, fault, times))

    def clear(self) -> None:
        """Forget log and planned faults; the next request is number 1 again."""
        self.log.clear()
        self._plans.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log the request, then answer it, truly or with the first fault that fits."""
        body = await Request(scope, receive).body()
        exchange = self._logged(scope, body)
        fault = self._fault(exchange)
        await _Answering(self._app, scope, receive, send, exchange).answer(fault)

    def _logged(self, scope: Scope, body: bytes) -> Exchange:
        exchange = Exchange(
            number=len(self.log) + 1,
            method=scope["method"],
            path=scope["path"],
            query=tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            headers={name.decode(): value.decode() for name, value in scope["headers"]},
            body=body,
        )
        self.log.append(exchange)
        return exchange

    def _fault(self, exchange: Exchange) -> Fault | None:
        for plan in self._plans:
            if plan.left and plan.matches(exchange):
                plan.left -= 1
                return plan.fault
        return None


@dataclass(slots=True)
class _Answering:
    """One request on its way through the wire."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    exchange: Exchange

    async def answer(self, fault: Fault | None) -> None:
        match fault:
            case None:
                await self._send(await self._truth())
            case Answer(status, body, headers):
                await self._send(Response(body, status, dict(headers)))
            case Reset():
                await self._reset()
            case LostAnswer():
                await self._truth()
                await self._reset()
            case Slow(seconds):
                if not await self._hung_up(seconds):
                    await self._send(await self._truth())
            case Truncated():
                await self._send(_altered(await self._truth(), _half))
            case Altered(change):
                await self._send(_altered(await self._truth(), change))
            case Meanwhile(act):
                act()
                await self._send(await self._truth())
            case _:
                assert_never(fault)

    async def _truth(self) -> Response:
        """Run the application and keep its answer back."""
        messages: list[Message] = []
        unread = [{"type": "http.request", "body": self.exchange.body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await self.receive()

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, replay, keep)
        return _response(messages)

    async def _send(self, response: Response) -> None:
        self.exchange.status = response.status_code
        await response(self.scope, self.receive, self.send)

    async def _reset(self) -> None:
        self.scope["extensions"][RESET]()
        await self.receive()  # the server is content with no answer once it has seen the end

    async def _hung_up(self, seconds: float) -> bool:
        """Wait; True as soon as the client is gone (the body is read: only that can still come)."""
        try:
            await asyncio.wait_for(self.receive(), seconds)
        except TimeoutError:
            return False
        return True


def _response(messages: list[Message]) -> Response:
    start, *parts = messages
    body = b"".join(part.get("body", b"") for part in parts)
    response = Response(body, start["status"])
    response.raw_headers = list(start["headers"])
    return response


def _altered(whole: Response, change: Callable[[bytes], bytes]) -> Response:
    kind = {"content-type": whole.headers["content-type"]}
    return Response(change(bytes(whole.body)), whole.status_code, kind)


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]
