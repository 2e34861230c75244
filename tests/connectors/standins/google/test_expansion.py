"""The occurrences of a `recurrence` array (facts 2)."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.standins.google.errors import Refusal
from connectors.standins.google.recurrence import ended, starts

BERLIN = ZoneInfo("Europe/Berlin")
TIMED = {"start": {"dateTime": "2026-03-23T10:00:00+01:00", "timeZone": "Europe/Berlin"}}
ALL_DAY = {"start": {"date": "2026-03-23"}}


def days(body: dict[str, Any], *lines: str) -> list[int]:
    return [start.day for start in islice(starts(body | {"recurrence": list(lines)}), 4)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["RRULE:FREQ=DAILY;COUNT=2"], [23, 24]),
        (["RRULE:FREQ=DAILY;UNTIL=20260324T090000Z"], [23, 24]),
        (["RRULE:FREQ=DAILY;UNTIL=20260324T085959Z"], [23]),
        (["RRULE:FREQ=DAILY;UNTIL=20260325"], [23, 24, 25]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260324T090000Z"], [23, 25]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/London:20260324T090000"], [23, 25]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260324T090001Z"], [23, 24, 25]),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2"], [24, 26]),
        (["RRULE:FREQ=WEEKLY;COUNT=1", "RDATE:20260325T120000Z"], [23, 25]),
        (["RDATE;TZID=Europe/Berlin:20260326T100000"], [23, 26]),
    ],
)
def test_timed_rules(lines: list[str], expected: list[int]) -> None:
    """Facts 2.1, 2.6 and 2.7."""
    assert days(TIMED, *lines) == expected


def test_all_day_rules() -> None:
    """Facts 2.13."""
    rule = "RRULE:FREQ=DAILY;UNTIL=20260326"
    assert days(ALL_DAY, rule, "EXDATE;VALUE=DATE:20260324") == [23, 25, 26]
    assert next(starts(ALL_DAY | {"recurrence": [rule]})) == date(2026, 3, 23)


def test_the_wall_clock_holds() -> None:
    """Facts 2.1: ten o'clock before and after 29 March."""
    first, second = islice(starts(TIMED | {"recurrence": ["RRULE:FREQ=WEEKLY"]}), 2)
    assert isinstance(first, datetime)
    assert isinstance(second, datetime)
    assert first.utcoffset() != second.utcoffset()
    assert (first.hour, second.hour) == (10, 10)


def test_a_rule_is_ended_in_place_of_its_old_end() -> None:
    """Facts 2.8."""
    last = datetime(2026, 3, 24, 10, tzinfo=BERLIN)
    assert ended("RRULE:FREQ=DAILY;COUNT=9", last) == "RRULE:FREQ=DAILY;UNTIL=20260324T090000Z"
    assert ended("RRULE:FREQ=DAILY", date(2026, 3, 24)) == "RRULE:FREQ=DAILY;UNTIL=20260324"


@pytest.mark.parametrize("line", ["RRULE:FREQ=OFTEN", "FREQ=DAILY", "DTSTART:20260101T000000Z"])
def test_what_is_no_rule_is_refused(line: str) -> None:
    """Facts 2.1: no DTSTART among the lines."""
    with pytest.raises(Refusal):
        days(TIMED, line)


def test_a_timed_series_needs_a_zone() -> None:
    """Facts 2.1."""
    with pytest.raises(Refusal):
        days({"start": {"dateTime": "2026-03-23T10:00:00+01:00"}}, "RRULE:FREQ=DAILY")
