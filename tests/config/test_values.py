"""Durations and spans of the day."""

from collections.abc import Callable
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.fields import parse_duration
from config.settings import Settings
from config.values import DaySpan

SettingsOf = Callable[..., Settings]

ACCOUNT = """
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "calendars"
"""


@given(
    st.integers(0, 99999),
    st.sampled_from(
        [("s", "seconds"), ("m", "minutes"), ("h", "hours"), ("d", "days"), ("w", "weeks")]
    ),
)
def test_a_duration_is_a_number_and_a_unit(number: int, unit: tuple[str, str]) -> None:
    assert parse_duration(f"{number}{unit[0]}") == timedelta(**{unit[1]: number})


@given(st.times(), st.times(), st.times())
def test_a_span_and_its_complement_share_the_day(start: time, end: time, moment: time) -> None:
    if start != end:
        assert (moment in DaySpan(start, end)) != (moment in DaySpan(end, start))


def test_a_span_past_midnight_holds_the_night() -> None:
    quiet = DaySpan(time(19), time(8))

    assert time(23) in quiet
    assert time(19) in quiet
    assert time(8) not in quiet
    assert time(12) not in quiet


def test_a_span_may_last_until_the_day_ends(settings_of: SettingsOf) -> None:
    policy = settings_of(f'[policy]\nworking_hours = "16:00-24:00"\n{ACCOUNT}').policy

    assert policy.working_hours == DaySpan(time(16), time(0))
    assert time(23, 59) in policy.working_hours
    assert time(0) not in policy.working_hours
