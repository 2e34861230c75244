"""Several lost meetings of one owner, planned together so that no two proposals collide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.model import Span
from daemon.core.candidates import Loss, Slot
from daemon.core.packing import Packing, pack
from daemon.core.seats import Request
from daemon.core.slots import Offer, options, propose, this_week
from daemon.core.spans import union

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
    places = _places(found, packing)
    offers = {
        n: _kept(losses[n], found[n], place, places) for n, place in places.items()
    } | _left_out(losses, places, now)
    return Replan(tuple(offers[n] for n in range(len(losses))), packing.proven)


def urgency(loss: Loss) -> int:
    """Rank who comes first where not all find a time: a first year, a long streak."""
    return LONG_STREAK * loss.first_year + min(loss.streak, LONG_STREAK)


def _request(loss: Loss, slots: Sequence[Slot]) -> Request:
    wishes = tuple((slot.cost.total, slot.span) for slot in slots)
    return Request(wishes, LEFT_OUT + LESS_URGENT * urgency(loss))


def _places(found: Sequence[Sequence[Slot]], packing: Packing) -> dict[int, Slot]:
    granted = enumerate(packing.granted)
    return {n: found[n][wish] for n, wish in granted if wish is not None}


def _kept(loss: Loss, slots: Sequence[Slot], place: Slot, places: dict[int, Slot]) -> Offer:
    others = [other.span for other in places.values() if other is not place]
    clear = [slot for slot in slots if not any(slot.span.overlaps(other) for other in others)]
    return Offer(options(loss, clear, place))


def _left_out(losses: Sequence[Loss], places: dict[int, Slot], now: datetime) -> dict[int, Offer]:
    """Offer what is left around the plan, the most urgent first; each first time is taken."""
    taken = union(place.span for place in places.values())
    offers: dict[int, Offer] = {}
    for n in sorted(set(range(len(losses))) - set(places), key=lambda n: (-urgency(losses[n]), n)):
        offers[n] = propose(losses[n], now, taken)
        taken = union(taken, _promised(offers[n]))
    return offers


def _promised(offer: Offer) -> list[Span]:
    if offer.options:
        return [offer.options[0].span]
    return [offer.fallback.span] if offer.fallback and offer.fallback.span else []
