"""What a benchmark yields, and how it measures: in new processes, the best of some runs."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from time import perf_counter

_UNIT = 1 if sys.platform == "darwin" else 1024
"""`ru_maxrss` counts bytes or kilobytes."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Less is better: the promise is kept while ours / beside stays within the limit."""

    case: str
    unit: str
    ours: float
    beside: float
    limit: float = 1.0

    @property
    def ratio(self) -> float:
        return self.ours / self.beside

    @property
    def kept(self) -> bool:
        return self.ratio <= self.limit


@dataclass(frozen=True, slots=True)
class Looks:
    """A first look at a calendar and one without changes, in ms, and the peak of memory, in MB."""

    first: float
    again: float
    peak: float


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """Return the fastest of some runs: whatever else the machine does only makes it slower."""

    def once() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return min(once() for _ in range(times)) * 1000


def looked(
    contestant: str,
    *arguments: str,
    python: str = sys.executable,
    environ: Mapping[str, str] | None = None,
    times: int = 3,
) -> Looks:
    """Let a contestant look, in a new process each time; returns the best of every figure."""
    command = [python, "-m", f"tests.bench.contestants.{contestant}", *arguments]
    env = {**os.environ, **(environ or {})}

    def once() -> Looks:
        ran = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
        return Looks(**json.loads(ran.stdout))

    runs = [astuple(once()) for _ in range(times)]
    return Looks(*map(min, zip(*runs, strict=True)))


def environment(name: str, package: str) -> str:
    """Return an interpreter with a package, which shares nothing with visavis; made once."""
    folder = Path(".cache/bench") / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", package], check=True)
    return str(python)


def show(first: Callable[[], object], again: Callable[[], object] | None = None) -> None:
    """Look, look again, and print the figures; who always does everything looks once.

    The peak also counts what the process that starts a contestant had, so that one stays small.
    """
    # As `visavis run` does; the others gain by it as well.
    gc.collect()
    gc.freeze()
    once = milliseconds(first, times=1)
    looks = Looks(
        once,
        milliseconds(again, times=10) if again else once,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT / 1e6,
    )
    print(json.dumps(asdict(looks)))
