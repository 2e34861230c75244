"""One ASGI application behind a real socket on loopback."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

RESET = "connection.reset"
"""Name of the ASGI extension by which an application drops its connection with a TCP reset."""


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Run `app` on 127.0.0.1 at a free port; yield its address without a trailing slash."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Inherited by every connection: head and body are two writes, and the second one would
        # wait 40 ms for the client's acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _Server(_settings(app))
        # The socket listens already: a client that is quicker than the thread waits in its backlog.
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()


class _Server(uvicorn.Server):
    """A server that ends at once, where uvicorn looks for a signal only ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._started = threading.Event()
        self._stopped = asyncio.Event()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            cast("Any", connection).transport.abort()

    def stop(self) -> None:
        """End from another thread; requests still waiting for an answer get none."""
        self._started.wait()
        self._loop.call_soon_threadsafe(self._stopped.set)


def _settings(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        _resettable(app), http="h11", lifespan="off", log_config=None, access_log=False
    )


def _resettable(app: ASGIApp) -> ASGIApp:
    """Offer the `RESET` extension to `app`: ASGI itself has no word for a broken connection."""

    async def with_reset(scope: Scope, receive: Receive, send: Send) -> None:
        transport = cast("Any", send).__self__.transport
        scope.setdefault("extensions", {})[RESET] = lambda: _reset(transport)
        await app(scope, receive, send)

    return with_reset


def _reset(transport: Any) -> None:  # noqa: ANN401 - asyncio's transport has no public type with sockets
    """Close at once; lingering for zero seconds makes the kernel send RST in place of FIN."""
    linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
