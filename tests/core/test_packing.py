"""Many requests for one calendar: nobody overlaps, and it costs what HiGHS says it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Span
from daemon.core.packing import Packing, pack
from daemon.core.seats import Request
from tests.core.highs import optimum

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def wish(cost: int, start: int, length: int = 2) -> tuple[int, Span]:
    return cost, Span(MONDAY + start * QUARTER, MONDAY + (start + length) * QUARTER)


wishes = st.builds(wish, st.integers(0, 200), st.integers(0, 30), st.integers(1, 5))
requests = st.lists(
    st.builds(
        Request, st.lists(wishes, max_size=14).map(tuple), st.sampled_from([1_000, 2_000, 50])
    ),
    max_size=8,
)


def granted(asked: list[Request], packing: Packing) -> list[Span]:
    pairs = zip(asked, packing.granted, strict=True)
    return [request.wishes[n][1] for request, n in pairs if n is not None]


def cost_of(asked: list[Request], packing: Packing) -> int:
    pairs = zip(asked, packing.granted, strict=True)
    return sum(r.unmet if n is None else r.wishes[n][0] for r, n in pairs)


@given(requests)
def test_nobody_overlaps_and_the_cost_is_what_is_granted(asked: list[Request]) -> None:
    packing = pack(asked)
    assert not any(a.overlaps(b) for a, b in combinations(granted(asked, packing), 2))
    assert cost_of(asked, packing) == packing.cost


@given(requests)
def test_what_is_called_proven_is_the_optimum_and_the_rest_is_close(asked: list[Request]) -> None:
    packing, best = pack(asked), optimum(asked)
    assert packing.cost == best if packing.proven else packing.cost >= best
    assert packing.cost <= best * 1.05


@given(requests)
def test_the_same_question_has_the_same_answer(asked: list[Request]) -> None:
    assert pack(asked) == pack(list(asked))


def test_a_few_meetings_with_room_enough_are_proven() -> None:
    asked = [Request(tuple(wish(15 * abs(n - 4), n) for n in range(20)), 1_000)] * 4
    packing = pack(asked)
    assert packing.proven
    assert packing.cost == optimum(asked) == 15 * (0 + 2 + 2 + 4)


def test_the_dearest_to_leave_out_is_kept() -> None:
    one_seat = (wish(0, 0),)
    packing = pack([Request(one_seat, 100), Request(one_seat, 101), Request(one_seat, 99)])
    assert packing == Packing((None, 0, None), 199, proven=True)


def test_two_short_ones_are_kept_rather_than_a_long_one() -> None:
    long = Request((wish(0, 0, 4),), 1_500)
    short = Request((wish(50, 0), wish(50, 2)), 1_000)
    assert pack([long, short, short]).granted in {(None, 0, 1), (None, 1, 0)}


@pytest.mark.parametrize("asked", [[], [Request((), 7)], [Request((), 7), Request((), 0)]])
def test_who_wishes_nothing_gets_nothing(asked: list[Request]) -> None:
    assert pack(asked) == Packing((None,) * len(asked), sum(r.unmet for r in asked), proven=True)


def test_two_weeks_are_planned_as_each_alone() -> None:
    a_week = 7 * 24 * 4
    here = [Request(tuple(wish(15 * abs(n - 4), n) for n in range(6)), 1_000)] * 3
    there = [Request(tuple(wish(9 * n, a_week + n) for n in range(5)), 1_000)] * 3
    mixed = pack([one for both in zip(here, there, strict=True) for one in both])
    one, other = pack(here), pack(there)
    assert (mixed.granted[::2], mixed.granted[1::2]) == (one.granted, other.granted)
    assert (mixed.cost, mixed.proven) == (one.cost + other.cost, True)


def test_an_over_full_calendar_is_within_half_a_percent() -> None:
    asked = [
        Request(tuple(wish(15 * abs(n - 8) + (7 * who * n) % 31, n) for n in range(14)), 10_000)
        for who in range(12)
    ]
    assert pack(asked).cost <= optimum(asked) * 1.005
