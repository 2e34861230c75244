"""The days of each kind of pattern."""

from datetime import date

import pytest

from connectors.standins.graph.calls import Json
from connectors.standins.graph.rules import days, ended, weekly

FOREVER = {"type": "noEnd", "startDate": "2026-01-05"}
MONDAY = date(2026, 1, 5)


def first(pattern: Json, bounds: Json = FOREVER, until: date = date(2027, 12, 31)) -> list[str]:
    """The first four days, without the year's first two digits."""
    found = days({"pattern": {"interval": 1, **pattern}, "range": bounds}, until)
    return [day.isoformat()[2:] for day in found][:4]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": "daily", "interval": 2}, ["26-01-05", "26-01-07", "26-01-09", "26-01-11"]),
        (
            {"type": "weekly", "daysOfWeek": ["monday", "thursday"]},
            ["26-01-05", "26-01-08", "26-01-12", "26-01-15"],
        ),
        (
            {"type": "absoluteMonthly", "dayOfMonth": 31},
            ["26-01-31", "26-02-28", "26-03-31", "26-04-30"],
        ),
        (
            {"type": "absoluteMonthly", "dayOfMonth": 15},
            ["26-01-15", "26-02-15", "26-03-15", "26-04-15"],
        ),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"},
            ["26-01-30", "26-02-27", "26-03-27", "26-04-24"],
        ),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "second"},
            ["26-01-13", "26-02-10", "26-03-10", "26-04-14"],
        ),
        ({"type": "absoluteYearly", "dayOfMonth": 1, "month": 3}, ["26-03-01", "27-03-01"]),
        (
            {"type": "relativeYearly", "daysOfWeek": ["monday"], "index": "first", "month": 5},
            ["26-05-04", "27-05-03"],
        ),
    ],
)
def test_a_pattern_falls_on_these_days(pattern: Json, expected: list[str]) -> None:
    assert first(pattern) == expected


def test_the_week_begins_where_the_pattern_says() -> None:
    """Every other week, Sunday and Monday: which belong together depends on the week's start."""
    pattern = {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "monday"]}

    assert first({**pattern, "firstDayOfWeek": "monday"})[:3] == [
        "26-01-05",
        "26-01-11",
        "26-01-19",
    ]
    assert first({**pattern, "firstDayOfWeek": "sunday"})[:3] == [
        "26-01-05",
        "26-01-18",
        "26-01-19",
    ]


def test_the_last_day_of_a_range_counts() -> None:
    series = ended(weekly(MONDAY), date(2026, 1, 19))

    assert [day.day for day in days(series, date(2026, 12, 31))] == [5, 12, 19]


def test_a_numbered_range_ends_after_its_number() -> None:
    bounds = {**FOREVER, "type": "numbered", "numberOfOccurrences": 2}

    assert first({"type": "daily"}, bounds) == ["26-01-05", "26-01-06"]
