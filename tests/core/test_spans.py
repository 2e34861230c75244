"""The algebra of spans, held against plain sets of minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Span
from daemon.core.spans import Spans, gaps, intersect, subtract, union

# The night in which Berlin's clocks repeat an hour.
MIDNIGHT = datetime(2026, 10, 25, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 300))
    end = draw(st.integers(start + 1, 301))
    zone = ZoneInfo(draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"])))
    return Span(*((MIDNIGHT + n * MINUTE).astimezone(zone) for n in (start, end)))


sets = st.lists(spans(), max_size=8)


def minutes(some: list[Span] | Spans) -> set[int]:
    """Return the minutes after midnight UTC that lie in any of the spans."""
    bounds = ((s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in some)
    return {n for a, b in bounds for n in range((a - MIDNIGHT) // MINUTE, (b - MIDNIGHT) // MINUTE)}


@given(sets, sets)
def test_union_has_what_is_in_either(one: list[Span], other: list[Span]) -> None:
    assert minutes(union(one, other)) == minutes(one) | minutes(other)


@given(sets, sets)
def test_intersection_has_what_is_in_both(one: list[Span], other: list[Span]) -> None:
    assert minutes(intersect(one, other)) == minutes(one) & minutes(other)


@given(sets, sets)
def test_difference_has_what_is_in_the_first_alone(one: list[Span], other: list[Span]) -> None:
    assert minutes(subtract(one, other)) == minutes(one) - minutes(other)


@given(sets, spans())
def test_gaps_and_what_is_taken_fill_a_span_without_overlap(taken: list[Span], day: Span) -> None:
    assert union(gaps(taken, day), intersect(taken, [day])) == union([day])
    assert intersect(gaps(taken, day), taken) == ()


@given(sets, sets)
def test_every_result_is_sorted_disjoint_and_never_touching(
    one: list[Span], other: list[Span]
) -> None:
    for result in (union(one, other), intersect(one, other), subtract(one, other)):
        assert result == union(result)
        assert all(a.end < b.start for a, b in pairwise(result))


@given(sets)
def test_order_and_repetition_do_not_matter(some: list[Span]) -> None:
    assert union(reversed(some), some) == union(some)
