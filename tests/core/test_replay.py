"""Whoever looks every week and whoever looks once at the end count the same (DOMAIN 4).

That is, as far as the calendar still tells at the end what happened: a series that is deleted
takes its past along, and whoever looked before knows more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Attendee, Occurrence, Series, Span
from daemon.core.evidence import Evidence
from daemon.core.outcomes import Streak, outcomes, rate, streak
from daemon.core.words import Excuse, Meeting, Outcome, Snapshot, Verdict
from tests.builders import BEN, POLICY, at, no, single, snapshot, watched, weekly, weeks

Act: TypeAlias = "Callable[[World, int], World]"

LAST = 8
ENDLESS = LAST + 6
DAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Half:
    """One series in the calendar, from one week until before another."""

    n: int = 0
    first: int = 1
    until: int = ENDLESS
    day: str = "mon"
    cancelled: frozenset[int] = frozenset()
    moved: dict[int, datetime] = field(default_factory=dict)
    declined: dict[int, Attendee] = field(default_factory=dict)

    def series(self) -> Series:
        rule = "FREQ=WEEKLY" if self.until == ENDLESS else f"FREQ=WEEKLY;UNTIL={self.until}"
        return weekly(
            self.first,
            self.until - 1,
            day=self.day,
            cancelled=self.cancelled,
            moved=self.moved,
            declined=self.declined,
            uid=f"half-{self.n}@acme.example",
            rule=rule,
        )

    def without(self, week: int) -> Half:
        """Return the same series where this week is as its rule says."""
        return replace(
            self,
            cancelled=self.cancelled - {week},
            moved={at_week: to for at_week, to in self.moved.items() if at_week != week},
            declined={at_week: who for at_week, who in self.declined.items() if at_week != week},
        )

    def clean_from(self, week: int, until: int | None = None, day: str | None = None) -> Half:
        """Return the series with another end or day, and without exceptions from a week on."""
        half = replace(self, until=until or self.until, day=day or self.day)
        for one in {*self.cancelled, *self.moved, *self.declined}:
            half = half.without(one) if one >= week else half
        return half

    def untouched_before(self, week: int) -> bool:
        return all(one >= week for one in (*self.cancelled, *self.moved, *self.declined))


@dataclass(frozen=True)
class World:
    """The calendar at one moment."""

    halves: tuple[Half, ...] = (Half(),)
    singles: frozenset[datetime] = frozenset()

    def look(self, week: int) -> tuple[datetime, Snapshot]:
        """Return what a look on the Sunday of a week sees: eight weeks back, three ahead."""
        window = weeks(week - LAST + 1, week + 3)
        shown = [_within(half.series(), window) for half in self.halves if half.first < half.until]
        extra = [single(start, uid=f"{start:%m%d}@acme.example") for start in self.singles]
        return at(week, "sun", "20:00"), snapshot(
            *shown,
            *(one for one in extra if one.occurrences[0].span.overlaps(window)),
            window=window,
        )

    def change(self, week: int, act: Callable[[Half], Half]) -> World:
        """Change the series that has a meeting in this week, if there is one."""
        return replace(
            self,
            halves=tuple(
                act(half) if half.first <= week < half.until else half for half in self.halves
            ),
        )


def _within(series: Series, window: Span) -> Series:
    def shown(one: Occurrence) -> bool:
        return one.recurrence_id in window or one.span.overlaps(window)

    return replace(series, occurrences=tuple(filter(shown, series.occurrences)))


# What people do in the first minute of a week, about a meeting of that week or a later one.


def cancel(world: World, week: int, ahead: int) -> World:
    lost = week + ahead
    return world.change(lost, lambda half: replace(half, cancelled=half.cancelled | {lost}))


def decline(world: World, week: int, ahead: int) -> World:
    answer = {week + ahead: no(BEN)}
    return world.change(week + ahead, lambda half: replace(half, declined=half.declined | answer))


def move(world: World, week: int, ahead: int, to: int, day: str) -> World:
    place = {week + ahead: at(week + to, day, "15:00")}

    def act(half: Half) -> Half:
        clean = half.without(week + ahead)
        return replace(clean, moved=clean.moved | place)

    return world.change(week + ahead, act)


def reinstate(world: World, week: int, ahead: int) -> World:
    return world.change(week + ahead, lambda half: half.without(week + ahead))


def meet(world: World, week: int, ahead: int, day: str) -> World:
    return replace(world, singles=world.singles | {at(week + ahead, day, "17:00")})


def call_off(world: World, week: int, ahead: int, day: str) -> World:
    return replace(world, singles=world.singles - {at(week + ahead, day, "17:00")})


def end(world: World, week: int, ahead: int) -> World:
    """Give the last series an UNTIL."""
    *rest, last = world.halves
    until = max(last.first, min(last.until, week + ahead))
    return replace(world, halves=(*rest, last.clean_from(until, until=until)))


def split(world: World, week: int, ahead: int, day: str) -> World:
    """Change this and all following: the last series ends, a new one begins."""
    last = world.halves[-1]
    if not last.first <= week + ahead < last.until:
        return world
    new = Half(n=last.n + 1, first=week + ahead, until=last.until, day=day)
    ended = end(world, week, ahead)
    return replace(ended, halves=(*ended.halves, new))


def redraw(world: World, week: int, day: str) -> World:
    """Change all meetings of the last series, which loses its exceptions.

    Not where some were lost already: a calendar redrawn then forgets it, and whoever looked knows.
    """
    *rest, last = world.halves
    if not last.untouched_before(week):
        return world
    return replace(world, halves=(*rest, last.clean_from(0, day=day)))


aheads = st.integers(0, 3)
days = st.sampled_from(DAYS)
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(partial, st.just(cancel), ahead=aheads),
    st.builds(partial, st.just(cancel), ahead=st.just(0)),
    st.builds(partial, st.just(decline), ahead=aheads),
    st.builds(partial, st.just(move), ahead=aheads, to=aheads, day=days),
    st.builds(partial, st.just(reinstate), ahead=aheads),
    st.builds(partial, st.just(meet), ahead=aheads, day=days),
    st.builds(partial, st.just(call_off), ahead=aheads, day=days),
    st.builds(partial, st.just(end), ahead=aheads),
    st.builds(partial, st.just(split), ahead=aheads, day=days),
    st.builds(partial, st.just(redraw), day=days),
)
stories = st.lists(st.lists(acts, max_size=2), min_size=LAST, max_size=LAST)
skips = st.sets(st.integers(1, LAST - 1))
evidences = st.sets(st.integers(1, LAST), max_size=2).map(
    lambda chosen: Evidence(excuses=tuple(Excuse(*_days(week), "x") for week in chosen))
)


def _days(week: int) -> tuple[date, date]:
    return at(week).date(), at(week, "sun").date()


def lived(story: list[list[Act]]) -> list[tuple[datetime, Snapshot]]:
    """Return the look at the end of each week of a story."""
    world, looks = World(), []
    for week, people in enumerate(story, 1):
        for act in people:
            world = act(world, week)
        looks.append(world.look(week))
    return looks


def judged(known: tuple[Meeting, ...], evidence: Evidence, now: datetime) -> tuple[Outcome, ...]:
    return outcomes(known, evidence, POLICY, now)


def counts(
    known: tuple[Meeting, ...], evidence: Evidence, now: datetime
) -> tuple[set[tuple[str, datetime]], Streak, tuple[int, int]]:
    found = judged(known, evidence, now)
    misses = {(o.series, o.recurrence_id) for o in found if o.verdict is Verdict.MISSED}
    return misses, streak(found, now), rate(found, now)


@given(story=stories, skipped=skips, evidence=evidences)
def test_history_read_at_once_or_week_by_week_counts_the_same(
    story: list[list[Act]], skipped: set[int], evidence: Evidence
) -> None:
    looks = lived(story)
    now = looks[-1][0]
    some = [look for week, look in enumerate(looks, 1) if week not in skipped]
    assert counts(watched(*some), evidence, now) == counts(watched(looks[-1]), evidence, now)


@given(story=stories, evidence=evidences, hours=st.integers(0, 24 * 7 * LAST))
def test_every_meeting_that_counts_has_one_outcome_that_fits_its_fate(
    story: list[list[Act]], evidence: Evidence, hours: int
) -> None:
    now = at(1) + timedelta(hours=hours)
    known = watched(*lived(story))
    found = {(one.series, one.recurrence_id): one for one in judged(known, evidence, now)}
    counted = [one for one in known if not one.single and one.fate != "superseded"]
    assert len(found) == len(counted)
    for one in counted:
        outcome = found[one.series, one.recurrence_id]
        away = one.lost or one.span.start not in POLICY.week(one.planned.start)
        assert away == (outcome.verdict in {"missed", "excused", "rescued"})
        assert (outcome.held_at is None) == (outcome.verdict in {"missed", "excused"})
        assert (outcome.verdict == "upcoming") <= (now < one.span.end)
        assert (outcome.verdict == "held") <= (one.span.end <= now)


@given(story=stories, evidence=evidences, hours=st.integers(0, 24 * 7 * LAST))
def test_a_streak_is_made_of_the_latest_misses(
    story: list[list[Act]], evidence: Evidence, hours: int
) -> None:
    now = at(1) + timedelta(hours=hours)
    found = judged(watched(*lived(story)), evidence, now)
    row = streak(found, now)
    past = [one for one in found if one.recurrence_id <= now]
    missed = [one.recurrence_id for one in past if one.verdict is Verdict.MISSED]
    assert row == Streak(row.count, missed[-row.count] if row.count else None)
    since = [one for one in past if row.first_missed and one.recurrence_id > row.first_missed]
    assert not any(one.verdict is Verdict.HELD for one in since)
    assert rate(found, now)[0] == len(missed)
