"""How often one client may ask: enough for a person with many tabs, too little for guessing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

MINUTE = 60.0
MOST_CLIENTS = 10_000
"""Counters kept at once; beyond that all start anew, so that no stranger fills the memory."""


class Limit(Enum):
    """Requests a minute, by what they are for."""

    ENTER = 12
    """A one-time link tried."""
    ACT = 60
    """A form sent."""
    SHARED = 90
    """A signed link opened."""
    PUSH = 600
    """A message of a provider; they come through few addresses."""
    LOOK = 1200
    """Everything else; a tab that is seen asks 200 times a minute whether something changed."""


@dataclass
class _Window:
    began: float
    count: int = 0


class Limits:
    """Counts requests by client and purpose in windows of a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, Limit], _Window] = {}

    def exceeded(self, client: str, limit: Limit) -> bool:
        """Count one request; True where it is one too many."""
        now = self._clock()
        if len(self._windows) > MOST_CLIENTS:
            self._windows.clear()
        window = self._windows.setdefault((client, limit), _Window(now))
        if now - window.began >= MINUTE:
            window.began, window.count = now, 0
        window.count += 1
        return window.count > limit.value
