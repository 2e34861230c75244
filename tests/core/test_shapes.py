"""How the time of a meeting is shared out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.shapes import SHAPES, shares
from daemon.core.words import Role


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(15, (5, 5, 5)), (20, (5, 5, 10)), (30, (10, 5, 15)), (45, (15, 10, 20)), (60, (15, 15, 30))],
)
def test_the_managers_shape_keeps_its_proportions(minutes: int, expected: tuple[int, ...]) -> None:
    found = shares(Role.MANAGER, timedelta(minutes=minutes))
    assert list(found) == ["progress", "blockers", "growth"]
    assert tuple(found.values()) == expected


@given(role=st.sampled_from(Role), minutes=st.integers(15, 90))
def test_the_segments_are_the_whole_meeting(role: Role, minutes: int) -> None:
    found = shares(role, timedelta(minutes=minutes))
    assert sum(found.values()) == minutes
    assert list(found) == list(SHAPES[role])
    assert min(found.values()) >= 1


@given(role=st.sampled_from(Role), steps=st.integers(6, 18))
def test_people_are_given_times_they_can_read_off_a_clock(role: Role, steps: int) -> None:
    found = shares(role, timedelta(minutes=5 * steps))
    assert all(minutes % 5 == 0 for minutes in found.values())


@given(role=st.sampled_from(Role), minutes=st.integers(15, 90))
def test_what_weighs_more_gets_no_less(role: Role, minutes: int) -> None:
    found, shape = shares(role, timedelta(minutes=minutes)), SHAPES[role]
    for one, weight in shape.items():
        for other, lighter in shape.items():
            assert weight <= lighter or found[one] >= found[other]
