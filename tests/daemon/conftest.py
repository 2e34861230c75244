"""The stage that most claims about the daemon begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Maya's house, where she and Ben do not meet yet."""
    stage = Stage(tmp_path)
    yield stage
    stage.store.close()
