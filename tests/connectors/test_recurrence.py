"""Rules become occurrences by the wall clock, in any window, and nothing lost is forgotten."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vRecur

from connectors.model import Attendee, Handle, Occurrence, Span, Status
from connectors.recurrence import Override, occurrences

BERLIN = ZoneInfo("Europe/Berlin")
HALF = timedelta(minutes=30)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MONDAY = datetime(2026, 3, 2, 10, tzinfo=BERLIN)
SPRING = Span(datetime(2026, 3, 1, tzinfo=BERLIN), datetime(2026, 4, 20, tzinfo=BERLIN))


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def half_hour(start: datetime) -> Span:
    return Span(start, start + HALF)


def starts(found: tuple[Occurrence, ...]) -> list[datetime]:
    return [one.span.start for one in found if one.status is Status.STANDING]


def cancelled(found: tuple[Occurrence, ...]) -> list[datetime]:
    return [one.recurrence_id for one in found if one.status is Status.CANCELLED]


# --- The wall clock -------------------------------------------------------------------------------


def test_ten_o_clock_stays_ten_o_clock_across_both_clock_changes() -> None:
    year = Span(at(1, 1), at(12, 31))
    found = occurrences(at(1, 5), HALF, "FREQ=WEEKLY", window=year)
    assert {one.span.start.time() for one in found} == {time(10)}
    assert {one.span.start.utcoffset() for one in found} == {timedelta(hours=1), timedelta(hours=2)}
    assert {one.span.length for one in found} == {HALF}


def test_a_wall_time_that_spring_skips_moves_forward_by_the_change() -> None:
    found = occurrences(at(3, 28, 2, 30), HALF, "FREQ=DAILY;COUNT=3", window=SPRING)
    assert [one.span.start.time() for one in found] == [time(2, 30), time(3, 30), time(2, 30)]


def test_of_a_wall_time_that_autumn_repeats_the_first_counts() -> None:
    autumn = Span(at(10, 20), at(11, 1))
    found = occurrences(at(10, 24, 2, 30), HALF, "FREQ=DAILY;COUNT=3", window=autumn)
    assert found[1].span.start.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_series_may_start_in_the_second_of_two_equal_hours() -> None:
    start = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    found = occurrences(start, HALF, "FREQ=DAILY;COUNT=2", window=Span(at(10, 20), at(11, 1)))
    assert [one.span.start.astimezone(UTC).hour for one in found] == [1, 1]
    assert len(found) == 2


def test_an_all_day_event_lasts_from_midnight_to_midnight_on_the_long_and_the_short_day() -> None:
    found = occurrences(at(3, 29, 0), DAY, "FREQ=DAILY;COUNT=2", window=SPRING)
    assert [(one.span.start, one.span.end) for one in found] == [
        (at(3, 29, 0), at(3, 30, 0)),
        (at(3, 30, 0), at(3, 31, 0)),
    ]
    assert [one.span.length for one in found] == [timedelta(hours=23), timedelta(hours=24)]


# --- Where a rule ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "until",
    [
        "20260316T090000Z",  # ten o'clock in winter
        "20260316T100000",  # by the series' own clock
        "20260316",  # the whole day
    ],
)
def test_until_includes_the_last_start_in_utc_in_local_time_and_as_a_date(until: str) -> None:
    found = occurrences(MONDAY, HALF, f"FREQ=WEEKLY;UNTIL={until}", window=SPRING)
    assert starts(found) == [MONDAY, at(3, 9), at(3, 16)]


def test_until_one_second_early_leaves_the_last_start_out() -> None:
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;UNTIL=20260316T085959Z", window=SPRING)
    assert starts(found) == [MONDAY, at(3, 9)]


def test_a_series_ended_before_its_start_has_no_instance() -> None:
    assert occurrences(MONDAY, HALF, "FREQ=WEEKLY;UNTIL=20260301T000000Z", window=SPRING) == ()


def test_count_counts_from_the_start_also_what_was_excluded() -> None:
    late = Span(at(3, 9, 0), SPRING.end)
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=3", window=late, exdates=[at(3, 9)])
    assert starts(found) == [at(3, 16)]


def test_an_event_without_a_rule_is_one_instance() -> None:
    (found,) = occurrences(MONDAY, HALF, None, window=SPRING)
    assert found == Occurrence(MONDAY, half_hour(MONDAY))


def test_a_start_that_the_rule_does_not_meet_is_an_instance_all_the_same() -> None:
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;BYDAY=TU;COUNT=2", window=SPRING)
    assert starts(found) == [MONDAY, at(3, 3), at(3, 10)]


def test_a_rule_may_carry_its_property_name() -> None:
    found = occurrences(MONDAY, HALF, "RRULE:FREQ=WEEKLY;COUNT=2", window=SPRING)
    assert starts(found) == [MONDAY, at(3, 9)]


# --- What is added, taken away, moved -------------------------------------------------------------


def test_an_excluded_instance_is_kept_as_cancelled_with_the_time_it_would_have_had() -> None:
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=3", window=SPRING, exdates=[at(3, 9)])
    assert starts(found) == [MONDAY, at(3, 16)]
    assert found[1] == Occurrence(at(3, 9), half_hour(at(3, 9)), Status.CANCELLED)


def test_an_exclusion_is_the_same_moment_in_any_zone() -> None:
    exdate = at(3, 9).astimezone(UTC)
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=2", window=SPRING, exdates=[exdate])
    assert cancelled(found) == [at(3, 9)]


def test_an_exclusion_beside_every_instance_does_nothing() -> None:
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=2", window=SPRING, exdates=[at(3, 9, 11)])
    assert starts(found) == [MONDAY, at(3, 9)]
    assert cancelled(found) == []


def test_a_cancelled_override_beside_every_instance_does_nothing() -> None:
    stray = Override(at(4, 13), cancelled=True)
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=2", window=SPRING, overrides=[stray])
    assert cancelled(found) == []


def test_an_added_date_is_an_instance_and_one_the_rule_has_is_not_doubled() -> None:
    found = occurrences(
        MONDAY, HALF, "FREQ=WEEKLY;COUNT=2", window=SPRING, rdates=[at(3, 5), at(3, 9)]
    )
    assert starts(found) == [MONDAY, at(3, 5), at(3, 9)]


def test_a_moved_instance_keeps_its_identity_and_carries_the_zone_of_the_series() -> None:
    moved = Override(at(3, 9), half_hour(at(3, 11, 15).astimezone(UTC)), handle=Handle("x"))
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=2", window=SPRING, overrides=[moved])
    assert found[1].recurrence_id == at(3, 9)
    assert found[1].span == half_hour(at(3, 11, 15))
    assert found[1].span.start.tzinfo is BERLIN
    assert found[1].handle == "x"
    assert found[1].moved


def test_a_cancelled_override_keeps_the_time_of_the_rule() -> None:
    gone = Override(at(3, 9), cancelled=True)
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=2", window=SPRING, overrides=[gone])
    assert found[1] == Occurrence(at(3, 9), half_hour(at(3, 9)), Status.CANCELLED)


def test_an_override_that_is_excluded_as_well_is_cancelled() -> None:
    moved = Override(at(3, 9), half_hour(at(3, 11)))
    found = occurrences(
        MONDAY, HALF, "FREQ=WEEKLY", window=SPRING, overrides=[moved], exdates=[at(3, 9)]
    )
    assert found[1] == Occurrence(at(3, 9), half_hour(at(3, 11)), Status.CANCELLED)


def test_a_standing_override_that_the_rule_does_not_give_counts() -> None:
    stray = Override(at(4, 13), half_hour(at(4, 14)))
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=1", window=SPRING, overrides=[stray])
    assert starts(found) == [MONDAY, at(4, 14)]


def test_who_is_invited_to_one_instance_stays_with_that_instance() -> None:
    own = Override(at(3, 9), attendees=(Attendee("ben@acme.example"),))
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=3", window=SPRING, overrides=[own])
    assert [one.attendees for one in found] == [None, own.attendees, None]


# --- The window -----------------------------------------------------------------------------------


def test_an_instance_belongs_by_its_original_start_also_when_it_moved_away() -> None:
    away = Override(at(3, 9), half_hour(at(7, 1)))
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY", window=SPRING, overrides=[away])
    assert at(3, 9) in [one.recurrence_id for one in found]


def test_an_instance_belongs_by_its_time_also_when_it_moved_in_from_outside() -> None:
    near = Override(at(7, 6), half_hour(at(3, 11)))
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY", window=SPRING, overrides=[near])
    assert found[-1].recurrence_id == at(7, 6)


def test_a_long_instance_belongs_while_it_touches_the_window() -> None:
    window = Span(at(3, 4), at(3, 5))
    found = occurrences(MONDAY, timedelta(days=2, hours=1), "FREQ=WEEKLY", window=window)
    assert starts(found) == [MONDAY]
    assert occurrences(MONDAY, timedelta(days=2), "FREQ=WEEKLY", window=window) == ()


# --- This and future ------------------------------------------------------------------------------


def test_a_range_shifts_the_later_instances_by_wall_clock_and_lengthens_them() -> None:
    onward = Override(at(3, 23), Span(at(3, 24, 15), at(3, 24, 16)), this_and_future=True)
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=6", window=SPRING, overrides=[onward])
    assert starts(found) == [
        *(MONDAY, at(3, 9), at(3, 16)),
        *(at(3, 24, 15), at(3, 31, 15), at(4, 7, 15)),
    ]
    assert [one.span.length for one in found[3:]] == [timedelta(hours=1)] * 3
    assert found[4].recurrence_id == at(3, 30)


def test_a_range_reaches_into_a_window_from_far_outside() -> None:
    onward = Override(at(3, 9), half_hour(at(5, 11)), this_and_future=True)
    window = Span(at(6, 1), at(6, 2))
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY", window=window, overrides=[onward])
    assert starts(found) == [at(6, 1), at(8, 3)]  # by its time, and by its original start


def test_a_later_range_takes_over_and_an_own_override_wins() -> None:
    first = Override(at(3, 9), half_hour(at(3, 9, 11)), this_and_future=True)
    second = Override(at(3, 23), half_hour(at(3, 23, 12)), this_and_future=True)
    own = Override(at(3, 30), half_hour(at(3, 31, 9)))
    found = occurrences(
        MONDAY, HALF, "FREQ=WEEKLY;COUNT=6", window=SPRING, overrides=[own, second, first]
    )
    assert [start.hour for start in starts(found)] == [10, 11, 11, 12, 9, 12]


def test_a_range_without_a_time_keeps_the_shift_of_the_range_before() -> None:
    first = Override(at(3, 9), half_hour(at(3, 9, 11)), this_and_future=True)
    guests = Override(at(3, 16), attendees=(Attendee("ben@acme.example"),), this_and_future=True)
    found = occurrences(
        MONDAY, HALF, "FREQ=WEEKLY;COUNT=4", window=SPRING, overrides=[first, guests]
    )
    assert [start.hour for start in starts(found)] == [10, 11, 11, 11]
    assert [one.attendees for one in found] == [None, None, guests.attendees, guests.attendees]


def test_a_cancelled_range_cancels_all_that_follows() -> None:
    end = Override(at(3, 16), cancelled=True, this_and_future=True)
    found = occurrences(MONDAY, HALF, "FREQ=WEEKLY;COUNT=4", window=SPRING, overrides=[end])
    assert cancelled(found) == [at(3, 16), at(3, 23)]


def test_an_all_day_range_stays_all_day() -> None:
    onward = Override(at(3, 29, 0), Span(at(3, 29, 0), at(3, 30, 0)), this_and_future=True)
    found = occurrences(at(3, 22, 0), DAY, "FREQ=WEEKLY", window=SPRING, overrides=[onward])
    assert {one.span.end.time() for one in found} == {time(0)}


# --- What cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("", "no FREQ"),
        ("INTERVAL=2", "no FREQ"),
        ("FREQ=OFTEN", "FREQ"),
        ("FREQ=WEEKLY;SOME=1", "SOME"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;UNTIL=soon", "SOON"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL"),
        ("FREQ=WEEKLY;INTERVAL=99999999999", "INTERVAL"),
        ("FREQ=WEEKLY;COUNT=-1", "COUNT"),
        ("FREQ=SECONDLY", "too often"),
        ("FREQ=SECONDLY;BYHOUR=3;BYMONTH=2;BYMONTHDAY=30", "too often"),
        ("FREQ=MINUTELY;BYSETPOS=366", "too often"),
        ("FREQ=HOURLY;BYSETPOS=-366", "too often"),
        ("\n".join(["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] * 5000), "5000 rules"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=62SU", "cannot be read"),
        ("FREQ=DAILY\rBYHOUR=9,10", "cannot be read"),
    ],
)
def test_a_bad_rule_says_what_is_bad_about_it(rule: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        occurrences(MONDAY, HALF, rule, window=SPRING)


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_a_day_that_never_comes_is_no_occurrence(frequency: str) -> None:
    rule = f"FREQ={frequency};BYMONTH=2;BYMONTHDAY=30"
    assert starts(occurrences(MONDAY, HALF, rule, window=SPRING)) == [MONDAY]


@pytest.mark.parametrize("length", [timedelta(0), -HALF])
def test_an_event_without_a_length_is_refused(length: timedelta) -> None:
    with pytest.raises(ValueError, match="length"):
        occurrences(MONDAY, length, None, window=SPRING)


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        occurrences(MONDAY.replace(tzinfo=None), HALF, None, window=SPRING)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYSETPOS", "WKST"]),
            st.sampled_from(["DAILY", "MONTHLY", "1", "-1", "0", "MO", "2MO", "20260401", "x", ""]),
        ),
        max_size=4,
    )
)
def test_whatever_a_rule_says_it_is_read_or_refused_with_a_value_error(
    parts: list[tuple[str, str]],
) -> None:
    rule = ";".join(f"{name}={value}" for name, value in parts)
    with suppress(ValueError):
        assert isinstance(occurrences(MONDAY, HALF, rule, window=SPRING), tuple)


# --- Second opinions ------------------------------------------------------------------------------

RULES = st.builds(
    lambda freq, interval, by, end: f"FREQ={freq};INTERVAL={interval}{by}{end}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    st.sampled_from(["", ";BYDAY=MO,TH", ";BYDAY=TU,FR;BYSETPOS=-1", ";BYMONTH=3,10;BYDAY=SA,SU"]),
    st.sampled_from(["", ";COUNT=40", ";UNTIL=20280316T120000Z", ";WKST=SU"]),
)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
STARTS = st.datetimes(datetime(2016, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 - zone comes later
    lambda naive: naive.replace(minute=naive.minute // 15 * 15, second=0, microsecond=0)
)
DAYS_ON = st.integers(0, 4000)


def month_from(start: datetime, days: int, zone: str) -> Span:
    begin = datetime.combine(start, time(), ZoneInfo(zone)) + timedelta(days=days)
    return Span(begin, begin + timedelta(days=31))


@given(STARTS, RULES, DAYS_ON)
def test_any_window_shows_what_dateutil_finds_from_the_beginning(
    start: datetime, rule: str, days: int
) -> None:
    window = month_from(start, days, "UTC")
    aware = start.replace(tzinfo=UTC)
    expected = set(rrulestr(rule, dtstart=aware).between(window.start, window.end, inc=True))
    if aware in window:
        expected.add(aware)
    found = occurrences(aware, HALF, rule, window=window)
    assert {one.recurrence_id for one in found if one.recurrence_id in window} == {
        moment for moment in expected if moment in window
    }


@given(STARTS, RULES, DAYS_ON, ZONES, st.sets(st.integers(0, 30), max_size=3))
def test_recurring_ical_events_agrees_on_standing_instances(
    start: datetime, rule: str, days: int, zone: str, excluded: set[int]
) -> None:
    aware = start.replace(tzinfo=ZoneInfo(zone))
    window = month_from(start, days, zone)
    exdates = [aware + timedelta(days=days + offset) for offset in excluded]
    found = occurrences(aware, HALF, rule, window=window, exdates=exdates)
    theirs = recurring_ical_events.of(calendar(aware, rule, exdates)).between(
        window.start, window.end
    )
    assert {moment.astimezone(UTC) for moment in starts(found)} == {
        event.start.astimezone(UTC) for event in theirs
    }


# Around noon, where no zone changes its clocks: libraries differ on times that do not exist.
SHIFTS = st.builds(
    lambda days, hours: timedelta(days=days, hours=hours), st.integers(-9, 9), st.integers(-6, 6)
)


@given(STARTS, st.integers(0, 20), SHIFTS, ZONES, DAYS_ON)
def test_recurring_ical_events_agrees_on_ranges(
    start: datetime, nth: int, shift: timedelta, zone: str, days: int
) -> None:
    aware = start.replace(tzinfo=ZoneInfo(zone), hour=12)
    turn = aware + nth * WEEK
    shifted = Span(turn + shift, turn + shift + 2 * HALF)
    window = month_from(start, days % 300, zone)
    onward = Override(turn, shifted, this_and_future=True)
    found = occurrences(aware, HALF, "FREQ=WEEKLY", window=window, overrides=[onward])
    theirs = recurring_ical_events.of(calendar(aware, "FREQ=WEEKLY", [], ranged(onward))).between(
        window.start, window.end
    )
    touching = {one.span.start.astimezone(UTC) for one in found if one.span.overlaps(window)}
    assert touching == {event.start.astimezone(UTC) for event in theirs}


def calendar(start: datetime, rule: str, exdates: list[datetime], *more: Event) -> Calendar:
    event = Event.new(uid="series", start=start, end=start + HALF, stamp=start.astimezone(UTC))
    event.add("RRULE", vRecur.from_ical(rule))
    for exdate in exdates:
        event.add("EXDATE", exdate)
    whole = Calendar.new()
    for component in (event, *more):
        whole.add_component(component)
    return whole


def ranged(own: Override) -> Event:
    assert own.span
    event = Event.new(
        uid="series", start=own.span.start, end=own.span.end, stamp=own.span.start.astimezone(UTC)
    )
    event.add("RECURRENCE-ID", own.recurrence_id, parameters={"RANGE": "THISANDFUTURE"})
    return event


# --- Several rules --------------------------------------------------------------------------------


def test_several_rules_are_one_series() -> None:
    rules = "FREQ=WEEKLY;COUNT=2\nFREQ=WEEKLY;BYDAY=TH;COUNT=2\nFREQ=DAILY;UNTIL=20260302"
    found = occurrences(MONDAY, HALF, rules, window=SPRING)
    assert starts(found) == [MONDAY, at(3, 5), at(3, 9), at(3, 12)]


def test_a_rule_may_exclude_what_another_gives() -> None:
    rules = "FREQ=WEEKLY;COUNT=5\nEXRULE:FREQ=WEEKLY;INTERVAL=2"
    found = occurrences(MONDAY, HALF, rules, window=SPRING)
    assert starts(found) == [at(3, 9), at(3, 23)]
    assert cancelled(found) == [MONDAY, at(3, 16), at(3, 30)]


def test_a_rule_that_excludes_ends_and_spares_what_others_do_not_give() -> None:
    rules = "FREQ=WEEKLY;COUNT=3\nEXRULE:FREQ=DAILY;BYDAY=MO,FR;UNTIL=20260309T235959Z"
    found = occurrences(MONDAY, HALF, rules, window=SPRING)
    assert starts(found) == [at(3, 16)]
    assert cancelled(found) == [MONDAY, at(3, 9)]
