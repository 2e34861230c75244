"""The way into the page from the terminal: where it listens, and a link that works once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from daemon import tickets
from daemon.store import Store
from daemon.tickets import Purpose

ENTER_WITHIN = timedelta(minutes=10)
"""How long a one-time link waits to be opened."""


def address(host: str, port: int) -> str:
    """Write where to connect; a wildcard is reached on loopback."""
    name = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


@contextmanager
def told(home: Path, host: str, port: int) -> Iterator[None]:
    """Write down where the page listens, for `visavis open`, while the block runs."""
    file = _note(home)
    file.write_text(address(host, port), encoding="ascii")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def listening(home: Path) -> str | None:
    """Return where the page listens, or listened when its process was killed; None otherwise."""
    file = _note(home)
    return file.read_text(encoding="ascii") if file.exists() else None


def one_time_link(store: Store, where: str, now: datetime) -> str:
    """Make a link that lets one browser in, once, within ten minutes."""
    with store.write() as session:
        words = tickets.issue(session, Purpose.LOGIN, now, now + ENTER_WITHIN)
    return f"http://{where}/enter/{words}"


def _note(home: Path) -> Path:
    return home / "page.address"
