"""Nobody waits before a file that is missing is looked for again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    stamina.set_testing(True)
    yield
    stamina.set_testing(False)
