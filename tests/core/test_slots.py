"""What a proposal offers, in which order, and why: DOMAIN 5, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.model import Hours, Person, Span, Weekday, WorkingHours
from daemon.core.candidates import Loss
from daemon.core.fairness import Tally
from daemon.core.slots import Offer, propose, still_free, window
from daemon.core.words import Fallback, FallbackKind, Fate
from tests.builders import POLICY, at, span, weeks
from tests.core.losses import all_but, away, cancelled, clock, loss

TUESDAY = at(2, "tue")
MORNING = at(2, "tue", "07:00")
WHOLE_WEEK = weeks(2, 2)


def starts(offer: Offer) -> list[datetime]:
    return [option.span.start for option in offer.options]


def only(*free: Span, minutes: int = 30) -> Loss:
    """Return a loss in a week in which Maya is free at some times only."""
    return loss(cancelled(TUESDAY, minutes), owner=all_but(*free))


def test_the_same_time_the_next_day_comes_first() -> None:
    first = propose(loss(cancelled(TUESDAY)), MORNING).options[0]
    assert first.span == span(at(2, "wed"))
    assert first.because.startswith("same time the next day")


def test_options_are_numbered_and_lie_on_different_days_or_hours_apart() -> None:
    offer = propose(loss(cancelled(TUESDAY)), MORNING)
    assert [option.n for option in offer.options] == [1, 2, 3]
    assert len({start.date() for start in starts(offer)}) == 3
    assert offer.fallback is None


def test_in_one_free_afternoon_options_are_spread_out() -> None:
    offer = propose(only(span(at(2, "wed", "13:00"), 270)), MORNING)
    gaps = [b - a for a, b in zip(sorted(starts(offer)), sorted(starts(offer))[1:], strict=False)]
    assert len(gaps) == 2
    assert min(gaps) >= timedelta(hours=1)


def test_the_policy_says_how_many() -> None:
    case = loss(cancelled(TUESDAY), policy=replace(POLICY, options=5))
    assert len(propose(case, MORNING).options) == 5


def test_nothing_sooner_than_the_notice() -> None:
    now = at(2, "fri", "13:40")
    assert min(starts(propose(loss(cancelled(TUESDAY)), now))) == at(2, "fri", "15:45")


def test_a_cancelled_time_is_not_proposed_again() -> None:
    offer = propose(loss(cancelled(TUESDAY)), MORNING)
    assert TUESDAY not in starts(offer)
    assert propose(only(span(TUESDAY)), MORNING).options == ()


def test_a_time_that_touches_the_lost_one_comes_after_all_others_of_its_length() -> None:
    room = span(at(2, "tue", "10:00"), 90)
    alone = propose(only(room, minutes=60), MORNING)
    assert starts(alone)[0] == at(2, "tue", "10:15")
    assert "overlaps the lost time" in alone.options[0].because
    with_another = propose(only(room, span(at(2, "fri", "16:00"), 60), minutes=60), MORNING)
    assert starts(with_another) == [at(2, "fri", "16:00")]


def test_the_lost_meeting_itself_is_not_busy_time() -> None:
    # The declined meeting still stands in the calendar; beside it half an hour is free.
    around = all_but(span(TUESDAY, 90))
    case = loss(cancelled(TUESDAY, 60), owner=[*around, span(TUESDAY, 60)])
    assert starts(propose(case, MORNING))[0] == at(2, "tue", "10:15")


def test_a_block_over_the_whole_day_is_no_lost_meeting() -> None:
    assert propose(loss(cancelled(TUESDAY), owner=[WHOLE_WEEK]), MORNING).options == ()


def test_times_are_free_for_both() -> None:
    case = loss(
        cancelled(TUESDAY),
        owner=all_but(span(at(2, "wed", "09:00"), 60)),
        partner=[span(at(2, "wed", "08:00"), 90)],
    )
    assert starts(propose(case, MORNING)) == [at(2, "wed", "09:30")]


def test_an_absence_of_either_is_not_free() -> None:
    case = only(span(at(2, "wed", "14:00")))
    gone = replace(case, partner=away(case.partner, weeks(2, 2)))
    assert propose(case, MORNING).options
    assert not propose(gone, MORNING).options


def test_a_public_holiday_of_either_is_not_free() -> None:
    case = only(span(at(2, "wed", "14:00")), span(at(2, "thu", "14:00")))
    wednesday = frozenset({date(2026, 3, 11)})
    abroad = replace(case, partner=replace(case.partner, holidays=wednesday))
    assert starts(propose(abroad, MORNING)) == [at(2, "thu", "14:00")]


def test_not_over_lunch_of_either_on_the_own_clock() -> None:
    noon_in_london = span(at(2, "wed", "13:00"), 60)
    case = only(span(at(2, "wed", "12:00"), 120))
    there = replace(case, partner=replace(case.partner, hours=clock("Europe/London")))
    assert starts(propose(case, MORNING))[0] == noon_in_london.start
    assert propose(there, MORNING).options == ()


def test_without_a_lunch_noon_is_free() -> None:
    case = only(span(at(2, "wed", "12:00")))
    hungry = replace(case, policy=replace(POLICY, lunch=None))
    assert starts(propose(hungry, MORNING)) == [at(2, "wed", "12:00")]


def test_working_hours_of_both_each_in_the_own_zone() -> None:
    offer = propose(loss(cancelled(TUESDAY), hours=clock("America/New_York")), MORNING)
    for start in starts(offer):
        assert start.astimezone(ZoneInfo("Europe/Berlin")).time() <= time(17)
        assert start.astimezone(ZoneInfo("America/New_York")).time() >= time(9)


def test_a_day_a_person_does_not_work_is_not_free() -> None:
    mondays = WorkingHours("Europe/Berlin", {Weekday.FRI: (Hours(time(9), time(12)),)})
    offer = propose(loss(cancelled(TUESDAY), hours=mondays), MORNING)
    assert {start.date() for start in starts(offer)} == {at(2, "fri").date()}


def test_somebody_we_cannot_see_is_unknown_and_every_option_says_so() -> None:
    offer = propose(loss(cancelled(TUESDAY), partner=None), MORNING)
    assert len(offer.options) == 3
    for option in offer.options:
        assert "Ben Ode's calendar cannot be seen: unknown, not free" in option.because
        assert "both are free" not in option.because


def test_a_person_without_a_name_is_called_by_the_address() -> None:
    case = loss(cancelled(TUESDAY), partner=None, other=Person("zoe@acme.example"))
    assert "zoe@acme.example's calendar" in propose(case, MORNING).options[0].because


def test_shorter_only_where_nothing_of_full_length_is_left() -> None:
    short, long = span(at(2, "wed", "14:00"), 45), span(at(2, "fri", "16:00"), 60)
    full = propose(only(short, long, minutes=60), MORNING)
    assert [option.span for option in full.options] == [long]
    shorter = propose(only(short, minutes=60), MORNING)
    assert [option.span for option in shorter.options] == [short]
    assert "15 minutes shorter: nothing of full length is left" in shorter.options[0].because


def test_the_longest_of_the_shorter_ones() -> None:
    offer = propose(only(span(at(2, "wed", "14:00"), 44), minutes=50), MORNING)
    assert {option.span.length for option in offer.options} == {timedelta(minutes=30)}
    assert "20 minutes shorter" in offer.options[0].because


def test_ten_free_minutes_are_no_meeting() -> None:
    offer = propose(only(span(at(2, "wed", "14:00"), 10)), MORNING)
    assert offer.options == ()


def test_a_full_week_falls_back_to_the_first_time_next_week() -> None:
    offer = propose(loss(cancelled(TUESDAY), owner=[WHOLE_WEEK]), MORNING)
    assert offer == Offer(
        (),
        Fallback(
            FallbackKind.NEXT_WEEK,
            span(at(3, "mon", "09:00")),
            "no time is left in its week: the first one of the week after",
        ),
    )


def test_a_meeting_that_people_gave_another_week_is_offered_no_third_time() -> None:
    away = span(at(3, "wed", "11:00"))
    moved = replace(cancelled(TUESDAY), fate=Fate.STANDING, span=away)
    fallback = propose(loss(moved, owner=[WHOLE_WEEK]), MORNING).fallback
    assert fallback is not None
    assert fallback.kind is FallbackKind.WRITTEN
    assert "it has another time already" in fallback.because


def test_two_full_weeks_fall_back_to_writing() -> None:
    fallback = propose(loss(cancelled(TUESDAY), partner=[weeks(2, 3)]), MORNING).fallback
    assert fallback is not None
    assert fallback.kind is FallbackKind.WRITTEN
    assert fallback.span is None


def test_a_week_that_is_over_has_no_options() -> None:
    offer = propose(loss(cancelled(TUESDAY)), at(2, "fri", "16:00"))
    assert offer.options == ()
    assert offer.fallback is not None


def test_a_long_free_stretch_is_not_cut_in_two() -> None:
    # Wednesday morning is free as a whole; on Thursday a busy hour ends just at ten.
    earlier = [span(at(2, "thu", "09:00"), 60)]
    case = loss(cancelled(TUESDAY), owner=earlier, partner=earlier)
    first, *_ = propose(case, MORNING).options
    assert first.span.start == at(2, "thu")
    assert "keeps free time in one piece" in first.because


def test_the_first_time_both_are_free_is_named() -> None:
    offer = propose(only(span(at(2, "wed", "10:00"))), MORNING)
    assert "first time both are free" in offer.options[0].because


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(2, "tue", "11:30"), "1 hour 30 minutes later the same day"),
        (at(2, "mon", "10:00"), "same time the day before"),
        (at(2, "thu", "09:30"), "30 minutes earlier on Thursday"),
    ],
)
def test_every_option_says_when_it_is_beside_the_usual_time(when: datetime, words: str) -> None:
    offer = propose(only(span(when)), at(1, "fri"))
    assert offer.options[0].because.startswith(words)


def test_whose_turn_it_is_moves_the_order_and_is_said() -> None:
    new_york, usual = clock("America/New_York"), cancelled(at(2, "tue", "15:00"))
    now = at(2, "tue", "14:00")
    unfair = propose(loss(usual, hours=new_york, tally=Tally(owner=0, partner=2)), now).options[0]
    assert unfair.span.start.hour >= 16
    assert "your turn to take the late hour (so far you 0, Ben Ode 2)" in unfair.because
    other = propose(loss(usual, hours=new_york, tally=Tally(owner=2, partner=0)), now).options[0]
    assert other.span.start.time() < time(16)
    assert "Ben Ode's turn to take the early hour (so far you 2, Ben Ode 0)" in other.because


def test_an_unfair_hour_is_never_hidden() -> None:
    # In week 2 summer time has begun in New York alone: nine o'clock there is 14:00 in Berlin.
    case = loss(
        cancelled(TUESDAY),
        owner=all_but(span(at(2, "thu", "14:00"))),
        hours=clock("America/New_York"),
        tally=Tally(owner=0, partner=2),
    )
    only_option = propose(case, MORNING).options[0]
    assert "the early hour for Ben Ode (so far you 0, Ben Ode 2)" in only_option.because


def test_meeting_times_carry_the_series_zone() -> None:
    usual = at(2, "tue").astimezone(ZoneInfo("America/New_York"))
    option = propose(loss(cancelled(usual)), MORNING).options[0]
    assert option.span.start.tzinfo is usual.tzinfo


def test_the_window_holds_all_that_propose_looks_at() -> None:
    assert window(cancelled(TUESDAY), POLICY) == weeks(2, 3)


def test_a_time_taken_meanwhile_is_not_still_free() -> None:
    offered = span(at(2, "wed"))
    assert still_free(loss(cancelled(TUESDAY)), offered)
    assert not still_free(loss(cancelled(TUESDAY), partner=[span(at(2, "wed"), 15)]), offered)
    assert still_free(loss(cancelled(TUESDAY), partner=[span(at(2, "wed", "10:30"))]), offered)
