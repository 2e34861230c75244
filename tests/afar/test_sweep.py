"""Over HTTP: the power goes, or one request breaks, and the end is always the same.

Commits, writes and requests are counted by telling the story once, so that new ones are covered.
CI takes a share of all breaks, and each kind of fault at least once; `make sweep` takes all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from connectors.memory import Cut
from connectors.standins.faults import LostAnswer
from tests.afar import Afar, GoogleStage, OutlookStage, RadicaleStage, XandikosStage
from tests.afar.conftest import Fresh, Undisturbed
from tests.afar.faults import SHORT
from tests.conftest import SWEEP
from tests.crash.conftest import CHUNKS
from tests.crash.story import (
    End,
    Power,
    same_but_for_unsure_letters,
    told_over,
    unfinished,
    unsure,
)

COMMITS, WRITES, REQUESTS = (1, 1, 1) if SWEEP else (14, 4, 4)
"""One of how many is broken; the sweep over the world in memory cuts the same commits too."""


PROVIDERS: list[type[Afar]] = [GoogleStage, OutlookStage, RadicaleStage]


@pytest.fixture(
    params=[*PROVIDERS, XandikosStage] if SWEEP else PROVIDERS,
    ids=lambda stage: stage.__name__.removesuffix("Stage").lower(),
    scope="session",
)
def provider(request: pytest.FixtureRequest) -> type[Afar]:
    """Each provider in turn; here also those whose documents lie at home."""
    found: type[Afar] = request.param
    return found


@pytest.fixture(params=range(CHUNKS))
def chunk(request: pytest.FixtureRequest) -> int:
    """The share of the breaks that this test takes."""
    number: int = request.param
    return number


def test_the_story_is_worth_telling(undisturbed: Undisturbed) -> None:
    end = undisturbed.end
    assert (end.documents, len(set(end.marks)), len(end.marks)) == (1, 2, 2)
    assert [times for _, times in end.links] == [1]
    assert any(mail.endswith("to ben@acme.example") for mail in end.mailed)
    assert undisturbed.requests > 50


def test_the_power_goes_at_a_commit(undisturbed: Undisturbed, chunk: int, afar: Fresh) -> None:
    for step in range(chunk * COMMITS, 2 * undisturbed.commits, CHUNKS * COMMITS):
        with afar() as stage:
            power = Power()
            power.cut_at = (step // 2 + 1, bool(step % 2))
            _ends_like(undisturbed, stage, power)
            assert power.spent


def test_the_power_goes_at_a_write(undisturbed: Undisturbed, chunk: int, afar: Fresh) -> None:
    for step in range(chunk * WRITES, 2 * undisturbed.writes, CHUNKS * WRITES):
        with afar() as stage:
            stage.world.wire.fail(Cut(after=bool(step % 2)), at=step // 2 + 1)
            _ends_like(undisturbed, stage, Power())


def test_what_passes_changes_nothing_in_the_end(
    provider: type[Afar], undisturbed: Undisturbed, chunk: int, afar: Fresh
) -> None:
    for number, name in _plan(provider, undisturbed.requests, chunk):
        if name in provider.passing:
            with afar(**({"timeout": SHORT} if name == "timeout" else {})) as stage:
                stage.wire.fail(provider.passing[name], at=number)
                _ends_like(undisturbed, stage, Power(), f"{name} at {number}")


def test_what_is_refused_for_good_is_told_and_nothing_is_done_twice(
    provider: type[Afar], undisturbed: Undisturbed, chunk: int, afar: Fresh
) -> None:
    for number, name in _plan(provider, undisturbed.requests, chunk):
        if name in provider.final:
            with afar() as stage:
                stage.wire.fail(provider.final[name], at=number)
                told = told_over(stage, Power(), provider.end)
                where = f"{name} at {number}: {stage.wire.log[number - 1 : number]}"
                assert unfinished(stage) == [], where
                _nothing_twice(told, undisturbed.end)
                assert told == undisturbed.end or stage.refusals, (where, told)
                assert all(error.remedy for error in stage.refusals), where


@pytest.mark.parametrize("provider", [XandikosStage], ids=["xandikos"], indirect=True)
def test_a_server_that_invites_people_itself_ends_the_same(
    undisturbed: Undisturbed, afar: Fresh
) -> None:
    """The sweep has it among all the others; here stands one break of each kind."""
    with afar() as stage:
        power = Power()
        power.cut_at = (undisturbed.commits // 2, True)
        _ends_like(undisturbed, stage, power)
        assert power.spent
    with afar() as stage:
        stage.world.wire.fail(Cut(after=True), at=undisturbed.writes)
        _ends_like(undisturbed, stage, Power())
    with afar() as stage:
        stage.wire.fail(LostAnswer(), method="PUT", times=2)
        _ends_like(undisturbed, stage, Power())


def _plan(provider: type[Afar], requests: int, chunk: int) -> Iterator[tuple[int, str]]:
    """Yield by which fault each request breaks: by one of all in turn, or by every one."""
    names = [*provider.passing, *provider.final]
    numbers = range(1, requests + 1, REQUESTS)
    pairs = [
        (number, name)
        for turn, number in enumerate(numbers)
        for name in (names if SWEEP else [names[turn % len(names)]])
    ]
    yield from pairs[chunk::CHUNKS]


def _ends_like(whole: Undisturbed, stage: Afar, power: Power, where: str = "") -> None:
    told = told_over(stage, power, type(stage).end)
    assert unfinished(stage) == [], where
    try:
        same_but_for_unsure_letters(told, whole.end, unsure(stage))
    except AssertionError as error:
        error.add_note(where)
        raise


def _nothing_twice(told: End, whole: End) -> None:
    """Demand that of everything there is one at most, and no mail too many."""
    assert told.documents <= 1
    assert len(told.marks) == len(set(told.marks))
    assert all(times <= 1 for _, times in told.links)
    assert len(told.letters) == len(set(told.letters))
    assert not Counter(told.mailed) - Counter(whole.mailed)
