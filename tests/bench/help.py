"""`visavis --help` beside an interpreter that does nothing: about 0.1 s where that takes 0.01."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.measure import Figure, milliseconds


def run() -> Iterator[Figure]:
    """Yield the time of the whole process."""
    quiet = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL)
    visavis = Path(sys.executable).with_name("visavis")
    ours = milliseconds(lambda: quiet([visavis, "--help"]), times=20)
    bare = milliseconds(lambda: quiet([sys.executable, "-c", "pass"]), times=20)
    yield Figure("start to end", "ms", ours, bare, 12)
