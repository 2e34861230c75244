"""Which errors are worth another try, and when; how fast one account may ask.

Only reads are tried again here, on `Unavailable`, for a few seconds, and on `NotFound` where that
would be taken as "a person removed it". A write is never repeated by a client: after
`OutcomeUnknown` the daemon looks first. A wait longer than `PATIENCE` belongs to the schedule, so
the error goes on to the daemon with its `retry_after`.

Tests switch the waiting off with `stamina.set_testing(True, attempts=3)`, all of it with
`stamina.set_active(False)`.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import ParamSpec, TypeVar

import stamina

from connectors.errors import Locked, NotFound, Unavailable

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = timedelta(seconds=3)
"""The longest wait between two tries; short, so that a stop signal is obeyed in time."""
LOOKS = 3
"""How often a thing must be missing to be gone: servers lag, and Google's guide says to try on."""
_BETWEEN_LOOKS = 0.4
_JITTER = timedelta(seconds=0.5)
_A_DAY = 86_400  # a server that wants to be left alone longer is asked once a day
_tries = stamina.RetryingCaller(
    attempts=3, timeout=10, wait_initial=0.3, wait_max=PATIENCE, wait_jitter=_JITTER
)


def retried(read: Callable[P, T]) -> Callable[P, T]:
    """Make a read try again while its server is unavailable; never for a write."""

    @wraps(read)
    def patient(*args: P.args, **kwargs: P.kwargs) -> T:
        return _tries(_backoff, read, *args, **kwargs)

    return patient


def doubted(read: Callable[P, T]) -> Callable[P, T]:
    """Make a read of what was there once ask `LOOKS` times before it says `NotFound`."""

    @wraps(read)
    def asked_again(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(LOOKS - 1):
            with suppress(NotFound):
                return read(*args, **kwargs)
            a_moment()
        return read(*args, **kwargs)

    return asked_again


def a_moment() -> None:
    """Wait before something that is said to be missing is asked for again."""
    if not stamina.is_testing():
        threading.Event().wait(_BETWEEN_LOOKS)


def _backoff(error: Exception) -> bool | timedelta:
    """Say whether an error is worth another try, and when, if the server said so."""
    # A document that somebody has open stays open for minutes.
    if not isinstance(error, Unavailable) or isinstance(error, Locked):
        return False
    if error.retry_after is None:
        return True
    # Later than asked, never earlier; and not at the same moment as everybody else.
    wait = error.retry_after + random.random() * _JITTER  # noqa: S311 - nothing to guess
    return wait if error.retry_after <= PATIENCE else False


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read a server's Retry-After (RFC 9110): seconds, also fractional, or a date.

    A date is compared with the server's own Date, so that our clock may be wrong. The names are
    looked up in lower case. None where the server said nothing that can be read.
    """
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, headers.get("date", ""))
    return None if math.isnan(seconds) else timedelta(seconds=min(max(seconds, 0), _A_DAY))


def _until(then: str, now: str) -> timedelta | None:
    try:
        wait = _http_date(then) - _http_date(now)
    except ValueError:
        return None
    return min(max(wait, timedelta(0)), timedelta(seconds=_A_DAY))


def _http_date(value: str) -> datetime:
    """Read an HTTP date; it is in UTC whatever zone it names."""
    return parsedate_to_datetime(value).replace(tzinfo=UTC)


class Throttle:
    """How fast one account may ask: a token bucket, and so many requests at once.

    `rate` is in tokens a second, `burst` how many may be saved up. Use it around a request:

        with throttle.turn(cost=5):
            ...
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        at_once: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._slots = threading.BoundedSemaphore(at_once)
        self._clock = clock
        # Nobody sets this event: waiting on one is a sleep that a test can leave out.
        self._wait = wait or threading.Event().wait
        self._lock = threading.Lock()
        self._tokens = burst
        self._filled = clock()

    @contextmanager
    def turn(self, cost: float = 1) -> Iterator[None]:
        """Wait for `cost` tokens and then for a free place; first come, first served."""
        if delay := self._delay(cost):
            self._wait(delay)
        with self._slots:
            yield

    def _delay(self, cost: float) -> float:
        """Take the tokens at once, on credit if need be; return the seconds to pay it off."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            self._tokens -= cost
            return max(0.0, -self._tokens / self._rate)
