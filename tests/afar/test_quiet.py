"""When nothing changed: one request a calendar, and nothing is written, whatever is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.afar import Afar
from tests.afar.conftest import Fresh
from tests.stage import FIRST, hours, week

A_TURN = timedelta(minutes=5)
SUNDAY = week(1) - hours(20)


@pytest.fixture
def busy(afar: Fresh) -> Iterator[Afar]:
    """The house with all at once: a written agenda, a directory, a lost meeting to be moved."""
    with afar(directory=True) as stage:
        stage.uid = stage.weekly()
        stage.tick(FIRST - hours(24))
        stage.tick(FIRST + hours(1))
        stage.tick(week(1) - hours(23))
        stage.cancel(stage.uid, week(2))
        stage.tick(SUNDAY)
        assert [one.state for one in stage.dossier(SUNDAY).proposals] == ["open"]
        yield stage


def test_a_turn_without_news_is_one_request(busy: Afar) -> None:
    busy.tick(SUNDAY + hours(0.2))
    for turn in range(1, 10):
        asked = len(busy.wire.log)
        done = busy.tick(SUNDAY + hours(0.5) + turn * 3 * A_TURN)
        assert (done.done, done.failed) == ((), ())
        assert [(one.method, one.path) for one in busy.requests(asked)] == [("GET", busy.a_look)]
