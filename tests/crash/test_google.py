"""Google over HTTP: the power goes, or one request breaks, and the end is always the same.

Commits, writes and requests are counted by telling the story once, so that new ones are covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import stamina

from connectors.memory import Cut
from connectors.standins.faults import Fault, LostAnswer, Reset, Slow, Truncated, html
from connectors.standins.google.refusals import refusing
from tests.conftest import SWEEP
from tests.crash.at_google import GoogleStage, at_google, end_at_google
from tests.crash.conftest import CHUNKS
from tests.crash.story import (
    End,
    Power,
    same_but_for_unsure_letters,
    told_over,
    unfinished,
    unsure,
)
from tests.stage import week

SHORT = 0.5
"""A client's patience in seconds where an answer never comes."""
QUOTA = "usageLimits"
PASSING: Mapping[str, Fault] = {
    "rateLimitExceeded": refusing(403, "rateLimitExceeded", domain=QUOTA),
    "userRateLimitExceeded": refusing(403, "userRateLimitExceeded", domain=QUOTA),
    "quotaExceeded": refusing(403, "quotaExceeded", domain=QUOTA),
    "conflict": refusing(409, "conflict"),
    "fullSyncRequired": refusing(410, "fullSyncRequired"),
    "updatedMinTooLongAgo": refusing(410, "updatedMinTooLongAgo"),
    "conditionNotMet": refusing(412, "conditionNotMet"),
    "429": refusing(429, "rateLimitExceeded", domain=QUOTA, retry_after="7"),
    "500": refusing(500, "backendError"),
    "503": refusing(503, "backendError"),
    "reset": Reset(),
    "timeout": Slow(4 * SHORT),
    "truncated": Truncated(),
    "html": html(),
    "html that says success": html(200),
    "lost": LostAnswer(),
}
"""What is over a moment later."""
FINAL: Mapping[str, Fault] = {
    "authError": refusing(401, "authError"),
    "forbidden": refusing(403, "forbidden"),
    "forbiddenForNonOrganizer": refusing(403, "forbiddenForNonOrganizer"),
    "insufficientPermissions": refusing(403, "insufficientPermissions"),
    "accessNotConfigured": refusing(403, "accessNotConfigured"),
    "notFound": refusing(404, "notFound"),
    "deleted": refusing(410, "deleted"),
}
"""What a person has to see to, or what says that a thing is gone."""

Fresh = Callable[..., AbstractContextManager[GoogleStage]]


@dataclass(frozen=True)
class Undisturbed:
    """The end of the story when nothing goes wrong, and how many steps it had."""

    end: End
    commits: int
    writes: int
    requests: int


@pytest.fixture(autouse=True, scope="module")
def impatient() -> Iterator[None]:
    """Try nothing twice inside a client, so that each fault reaches the daemon."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="module")
def undisturbed(
    impatient: None,  # noqa: ARG001 - before the first request
    tmp_path_factory: pytest.TempPathFactory,
) -> Undisturbed:
    """Tell the story once."""
    with at_google(tmp_path_factory.mktemp("whole")) as stage:
        power = Power()
        end = told_over(stage, power, end_at_google)
        asked = len(stage.company.wire.log)
        return Undisturbed(end, power.commits, stage.world.wire.count, asked)


@pytest.fixture
def google(tmp_path: Path) -> Fresh:
    """Give every telling a Google of its own."""
    numbers = count()
    return lambda **options: at_google(tmp_path / str(next(numbers)), **options)


@pytest.fixture(params=range(CHUNKS))
def chunk(request: pytest.FixtureRequest) -> int:
    """The share of the faults that this test takes."""
    number: int = request.param
    return number


def test_the_story_is_worth_telling_at_google(undisturbed: Undisturbed) -> None:
    end = undisturbed.end
    assert (end.documents, len(set(end.marks)), len(end.marks)) == (1, 2, 2)
    assert [times for _, times in end.links] == [1]
    assert end.mailed.count("update to ben@acme.example") == 1
    assert undisturbed.requests > 50


def test_the_power_goes_at_a_commit(
    undisturbed: Undisturbed, steps: Callable[[int], range], google: Fresh
) -> None:
    for step in steps(2 * undisturbed.commits):
        with google() as stage:
            power = Power()
            power.cut_at = (step // 2 + 1, bool(step % 2))
            _ends_like(undisturbed, stage, power)
            assert power.spent


def test_the_power_goes_at_a_write(undisturbed: Undisturbed, chunk: int, google: Fresh) -> None:
    # There are few of them: all are taken, before the request and after its answer.
    for step in range(chunk, 2 * undisturbed.writes, CHUNKS):
        with google() as stage:
            stage.world.wire.fail(Cut(after=bool(step % 2)), at=step // 2 + 1)
            _ends_like(undisturbed, stage, Power())


def test_what_passes_changes_nothing_in_the_end(
    undisturbed: Undisturbed, chunk: int, google: Fresh
) -> None:
    for number, name in _plan(PASSING, undisturbed.requests, chunk):
        with google(**({"timeout": SHORT} if name == "timeout" else {})) as stage:
            stage.company.wire.fail(PASSING[name], at=number)
            _ends_like(undisturbed, stage, Power())


def test_what_is_refused_for_good_is_told_and_nothing_is_done_twice(
    undisturbed: Undisturbed, chunk: int, google: Fresh
) -> None:
    for number, name in _plan(FINAL, undisturbed.requests, chunk):
        with google() as stage:
            stage.company.wire.fail(FINAL[name], at=number)
            told = told_over(stage, Power(), end_at_google)
            assert unfinished(stage) == [], (number, name)
            _nothing_twice(told, undisturbed.end)
            assert told == undisturbed.end or stage.failed, (number, name, told)


def test_nothing_is_written_when_nothing_happens(google: Fresh) -> None:
    with google() as stage:
        told_over(stage, Power(), end_at_google)
        before, asked = stage.world.wire.count, len(stage.company.wire.log)
        for turn in range(3):
            stage.tick(week(2) - timedelta(hours=12 - turn))
        assert stage.world.wire.count == before
        said = stage.company.asked(asked)
        assert [(one.method, one.path) for one in said] == [
            ("GET", "/calendar/v3/calendars/primary/events")
        ] * 3


def _plan(faults: Mapping[str, Fault], requests: int, chunk: int) -> Iterator[tuple[int, str]]:
    """Yield by which fault each request breaks: by one of all in turn, or by every one."""
    names = [*PASSING, *FINAL]
    pairs = [
        (number, name)
        for number in range(1, requests + 1)
        for name in (names if SWEEP else [names[number % len(names)]])
        if name in faults
    ]
    yield from pairs[chunk::CHUNKS]


def _ends_like(whole: Undisturbed, stage: GoogleStage, power: Power) -> None:
    told = told_over(stage, power, end_at_google)
    assert unfinished(stage) == []
    same_but_for_unsure_letters(told, whole.end, unsure(stage))


def _nothing_twice(told: End, whole: End) -> None:
    """Demand that of everything there is one at most, and no mail too many."""
    assert told.documents <= 1
    assert len(told.marks) == len(set(told.marks))
    assert all(times <= 1 for _, times in told.links)
    assert len(told.letters) == len(set(told.letters))
    assert not Counter(told.mailed) - Counter(whole.mailed)
