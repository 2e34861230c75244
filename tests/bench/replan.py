"""Planning 12 lost meetings of half an hour together, beside HiGHS: never slower, within 0.5 %."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from connectors.model import Span
from daemon.core.packing import pack
from daemon.core.seats import Request
from tests.bench.measure import Figure, milliseconds
from tests.core.highs import optimum

MEETINGS = 12
DROPPED = 10_000
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def run() -> Iterator[Figure]:
    """Yield time and cost of every case."""
    for name, requests in _cases():
        ours = milliseconds(lambda: pack(requests))  # noqa: B023
        theirs = milliseconds(lambda: optimum(requests))  # noqa: B023
        yield Figure(name, "ms", ours, theirs, 1.0)
        yield Figure(name, "cost", pack(requests).cost, optimum(requests), 1.005)


def _cases() -> Iterator[tuple[str, tuple[Request, ...]]]:
    random = Random(6)
    for share in (1.0, 0.3, 0.08, 0.03):
        yield f"random wishes, {share:.0%} free", _random(random, share)
    for days, starts in ((5, 39), (1, 40)):
        yield f"identical wishes, {days * starts} starts", _alike(random, days, starts, 0)
    yield "the same with noise, 195 starts", _alike(random, 5, 39, 30)
    yield "over-full, 14 starts", _alike(random, 1, 14, 0)
    yield "over-full with noise, 14 starts", _alike(random, 1, 14, 30)


def _random(random: Random, share: float) -> tuple[Request, ...]:
    return tuple(
        _request([(random.randrange(500), s) for s in _spans(5, 39) if random.random() < share])
        for _ in range(MEETINGS)
    )


def _alike(random: Random, days: int, starts: int, noise: int) -> tuple[Request, ...]:
    """Everybody wants ten o'clock, and rather today than on Friday."""
    wanted = [
        (15 * abs(n % starts - 8) + 20 * (n // starts), span)
        for n, span in enumerate(_spans(days, starts))
    ]
    return tuple(
        _request([(cost + random.randint(0, noise), span) for cost, span in wanted])
        for _ in range(MEETINGS)
    )


def _request(wishes: list[tuple[int, Span]]) -> Request:
    return Request(tuple(wishes), DROPPED)


def _spans(days: int, starts: int) -> Iterator[Span]:
    for day in range(days):
        for n in range(starts):
            start = MONDAY + timedelta(days=day) + n * QUARTER
            yield Span(start, start + 2 * QUARTER)
