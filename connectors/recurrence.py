"""Recurrence rules (RFC 5545) to occurrences in a window: pure, by the series' wall clock.

A rule is expanded in naive local time and the zone attached afterwards, so a meeting at ten stays
at ten across clock changes. A wall time the spring change skips moves forward by the change; of
one that the autumn change repeats, the first counts (RFC 5545, 3.3.5).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import chain

from dateutil.rrule import rrulestr

from connectors.model import Attendee, Handle, Occurrence, Span, Status, Version

_EVEN_STEPS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_EXRULE = "EXRULE:"
_MOST = 100_000  # no meeting is that frequent, and a rule by the second must not hold up a look
_MOST_RULES = 8
# Parts, by how they begin, for which dateutil would try every moment of centuries.
_ENDLESS = {"SECONDLY": "BY", "MINUTELY": "BY", "HOURLY": "BYSETPOS"}
_CYCLE = timedelta(days=146_097)  # 400 years of whole weeks, after which the calendar repeats


@dataclass(frozen=True, slots=True)
class Override:
    """What one instance has of its own; `span` None keeps the time that the rule gives it.

    With `this_and_future` (RANGE=THISANDFUTURE) every later instance is shifted by as much wall
    clock time and takes over length, attendees and cancellation, unless it has its own override.
    """

    recurrence_id: datetime
    span: Span | None = None
    cancelled: bool = False
    attendees: tuple[Attendee, ...] | None = None
    handle: Handle | None = None
    version: Version | None = None
    this_and_future: bool = False


def occurrences(
    start: datetime,
    length: timedelta,
    rule: str | None,
    *,
    window: Span,
    rdates: Sequence[datetime] = (),
    exdates: Sequence[datetime] = (),
    overrides: Sequence[Override] = (),
) -> tuple[Occurrence, ...]:
    """Return the instances whose original start lies in the window or whose span touches it.

    Of several rules each has a line of `rule`; one that excludes (EXRULE) begins with its name.
    They are ordered by `recurrence_id` and carry the zone of `start`, which is always the first
    instance. Excluded and cancelled ones are kept, as `Status.CANCELLED`; an exclusion or
    cancellation that meets no instance does nothing. A standing override whose instance the rule
    does not give counts as one. Whole days of `length` are counted on the calendar, the rest on
    the clock, so an all-day event lasts from midnight to midnight. Raises ValueError, with the
    reason, for a bad rule, a naive start or a length that is not positive.
    """
    if start.tzinfo is None or length <= timedelta(0):
        raise ValueError("a series needs an aware start and a positive length")
    shapes = _shapes(start.tzinfo, length, overrides)
    seen = Span(_instant(window.start), _instant(window.end))
    if rule is None and not (rdates or exdates or overrides):
        # Most events of a calendar.
        alone = Occurrence(start, shapes[0].span(start))
        return (alone,) if alone.span.overlaps(seen) else ()
    standing = (own.recurrence_id for own in overrides if not own.cancelled)
    starts = map(_instant, chain(standing, rdates, _ruled(start, rule, window, shapes)))
    excluded = {*map(_instant, exdates), *map(_instant, _unruled(start, rule, window, shapes))}
    own = {_instant(own.recurrence_id): own for own in overrides}
    built = (_occurrence(at, shapes, own.get(at), excluded) for at in sorted({*starts}))
    return tuple(one for one in built if one.recurrence_id in seen or one.span.overlaps(seen))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What holds for the instances from `since` on: first the series' own, then each range's."""

    since: datetime
    zone: tzinfo
    length: timedelta
    shift: timedelta = timedelta(0)
    attendees: tuple[Attendee, ...] | None = None
    cancelled: bool = False

    @property
    def reach(self) -> timedelta:
        """How far an instance can stretch from its original start, clock changes included."""
        return abs(self.shift) + self.length + timedelta(days=1)

    def span(self, recurrence_id: datetime) -> Span:
        """Return the time of one instance; without a shift it starts at that very moment."""
        start = recurrence_id.astimezone(self.zone)
        if self.shift:
            start = _attach(_wall(start, self.zone) + self.shift, self.zone)
        days = timedelta(days=self.length.days)
        end = _attach(_wall(start, self.zone) + days, self.zone) if days else start
        return Span(start, (_instant(end) + self.length - days).astimezone(self.zone))


def _shapes(zone: tzinfo, length: timedelta, overrides: Sequence[Override]) -> list[_Shape]:
    """Return the shapes in the order in which they begin to hold."""
    ranges = sorted(
        (own for own in overrides if own.this_and_future), key=lambda own: own.recurrence_id
    )
    shapes = [_Shape(datetime.min.replace(tzinfo=UTC), zone, length)]
    for own in ranges:
        last = shapes[-1]
        shift, lasts = _change(own, own.span, zone) if own.span else (last.shift, last.length)
        since = _instant(own.recurrence_id)
        shapes.append(_Shape(since, zone, lasts, shift, own.attendees, own.cancelled))
    return shapes


def _change(own: Override, span: Span, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """Return by how much an override shifts its instance, and how long it makes it."""
    start, end = _wall(span.start, zone), _wall(span.end, zone)
    whole_days = not (end - start) % timedelta(days=1)
    shift = start - _wall(own.recurrence_id, zone)
    return shift, end - start if whole_days else span.length


def _occurrence(
    at: datetime, shapes: Sequence[_Shape], own: Override | None, excluded: set[datetime]
) -> Occurrence:
    """Build the instance known by `at` (in UTC)."""
    shape = shapes[bisect_right(shapes, at, key=lambda shape: shape.since) - 1]
    zone = shape.zone
    span = shape.span(at)
    if own and own.span:
        span = Span(own.span.start.astimezone(zone), own.span.end.astimezone(zone))
    cancelled = at in excluded or (own or shape).cancelled
    return Occurrence(
        recurrence_id=at.astimezone(zone),
        span=span,
        status=Status.CANCELLED if cancelled else Status.STANDING,
        attendees=(own or shape).attendees,
        handle=own.handle if own else None,
        version=own.version if own else None,
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule that was checked: `text` without UNTIL, which dateutil cannot compare by zone."""

    text: str
    until: date | None
    step: timedelta | None
    """By how much the start may be moved on without changing what follows; None: not at all."""

    def anchor(self, first: datetime, low: datetime) -> datetime:
        """Return a start from which the rule gives the same from `low` on, with less to iterate."""
        # One step early: the first week of a rule is a partial one, which BYSETPOS would feel.
        steps = (low - first) // self.step - 1 if self.step else 0
        return first + steps * self.step if self.step and steps > 0 else first


@lru_cache(maxsize=4096)
def _parsed(rule: str) -> _Rule:
    pairs = (part.partition("=") for part in rule.upper().removeprefix("RRULE:").split(";") if part)
    parts = {name: value for name, _, value in pairs}
    until = _until(parts.pop("UNTIL")) if "UNTIL" in parts else None
    if "FREQ" not in parts or "BYEASTER" in parts:
        raise ValueError(f"the rule has no FREQ, or a part RFC 5545 does not know: {rule}")
    for name in parts.keys() & {"INTERVAL", "COUNT"}:
        # dateutil would loop for ever over an interval of nothing.
        if not re.fullmatch(r"0*[1-9]\d{0,5}", parts[name], re.ASCII):
            raise ValueError(f"{name} is not a number from 1 to 999999: {parts[name]}")
    endless = _ENDLESS.get(parts["FREQ"])
    if endless and any(name.startswith(endless) for name in parts):
        raise ValueError(f"the rule repeats too often: {rule}")
    step = None if "COUNT" in parts else _EVEN_STEPS.get(parts["FREQ"])
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    return _Rule(text, until, step and step * int(parts.get("INTERVAL", "1")))


def _until(value: str) -> date:
    """Read UNTIL: a date, a local time, or a time in UTC."""
    if len(value) == 8:
        return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    at = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - attached below
    return at.replace(tzinfo=UTC) if value.endswith("Z") else at


def _limit(until: date | None, zone: tzinfo | None) -> datetime | None:
    """Return the last moment an instance may start; a bare date means that whole day."""
    if isinstance(until, datetime):
        return until if until.tzinfo else until.replace(tzinfo=zone)
    return datetime.combine(until, time.max, zone) if until else None


def _ruled(
    start: datetime, rule: str | None, window: Span, shapes: Sequence[_Shape]
) -> Iterator[datetime]:
    """Yield the original starts that may reach into a window, and the series' own start."""
    rules = [line for line in _lines(rule) if not line.startswith(_EXRULE)]
    if not rules or any(_begins(start, line) for line in rules):
        yield start
    for line in rules:
        yield from _expand(start, line, window, shapes)


def _unruled(
    start: datetime, rule: str | None, window: Span, shapes: Sequence[_Shape]
) -> Iterator[datetime]:
    """Yield what the excluding rules give."""
    for line in _lines(rule):
        if line.startswith(_EXRULE):
            yield from _expand(start, line.removeprefix(_EXRULE), window, shapes)


def _lines(rule: str | None) -> Sequence[str]:
    lines = () if rule is None else rule.split("\n")
    if len(lines) > _MOST_RULES:
        raise ValueError(f"it has {len(lines)} rules")
    return lines


def _begins(start: datetime, rule: str) -> bool:
    """Whether a rule has not ended before it begins."""
    limit = _limit(_parsed(rule).until, start.tzinfo)
    return limit is None or start <= limit


def _expand(
    start: datetime, rule: str, window: Span, shapes: Sequence[_Shape]
) -> Iterator[datetime]:
    """Yield what one rule gives, from a while before the window to a while after it."""
    zone = start.tzinfo
    parsed = _parsed(rule)
    limit = _limit(parsed.until, zone)
    reach = max(shape.reach for shape in shapes)
    low, high = _wall(window.start, zone) - reach, _wall(window.end, zone) + reach
    first = start.replace(tzinfo=None)
    for wall in _walls(parsed, first, low, high):
        at = start if wall == first else _attach(wall, zone)
        if limit and at > limit:
            return
        yield at


def _walls(rule: _Rule, first: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
    """Yield what the rule gives between two wall clock times."""
    try:
        yield from _searched(rule, first, low, high)
    except (TypeError, IndexError, OverflowError) as error:
        # What dateutil does with parts it half understands: BYDAY=62SU, a day with ten digits.
        raise ValueError(f"the rule cannot be read: {rule.text}") from error


def _searched(rule: _Rule, first: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
    if first > high:
        return
    # dateutil searches until the year 9999 for a rule that never matches (30 February). Asked in
    # the last cycle before, it finds the same dates, or none within 0.2 s instead of 6.
    later = (MAXYEAR - high.year) // 400 * _CYCLE
    walls = iter(rrulestr(rule.text, dtstart=rule.anchor(first, low) + later))
    for number, wall in enumerate(at - later for at in walls):
        if number == _MOST:
            raise ValueError(f"the rule repeats too often: {rule.text}")
        if wall > high:
            return
        if wall >= low:
            yield wall


def _instant(at: datetime) -> datetime:
    """Return the moment in UTC: aware times of two zones are never equal near a clock change."""
    return at.astimezone(UTC)


def _wall(at: datetime, zone: tzinfo | None) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _attach(wall: datetime, zone: tzinfo | None) -> datetime:
    """Return the moment of a wall clock time; one that does not exist moves forward."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
