"""Where one lost meeting could go, and what each place costs.

The grid is every quarter of an hour in UTC: all zones in use lie whole quarters from UTC, so it
is a grid on everybody's wall clock, on both sides of a clock change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.model import Span
from daemon.core.availability import Availability, free
from daemon.core.fairness import Burden, Tally, burden
from daemon.core.policy import Policy
from daemon.core.spans import Spans, intersect, subtract, utc
from daemon.core.words import Meeting

QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The weights say what is worth what, in minutes away from the usual time of day.
A_DAY_AWAY = 10
UNEVEN = 60
# A free stretch cut in two costs its smaller piece, up to an hour and a half, six minutes for one.
WHOLE = 90
CUT = 6


@dataclass(frozen=True, slots=True)
class Loss:
    """One lost meeting with all that its other time depends on."""

    meeting: Meeting
    owner: Availability
    partner: Availability
    policy: Policy
    tally: Tally = field(default_factory=Tally)
    """Who took the early or late hour in the meetings held so far."""
    first_year: bool = False
    """Whether either of the two is in the first year of the role."""
    streak: int = 0
    told: Spans = ()
    """Times (in UTC) the owner has read of already, and that still do."""

    @property
    def both(self) -> tuple[Availability, Availability]:
        """The two people, the owner first."""
        return self.owner, self.partner

    def wishes(self, span: Span) -> bool:
        """Whether the decline came with this very time (in UTC)."""
        wished = self.meeting.wished
        return wished is not None and utc(wished).start == span.start


@dataclass(frozen=True, slots=True)
class Cost:
    """What speaks against a time, each in minutes away from the usual time of day.

    Nothing speaks against the time that somebody declined in favour of.
    """

    off_hour: int
    days_away: int
    cut: int
    uneven: int

    @property
    def total(self) -> int:
        """All of it; never negative."""
        return self.off_hour + self.days_away + self.cut + self.uneven


NOTHING = Cost(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that would do (in UTC), with its cost and who would bear the early or late hour."""

    span: Span
    cost: Cost
    burden: Burden | None


def candidates(loss: Loss, within: Span, taken: Spans = ()) -> tuple[Slot, ...]:
    """Return the times for a lost meeting in a window, in their order in time.

    All of one length: the full one, or where nothing else fits the longest that does. `taken`
    is time the owner needs for something else.
    """
    own, lunch = utc(loss.meeting.span), loss.policy.lunch
    ours, theirs = (free(someone, own, lunch, within) for someone in loss.both)
    ours = subtract(ours, taken)
    lost = utc(given_up(loss.meeting, loss.policy))
    spans = next(filter(None, _ladder(lost, intersect(ours, theirs))), [])
    seen = [s for s, who in zip((ours, theirs), loss.both, strict=True) if who.busy is not None]
    return tuple(_slot(span, loss, seen) for span in spans)


def given_up(meeting: Meeting, policy: Policy) -> Span:
    """Return the time a lost meeting would have had; one that left its week, where it was."""
    here = meeting.span.start in policy.week(meeting.planned.start)
    return meeting.span if here else meeting.planned


def _ladder(lost: Span, room: Spans) -> Iterator[list[Span]]:
    """Yield sets of times, each to be used only if all before it are empty.

    The lost time was given up for a reason: times that overlap it come after all others of full
    length, and its very start never comes back.
    """
    full = list(_starts(lost.length, room))
    yield [span for span in full if not span.overlaps(lost)]
    yield [span for span in full if span.start != lost.start]
    for quarters in range((lost.length - timedelta.resolution) // QUARTER, 0, -1):
        yield [span for span in _starts(quarters * QUARTER, room) if not span.overlaps(lost)]


def _starts(length: timedelta, room: Spans) -> Iterator[Span]:
    for stretch in room:
        start = EPOCH - (EPOCH - stretch.start) // QUARTER * QUARTER
        while start + length <= stretch.end:
            yield Span(start, start + length)
            start += QUARTER


def _slot(span: Span, loss: Loss, stretches: Sequence[Spans]) -> Slot:
    usual = loss.meeting.planned.start
    start = span.start.astimezone(usual.tzinfo)
    load = burden(span, loss.owner.hours, loss.partner.hours)
    if loss.wishes(span):
        return Slot(span, NOTHING, load)
    cost = Cost(
        off_hour=abs(minute_of_day(start) - minute_of_day(usual)),
        days_away=A_DAY_AWAY * abs(start.date() - usual.date()).days,
        cut=sum(_cut(span, stretch) for stretch in stretches),
        uneven=UNEVEN * loss.tally.unevenness_with(load),
    )
    return Slot(span, cost, load)


def minute_of_day(moment: datetime) -> int:
    """Return the wall clock as minutes since midnight."""
    return moment.hour * 60 + moment.minute


def _cut(span: Span, free_time: Spans) -> int:
    around = next(stretch for stretch in free_time if stretch.covers(span))
    before, after = (span.start - around.start) // MINUTE, (around.end - span.end) // MINUTE
    return min(before, after, WHOLE) // CUT
