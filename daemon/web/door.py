"""Who comes in at all: so many at once, and nobody who stands in the door without a word.

Each connection is an open file of the daemon, whose looks and database need some as well.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

MOST = 100
"""Connections at once; a browser has six, a proxy a few dozen."""
PATIENCE = 5.0
"""Seconds for the head of a request; a kept connection may be quiet as long."""


class Door(H11Protocol):
    """Speaks HTTP with whoever asks for something soon."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let a client in while there is room."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
        else:
            self._wait()

    def _wait(self) -> None:
        self.loop.call_later(PATIENCE, self._look, self.cycle)

    def _look(self, before: RequestResponseCycle | None) -> None:
        """Hang up where nothing was asked since the last time and nothing waits for its answer."""
        answered = before is None or before.response_complete
        if answered and self.cycle is before:
            self.transport.abort()
        elif not self.transport.is_closing():
            self._wait()
