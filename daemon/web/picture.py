"""The picture of a pair: the last and next weeks as marks on a thread that misses tear.

Pure geometry, in units of the drawing; the template gives every mark its shape. Whatever the
picture says in shape and colour, its `words` say to whoever does not see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from daemon.core.policy import Policy
from daemon.phrases import count, listed
from daemon.views import Shape

BACK, AHEAD = 8, 3
"""Weeks before and after the present one."""
WEEK = 28
HEIGHT = 36
WIDTH = (BACK + 1 + AHEAD) * WEEK
LEGEND = {
    "held": "it took place",
    "moved": "another time, the same week",
    "rescued": "lost, and met after all",
    "missed": "lost",
    "excused": "lost, for a good reason",
    "upcoming": "still ahead",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One meeting; `shape` is its shape from the queries."""

    x: float
    shape: Shape


@dataclass(frozen=True, slots=True)
class Thread:
    """What connects two meetings: `whole`, `torn`, or still `ahead`."""

    start: float
    end: float
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The weeks of a pair, ready to be drawn."""

    marks: tuple[Mark, ...]
    threads: tuple[Thread, ...]
    now: float
    words: str


@dataclass(frozen=True, slots=True)
class Week:
    """A column of the picture: its first day, and whether it is the present one."""

    first: datetime
    present: bool

    @property
    def opens_month(self) -> bool:
        """Whether the month's name belongs here."""
        return self.first.day <= 7


def weeks(policy: Policy, now: datetime) -> tuple[Week, ...]:
    """Return the columns, oldest first."""
    first = policy.week(now).start
    return tuple(Week(first + timedelta(weeks=n), n == 0) for n in range(-BACK, AHEAD + 1))


def since(policy: Policy, now: datetime) -> datetime:
    """Return the moment that the picture begins with."""
    return weeks(policy, now)[0].first


def picture(outcomes: Iterable[Shape], policy: Policy, now: datetime) -> Picture:
    """Draw what happened to the meetings of a pair."""
    origin = since(policy, now)
    marks = tuple(
        Mark(x, shape)
        for shape in sorted(outcomes, key=lambda one: datetime.fromisoformat(one["start"]))
        if 0 < (x := _x(datetime.fromisoformat(shape["start"]), origin)) < WIDTH
    )
    threads = tuple(Thread(one.x, two.x, _kind(one, two)) for one, two in pairwise(marks))
    return Picture(marks, threads, _x(now, origin), _words([mark.shape for mark in marks]))


def _x(moment: datetime, origin: datetime) -> float:
    return round((moment - origin) / timedelta(weeks=1) * WEEK, 1)


def _kind(one: Mark, two: Mark) -> str:
    outcomes = {one.shape["outcome"], two.shape["outcome"]}
    if "missed" in outcomes:
        return "torn"
    return "ahead" if "upcoming" in outcomes else "whole"


def _words(shapes: Sequence[Shape]) -> str:
    """Say in a sentence what the picture shows."""
    found = Counter(shape["outcome"] for shape in shapes)
    told = [f"{found[outcome]} {outcome}" for outcome in LEGEND if found[outcome]]
    span = f"{count(BACK, 'week')} back and {AHEAD} ahead"
    return f"{span}: {listed(told)}" if told else f"{span}: no meeting"
