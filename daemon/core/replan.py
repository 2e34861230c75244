"""Several lost meetings of one owner, planned together so that no two proposals collide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.model import Span
from daemon.core.candidates import Loss, Slot
from daemon.core.packing import pack
from daemon.core.seats import Request
from daemon.core.slots import Offer, options, propose, this_week
from daemon.core.spans import Spans, touches, union

# Orders of magnitude apart, so that one never outweighs the next: first keep as many meetings as
# possible, then the people who need them most, then the best times.
LEFT_OUT = 1_000_000
LESS_URGENT = 10_000
LONG_STREAK = 4
# More than any time can cost: what the owner has read of gives way only to keep a meeting.
TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Replan:
    """One offer for each lost meeting, in their order; `proven` means: no better plan exists."""

    offers: tuple[Offer, ...]
    proven: bool
    firsts: Mapping[int, Span]
    """The place of each meeting that has one."""

    def besides(self, n: int) -> Spans:
        """Return the places of all meetings but this one."""
        return union(span for other, span in self.firsts.items() if other != n)


def replan(losses: Sequence[Loss], now: datetime) -> Replan:
    """Offer other times for meetings lost together.

    The first option of each is its place in the joint plan; no other option touches the place of
    another meeting. Whoever finds none gets what is left around the plan.
    """
    found = [this_week(loss, now) for loss in losses]
    packing = pack([_request(losses, n, slots) for n, slots in enumerate(found)])
    places = {n: found[n][wish] for n, wish in enumerate(packing.granted) if wish is not None}
    plan = Replan((), packing.proven, _firsts(losses, places, now))
    offers = []
    for n, loss in enumerate(losses):
        others = plan.besides(n)
        if n in places:
            clear = [slot for slot in found[n] if not touches(slot.span, others)]
            offers.append(Offer(options(loss, clear, places[n])))
        else:
            offers.append(propose(loss, now, others))
    return replace(plan, offers=tuple(offers))


def urgency(loss: Loss) -> int:
    """Rank who comes first where not all find a time: a first year, a long streak."""
    return LONG_STREAK * loss.first_year + min(loss.streak, LONG_STREAK)


def _request(losses: Sequence[Loss], n: int, slots: Sequence[Slot]) -> Request:
    loss = losses[n]
    others = union(*(other.told for other in losses if other is not loss))
    wishes = tuple((slot.cost.total + _broken(loss, slot, others), slot.span) for slot in slots)
    return Request(wishes, LEFT_OUT + LESS_URGENT * urgency(loss))


def _broken(loss: Loss, slot: Slot, others: Spans) -> int:
    """Return what it costs to give up a time that was told, or to take one told for another."""
    changed = bool(loss.told) and slot.span not in loss.told
    return TOLD * (changed + touches(slot.span, others))


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
