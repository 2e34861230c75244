"""A company on a stand-in for Graph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import stamina

from tests.connectors.outlook.bench import Company


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Ask again at once where a program would wait."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
def bench() -> Iterator[Company]:
    with ExitStack() as stack:
        yield Company(stack)
