"""Requests for time on one calendar, laid out for the search: cells, masks, cheapest first.

The time line is cut into cells where any requested span starts or ends; a set of cells is one
integer, so that asking whether two spans overlap is one `&`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import chain
from operator import or_
from typing import NamedTuple, TypeAlias

from connectors.model import Span


@dataclass(frozen=True, slots=True)
class Request:
    """One meeting: the times that would do with their costs, and the cost of getting none.

    Costs are whole numbers and not negative: sums of them are the same on every machine.
    """

    wishes: tuple[tuple[int, Span], ...]
    unmet: int


class Seat(NamedTuple):
    """One wish in cells; `wish` is its index, None for going without (an empty mask)."""

    cost: int
    start: int
    end: int
    mask: int
    wish: int | None


Plan: TypeAlias = tuple[Seat, ...]
"""One seat for each request, in their order."""


@dataclass(frozen=True, slots=True)
class Board:
    """All seats by request, cheapest first, and again by the moment they end at."""

    seats: tuple[Plan, ...]
    unmet: Plan
    ending: tuple[tuple[tuple[Seat, ...], ...], ...]
    moments: int


def lay_out(requests: Sequence[Request]) -> Board:
    """Return the requests in cells."""
    moments = {m for request in requests for _, s in request.wishes for m in (s.start, s.end)}
    cell = {moment: n for n, moment in enumerate(sorted(moments))}
    unmet = tuple(Seat(request.unmet, 0, 0, 0, None) for request in requests)
    wished = [_seats(request, cell) for request in requests]
    # Without any wish there still is a moment at which nothing has been done.
    ending = tuple(_by_end(seats, len(cell) or 1) for seats in wished)
    rows = zip(wished, unmet, strict=True)
    seats = tuple(tuple(sorted([*row, none], key=_first)) for row, none in rows)
    return Board(seats, unmet, ending, len(cell) or 1)


def groups(board: Board) -> list[tuple[int, ...]]:
    """Return the requests that compete for time, directly or through others, group by group."""
    found: list[tuple[int, tuple[int, ...]]] = []
    for n, seats in enumerate(board.seats):
        wanted = reduce(or_, (seat.mask for seat in seats))
        rivals = [group for group in found if group[0] & wanted]
        found = [group for group in found if not group[0] & wanted]
        for mask, _ in rivals:
            wanted |= mask
        found.append((wanted, (*chain.from_iterable(rows for _, rows in rivals), n)))
    return [tuple(sorted(rows)) for _, rows in found]


def cost(plan: Sequence[Seat]) -> int:
    """Return the cost of a plan."""
    return sum(seat.cost for seat in plan)


def _seats(request: Request, cell: Mapping[datetime, int]) -> list[Seat]:
    return [
        Seat(cost, start, end, (1 << end) - (1 << start), wish)
        for wish, (cost, span) in enumerate(request.wishes)
        for start, end in [(cell[span.start], cell[span.end])]
    ]


def _by_end(seats: Sequence[Seat], moments: int) -> tuple[Plan, ...]:
    ending: list[list[Seat]] = [[] for _ in range(moments)]
    for seat in seats:
        ending[seat.end].append(seat)
    return tuple(map(tuple, ending))


def _first(seat: Seat) -> tuple[int, int]:
    return seat.cost, seat.start
