"""Two installations look after the same pair: one document, one link, one section a meeting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.memory import Meanwhile, World
from daemon.answering import Refused, accept
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

MOMENTS = [
    FIRST - hours(24),
    FIRST + hours(1),
    week(1) - hours(26),
    week(1) - hours(20),
    week(1) + hours(8),
    week(2) - hours(24),
    week(2) - hours(20),
]


@pytest.fixture(params=[(MAYA, MAYA), (MAYA, BEN), (BEN, MAYA)], ids=["same", "hers", "his"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stage, Stage]]:
    """Two houses on one world; the first is always a step ahead."""
    world = World()
    first, second = request.param
    stages = Stage(tmp_path / "1", world, first), Stage(tmp_path / "2", world, second)
    yield stages
    for stage in stages:
        stage.store.close()


def one_of_each(stages: tuple[Stage, ...], sections: int) -> None:
    """Demand one link, to the document that all use, with a section a meeting, each once."""
    world = stages[0].world
    (link,) = world.event("event-1").links
    marks = re.findall(r"visavis:(\S+)", world.document(link.url).text)
    shelves = [stage.dossier(MOMENTS[-1]).shelf.document for stage in stages]
    assert [document.url for document in shelves if document] == [link.url] * len(stages)
    assert len(marks) == len(set(marks)) == sections


def test_they_end_with_one_of_each(both: tuple[Stage, Stage]) -> None:
    both[0].weekly()
    for moment in MOMENTS:
        for stage in both:
            assert not stage.tick(moment).failed
    one_of_each(both, 3)
    assert len(both[0].world.documents) == 1


def test_a_lost_week_moves_one_section_once(both: tuple[Stage, Stage]) -> None:
    both[0].weekly()
    for moment in MOMENTS:
        for stage in both:
            assert not stage.tick(moment).failed
        if moment == MOMENTS[2]:
            both[0].world.cancel("event-1", week(1))
    one_of_each(both, 2)
    assert len(both[0].world.documents) == 1


def test_one_meeting_is_booked_when_both_accept(both: tuple[Stage, Stage]) -> None:
    both[0].weekly()
    for stage in both:
        stage.tick(FIRST + hours(1))
    both[0].world.cancel("event-1", week(1))
    for stage in both:
        stage.tick(week(1) - hours(25))
    booked = 0
    for stage in both:
        (proposal,) = stage.dossier(week(1) - hours(25)).proposals
        try:
            booked += accept(stage.house, proposal.id, week(1) - hours(25)).booked is not None
        except Refused:
            continue
    for stage in both:
        stage.tick(week(1) - hours(24))
    assert booked
    assert len(both[0].world.mailed) == 1
    meetings = [m.span for m in both[0].dossier(week(1)).standing() if _in_week_1(m.span.start)]
    assert len(meetings) == 1


@pytest.mark.parametrize("step", range(0, 20, 2))
def test_a_turn_of_the_other_between_any_two_requests(both: tuple[Stage, Stage], step: int) -> None:
    first, second = both
    first.weekly()
    # From here on the world has two hands: the second takes a whole turn inside the first's.
    first.world.wire.fail(Meanwhile(lambda: second.tick(MOMENTS[0])), at=step + 1)
    for moment in MOMENTS[:4]:
        for again in range(3):
            for stage in both:
                stage.tick(moment + hours(again / 10))
    one_of_each(both, 2)


def _in_week_1(moment: object) -> bool:
    return week(1) - hours(10) < moment < week(2) - hours(10)  # type: ignore[operator]
