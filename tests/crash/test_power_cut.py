"""The power goes before and after every commit and every request: the end is always the same.

The steps are counted by telling the story once, so that new ones are covered. CI takes every
fourth, `make sweep` all of them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.memory import Cut
from tests.crash.story import Power, fresh, tell, unfinished, unsure

EVERY = 1 if os.environ.get("VISAVIS_SWEEP") == "all" else 4


def test_every_commit(tmp_path: Path) -> None:
    with fresh(tmp_path / "whole") as stage:
        power = Power()
        whole = tell(stage, power)
    assert (whole.documents, len(whole.marks), len(whole.links)) == (1, 2, 1)
    assert power.commits > 20
    for step in range(2 * power.commits)[::EVERY]:
        with fresh(tmp_path / f"step-{step}") as stage:
            power_of_step = Power()
            power_of_step.cut_at = (step // 2 + 1, bool(step % 2))
            told = tell(stage, power_of_step)
            assert unfinished(stage) == []
            _same_but_for_unsure_letters(told, whole, unsure(stage))


def test_every_request(tmp_path: Path) -> None:
    with fresh(tmp_path / "whole") as stage:
        whole = tell(stage, Power())
        requests = stage.world.wire.count
    assert requests > 20
    for step in range(2 * requests)[::EVERY]:
        with fresh(tmp_path / f"step-{step}") as stage:
            stage.world.wire.fail(Cut(after=bool(step % 2)), at=step // 2 + 1)
            told = tell(stage, Power())
            assert unfinished(stage) == []
            _same_but_for_unsure_letters(told, whole, unsure(stage))


def _same_but_for_unsure_letters(told: object, whole: object, unknown: int) -> None:
    """Compare two ends: a letter that may have gone out is not sent again, and shown instead."""
    for name in ("documents", "marks", "links", "mailed", "standing"):
        assert getattr(told, name) == getattr(whole, name), name
    missing = set(getattr(whole, "letters")) - set(getattr(told, "letters"))
    assert len(getattr(told, "letters")) == len(set(getattr(told, "letters")))
    assert not set(getattr(told, "letters")) - set(getattr(whole, "letters"))
    assert len(missing) <= unknown


@pytest.fixture(autouse=True)
def _no_sweep_is_empty() -> None:
    assert EVERY in {1, 4}
