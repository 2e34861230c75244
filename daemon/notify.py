"""What systemd is told of the daemon: ready, alive, at what, stopping (sd_notify(3), own words)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress


class Supervisor:
    """The supervisor that started this process; where there is none, nobody is told anything."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        mine = environ.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
        self.patience = int(environ.get("WATCHDOG_USEC", 0)) / 1e6 if mine else 0.0
        """Seconds of silence after which it starts us anew; 0 where it does not watch."""

    def tell(self, *states: str) -> None:
        """Say how things are, such as `READY=1`; nobody listening is no trouble."""
        if self._address:
            # A leading @ stands for the abstract namespace.
            address = self._address.replace("@", "\0", 1)
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
                wire.sendto("\n".join(states).encode(), address)

    async def beat(self, alive: Callable[[], bool]) -> None:
        """Say twice in each patience that we live, while that is true; runs until cancelled."""
        while self.patience:
            if alive():
                self.tell("WATCHDOG=1")
            await asyncio.sleep(self.patience / 2)
