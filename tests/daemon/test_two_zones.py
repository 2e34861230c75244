"""Two people in two zones: the early and the late hour go round, and the words say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.model import Hours, WorkingHours
from daemon import answering
from daemon.core.policy import WORKING_DAYS
from daemon.core.words import Option
from daemon.house import About
from tests.stage import BEN, FIRST, Stage, hours, week

DAY = timedelta(days=1)
PANAMA = ZoneInfo("America/Panama")
"""Six hours behind Berlin, and never on summer time."""
LATE = FIRST + hours(6.75)
"""A quarter to five: late for Maya, in the middle of Ben's morning."""


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """The house of two whose days share two hours: half past three to half past five in Berlin."""
    day = Hours(time(9, 30), time(17))
    stage.world.hours[BEN] = WorkingHours("America/Panama", dict.fromkeys(WORKING_DAYS, (day,)))
    stage.settle(lunch=None)
    stage.weekly(start=LATE)
    stage.tick(week(0))
    return stage


def lose(stage: Stage, number: int) -> tuple[Option, ...]:
    """Cancel the meeting of a week on the day before; return what is offered instead."""
    sunday = week(number) - hours(22)
    stage.world.cancel("event-1", week(number) + hours(6.75))
    stage.tick(sunday)
    return stage.dossier(sunday).proposals[-1].options


def test_every_time_lies_in_the_working_hours_of_both_on_their_own_clocks(stage: Stage) -> None:
    for option in lose(stage, 2):
        assert time(9, 30) <= option.span.start.astimezone(PANAMA).time()
        assert option.span.end.time() <= time(17, 30)


def test_who_took_the_late_hour_gets_a_better_one_and_the_words_say_why(stage: Stage) -> None:
    best = lose(stage, 2)[0]
    assert best.span.start.astimezone(PANAMA).time() == time(10)
    assert "ben@acme.example's turn to take the early hour" in best.because
    assert "(so far you 2, ben@acme.example 0)" in best.because


def test_what_was_accepted_counts_for_the_next_one(stage: Stage) -> None:
    lose(stage, 2)
    (proposal,) = stage.dossier(week(2)).proposals
    answering.accept(stage.house, proposal.id, week(2) - hours(20))
    best = lose(stage, 3)[0]
    assert "so far you 2, " in best.because
    assert best.because.endswith(" 1)")


def test_the_usual_time_needs_nobodys_turn_where_both_have_one_clock(stage: Stage) -> None:
    del stage.world.hours[BEN]
    assert not any("turn" in option.because for option in lose(stage, 2))


def test_the_history_of_the_first_run_counts(stage: Stage) -> None:
    stage.world.cancel("event-1", week(2) + hours(6.75))
    fresh = Stage(stage.home / "anew", world=stage.world, policy=stage.policy)
    now = week(2) - hours(22)
    fresh.tick(now)
    (proposal,) = fresh.dossier(now).proposals
    assert "so far you 2, " in proposal.options[0].because
    fresh.store.close()


def test_the_zone_of_the_settings_counts_where_no_calendar_tells(stage: Stage) -> None:
    del stage.world.hours[BEN]
    stage.about[BEN] = About(zone="America/Panama")
    stage.house = stage.wired()
    options = lose(stage, 2)
    assert options
    for option in options:
        assert option.span.start.astimezone(PANAMA).time() >= time(9)
        clock = f"{option.span.start.astimezone(PANAMA):%H:%M} for {BEN} (America/Panama)"
        assert clock in option.because


def test_the_zone_of_the_settings_is_the_clock_of_the_hours_a_calendar_tells(stage: Stage) -> None:
    stage.about[BEN] = About(zone="Asia/Dubai")
    stage.settle()
    for option in lose(stage, 2):
        there = option.span.start.astimezone(ZoneInfo("Asia/Dubai"))
        assert time(9, 30) <= there.time() <= time(17)


def test_a_zone_that_is_only_assumed_says_so(stage: Stage) -> None:
    del stage.world.hours[BEN]
    stage.world.alter(
        "event-1", lambda one: replace(one, organizer=BEN, start=one.start.astimezone(PANAMA))
    )
    stage.tick(week(1) + hours(8))
    options = lose(stage, 2)
    assert options
    assert "America/Panama, assumed from the meetings they organize" in options[0].because


def test_a_public_holiday_of_the_country_in_the_settings_excuses(stage: Stage) -> None:
    stage.about[BEN] = About(country="PA")
    stage.settle()
    holiday = FIRST - 13 * DAY  # Carnival, 17 February 2026
    uid = stage.weekly(start=holiday)
    stage.world.cancel(uid, holiday)
    stage.tick(week(0) + hours(1))
    verdicts = {one.recurrence_id: one for one in stage.dossier(week(0) + hours(1)).outcomes}
    assert str(verdicts[holiday].verdict) == "excused"
    assert "a public holiday of ben@acme.example" in verdicts[holiday].because


@pytest.mark.parametrize("told", ["", "America/Bogota"])
def test_the_zone_of_a_calendar_without_hours_is_better_than_a_guess(
    stage: Stage, told: str
) -> None:
    stage.world.hours[BEN] = WorkingHours("America/Panama", {})
    stage.about[BEN] = About(zone=told)
    stage.settle()
    options = lose(stage, 2)
    assert options
    for option in options:
        assert f"({told or 'America/Panama'})" in option.because
        assert time(9) <= option.span.start.astimezone(PANAMA).time()
