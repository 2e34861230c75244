"""The power goes before and after every commit and every request: the end is always the same.

The steps are counted by telling the story once, so that new ones are covered.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.memory import Cut
from tests.conftest import SWEEP
from tests.crash.conftest import Fresh, Undisturbed
from tests.crash.story import Power, fresh, same_but_for_unsure_letters, tell, unfinished, unsure
from tests.databases import Cluster


def test_the_story_is_worth_telling(whole: Undisturbed) -> None:
    assert (whole.end.documents, len(whole.end.marks), len(whole.end.links)) == (1, 2, 1)
    assert whole.end.mailed == ("ben@acme.example",)
    assert len(whole.end.letters) >= 3
    assert whole.commits > 20
    assert whole.requests > 20


def test_every_commit(whole: Undisturbed, steps: Callable[[int], range], stages: Fresh) -> None:
    for step in steps(2 * whole.commits):
        with stages() as stage:
            power = Power()
            power.cut_at = (step // 2 + 1, bool(step % 2))
            told = tell(stage, power)
            assert power.spent
            assert unfinished(stage) == []
            same_but_for_unsure_letters(told, whole.end, unsure(stage))


def test_every_request(whole: Undisturbed, steps: Callable[[int], range], stages: Fresh) -> None:
    for step in steps(2 * whole.requests):
        with stages() as stage:
            stage.world.wire.fail(Cut(after=bool(step % 2)), at=step // 2 + 1)
            told = tell(stage, Power())
            assert unfinished(stage) == []
            same_but_for_unsure_letters(told, whole.end, unsure(stage))


def test_every_request_on_postgresql(
    whole: Undisturbed,
    steps: Callable[[int], range],
    postgres: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What a cut leaves behind is the same on any database, so CI looks at few of them."""
    for step in steps(2 * whole.requests)[:: 1 if SWEEP else 4]:
        with fresh(tmp_path_factory.mktemp("home"), postgres.database()) as stage:
            stage.world.wire.fail(Cut(after=bool(step % 2)), at=step // 2 + 1)
            told = tell(stage, Power())
            assert unfinished(stage) == []
            same_but_for_unsure_letters(told, whole.end, unsure(stage))


def test_every_commit_on_postgresql(
    whole: Undisturbed,
    steps: Callable[[int], range],
    postgres: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    for step in steps(2 * whole.commits):
        with fresh(tmp_path_factory.mktemp("home"), postgres.database()) as stage:
            power = Power()
            power.cut_at = (step // 2 + 1, bool(step % 2))
            told = tell(stage, power)
            assert unfinished(stage) == []
            same_but_for_unsure_letters(told, whole.end, unsure(stage))
