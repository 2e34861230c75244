"""What every page works with: the house as it is now, the clock, and where it is reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from daemon.house import House
from daemon.locks import PATIENCE, lock
from daemon.push import Doorbell
from daemon.web.entrance import address

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Site:
    """`house` is asked at every request, because a reload builds a new one."""

    house: Callable[[], House]
    clock: Callable[[], datetime]
    host: str
    port: int
    bell: Doorbell = field(default_factory=Doorbell)
    """Rung by providers; asked by the daemon."""

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which the owner may call the page: the answer to DNS rebinding."""
        names = {address(self.host, self.port), *(f"{name}:{self.port}" for name in LOOPBACK)}
        return frozenset(names | (set(LOOPBACK) if self.port == 80 else set()))

    @property
    def public(self) -> str | None:
        """The host by which other people reach their one page, or None."""
        links = self.house().links
        return urlsplit(links.base).netloc.lower() if links else None

    @property
    def cookie(self) -> str:
        """The name of the session's cookie: browsers do not tell ports of a host apart."""
        return f"visavis-{self.port}"

    def acting(self, what: str) -> AbstractContextManager[None]:
        """Hold `act.lock` as a command would; raises `Held`."""
        return lock(self.house().home / "act.lock", f"the page ({what})", patience=PATIENCE)


def site(connection: HTTPConnection) -> Site:
    """Return the site that a request came to."""
    return cast("Site", connection.app.state.site)
