"""Another time for a lost meeting: within its week, inside both people's hours, free for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.model import Span
from daemon.core.availability import engaged
from daemon.core.candidates import MINUTE, Loss, Slot, candidates
from daemon.core.policy import Policy
from daemon.core.reasons import because, caveats, theirs
from daemon.core.spans import Spans, touches, utc
from daemon.core.words import Fallback, FallbackKind, Meeting, Option

# Two options closer than this, in minutes from start to start, are hardly a choice; each minute
# costs as much as some minutes away from the usual time of day.
APART = 120
CROWDED = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """The options, best first; `fallback` only where there are none."""

    options: tuple[Option, ...] = ()
    fallback: Fallback | None = None


def propose(loss: Loss, now: datetime, taken: Spans = ()) -> Offer:
    """Offer other times in the lost meeting's week; if it is full, the way out.

    `taken` is time the owner has promised to other proposals.
    """
    slots = this_week(loss, now, taken)
    if slots:
        return Offer(options(loss, slots))
    return Offer(fallback=_fallback(loss, now, taken))


def window(meeting: Meeting, policy: Policy) -> Span:
    """Return the two weeks whose free/busy `propose` needs: the meeting's own and the next."""
    this, following = _weeks(meeting, policy)
    return Span(this.start, following.end)


def still_free(loss: Loss, span: Span) -> bool:
    """Whether nothing that can be seen of either stands in the way of a time offered before."""
    lost = loss.meeting.span
    return not any(touches(utc(span), engaged(who, lost)) for who in loss.both)


def this_week(loss: Loss, now: datetime, taken: Spans = ()) -> tuple[Slot, ...]:
    """Return the candidates in what is left of the lost meeting's week."""
    return _left(loss, _weeks(loss.meeting, loss.policy)[0], now, taken)


def options(loss: Loss, slots: Sequence[Slot], *first: Slot) -> tuple[Option, ...]:
    """Pick the best of some slots, well apart; what is given as `first` comes first."""
    earliest = min(slot.span.start for slot in slots)
    return tuple(
        Option(n, _local(loss, slot.span), because(loss, slot, earliest))
        for n, slot in enumerate(_pick(slots, first, loss.policy.options), 1)
    )


def _pick(slots: Sequence[Slot], first: tuple[Slot, ...], number: int) -> tuple[Slot, ...]:
    picked = first
    while len(picked) < number:
        left = [s for s in slots if not any(s.span.overlaps(p.span) for p in picked)]
        if not left:
            break
        picked += (min(left, key=lambda slot: (_cost_beside(slot, picked), slot.span.start)),)
    return picked


def _cost_beside(slot: Slot, picked: Sequence[Slot]) -> int:
    """Return the cost of one more option: what it costs alone, more if it is close to another."""
    minutes = [abs(slot.span.start - other.span.start) // MINUTE for other in picked]
    return slot.cost.total + CROWDED * sum(max(0, APART - apart) for apart in minutes)


def _fallback(loss: Loss, now: datetime, taken: Spans) -> Fallback:
    if not loss.meeting.lost:
        why = "no time is left in its week, and it has another time already"
        return Fallback(FallbackKind.WRITTEN, None, why)
    slots = _left(loss, _weeks(loss.meeting, loss.policy)[1], now, taken)
    if not slots:
        return Fallback(FallbackKind.WRITTEN, None, "no time is left in its week or the one after")
    why, first = "no time is left in its week: the first one of the week after", slots[0]
    reasons = (why, *theirs(loss, first), *caveats(loss, first))
    return Fallback(FallbackKind.NEXT_WEEK, _local(loss, first.span), "; ".join(reasons))


def _left(loss: Loss, week: Span, now: datetime, taken: Spans) -> tuple[Slot, ...]:
    start, end = max(utc(week).start, now + loss.policy.notice), utc(week).end
    return candidates(loss, Span(start, end), taken) if start < end else ()


def _weeks(meeting: Meeting, policy: Policy) -> tuple[Span, Span]:
    this = policy.week(meeting.planned.start)
    return this, policy.week(this.end)


def _local(loss: Loss, span: Span) -> Span:
    """Return the time in the zone the meeting is kept in."""
    zone = loss.meeting.planned.start.tzinfo
    return Span(span.start.astimezone(zone), span.end.astimezone(zone))
