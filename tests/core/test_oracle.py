"""Outcomes, streak and rate beside an oracle: CONTRACT 5 read aloud, slowly, with nothing of ours.

The oracle knows a history as people would tell it. The product sees it as a calendar shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.model import Attendee, Occurrence, Response, Series, Span, Status
from daemon.core.evidence import Evidence
from daemon.core.outcomes import outcomes, rate, streak
from daemon.core.policy import Policy
from daemon.core.words import Absence, Excuse
from tests.builders import BEN, MAYA, guest, history, single, weekly

BERLIN, KIRITIMATI = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati")
FIRST = date(2026, 3, 2)
WEEKS = 6
LENGTH = timedelta(minutes=30)
FATES = ("in place", "deleted", "declined", "elsewhere")


@dataclass(frozen=True)
class Told:
    """One occurrence as people tell it: when it was planned, what became of it, where it went."""

    series: int
    planned: datetime
    fate: str
    to: datetime

    @property
    def lost(self) -> bool:
        return self.fate in {"deleted", "declined"}

    @property
    def start(self) -> datetime:
        return self.to if self.fate == "elsewhere" else self.planned


@dataclass(frozen=True)
class Story:
    """All that happened between two people; `away` and `excused` are days in the owner's zone."""

    occurrences: tuple[Told, ...]
    singles: tuple[datetime, ...]
    away: frozenset[date]
    excused: frozenset[date]
    zone: ZoneInfo
    now: datetime


# --- The oracle: each sentence of CONTRACT 5 in its order. ---


def verdict(one: Told, story: Story) -> str:
    """Say what an occurrence counts as."""
    if not one.lost and same_moment(one.start, one.planned):
        return "upcoming" if one.start + LENGTH > story.now else "held"
    if not one.lost and week(one.start, story) == week(one.planned, story):
        return "moved"
    if any(week(start, story) == week(one.planned, story) for start in others(one, story)):
        return "rescued"
    return "excused" if in_days(one, story) else "missed"


def held(one: Told, story: Story) -> bool:
    """Whether what settles an occurrence is over: itself, or a meeting that rescues its week."""
    if verdict(one, story) == "rescued":
        rescues = (s for s in others(one, story) if week(s, story) == week(one.planned, story))
        return any(start + LENGTH <= story.now for start in rescues)
    return one.start + LENGTH <= story.now


def counted(story: Story) -> int:
    """Count the streak, newest first over what was planned up to now."""
    row = 0
    for one in sorted(story.occurrences, key=lambda one: one.planned, reverse=True):
        if one.planned > story.now:
            continue
        said = verdict(one, story)
        if said == "missed":
            row += 1
        elif said in {"held", "moved", "rescued"} and held(one, story):
            break
    return row


def share(story: Story) -> tuple[int, int]:
    """Return the rate over what was planned up to now."""
    past = [verdict(one, story) for one in story.occurrences if one.planned <= story.now]
    of = sum(past.count(word) for word in ("held", "moved", "rescued", "missed"))
    return past.count("missed"), of


def others(one: Told, story: Story) -> list[datetime]:
    """Return when the two meet beside this occurrence."""
    standing = [o.start for o in story.occurrences if not o.lost and o is not one]
    return [*standing, *story.singles]


def in_days(one: Told, story: Story) -> bool:
    """Whether somebody was away, or it is excused, on the day it was planned for."""
    return one.planned.astimezone(story.zone).date() in story.away | story.excused


def week(moment: datetime, story: Story) -> tuple[int, int]:
    """Name the owner's week of a moment."""
    return moment.astimezone(story.zone).date().isocalendar()[:2]


def same_moment(one: datetime, other: datetime) -> bool:
    return one.astimezone(UTC) == other.astimezone(UTC)


# --- The same story as a calendar shows it. ---


def shown(story: Story) -> list[Series]:
    """Return the story as series and single events."""
    series = [
        replace(
            weekly(1, 1, uid=f"series-{number}@acme.example"),
            occurrences=tuple(
                _occurrence(one)
                for one in sorted(story.occurrences, key=lambda one: one.planned)
                if one.series == number
            ),
        )
        for number in sorted({one.series for one in story.occurrences})
    ]
    return [*series, *(single(s, uid=f"{n}@acme.example") for n, s in enumerate(story.singles))]


def _occurrence(one: Told) -> Occurrence:
    no = (guest(MAYA), Attendee(BEN.address, response=Response.DECLINED))
    return Occurrence(
        one.planned,
        Span(one.start, one.start + LENGTH),
        Status.CANCELLED if one.fate == "deleted" else Status.STANDING,
        no if one.fate == "declined" else None,
    )


def judged(story: Story) -> tuple[list[tuple[datetime, str]], int, tuple[int, int]]:
    """Return what the product says: each occurrence with its outcome, streak, rate."""
    policy = Policy(zone=story.zone.key)
    evidence = Evidence(
        tuple(_whole_day(day, story.zone) for day in sorted(story.away)),
        tuple(Excuse(day, day, "a fair") for day in sorted(story.excused)),
    )
    found = outcomes(history(*shown(story)), evidence, policy, story.now)
    told = [(one.recurrence_id.astimezone(UTC), str(one.verdict)) for one in found]
    return told, streak(found, story.now).count, rate(found, story.now)


def _whole_day(day: date, zone: ZoneInfo) -> Absence:
    start = datetime.combine(day, time(), zone)
    return Absence(BEN.address, Span(start, start + timedelta(days=1)), "out of office")


# --- Stories. ---


def moments(days: st.SearchStrategy[int]) -> st.SearchStrategy[datetime]:
    """Return moments at full hours of the owner's wall clock, all days of the week."""
    return st.builds(
        lambda day, hour: datetime.combine(FIRST + timedelta(days=day), time(hour), BERLIN),
        days,
        st.sampled_from((0, 7, 10, 15, 23)),
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    anytime = moments(st.integers(-7, 7 * WEEKS))
    weekdays = draw(st.lists(st.integers(0, 6), min_size=1, max_size=2, unique=True))
    told = [
        Told(
            number,
            datetime.combine(FIRST + timedelta(days=7 * at + weekday), time(10 + number), BERLIN),
            draw(st.sampled_from(FATES)),
            draw(anytime),
        )
        for number, weekday in enumerate(weekdays)
        for at in range(WEEKS)
    ]
    days = st.frozensets(st.sampled_from([one.planned.date() for one in told]), max_size=3)
    return Story(
        tuple(told),
        tuple(draw(st.lists(anytime, max_size=3, unique=True))),
        draw(days),
        draw(days),
        draw(st.sampled_from((BERLIN, KIRITIMATI))),
        draw(moments(st.integers(0, 7 * WEEKS))),
    )


@settings(max_examples=300)
@given(stories())
def test_the_product_counts_as_the_contract_says(story: Story) -> None:
    said, row, missed_of = judged(story)
    expected = [(one.planned.astimezone(UTC), verdict(one, story)) for one in _in_order(story)]
    assert said == expected
    assert row == counted(story)
    assert missed_of == share(story)


def _in_order(story: Story) -> Sequence[Told]:
    return sorted(story.occurrences, key=lambda one: one.planned)


def test_the_oracle_has_an_opinion_of_its_own() -> None:
    planned = [datetime(2026, 3, day, 10, tzinfo=BERLIN) for day in (2, 9, 16, 23)]
    fates = ("in place", "deleted", "elsewhere", "declined")
    told = _row(planned, fates, to=datetime(2026, 3, 17, 15, tzinfo=BERLIN))
    story = Story(told, (), frozenset(), frozenset(), BERLIN, datetime(2026, 3, 24, tzinfo=BERLIN))
    assert [verdict(one, story) for one in told] == ["held", "missed", "moved", "missed"]
    assert (counted(story), share(story)) == (1, (2, 4))


def _row(planned: Iterable[datetime], fates: Iterable[str], to: datetime) -> tuple[Told, ...]:
    return tuple(Told(0, at, fate, to) for at, fate in zip(planned, fates, strict=True))
