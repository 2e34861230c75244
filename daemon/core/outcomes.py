"""What every meeting of a pair counts as, the streak of misses, and the rate (DOMAIN 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from daemon.core.evidence import Evidence, excuse
from daemon.core.policy import Policy
from daemon.core.words import Fate, Identity, Meeting, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Streak:
    """How many misses in a row; `first_missed` is the `recurrence_id` of the oldest of them."""

    count: int = 0
    first_missed: datetime | None = None


def outcomes(
    meetings: Sequence[Meeting],
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    booked: Collection[Identity] = (),
) -> tuple[Outcome, ...]:
    """Return the outcome of every meeting that belongs to a rule, oldest first.

    `meetings` are all of the pair's; for those in `booked` a proposal was accepted. Single ones
    can rescue a week and have no outcome; superseded ones are no meetings any more. A week is
    the owner's week of the planned time.
    """
    weeks = _by_week(meetings, policy)
    return tuple(
        _outcome(one, weeks, evidence, policy, now, rescued=one.identity in booked)
        for one in sorted(meetings, key=lambda one: (one.recurrence_id, one.series))
        if not one.single and one.fate is not Fate.SUPERSEDED
    )


def streak(found: Sequence[Outcome], now: datetime) -> Streak:
    """Return how many of the latest meetings, of all oldest first, were missed in a row.

    Counted newest first over those that should have begun. One that is going on decides nothing
    yet: like an excused one, and a moved or rescued one not yet held, it is passed over.
    """
    row = Streak()
    # Oldest first, so that the end of a long history is enough.
    for one in reversed(found):
        if one.recurrence_id > now:
            continue
        if one.verdict is Verdict.MISSED:
            row = Streak(row.count + 1, one.recurrence_id)
        elif _took_place(one, now):
            break
    return row


def rate(found: Sequence[Outcome], now: datetime) -> tuple[int, int]:
    """Return how many were missed and of how many; excused ones and those going on don't count."""
    past = [one.verdict for one in found if one.recurrence_id <= now]
    counted = {Verdict.HELD, Verdict.MOVED, Verdict.RESCUED, Verdict.MISSED}
    return past.count(Verdict.MISSED), sum(verdict in counted for verdict in past)


def _took_place(one: Outcome, now: datetime) -> bool:
    return one.verdict is Verdict.HELD or (one.held_at is not None and one.held_at <= now)


def _by_week(meetings: Sequence[Meeting], policy: Policy) -> dict[datetime, list[Meeting]]:
    """Return the meetings that stand, by the start of the week in which they do."""
    weeks: dict[datetime, list[Meeting]] = {}
    for one in meetings:
        if one.fate is Fate.STANDING:
            weeks.setdefault(policy.week(one.span.start).start, []).append(one)
    return weeks


def _outcome(
    one: Meeting,
    weeks: Mapping[datetime, Sequence[Meeting]],
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    *,
    rescued: bool,
) -> Outcome:
    week = policy.week(one.planned.start)
    if one.written:
        return _settled(one, Verdict.HELD, "both answered in writing", one.span.end)
    if not one.lost and one.span.start in week:
        return _rescued(one, policy) if rescued else _in_its_week(one, policy, now)
    why = one.because if one.lost else f"moved out of its week, to {_when(one.span.start, policy)}"
    if week.start in weeks:
        rescue = min((other.span for other in weeks[week.start]), key=lambda span: span.end)
        meet = f"{why}; the two meet that week: {_when(rescue.start, policy)}"
        return _settled(one, Verdict.RESCUED, meet, rescue.end)
    excused = excuse(one, evidence, policy)
    if excused:
        return _settled(one, Verdict.EXCUSED, f"{why}; {excused}")
    return _settled(one, Verdict.MISSED, f"{why}; that week has no other meeting of the two")


def _rescued(one: Meeting, policy: Policy) -> Outcome:
    """Judge a meeting that was lost and stands again by an accepted proposal (DOMAIN 4)."""
    why = f"another time was found in its week: {_when(one.span.start, policy)}"
    return _settled(one, Verdict.RESCUED, why, one.span.end)


def _in_its_week(one: Meeting, policy: Policy, now: datetime) -> Outcome:
    end = one.span.end
    if one.span.start.astimezone(UTC) != one.planned.start.astimezone(UTC):
        why = f"moved within its week, to {_when(one.span.start, policy)}"
        return _settled(one, Verdict.MOVED, why, end)
    if now < end:
        return _settled(one, Verdict.UPCOMING, "in place", end)
    return _settled(one, Verdict.HELD, "took place, as far as the calendar tells", end)


def _settled(
    one: Meeting, verdict: Verdict, because: str, held_at: datetime | None = None
) -> Outcome:
    return Outcome(one.series, one.recurrence_id, one.span, verdict, because, held_at)


def _when(moment: datetime, policy: Policy) -> str:
    return f"{moment.astimezone(policy.midnight(policy.today(moment)).tzinfo):%a %d %b, %H:%M}"
