"""What a benchmark yields: a figure of ours beside another one, as a ratio with a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """Less is better: the promise is kept while ours / beside stays within the limit."""

    case: str
    unit: str
    ours: float
    beside: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.ours / self.beside

    @property
    def kept(self) -> bool:
        return self.ratio <= self.limit


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """Return the fastest of some runs: whatever else the machine does only makes it slower."""

    def once() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return min(once() for _ in range(times)) * 1000
