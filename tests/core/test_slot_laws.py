"""For all weeks: a proposal offers what a minute-by-minute look at both clocks finds, no more.

The weeks are those around the clock changes of zones that change on different days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Busy, Hours, Person, Span, Weekday, WorkingHours
from daemon.core.availability import Availability
from daemon.core.candidates import Loss
from daemon.core.policy import Policy
from daemon.core.slots import propose, window
from daemon.core.spans import gaps
from daemon.core.words import FallbackKind
from tests.core.losses import cancelled

STEP = timedelta(minutes=5)
QUARTER = timedelta(minutes=15)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
]
CHANGES = [
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
]


@st.composite
def losses(draw: st.DrawFn) -> tuple[Loss, datetime]:
    zone = draw(st.sampled_from(ZONES))
    policy = Policy(
        zone=zone,
        week_starts=draw(st.sampled_from([Weekday.MON, Weekday.SUN])),
        notice=timedelta(minutes=draw(st.integers(0, 300))),
    )
    day = draw(st.sampled_from(CHANGES)) + timedelta(days=draw(st.integers(-7, 7)))
    hour, minutes = draw(st.integers(6, 20)), draw(st.sampled_from([15, 25, 30, 45, 60, 90]))
    meeting = cancelled(datetime.combine(day, time(hour), ZoneInfo(zone)), minutes)
    two_weeks = window(meeting, policy)
    owner, partner = (draw(people(name, two_weeks)) for name in ("maya", "ben"))
    now = meeting.span.start - timedelta(minutes=draw(st.integers(-3000, 8000)))
    return Loss(meeting, owner, partner, policy), now.astimezone(UTC)


@st.composite
def people(draw: st.DrawFn, name: str, two_weeks: Span) -> Availability:
    # No edge of a working day falls into an hour that a clock change repeats.
    hours = Hours(time(draw(st.sampled_from([0, 5, 9]))), time(draw(st.sampled_from([0, 15, 18]))))
    days = draw(st.sets(st.sampled_from(Weekday), min_size=1))
    known = WorkingHours(draw(st.sampled_from(ZONES)), dict.fromkeys(days, (hours,)))
    spans, absences = draw(busy(two_weeks)), draw(busy(two_weeks))
    holiday = two_weeks.start.date() + timedelta(days=draw(st.integers(0, 13)))
    person = Person(f"{name}@acme.example", name)
    seen = draw(st.sampled_from([Busy(spans), Busy((), spans), Busy(spans, absences[:1]), None]))
    return Availability(person, known, seen, frozenset({holiday}))


@st.composite
def busy(draw: st.DrawFn, two_weeks: Span) -> tuple[Span, ...]:
    """Draw a few long stretches, or hardly anything but short holes by day."""
    start, steps = two_weeks.start.astimezone(UTC), two_weeks.length // STEP
    if draw(st.integers(0, 2)):
        edges = sorted(draw(st.sets(st.integers(0, steps), max_size=16)))
        return tuple(
            Span(start + a * STEP, start + b * STEP)
            for a, b in zip(edges[::2], edges[1::2], strict=False)
        )
    day = timedelta(days=1) // STEP
    holes = draw(
        st.lists(
            st.tuples(st.integers(0, 13), st.integers(day // 3, day * 2 // 3), st.integers(3, 20)),
            max_size=10,
        )
    )
    free = [start + (n * day + step) * STEP for n, step, _ in holes]
    lengths = [length * STEP for _, _, length in holes]
    return gaps([Span(a, a + b) for a, b in zip(free, lengths, strict=True)], two_weeks)


def works(person: Availability, policy: Policy, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(person.hours.zone))
    lunch, clock = policy.lunch, local.time().replace(fold=0)
    if local.date() in person.holidays or (lunch and lunch.start <= clock < lunch.end):
        return False
    stretches = person.hours.days.get(Weekday(local.weekday()), ())
    return any(h.start <= clock and (clock < h.end or h.end == time()) for h in stretches)


def is_free(person: Availability, lost: Span, moment: datetime) -> bool:
    if person.busy is None:
        return True
    others = [span for span in person.busy.spans if instants(span) != instants(lost)]
    taken = [instants(span) for span in [*others, *person.busy.absences]]
    return not any(a <= moment.timestamp() < b for a, b in taken)


def instants(span: Span) -> tuple[float, float]:
    return span.start.timestamp(), span.end.timestamp()


def possible(case: Loss, week: Span, now: datetime) -> dict[datetime, timedelta]:
    """Return each quarter hour of a week at which both are free, and for how long."""
    earliest, end = now + case.policy.notice, week.end.astimezone(UTC)
    free_for: dict[datetime, timedelta] = {}
    moment, run = end, timedelta(0)
    while moment > week.start.astimezone(UTC):
        moment -= STEP
        fits = moment >= earliest and all(
            works(p, case.policy, moment) and is_free(p, case.meeting.span, moment)
            for p in case.both
        )
        run = run + STEP if fits else timedelta(0)
        if fits and moment.minute % 15 == 0:
            free_for[moment] = run
    return free_for


def longest(case: Loss, free_for: dict[datetime, timedelta]) -> timedelta | None:
    """Return the length the rules allow: the full one, or the longest shorter one."""
    lost, full = case.meeting.span, case.meeting.span.length
    begin, end = (moment.astimezone(UTC) for moment in (lost.start, lost.end))
    if any(run >= full for start, run in free_for.items() if start != begin):
        return full
    clear = [
        min(run, begin - start) if start < begin else run
        for start, run in free_for.items()
        if not begin <= start < end
    ]
    lengths = [n * QUARTER for n in range(1, 6) if n * QUARTER < full]
    return max((n for n in lengths if clear and n <= max(clear)), default=None)


@given(losses())
def test_a_proposal_offers_what_a_look_at_every_minute_finds(drawn: tuple[Loss, datetime]) -> None:
    case, now = drawn
    week = case.policy.week(case.meeting.planned.start)
    free_for = possible(case, week, now)
    length = longest(case, free_for)
    offer = propose(case, now)
    assert {o.span.length for o in offer.options} == ({length} if length else set())
    for option in offer.options:
        assert free_for[option.span.start.astimezone(UTC)] >= option.span.length
        assert option.span.start.astimezone(ZoneInfo(case.policy.zone)).minute % 15 == 0


@given(losses())
def test_without_options_the_fallback_is_the_first_time_next_week(
    drawn: tuple[Loss, datetime],
) -> None:
    case, now = drawn
    offer = propose(case, now)
    assert (offer.fallback is None) == bool(offer.options)
    if offer.fallback:
        following = case.policy.week(case.policy.week(case.meeting.planned.start).end)
        free_for = possible(case, following, now)
        length = longest(case, free_for)
        first = min((s for s, run in free_for.items() if length and run >= length), default=None)
        kind = FallbackKind.NEXT_WEEK if first else FallbackKind.WRITTEN
        assert offer.fallback.kind is kind
        found = offer.fallback.span and offer.fallback.span.start.astimezone(UTC)
        assert found == first


@given(losses())
def test_options_never_overlap_and_never_come_back_to_the_lost_start(
    drawn: tuple[Loss, datetime],
) -> None:
    case, now = drawn
    spans = [instants(option.span) for option in propose(case, now).options]
    assert all(a[1] <= b[0] for a, b in pairwise(sorted(spans)))
    assert instants(case.meeting.span)[0] not in [start for start, _ in spans]


@given(losses())
def test_the_order_in_which_busy_time_is_told_does_not_matter(
    drawn: tuple[Loss, datetime],
) -> None:
    case, now = drawn
    told = replace(case, owner=backwards(case.owner), partner=backwards(case.partner))
    assert propose(told, now) == propose(case, now)


@given(losses())
def test_who_cannot_be_seen_is_named_in_every_option(drawn: tuple[Loss, datetime]) -> None:
    case, now = drawn
    unknown = sum(person.busy is None for person in case.both)
    for option in propose(case, now).options:
        assert option.because.count("cannot be seen: unknown, not free") == unknown


def backwards(person: Availability) -> Availability:
    if person.busy is None:
        return person
    spans, absences = person.busy.spans, person.busy.absences
    return replace(person, busy=Busy((*reversed(spans), *spans), absences))


def test_every_zone_lies_whole_quarters_from_utc() -> None:
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
    for zone in available_timezones():
        offsets = {day.astimezone(ZoneInfo(zone)).utcoffset() for day in days}
        assert all(offset is not None and not offset % QUARTER for offset in offsets), zone
