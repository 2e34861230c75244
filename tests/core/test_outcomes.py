from dataclasses import replace
from datetime import date, datetime

import pytest

from connectors.model import Person, Series, Weekday
from daemon.core.evidence import Evidence, Holiday
from daemon.core.outcomes import Streak, outcomes, rate, streak
from daemon.core.words import Absence, Excuse, Fate, Outcome
from tests.builders import (
    BEN,
    CARO,
    MAYA,
    POLICY,
    at,
    guest,
    history,
    no,
    single,
    span,
    weekly,
)

NOTHING = Evidence()
NEXT_YEAR = at(52)


def judged(
    *series: Series, now: datetime = NEXT_YEAR, evidence: Evidence = NOTHING
) -> tuple[Outcome, ...]:
    return outcomes(history(*series), evidence, POLICY, now)


def verdicts(*series: Series, now: datetime = NEXT_YEAR, evidence: Evidence = NOTHING) -> list[str]:
    return [one.verdict for one in judged(*series, now=now, evidence=evidence)]


def missed_in_a_row(*series: Series, now: datetime, evidence: Evidence = NOTHING) -> int:
    return streak(judged(*series, now=now, evidence=evidence), now).count


# --- What an occurrence counts as -----------------------------------------------------------------


def test_in_place_it_is_upcoming_until_it_ends_and_held_from_then_on() -> None:
    series = weekly(1, 1)
    assert verdicts(series, now=at(1, clock="09:59")) == ["upcoming"]
    assert verdicts(series, now=at(1, clock="10:29")) == ["upcoming"]
    assert verdicts(series, now=at(1, clock="10:30")) == ["held"]


def test_moved_within_its_week_it_is_moved_before_and_after_it_was_held() -> None:
    series = weekly(1, 1, moved={1: at(1, "thu")})
    assert verdicts(series, now=at(1)) == ["moved"]
    assert verdicts(series, now=at(2)) == ["moved"]


def test_a_longer_meeting_at_the_same_start_did_not_move() -> None:
    (known,) = history(weekly(1, 1))
    (one,) = outcomes([replace(known, span=span(at(1), 60))], NOTHING, POLICY, NEXT_YEAR)
    assert one.verdict == "held"


def test_moved_out_of_its_week_it_is_missed() -> None:
    assert verdicts(weekly(1, 1, moved={1: at(2, "tue")})) == ["missed"]


def test_moved_out_of_its_week_it_is_rescued_by_another_meeting_there() -> None:
    series = weekly(1, 1, moved={1: at(2, "tue")})
    assert verdicts(series, single(at(1, "fri"))) == ["rescued"]


def test_moved_out_of_its_week_it_is_excused_by_an_absence() -> None:
    evidence = Evidence(absences=(Absence(BEN.address, span(at(1), 480), "out of office"),))
    assert verdicts(weekly(1, 1, moved={1: at(2, "tue")}), evidence=evidence) == ["excused"]


def test_where_it_moved_to_it_rescues_the_meeting_lost_there() -> None:
    series = weekly(1, 2, moved={1: at(2, "tue")}, cancelled=[2])
    assert verdicts(series) == ["missed", "rescued"]


def test_an_absence_at_the_new_time_of_a_meeting_that_left_its_week_excuses_nothing() -> None:
    evidence = Evidence(absences=(Absence(BEN.address, span(at(2, "tue")), "out of office"),))
    assert verdicts(weekly(1, 1, moved={1: at(2, "tue")}), evidence=evidence) == ["missed"]


@pytest.mark.parametrize(
    "series",
    [
        pytest.param(weekly(1, 1, cancelled=[1]), id="cancelled"),
        pytest.param(weekly(1, 1, declined={1: no(BEN)}), id="declined by the other"),
        pytest.param(weekly(1, 1, declined={1: no(MAYA)}), id="declined by me"),
        pytest.param(weekly(1, 1, organizer=BEN, declined={1: no(MAYA)}), id="as a guest"),
    ],
)
def test_a_lost_one_is_missed_also_while_its_own_time_is_still_to_come(series: Series) -> None:
    assert verdicts(series, now=at(1, clock="08:00")) == ["missed"]
    assert verdicts(series, now=at(2)) == ["missed"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(single(at(1, "fri")), id="a single event"),
        pytest.param(single(at(1, "fri"), organizer=BEN), id="started by the other"),
        pytest.param(weekly(1, 1, day="thu", uid="second@acme.example"), id="another series"),
        pytest.param(
            weekly(2, 2, moved={2: at(1, "sun")}, uid="second@acme.example"), id="moved into it"
        ),
    ],
)
def test_a_lost_one_is_rescued_by_any_meeting_of_the_two_that_stands_in_its_week(
    other: Series,
) -> None:
    lost = weekly(1, 1, cancelled=[1])
    assert verdicts(lost, other, now=at(1, "tue"))[0] == "rescued", "from booking on"
    assert verdicts(lost, other)[0] == "rescued", "and afterwards"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(single(at(2)), id="in the next week"),
        pytest.param(single(at(1, "fri"), cancelled=True), id="cancelled itself"),
        pytest.param(single(at(1, "fri"), attendees=(guest(MAYA), no(BEN))), id="declined itself"),
        pytest.param(
            single(at(1, "fri"), attendees=(guest(MAYA), guest(BEN), guest(CARO))),
            id="with a third person",
        ),
        pytest.param(single(at(1, "fri"), attendees=None), id="of unknown people"),
    ],
)
def test_nothing_else_rescues_it(other: Series) -> None:
    assert verdicts(weekly(1, 1, cancelled=[1]), other) == ["missed"]


def test_a_rescued_week_names_the_meeting_that_rescues_it_first() -> None:
    late, early = single(at(1, "fri")), single(at(1, "wed"), uid="early@acme.example")
    (one,) = judged(weekly(1, 1, cancelled=[1]), late, early)
    assert one.held_at == at(1, "wed", "10:30")
    assert one.because == "cancelled in the calendar; the two meet that week: Wed 04 Mar, 10:00"


def test_rescue_comes_before_excuse() -> None:
    evidence = Evidence(absences=(Absence(BEN.address, span(at(1)), "out of office"),))
    lost = weekly(1, 1, cancelled=[1])
    assert verdicts(lost, single(at(1, "fri")), evidence=evidence) == ["rescued"]


def test_answered_in_writing_it_is_held_though_it_was_cancelled() -> None:
    written = [replace(one, written=True) for one in history(weekly(1, 1, cancelled=[1]))]
    (one,) = outcomes(written, NOTHING, POLICY, at(1, clock="08:00"))
    assert one.verdict == "held"


def test_the_week_is_the_owners_and_begins_when_the_policy_says() -> None:
    series = weekly(2, 2, moved={2: at(1, "sun")})
    assert verdicts(series) == ["missed"]
    sunday_first = replace(POLICY, week_starts=Weekday.SUN)
    (one,) = outcomes(history(series), NOTHING, sunday_first, NEXT_YEAR)
    assert one.verdict == "moved"


def test_the_week_ends_at_midnight_in_the_owners_zone() -> None:
    late = weekly(1, 1, moved={1: at(1, "sun", "23:30")})
    assert verdicts(late) == ["moved"]
    in_tokyo = replace(POLICY, zone="Asia/Tokyo")
    (one,) = outcomes(history(late), NOTHING, in_tokyo, NEXT_YEAR)
    assert one.verdict == "missed"


def test_outcomes_come_oldest_first_and_leave_single_meetings_out() -> None:
    second = weekly(1, 2, day="thu", uid="a@acme.example")
    found = judged(weekly(1, 2), second, single(at(1, "fri")))
    assert [one.recurrence_id for one in found] == [at(1), at(1, "thu"), at(2), at(2, "thu")]


def test_a_superseded_meeting_has_no_outcome_and_rescues_nothing() -> None:
    lost, other = history(weekly(1, 1, cancelled=[1]), single(at(1, "fri")))
    assert [one.verdict for one in outcomes([lost, other], NOTHING, POLICY, NEXT_YEAR)] == [
        "rescued"
    ]
    over = replace(other, fate=Fate.SUPERSEDED)
    assert [one.verdict for one in outcomes([lost, over], NOTHING, POLICY, NEXT_YEAR)] == ["missed"]
    ended = replace(lost, fate=Fate.SUPERSEDED)
    assert outcomes([ended], NOTHING, POLICY, NEXT_YEAR) == ()


# --- Evidence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(absences=(Absence(BEN.address, span(at(1, clock="00:00"), 1440), "x"),)),
        Evidence(absences=(Absence(MAYA.address, span(at(1, clock="10:15")), "x"),)),
        Evidence(excuses=(Excuse(date(2026, 3, 2), date(2026, 3, 2), "x"),)),
        Evidence(excuses=(Excuse(date(2026, 2, 1), date(2026, 3, 2), "x"),)),
        Evidence(holidays=(Holiday(date(2026, 3, 2), "x", "Ben Ode"),)),
    ],
)
def test_evidence_of_an_absence_of_either_excuses(evidence: Evidence) -> None:
    assert verdicts(weekly(1, 1, cancelled=[1]), evidence=evidence) == ["excused"]


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(absences=(Absence(BEN.address, span(at(1, clock="10:30")), "x"),)),
        Evidence(absences=(Absence(BEN.address, span(at(1, clock="09:30")), "x"),)),
        Evidence(excuses=(Excuse(date(2026, 3, 3), date(2026, 3, 9), "x"),)),
        Evidence(holidays=(Holiday(date(2026, 3, 3), "x", "Ben Ode"),)),
    ],
)
def test_evidence_of_another_time_does_not(evidence: Evidence) -> None:
    assert verdicts(weekly(1, 1, cancelled=[1]), evidence=evidence) == ["missed"]


@pytest.mark.parametrize("who", [BEN, MAYA])
@pytest.mark.parametrize(
    "comment",
    [
        "Declined because I am out of office",
        "OUT OF OFFICE until Monday",
        "Abgelehnt, weil ich nicht im Büro bin",
        "Automatische Antwort: Ich bin abwesend.",
        "Refusé, car je suis absente du bureau",
    ],
)
def test_an_automatic_decline_excuses(who: Person, comment: str) -> None:
    assert verdicts(weekly(1, 1, declined={1: no(who, comment)})) == ["excused"]


@pytest.mark.parametrize(
    "comment", ["", "Too much to do", "Declined because I am in focus time", "busy all day"]
)
def test_any_other_decline_does_not(comment: str) -> None:
    assert verdicts(weekly(1, 1, declined={1: no(BEN, comment)})) == ["missed"]


def test_a_meeting_moved_and_then_lost_is_excused_by_an_absence_where_it_stood_last() -> None:
    evidence = Evidence(absences=(Absence(BEN.address, span(at(1, "thu")), "x"),))
    lost = weekly(1, 1, moved={1: at(1, "thu")}, cancelled=[1])
    assert verdicts(lost, evidence=evidence) == ["excused"]


def test_the_owners_day_decides_about_an_excuse() -> None:
    late = weekly(1, 1, clock="23:45", cancelled=[1])
    evidence = Evidence(excuses=(Excuse(date(2026, 3, 3), date(2026, 3, 3), "x"),))
    assert verdicts(late, evidence=evidence) == ["missed"]
    (one,) = outcomes(history(late), evidence, replace(POLICY, zone="Asia/Tokyo"), NEXT_YEAR)
    assert one.verdict == "excused"


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (
            Evidence(absences=(Absence(BEN.address, span(at(1)), "out of office"),)),
            "cancelled in the calendar; ben@acme.example was away (out of office)",
        ),
        (
            Evidence(holidays=(Holiday(date(2026, 3, 2), "Town day", BEN.address),), people=(BEN,)),
            "cancelled in the calendar; Town day, a public holiday of Ben Ode",
        ),
        (
            Evidence(excuses=(Excuse(date(2026, 3, 2), date(2026, 3, 6), "moving house"),)),
            "cancelled in the calendar; excused: moving house",
        ),
        (NOTHING, "cancelled in the calendar; that week has no other meeting of the two"),
    ],
)
def test_the_reason_is_told_in_words(evidence: Evidence, words: str) -> None:
    assert judged(weekly(1, 1, cancelled=[1]), evidence=evidence)[0].because == words


def test_a_decline_names_who_and_what_was_said() -> None:
    (one,) = judged(weekly(1, 1, declined={1: no(BEN, "release day")}))
    assert one.because.startswith("declined by Ben Ode: “release day”")


# --- The streak -----------------------------------------------------------------------------------


def test_misses_in_a_row_are_counted_from_the_newest() -> None:
    found = judged(weekly(1, 5, cancelled=[2, 4, 5]), now=at(6))
    assert streak(found, at(6)) == Streak(2, first_missed=at(4))


def test_without_a_miss_there_is_no_streak() -> None:
    assert streak(judged(weekly(1, 5)), NEXT_YEAR) == Streak(0, None)
    assert streak((), NEXT_YEAR) == Streak(0, None)


def test_a_miss_counts_from_its_own_start_and_never_before() -> None:
    series = weekly(1, 2, cancelled=[1, 2])
    assert missed_in_a_row(series, now=at(2, clock="09:59")) == 1
    assert missed_in_a_row(series, now=at(2, clock="10:00")) == 2


def test_an_excused_one_neither_grows_nor_ends_it() -> None:
    evidence = Evidence(excuses=(Excuse(date(2026, 3, 9), date(2026, 3, 9), "x"),))
    series = weekly(1, 3, cancelled=[1, 2, 3])
    assert missed_in_a_row(series, now=at(4), evidence=evidence) == 2


def test_one_going_on_just_now_decides_nothing_yet() -> None:
    series = weekly(1, 3, cancelled=[1, 2])
    assert missed_in_a_row(series, now=at(3, clock="10:10")) == 2
    assert missed_in_a_row(series, now=at(3, clock="10:30")) == 0


def test_a_moved_one_ends_it_once_held() -> None:
    series = weekly(1, 3, cancelled=[1, 2], moved={3: at(3, "thu")})
    assert missed_in_a_row(series, now=at(3, "wed")) == 2
    assert missed_in_a_row(series, now=at(3, "thu", "10:30")) == 0


def test_a_rescued_one_ends_it_once_held() -> None:
    series = weekly(1, 3, cancelled=[1, 2, 3])
    rescue = single(at(3, "thu"))
    assert missed_in_a_row(series, rescue, now=at(3, "wed")) == 2
    assert missed_in_a_row(series, rescue, now=at(3, "thu", "10:30")) == 0


def test_a_miss_after_the_held_one_stands_alone() -> None:
    assert missed_in_a_row(weekly(1, 4, cancelled=[1, 2, 4]), now=at(5)) == 1


def test_one_answered_in_writing_ends_it() -> None:
    known = history(weekly(1, 3, cancelled=[1, 2, 3]))
    written = [replace(one, written=one.recurrence_id == at(3)) for one in known]
    assert streak(outcomes(written, NOTHING, POLICY, at(3)), at(3)).count == 0


def test_it_belongs_to_the_two_whatever_series_they_meet_in() -> None:
    old = weekly(1, 2, cancelled=[1, 2])
    new = weekly(3, 4, cancelled=[3, 4], organizer=BEN, day="wed", uid="new@acme.example")
    assert missed_in_a_row(old, new, now=at(5)) == 4


# --- The rate -------------------------------------------------------------------------------------


def test_the_rate_counts_held_moved_rescued_and_missed_of_the_past() -> None:
    evidence = Evidence(excuses=(Excuse(date(2026, 3, 30), date(2026, 3, 30), "x"),))
    series = weekly(1, 8, cancelled=[2, 4, 5, 7], moved={3: at(3, "thu")})
    found = judged(series, single(at(4, "fri")), now=at(6, "tue"), evidence=evidence)
    # Held 1 and 6, moved 3, rescued 4, missed 2; 5 is excused, 7 and 8 are still to come.
    assert rate(found, at(6, "tue")) == (1, 5)


def test_one_going_on_just_now_is_not_in_the_rate_yet() -> None:
    found = judged(weekly(1, 2), now=at(2, clock="10:10"))
    assert rate(found, at(2, clock="10:10")) == (0, 1)


def test_halves_of_a_split_that_both_show_a_meeting_count_it_once() -> None:
    halves = weekly(1, 4), weekly(3, 6, uid="new@acme.example")
    assert rate(judged(*halves), NEXT_YEAR) == (0, 6)


def test_a_copy_that_was_cancelled_is_no_miss() -> None:
    halves = weekly(1, 4, cancelled=[3, 4]), weekly(3, 6, uid="a@acme.example")
    assert rate(judged(*halves), NEXT_YEAR) == (0, 6)
