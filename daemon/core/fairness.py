"""Whose turn it is: for two people in two zones, who took the early or the late hour so far.

A meeting is an early (late) one for whoever it brings closer to the edge of the own working
day, if its middle lies in the first (last) hour. Where both clocks agree nobody takes anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.model import Span, WorkingHours
from daemon.core.availability import worked
from daemon.core.spans import utc

EDGE = timedelta(hours=1)
NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Burden:
    """That a meeting is an early or a late one, and for whom."""

    owner: bool
    hour: str
    """`early` or `late`."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each of the two took the early or the late hour."""

    owner: int = 0
    partner: int = 0

    def unevenness_with(self, burden: Burden | None) -> int:
        """Return how uneven the two would be after one more meeting, from 0 to 3."""
        # Beyond two nothing is more urgent: a long history must not drown every other wish.
        lead = max(-2, min(2, self.owner - self.partner))
        return abs(lead + (0 if burden is None else 1 if burden.owner else -1))

    def turn_of(self, burden: Burden) -> bool:
        """Whether whoever would take this hour took it less often so far."""
        return self.owner < self.partner if burden.owner else self.partner < self.owner


def burden(span: Span, owner: WorkingHours, partner: WorkingHours) -> Burden | None:
    """Tell for whom a meeting is early or late; None where it is so for neither or both."""
    if _clock(span, owner).utcoffset() == _clock(span, partner).utcoffset():
        return None
    ours, theirs = _strain(utc(span), owner), _strain(utc(span), partner)
    if max(ours) == max(theirs):
        return None
    early, late = max(ours, theirs, key=max)
    return Burden(max(ours) > max(theirs), "early" if early >= late else "late")


def tally(past: Iterable[Span], owner: WorkingHours, partner: WorkingHours) -> Tally:
    """Count who took the early or the late hour in meetings that were held."""
    taken = [load.owner for span in past if (load := burden(span, owner, partner))]
    return Tally(taken.count(True), taken.count(False))


def _strain(span: Span, hours: WorkingHours) -> tuple[timedelta, timedelta]:
    """Return how deep the middle of a meeting lies in the first and in the last hour of a day."""
    day = worked(hours, [_clock(span, hours).date()])
    if not day:
        return EDGE, NONE
    middle = span.start + span.length / 2
    return max(day[0].start + EDGE - middle, NONE), max(middle - (day[-1].end - EDGE), NONE)


def _clock(span: Span, hours: WorkingHours) -> datetime:
    return span.start.astimezone(ZoneInfo(hours.zone))
