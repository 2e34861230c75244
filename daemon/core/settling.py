"""Local search: from wishes that collide to a plan that neither of two moves makes better.

One move takes any two meetings out and puts both back where they cost least. The other keeps
the order of all meetings in time and finds their best times, exactly, by dynamic programming.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from daemon.core.seats import Board, Plan, Seat, cost


def settle(board: Board, wishes: Sequence[Seat]) -> Plan:
    """Return a plan near some wishes: nobody overlaps, and no move makes it cheaper."""
    plan = _in_pairs(board, _placed(board, wishes))
    while cost(better := _retimed(board, plan)) < cost(plan):
        plan = _in_pairs(board, better)
    return plan


def _placed(board: Board, wishes: Sequence[Seat]) -> Plan:
    """Grant the wishes that do not collide, cheapest first; the others take what is left."""
    plan, taken, late = list(board.unmet), 0, []
    for n in sorted(range(len(wishes)), key=lambda n: wishes[n].cost):
        if wishes[n].mask and not wishes[n].mask & taken:
            plan[n], taken = wishes[n], taken | wishes[n].mask
        else:
            late.append(n)
    for n in late:
        plan[n] = _free(board.seats[n], taken)
        taken |= plan[n].mask
    return tuple(plan)


def _in_pairs(board: Board, plan: Plan) -> Plan:
    """Put back two meetings at a time, until no two are better off elsewhere."""
    now, taken, better = list(plan), sum(seat.mask for seat in plan), True
    while better:
        better = False
        for i, j in combinations(range(len(now)), 2):
            others = taken & ~(now[i].mask | now[j].mask)
            if found := _pair(board, i, j, others, now[i].cost + now[j].cost):
                (now[i], now[j]), better = found, True
                taken = others | now[i].mask | now[j].mask
    return tuple(now)


def _pair(board: Board, i: int, j: int, taken: int, limit: int) -> tuple[Seat, Seat] | None:
    """Return the cheapest two seats that go together for less than `limit`."""
    # Mostly both are where they would go anyway: whoever saves nothing alone is not asked further.
    least = _free(board.seats[j], taken).cost
    if _free(board.seats[i], taken).cost + least >= limit:
        return None
    found = None
    partners = [seat for seat in board.seats[j] if not seat.mask & taken]
    for seat in board.seats[i]:
        if seat.cost + least >= limit:
            break
        if not seat.mask & taken:
            other = next(other for other in partners if not other.mask & seat.mask)
            if seat.cost + other.cost < limit:
                limit, found = seat.cost + other.cost, (seat, other)
    return found


def _free(seats: Plan, taken: int) -> Seat:
    """Return the cheapest seat that nobody has; going without is always left."""
    return next(seat for seat in seats if not seat.mask & taken)


def _retimed(board: Board, plan: Plan) -> Plan:
    """Return the cheapest plan in which the meetings follow one another as they do now."""
    order = sorted(range(len(plan)), key=lambda n: plan[n].start)
    least, back = [0] * board.moments, []
    for n in order:
        least, steps = _appended(least, board.ending[n], board.unmet[n])
        back.append(steps)
    now, until = list(plan), board.moments - 1
    for n, steps in zip(reversed(order), reversed(back), strict=True):
        until, now[n] = steps[until]
    return tuple(now)


def _appended(
    least: Sequence[int], ending: Sequence[Plan], unmet: Seat
) -> tuple[list[int], list[tuple[int, Seat]]]:
    """Add one more meeting to the end of the row.

    `least` holds for each moment the cost of all meetings so far, done by then. Returns the
    same with the new one, and for each moment where the row before it ends and its seat.
    """
    more, steps = [], []
    best, step = least[0] + unmet.cost, (0, unmet)
    for moment, (before, seats) in enumerate(zip(least, ending, strict=True)):
        if before + unmet.cost < best:
            best, step = before + unmet.cost, (moment, unmet)
        for seat in seats:
            if least[seat.start] + seat.cost < best:
                best, step = least[seat.start] + seat.cost, (seat.start, seat)
        more.append(best)
        steps.append(step)
    return more, steps
