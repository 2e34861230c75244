"""What all sweeps share: the undisturbed story, told once a worker, and stages for the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.crash.story import End, Power, fresh, tell
from tests.stage import Stage

EVERY = 1 if os.environ.get("VISAVIS_SWEEP") == "all" else 4
"""CI takes every fourth step, `make sweep` all of them."""
CHUNKS = 8
"""Into how many tests one sweep is cut, so that workers share it."""

Fresh = Callable[[], AbstractContextManager[Stage]]


@dataclass(frozen=True)
class Undisturbed:
    """The end of the story when nothing goes wrong, and how many steps it had."""

    end: End
    commits: int
    requests: int


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Tell the story once, undisturbed."""
    with fresh(tmp_path_factory.mktemp("whole")) as stage:
        power = Power()
        end = tell(stage, power)
        return Undisturbed(end, power.commits, stage.world.wire.count)


@pytest.fixture
def stages(tmp_path: Path) -> Fresh:
    """Give every telling a stage of its own."""
    numbers = count()
    return lambda: fresh(tmp_path / str(next(numbers)))


@pytest.fixture(params=range(CHUNKS))
def steps(request: pytest.FixtureRequest) -> Callable[[int], range]:
    """Return the share of all steps that this test takes."""
    return partial(_share, chunk=request.param)


def _share(number: int, chunk: int) -> range:
    return range(chunk * EVERY, number, CHUNKS * EVERY)
