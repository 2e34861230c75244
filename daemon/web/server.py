"""The page inside the daemon's own loop: one server, bound before the first tick."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

import structlog
import uvicorn

from daemon.house import House
from daemon.push import Doorbell
from daemon.schedule import Service
from daemon.web.app import application
from daemon.web.door import Door
from daemon.web.entrance import address, listening, one_time_link, told
from daemon.web.site import Site

log = structlog.get_logger()


class PortTaken(Exception):
    """The page cannot listen where the settings say."""


def service(
    host: str, port: int, clock: Callable[[], datetime], bell: Doorbell | None = None
) -> Service:
    """Return the page as a service of the daemon; entering it raises `PortTaken`."""

    @asynccontextmanager
    async def serving(house: Callable[[], House]) -> AsyncIterator[None]:
        with _bound(host, port) as listener:
            bound: int = listener.getsockname()[1]
            server = _Server(_settings(Site(house, clock, host, bound, bell or Doorbell())))
            running = asyncio.create_task(server.serve([listener]))
            log.info("page.listens", host=host, port=bound)
            try:
                with told(house().home, host, bound):
                    yield
            finally:
                server.should_exit = True
                await running

    return serving


async def show(house: House, clock: Callable[[], datetime], ready: Callable[[str], None]) -> None:
    """Serve the page of a house at a free port until cancelled; `ready` gets a one-time link."""
    async with service("127.0.0.1", 0, clock)(lambda: house):
        ready(one_time_link(house.store, listening(house.home) or "", clock()))
        await asyncio.Event().wait()


class _Server(uvicorn.Server):
    """Leaves the signals to the daemon, which ends the page with everything else."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _settings(site: Site) -> uvicorn.Config:
    return uvicorn.Config(
        application(site),
        http=Door,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTaken(f"the page cannot listen on {address(host, port)}: {error.strerror}") from (
            error
        )
    with listener:
        # Head and body are two writes; the second must not wait for the client's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener
