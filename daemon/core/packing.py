"""Many requests for one calendar: the cheapest plan in which nobody overlaps.

What competes for no common time, such as the losses of two weeks, is planned apart. For the rest
three steps whose effort hangs on the number of requests alone, in whole numbers, so that every
machine gives the same answer:

1. Prices (Lagrange). Every cell of time gets a price and every meeting takes its cheapest seat
   at these prices; then contested cells get dearer and idle ones cheaper. Whatever the prices,
   the sum is a lower bound of all plans.
2. From the wishes at some of these prices a local search settles on a plan (`settling`).
3. Branch and bound over the seats that the gap between plan and bound leaves possible.

The plan is proven best if the bound reaches it or the branching ends within its limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from daemon.core.seats import Board, Plan, Request, Seat, cost, groups, lay_out
from daemon.core.settling import settle

# Prices are fractions of a cost unit, still as whole numbers.
SCALE = 64
# Enough for a sick day; a manager of twenty needs more turns.
TURNS = 32
TURNS_EACH = 3
SETTLE_EVERY = 15
NODES = 400


@dataclass(frozen=True, slots=True)
class Packing:
    """The wish granted to each request (None: unmet), and whether no better plan exists."""

    granted: tuple[int | None, ...]
    cost: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """What every meeting would take at some prices; `worth` is a lower bound in scaled cost."""

    prices: tuple[int, ...]
    wishes: Plan
    worth: int

    @property
    def balanced(self) -> bool:
        """Whether the wishes cost just their worth, as they do when they are the best plan."""
        return self.worth == SCALE * cost(self.wishes)

    def proves(self, plan: Plan) -> bool:
        """Whether no plan can be cheaper: costs are whole numbers."""
        return self.worth > SCALE * (cost(plan) - 1)


def pack(requests: Sequence[Request]) -> Packing:
    """Grant as many wishes as it takes for the least cost."""
    granted: list[int | None] = [None] * len(requests)
    total, proven = 0, True
    for rivals in groups(lay_out(requests)):
        packing = _pack([requests[n] for n in rivals])
        for n, wish in zip(rivals, packing.granted, strict=True):
            granted[n] = wish
        total, proven = total + packing.cost, proven and packing.proven
    return Packing(tuple(granted), total, proven)


def _pack(rivals: Sequence[Request]) -> Packing:
    board = lay_out(rivals)
    plan, quote = _haggle(board)
    proven = quote.proves(plan)
    if not proven:
        plan, proven = _Search(board, quote, plan).run()
    return Packing(tuple(seat.wish for seat in plan), cost(plan), proven)


def _haggle(board: Board) -> tuple[Plan, Quote]:
    """Return the best plan met on the way to good prices, and the best prices."""
    quote = best = _quote(board, (0,) * (board.moments - 1))
    plan = settle(board, quote.wishes)
    turns = max(TURNS, TURNS_EACH * len(board.seats))
    for turn in range(1, turns):
        if best.proves(plan):
            break
        quote = _quote(board, _raised(quote, plan, turns - turn, turns))
        best = max(best, quote, key=lambda quote: quote.worth)
        if turn % SETTLE_EVERY == 0 or quote.balanced:
            plan = min(plan, settle(board, quote.wishes), key=cost)
    return plan, best


def _quote(board: Board, prices: tuple[int, ...]) -> Quote:
    """Let every meeting choose its cheapest seat at some prices."""
    until = tuple(accumulate(prices, initial=0))
    wishes, worth = [], -until[-1]
    for seats in board.seats:
        net = [SCALE * cost + until[end] - until[start] for cost, start, end, _, _ in seats]
        least = min(net)
        worth += least
        wishes.append(seats[net.index(least)])
    return Quote(prices, tuple(wishes), worth)


def _raised(quote: Quote, plan: Plan, left: int, turns: int) -> tuple[int, ...]:
    """Raise the prices of contested cells and lower those of idle ones, less from turn to turn."""
    excess = [-1] * len(quote.prices)
    for seat in quote.wishes:
        for cell in range(seat.start, seat.end):
            excess[cell] += 1
    pairs = list(zip(quote.prices, excess, strict=True))
    # An idle cell without a price is at rest.
    unrest = sum(more * more for price, more in pairs if more > 0 or price)
    gap = SCALE * cost(plan) - quote.worth
    step = gap * left // (turns * max(unrest, 1))
    return tuple(max(0, price + step * more) for price, more in pairs)


class _Search:
    """Branch and bound: seat after seat, as long as the regret at the best prices fits the gap.

    The regret of a seat is what it costs at these prices above the meeting's cheapest one. A
    plan costs at least the bound and all its regrets.
    """

    def __init__(self, board: Board, quote: Quote, plan: Plan) -> None:
        self.best, self.cost = plan, cost(plan)
        self.gap = SCALE * (self.cost - 1) - quote.worth
        self.nodes = 0
        regrets = [_regrets(seats, quote.prices, self.gap) for seats in board.seats]
        # The fewest choices first: wrong turns end early.
        self.order = sorted(range(len(regrets)), key=lambda n: len(regrets[n]))
        self.regrets = [regrets[n] for n in self.order]

    def run(self) -> tuple[Plan, bool]:
        """Return the best plan, and whether the search went through all there is."""
        self._branch((), 0, 0)
        return self.best, self.nodes <= NODES

    def _branch(self, row: Plan, taken: int, regret: int) -> None:
        if len(row) == len(self.order):
            self._keep(row)
            return
        for more, seat in self.regrets[len(row)]:
            if regret + more > self.gap:
                break
            if seat.mask & taken:
                continue
            self.nodes += 1
            if self.nodes > NODES:
                break
            self._branch((*row, seat), taken | seat.mask, regret + more)

    def _keep(self, row: Plan) -> None:
        gain = self.cost - cost(row)
        if gain > 0:
            seats = dict(zip(self.order, row, strict=True))
            self.best = tuple(seats[n] for n in range(len(row)))
            self.cost -= gain
            self.gap -= SCALE * gain


def _regrets(seats: Plan, prices: Sequence[int], gap: int) -> list[tuple[int, Seat]]:
    until = tuple(accumulate(prices, initial=0))
    net = [SCALE * seat.cost + until[seat.end] - until[seat.start] for seat in seats]
    least = min(net)
    paired = zip(net, seats, strict=True)
    return sorted(((n - least, seat) for n, seat in paired if n - least <= gap), key=lambda r: r[0])
