"""What holds through months of any life: nothing twice, nothing lost, the past as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors import markdown
from daemon.core.writing import unanswered
from tests.conftest import SWEEP
from tests.soak.life import Life, settled

SEEDS = range(40) if SWEEP else range(1)
WEEKS = 26 if SWEEP else 7
Past = dict[tuple[str, str, datetime], str]


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    """Whose months are told."""
    number: int = request.param
    return number


@pytest.fixture(params=[True, False], ids=["tombstones", "omissions"])
def life(seed: int, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    """Somebody's months, on a calendar of either kind."""
    life = Life(tmp_path, seed, tombstones=request.param)
    yield life
    life.stage.store.close()


def test_months_pass_and_visavis_can_be_trusted(life: Life) -> None:
    past: Past = {}
    for number, turn in enumerate(life.turns(WEEKS)):
        assert turn.failed == ()
        nothing_is_sent_twice(life)
        nothing_people_wrote_is_lost(life)
        present = of(life)
        if not life.touched:
            the_past_stays(past, present)
        past = present
        if number % 20 == 0:
            a_look_without_news_is_one_request(life)


def nothing_is_sent_twice(life: Life) -> None:
    sent = Counter(letter.key for letter in life.stage.world.letters)
    assert [key for key, times in sent.items() if times > 1] == []


def nothing_people_wrote_is_lost(life: Life) -> None:
    texts = [one.text for one in life.stage.world.documents.values()]
    assert [words for words in life.words if not any(words in text for text in texts)] == []
    for text in texts:
        marks = Counter(one.mark for one in markdown.sections(text) if one.mark)
        assert set(marks.values()) <= {1}


def of(life: Life) -> Past:
    """Return what counts as what, of all that is over."""
    return {
        (dossier.pair.id, one.series, one.recurrence_id): one.verdict
        for dossier in life.dossiers
        for one in dossier.outcomes
        if max(one.span.end, one.recurrence_id) <= life.now
    }


def the_past_stays(before: Past, after: Past) -> None:
    changed = {name: (was, after.get(name)) for name, was in before.items()}
    assert {name: both for name, both in changed.items() if len(set(both)) > 1} == {}


def a_look_without_news_is_one_request(life: Life) -> None:
    asked = settled(life)
    if any(unanswered(dossier, life.now) for dossier in life.dossiers):
        asked = [name for name in asked if not name.startswith("documents.")]
    assert asked == ["calendar.changes"]
