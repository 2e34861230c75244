"""Meetings lost in one look, or one after another on the same day: planned on one table."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from connectors.model import Span
from daemon import answering, ledger, queries
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week

SUNDAY = week(1) - hours(20)
DAY = timedelta(days=1)
CARO, DAN = "caro@acme.example", "dan@acme.example"


def two(stage: Stage) -> tuple[str, str]:
    """Let Maya meet Ben on Mondays at ten, and Caro right after."""
    uids = stage.weekly(), stage.weekly(CARO, start=FIRST + HALF_AN_HOUR)
    stage.tick(week(0) + DAY)
    return uids


def crowd(stage: Stage, *free: Span) -> None:
    """Leave Maya no more of week 1 than these spans."""
    start = week(1) - hours(10)
    for gap in (*free, Span(week(2) - hours(10), week(2))):
        stage.world.meet(MAYA, DAN, Span(start, gap.start))
        start = gap.end


def shapes(stage: Stage, now: datetime = SUNDAY) -> list[dict[str, Any]]:
    return [dict(one) for one in queries.proposals(stage.house, now)]


def first_times(stage: Stage) -> list[Span]:
    return [
        Span(*(datetime.fromisoformat(one["options"][0][edge]) for edge in ("start", "end")))
        for one in shapes(stage)
    ]


def names_each_other(stage: Stage) -> bool:
    one, other = shapes(stage)
    return bool(one["together"] == [other["id"]] and other["together"] == [one["id"]])


def test_what_is_lost_in_one_look_is_planned_together(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    stage.world.cancel(with_ben, week(1))
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY)
    assert names_each_other(stage)
    assert not any(a.overlaps(b) for a, b in combinations(first_times(stage), 2))


def test_what_is_lost_later_the_same_day_is_planned_with_what_is_still_open(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    crowd(stage, Span(week(1) + DAY, week(1) + DAY + HALF_AN_HOUR * 2))
    stage.world.cancel(with_ben, week(1))
    stage.tick(SUNDAY)
    told = first_times(stage)
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY + hours(2))
    assert names_each_other(stage)
    assert first_times(stage)[:1] == told
    assert not any(a.overlaps(b) for a, b in combinations(first_times(stage), 2))


def test_what_was_told_gives_way_where_another_would_find_no_time(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    early, late = week(1) + DAY, week(1) + 2 * DAY
    crowd(stage, Span(early, early + HALF_AN_HOUR), Span(late, late + HALF_AN_HOUR))
    stage.world.meet(CARO, DAN, Span(late - hours(1), late + hours(1)))
    stage.world.cancel(with_ben, week(1))
    stage.tick(SUNDAY)
    assert [one.start for one in first_times(stage)] == [early]
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY + hours(2))
    assert [one.start for one in first_times(stage)] == [late, early]


def test_both_can_be_accepted_whatever_came_first(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    stage.world.cancel(with_ben, week(1))
    stage.tick(SUNDAY)
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY + hours(2))
    for one in shapes(stage):
        answering.accept(stage.house, one["id"], SUNDAY + hours(3), n=one["options"][0]["n"])
    assert [one["state"] for one in shapes(stage, SUNDAY + hours(3))] == ["booked", "booked"]


def test_what_is_open_from_another_day_keeps_its_time_and_is_not_named(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    stage.world.cancel(with_ben, week(1))
    stage.tick(SUNDAY - DAY)
    told = first_times(stage)
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY)
    assert [one["together"] for one in shapes(stage)] == [[], []]
    assert first_times(stage)[:1] == told
    assert not any(a.overlaps(b) for a, b in combinations(first_times(stage), 2))


def test_what_a_paused_pair_was_told_is_not_taken_by_another(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    wanted_by_both = week(1) + DAY + HALF_AN_HOUR
    crowd(stage, Span(wanted_by_both, wanted_by_both + HALF_AN_HOUR * 2))
    stage.world.cancel(with_ben, week(1))
    stage.tick(SUNDAY)
    (told,) = first_times(stage)
    with stage.store.write() as session:
        ledger.pause(session, shapes(stage)[0]["pair"], None)
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY + hours(2))
    first, second = first_times(stage)
    assert first == told
    assert not second.overlaps(told)


def test_what_a_paused_pair_lost_takes_no_time_from_others(stage: Stage) -> None:
    with_ben, with_caro = two(stage)
    only = Span(week(1) + DAY, week(1) + DAY + HALF_AN_HOUR)
    crowd(stage, only)
    with stage.store.write() as session:
        (ben,) = (
            known.pair.id for known in ledger.pairs(session) if known.pair.partner.address == BEN
        )
        ledger.pause(session, ben, None)
    stage.world.cancel(with_ben, week(1))
    stage.world.cancel(with_caro, week(1) + HALF_AN_HOUR)
    stage.tick(SUNDAY)
    assert first_times(stage) == [only]
