"""One ASGI application behind a real socket on loopback."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

RESET = "connection.reset"
"""Name of the ASGI extension by which an application drops its connection with a TCP reset."""


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Run `app` on 127.0.0.1 at a free port; yield its address without a trailing slash."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(_settings(app))
        # The socket listens already: a client that is quicker than the thread waits in its backlog.
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _settings(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        _resettable(app),
        http="h11",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
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
