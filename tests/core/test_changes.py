from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Handle, Series, Span
from daemon.core.changes import changes
from daemon.core.words import Cancelled, Change, Moved, Reinstated, Superseded
from tests.builders import at, single, snapshot, span, weekly, weeks

UID = weekly().uid


def between(before: Series | None, after: Series | None) -> tuple[Change, ...]:
    shown = (snapshot(*([one] if one else [])) for one in (before, after))
    return changes(*shown)


def test_without_an_earlier_look_nothing_has_changed() -> None:
    assert changes(None, snapshot(weekly(cancelled=[2]))) == ()


def test_the_same_calendar_again_has_no_changes() -> None:
    assert (
        between(weekly(cancelled=[2], moved={3: at(4)}), weekly(cancelled=[2], moved={3: at(4)}))
        == ()
    )


def test_an_occurrence_the_calendar_calls_cancelled_is_cancelled() -> None:
    assert between(weekly(), weekly(cancelled=[3])) == (
        Cancelled(UID, at(3), "cancelled in the calendar"),
    )


def test_an_occurrence_that_is_simply_absent_is_cancelled() -> None:
    assert between(weekly(), weekly(gone=[3])) == (Cancelled(UID, at(3), "gone from the calendar"),)


def test_what_was_cancelled_before_and_is_absent_now_has_not_changed() -> None:
    assert between(weekly(cancelled=[3]), weekly(gone=[3])) == ()


def test_a_moved_occurrence_is_not_a_cancelled_one() -> None:
    assert between(weekly(), weekly(moved={3: at(4, "thu")})) == (
        Moved(UID, at(3), span(at(3)), span(at(4, "thu"))),
    )


def test_an_occurrence_known_by_another_handle_has_not_changed() -> None:
    again = replace(weekly(), handle=Handle("other-id"))
    assert between(weekly(), again) == ()


def test_a_lost_occurrence_that_stands_again_is_reinstated() -> None:
    assert between(weekly(cancelled=[3]), weekly(moved={3: at(3, "thu")})) == (
        Reinstated(UID, at(3)),
    )


def test_a_new_occurrence_is_no_change() -> None:
    assert between(weekly(1, 4), weekly(1, 5)) == (), "the window moved on, or a date was added"


def test_an_occurrence_that_left_the_window_has_not_changed() -> None:
    before = snapshot(weekly(1, 8), window=weeks(1, 8))
    after = snapshot(weekly(4, 11), window=weeks(4, 11))
    assert changes(before, after) == ()


def test_a_window_that_moves_on_does_not_hide_a_cancellation() -> None:
    before = snapshot(weekly(1, 8), window=weeks(1, 8))
    after = snapshot(weekly(4, 11, gone=[6]), window=weeks(4, 11))
    assert changes(before, after) == (Cancelled(UID, at(6), "gone from the calendar"),)


@pytest.mark.parametrize(
    ("week", "to", "window"),
    [
        pytest.param(4, at(3, "fri"), weeks(4, 11), id="behind, as time passes"),
        pytest.param(8, at(9, "tue"), weeks(1, 8), id="ahead, as less is looked ahead"),
    ],
)
def test_one_that_left_the_window_where_it_had_moved_to_is_not_cancelled(
    week: int, to: datetime, window: Span
) -> None:
    before = snapshot(weekly(1, 11, moved={week: to}), window=weeks(1, 11))
    after = snapshot(weekly(1, 11, gone=[week]), window=window)
    assert changes(before, after) == ()


def test_one_moved_into_the_window_from_outside_it_and_gone_is_not_called_cancelled() -> None:
    before = snapshot(weekly(3, 9, moved={9: at(5)}), window=weeks(3, 8))
    after = snapshot(weekly(3, 8), window=weeks(3, 8))
    assert changes(before, after) == ()


@pytest.mark.parametrize(
    ("after", "because"),
    [
        pytest.param(
            weekly(1, 5, rule="FREQ=WEEKLY;UNTIL=20260331T000000Z"),
            "its rule was changed",
            id="shortened",
        ),
        pytest.param(
            weekly(1, 8, cancelled=[7], gone=[2, 4, 6, 8], rule="FREQ=WEEKLY;INTERVAL=2"),
            "its rule was changed",
            id="every two weeks",
        ),
        pytest.param(
            replace(weekly(1, 5), zone="Europe/London"), "its rule was changed", id="another zone"
        ),
        pytest.param(weekly(1, 8, day="tue"), "its times were changed", id="another first day"),
        pytest.param(None, "its series was ended for good", id="deleted"),
    ],
)
def test_whatever_a_changed_series_does_not_show_any_more_is_superseded(
    after: Series | None, because: str
) -> None:
    found = between(weekly(1, 8, cancelled=[7]), after)
    assert {type(one) for one in found} == {Superseded}
    assert {one.because for one in found if isinstance(one, Superseded)} == {because}
    left = {one.recurrence_id for one in after.occurrences} if after else set()
    assert {one.recurrence_id for one in found} == {at(week) for week in range(1, 9)} - left


def test_a_cancellation_told_explicitly_is_one_also_where_the_rule_was_changed() -> None:
    after = weekly(1, 5, cancelled=[4], rule="FREQ=WEEKLY;COUNT=5")
    found = between(weekly(1, 5), after)
    assert found == (Cancelled(UID, at(4), "cancelled in the calendar"),)


@pytest.mark.parametrize("rest", [weekly(1, 4, rule="FREQ=WEEKLY;COUNT=4"), None])
def test_a_split_supersedes_what_the_new_half_takes_over(rest: Series | None) -> None:
    new = weekly(5, 8, day="tue", uid="new@acme.example", split_from=weekly())
    halves = [one for one in (rest, new) if one]
    found = changes(snapshot(weekly(5, 8)), snapshot(*halves))
    assert found == tuple(Superseded(UID, at(week), "its series was split") for week in range(5, 9))


def test_long_after_a_split_a_lost_occurrence_of_the_old_half_is_cancelled() -> None:
    new = weekly(5, 8, uid="new@acme.example", split_from=weekly())
    found = changes(snapshot(weekly(1, 4), new), snapshot(weekly(1, 4, gone=[3]), new))
    assert found == (Cancelled(UID, at(3), "gone from the calendar"),)


def test_two_halves_under_one_uid_are_one_event() -> None:
    old, new = weekly(1, 4, rule="FREQ=WEEKLY;COUNT=4"), replace(weekly(5, 8), handle=Handle("2"))
    assert changes(snapshot(old, new), snapshot(new, old)) == ()
    third = weekly(7, 8, day="tue", uid="new@acme.example", split_from=old)
    assert {
        one.because
        for one in changes(snapshot(old, new), snapshot(new, third))
        if isinstance(one, Superseded)
    } == {"its series was split"}
    shorter = replace(new, occurrences=new.occurrences[1:])
    assert changes(snapshot(old, new), snapshot(old, shorter)) == (
        Cancelled(UID, at(5), "gone from the calendar"),
    )


def test_a_deleted_single_event_is_cancelled() -> None:
    (one,) = between(single(at(2)), None)
    assert isinstance(one, Cancelled)


def test_a_single_event_at_another_time_is_not_called_cancelled() -> None:
    (one,) = between(single(at(2)), single(at(2, "thu")))
    assert isinstance(one, Superseded)


def test_the_hour_that_a_clock_change_repeats_is_no_move() -> None:
    start = at(34, "sun", "02:30").replace(fold=1)
    before, after = single(start), single(start.astimezone(UTC))
    window = weeks(30, 40)
    assert changes(snapshot(before, window=window), snapshot(after, window=window)) == ()


some_weeks = st.sets(st.integers(1, 8))
calendars = st.builds(
    lambda cancelled, gone, moved: weekly(
        cancelled=cancelled, gone=gone, moved={week: at(week, "thu") for week in moved}
    ),
    some_weeks,
    some_weeks,
    some_weeks,
)


@given(before=calendars, after=calendars)
def test_an_occurrence_changes_at_most_once_in_a_look(before: Series, after: Series) -> None:
    found = between(before, after)
    assert all(count == 1 for count in Counter(one.recurrence_id for one in found).values())
    known = {one.recurrence_id for one in before.occurrences}
    assert {one.recurrence_id for one in found} <= known
