"""Foresight: next week's collisions, told on the last working day before anybody has to cancel."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connectors.memory import Refusal
from connectors.model import Span
from daemon.core.policy import Policy
from daemon.tick import Turn, look_only
from tests.stage import BEN, BERLIN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, kinds, week

DAY = timedelta(days=1)
CARO = "caro@acme.example"
NOON = datetime(2026, 3, 6, 12, tzinfo=BERLIN)
MORNING, EVENING = NOON - hours(3), NOON + hours(5.5)
"""The Friday before the meeting of week 1."""
NEXT = Span(week(1), week(1) + HALF_AN_HOUR)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """The house of the two on the Tuesday after their first meeting."""
    stage.weekly()
    stage.tick(FIRST + DAY)
    return stage


def advice(turn: Turn) -> list[str]:
    """Return the texts of what was foreseen in a turn."""
    found = (d for d in turn.done if d.key.startswith("advise:foresight"))
    return [str(decision.after["text"]) for decision in found]


def friday(stage: Stage) -> list[str]:
    """Return all that is foreseen from Friday's morning to its end."""
    turns = stage.every(MORNING, MORNING + hours(14), hours(0.5))
    return [text for turn in turns for text in advice(turn)]


def busy_requests(stage: Stage, since: int) -> int:
    return stage.asked(since).count("calendar.busy")


def test_an_absence_of_the_owner_is_foreseen_with_times_of_that_week(stage: Stage) -> None:
    stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + hours(14)))
    (text,) = friday(stage)
    assert "you are away" in text
    assert "Tuesday 10 March, 10:00 to 10:30" in text
    assert "same time the next day" in text


def test_what_takes_the_whole_day_is_told_without_hours(stage: Stage) -> None:
    stage.world.meet(MAYA, CARO, Span(week(1) - hours(10), week(1) + hours(14)))
    (text,) = friday(stage)
    assert "- you have something else all day\n" in text


def test_an_absence_of_the_other_is_seen_in_their_free_busy(stage: Stage) -> None:
    stage.world.absent(BEN, Span(week(1) - hours(10), week(1) + hours(14)))
    (text,) = friday(stage)
    assert "ben is away" in text


def test_two_things_at_once_are_foreseen(stage: Stage) -> None:
    stage.world.meet(BEN, CARO, Span(week(1) + hours(0.25), week(1) + hours(1)))
    (text,) = friday(stage)
    assert "ben has something else from 10:15 to 11:00" in text


def test_something_else_at_exactly_the_same_time_is_foreseen(stage: Stage) -> None:
    stage.world.meet(MAYA, CARO, NEXT)
    (text,) = friday(stage)
    assert "you have something else from 10:00 to 10:30" in text


def test_two_one_on_ones_at_the_same_time_are_both_told_of_and_kept_apart(stage: Stage) -> None:
    stage.weekly(CARO)
    texts = friday(stage)
    assert len(texts) == 2
    firsts = {next(line for line in text.splitlines() if "10 March" in line) for text in texts}
    assert len(firsts) == 2


def test_a_neighbour_is_no_collision(stage: Stage) -> None:
    stage.world.meet(MAYA, CARO, Span(week(1) + HALF_AN_HOUR, week(1) + hours(2)))
    assert friday(stage) == []


def test_a_public_holiday_is_foreseen_and_offers_none_of_that_day(stage: Stage) -> None:
    stage.settle(country="DE")
    good_friday = datetime(2026, 4, 3, 13, tzinfo=BERLIN)
    assert advice(stage.tick(good_friday)) == []
    (text,) = advice(stage.tick(good_friday - DAY + hours(1)))
    assert "Easter Monday is a public holiday where you work" in text
    assert "Monday 6 April, 1" not in text


def test_the_last_working_day_is_the_owners(stage: Stage) -> None:
    days = frozenset(day for day in Policy().working_days if day.value < 4)
    stage.settle(working_days=days)
    stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + hours(14)))
    assert len(advice(stage.tick(NOON - DAY))) == 1
    assert friday(stage) == []


def test_nothing_is_foreseen_before_noon(stage: Stage) -> None:
    stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + hours(14)))
    assert advice(stage.tick(NOON - timedelta(seconds=1))) == []
    assert len(advice(stage.tick(NOON))) == 1


def test_it_comes_once_in_the_digest_and_as_nothing_else(stage: Stage) -> None:
    stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + hours(14)))
    stage.every(NOON, week(1) - hours(2), hours(1))
    told = [letter for letter in stage.world.letters if "you are away" in letter.text]
    assert [letter.key.partition(":")[0] for letter in told] == ["digest"]


def test_what_was_settled_meanwhile_is_not_told(stage: Stage) -> None:
    stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + hours(14)))
    stage.tick(NOON)
    stage.world.move("event-1", week(1), Span(week(1) + DAY, week(1) + DAY + HALF_AN_HOUR))
    stage.tick(EVENING)
    assert not any("you are away" in letter.text for letter in stage.world.letters)


def test_nothing_is_written_or_booked_by_it(stage: Stage) -> None:
    stage.settle(auto=True)
    stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + hours(14)))
    before = dict(stage.world.events)
    turns = stage.every(NOON, EVENING, hours(1))
    assert [kind for turn in turns for kind in kinds(turn)] == ["advise"]
    assert stage.world.events == before
    assert stage.world.mailed == []


def test_free_busy_is_asked_once_for_all_and_not_again_while_nothing_changes(stage: Stage) -> None:
    stage.weekly(CARO, start=FIRST + hours(2))
    stage.tick(MORNING)
    since = len(stage.world.wire.log)
    stage.every(NOON, EVENING, hours(0.5))
    assert busy_requests(stage, since) == 1


def test_a_conflict_that_arises_in_the_afternoon_is_still_seen(stage: Stage) -> None:
    stage.tick(NOON)
    stage.world.meet(MAYA, CARO, NEXT)
    assert len(advice(stage.tick(NOON + hours(1)))) == 1


def test_what_could_not_be_read_is_asked_for_again(stage: Stage) -> None:
    stage.world.absent(BEN, Span(week(1) - hours(10), week(1) + hours(14)))
    wire = stage.world.wire
    wire.fail(Refusal(), at=wire.count + 2)
    assert advice(stage.tick(NOON)) == []
    assert len(advice(stage.tick(NOON + hours(0.1)))) == 1


def test_a_look_that_decides_nothing_takes_nothing_away(stage: Stage) -> None:
    stage.world.absent(BEN, Span(week(1) - hours(10), week(1) + hours(14)))
    look_only(stage.house, NOON)
    assert len(advice(stage.tick(NOON + hours(0.1)))) == 1


def test_who_cannot_be_seen_is_not_guessed_about(stage: Stage) -> None:
    stage.world.unseen.add(BEN)
    stage.world.absent(BEN, Span(week(1) - hours(10), week(1) + hours(14)))
    assert friday(stage) == []


def test_an_absence_told_before_the_meeting_was_lost_still_excuses(stage: Stage) -> None:
    stage.world.absent(BEN, Span(week(1) - hours(10), week(1) + hours(14)))
    stage.tick(NOON)
    stage.world.cancel("event-1", week(1))
    stage.tick(NOON + hours(1))
    verdicts = [str(one.verdict) for one in stage.dossier(NOON + hours(1)).outcomes]
    assert verdicts[:2] == ["held", "excused"]
