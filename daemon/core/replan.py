"""Several lost meetings of one owner, planned together so that no two proposals collide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.model import Span
from daemon.core.candidates import Loss, Slot
from daemon.core.packing import pack
from daemon.core.seats import Request
from daemon.core.slots import Offer, options, propose, this_week
from daemon.core.spans import intersect, union

# Orders of magnitude apart, so that one never outweighs the next: first keep as many meetings as
# possible, then the people who need them most, then the best times.
LEFT_OUT = 1_000_000
LESS_URGENT = 10_000
LONG_STREAK = 4


@dataclass(frozen=True, slots=True)
class Replan:
    """One offer for each lost meeting, in their order; `proven` means: no better plan exists."""

    offers: tuple[Offer, ...]
    proven: bool


def replan(losses: Sequence[Loss], now: datetime) -> Replan:
    """Offer other times for meetings lost together.

    The first option of each is its place in the joint plan; no other option touches the place of
    another meeting. Whoever finds none gets what is left around the plan.
    """
    found = [this_week(loss, now) for loss in losses]
    packing = pack([_request(*each) for each in zip(losses, found, strict=True)])
    places = {n: found[n][wish] for n, wish in enumerate(packing.granted) if wish is not None}
    firsts = _firsts(losses, places, now)
    offers = []
    for n, loss in enumerate(losses):
        others = union(span for other, span in firsts.items() if other != n)
        if n in places:
            clear = [slot for slot in found[n] if not intersect([slot.span], others)]
            offers.append(Offer(options(loss, clear, places[n])))
        else:
            offers.append(propose(loss, now, others))
    return Replan(tuple(offers), packing.proven)


def urgency(loss: Loss) -> int:
    """Rank who comes first where not all find a time: a first year, a long streak."""
    return LONG_STREAK * loss.first_year + min(loss.streak, LONG_STREAK)


def _request(loss: Loss, slots: Sequence[Slot]) -> Request:
    wishes = tuple((slot.cost.total, slot.span) for slot in slots)
    return Request(wishes, LEFT_OUT + LESS_URGENT * urgency(loss))


def _firsts(
    losses: Sequence[Loss], places: Mapping[int, Slot], now: datetime
) -> Mapping[int, Span]:
    """Return what each meeting is promised: its place, or what is left when its turn comes."""
    firsts = {n: place.span for n, place in places.items()}
    left_out = set(range(len(losses))) - set(places)
    for n in sorted(left_out, key=lambda n: (-urgency(losses[n]), n)):
        offer = propose(losses[n], now, union(firsts.values()))
        first = offer.options[0] if offer.options else offer.fallback
        if first and first.span:
            firsts[n] = first.span
    return firsts
