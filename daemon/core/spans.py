"""The algebra of time: sets of half-open spans, kept sorted, disjoint and in UTC.

UTC, because Python compares two datetimes of one zone by their wall clocks, which is wrong in
the hour that a clock change repeats. Every result is in canonical form: touching spans are one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import TypeAlias

from connectors.model import Span

Spans: TypeAlias = tuple[Span, ...]
"""A set of moments: sorted, disjoint, in UTC."""


def utc(span: Span) -> Span:
    """Return the same time told in UTC."""
    if span.start.tzinfo is UTC and span.end.tzinfo is UTC:
        return span
    return Span(span.start.astimezone(UTC), span.end.astimezone(UTC))


def union(*sets: Iterable[Span]) -> Spans:
    """Return the moments in any of the sets, which may be unsorted, overlapping, in any zone."""
    return tuple(_merged(sorted(utc(span) for some in sets for span in some)))


def intersect(one: Iterable[Span], other: Iterable[Span]) -> Spans:
    """Return the moments in both sets."""
    return tuple(_common(union(one), union(other)))


def gaps(taken: Iterable[Span], within: Span) -> Spans:
    """Return the moments of a span that are not taken."""
    return tuple(_between(union(taken), utc(within)))


def subtract(some: Iterable[Span], away: Iterable[Span]) -> Spans:
    """Return the moments of the first set that are not in the second."""
    kept = union(some)
    if not kept:
        return ()
    return intersect(kept, gaps(away, Span(kept[0].start, kept[-1].end)))


def touches(span: Span, some: Spans) -> bool:
    """Whether a span in UTC has a moment in common with a set."""
    # In a set whatever starts first ends first.
    first = bisect_right(some, span.start, key=lambda one: one.end)
    return first < len(some) and some[first].start < span.end


def _merged(ordered: Iterable[Span]) -> Iterator[Span]:
    current: Span | None = None
    for span in ordered:
        if current is None or current.end < span.start:
            if current:
                yield current
            current = span
        elif span.end > current.end:
            current = Span(current.start, span.end)
    if current:
        yield current


def _common(one: Spans, other: Spans) -> Iterator[Span]:
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i].start, other[j].start), min(one[i].end, other[j].end)
        if start < end:
            yield Span(start, end)
        # Whichever ends first meets nothing further.
        if one[i].end <= other[j].end:
            i += 1
        else:
            j += 1


def _between(taken: Spans, within: Span) -> Iterator[Span]:
    start = within.start
    for span in taken:
        if start < min(span.start, within.end):
            yield Span(start, min(span.start, within.end))
        start = max(start, span.end)
    if start < within.end:
        yield Span(start, within.end)
