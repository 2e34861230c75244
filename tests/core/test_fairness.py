"""Who takes the early and the late hour of two people in two zones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.fairness import Burden, Tally, burden, tally
from daemon.core.slots import propose
from tests.builders import at, span
from tests.core.losses import cancelled, clock, loss

BERLIN, NEW_YORK = clock("Europe/Berlin"), clock("America/New_York")


@pytest.mark.parametrize(
    ("clock_in_berlin", "expected"),
    [
        ("15:00", Burden(owner=False, hour="early")),
        ("16:00", None),
        ("17:00", Burden(owner=True, hour="late")),
    ],
)
def test_the_hour_nearer_to_the_edge_of_the_day_is_taken(
    clock_in_berlin: str, expected: Burden | None
) -> None:
    # In the first week both are on winter time: nine in New York is three in Berlin.
    assert burden(span(at(1, "tue", clock_in_berlin)), BERLIN, NEW_YORK) == expected


def test_the_clock_change_of_one_side_alone_is_seen() -> None:
    # A week later New York is an hour closer.
    assert burden(span(at(2, "tue", "15:00")), BERLIN, NEW_YORK) is None
    early = burden(span(at(2, "tue", "14:00")), BERLIN, NEW_YORK)
    assert early == Burden(owner=False, hour="early")


def test_on_one_clock_nobody_takes_anything() -> None:
    assert burden(span(at(1, "tue", "09:00")), BERLIN, clock("Europe/Paris")) is None


def test_a_free_day_is_a_burden_for_who_has_it() -> None:
    # Saturday morning in Auckland is Friday evening in Berlin, long after hours there too.
    auckland = clock("Pacific/Auckland")
    late_friday = burden(span(at(1, "fri", "16:00")), BERLIN, auckland)
    assert late_friday == Burden(owner=False, hour="early")


def test_past_meetings_are_counted() -> None:
    past = [span(at(1, "tue", c)) for c in ("15:00", "15:15", "16:00", "17:00")]
    assert tally(past, BERLIN, NEW_YORK) == Tally(owner=1, partner=2)


def test_both_sides_count_the_same() -> None:
    past = [span(at(1, "tue", c)) for c in ("15:00", "15:15", "16:00", "17:00")]
    ours, theirs = tally(past, BERLIN, NEW_YORK), tally(past, NEW_YORK, BERLIN)
    assert (ours.owner, ours.partner) == (theirs.partner, theirs.owner)


@given(st.integers(0, 50), st.integers(0, 50))
def test_whose_turn_it_is_makes_things_more_even_than_whose_it_is_not(
    ours: int, theirs: int
) -> None:
    counted = Tally(ours, theirs)
    mine, yours = (Burden(owner=owner, hour="late") for owner in (True, False))
    for one, other in ((mine, yours), (yours, mine)):
        if counted.turn_of(one):
            assert counted.unevenness_with(one) < counted.unevenness_with(other)
    assert 0 <= counted.unevenness_with(None) <= 2


def test_proposals_even_it_out_over_the_weeks() -> None:
    """Book the first option of every week, count it, go on: nobody gets far ahead."""
    counted, held = Tally(), []
    for week in range(5, 17):
        usual = at(week, "tue", "15:00")
        case = loss(cancelled(usual), hours=NEW_YORK, tally=counted)
        held.append(propose(case, usual - timedelta(hours=8)).options[0].span)
        counted = tally([span(at(1, "tue", "15:00")), *held], BERLIN, NEW_YORK)
    assert abs(counted.owner - counted.partner) <= 1
