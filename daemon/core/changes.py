"""What changed between two looks at one calendar, by our own comparison of what was read.

Change feeds only say where to look: a removal there also means "left the window", or is an old
one sent again. Here an occurrence is known by iCalUID and `recurrence_id` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.model import Occurrence, Span, Status
from daemon.core.words import Cancelled, Change, Moved, Reinstated, Snapshot, Superseded


def changes(before: Snapshot | None, after: Snapshot) -> tuple[Change, ...]:
    """Return what became of every occurrence that the earlier look knew.

    Without an earlier look nothing has changed. An occurrence that left the window has not either.
    """
    if before is None:
        return ()
    events = _events(after)
    return tuple(
        change
        for uid, event in _events(before).items()
        for change in _of_one_event(uid, event, events.get(uid), before, after)
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """All that one look shows under one iCalUID: two halves of a split may share it."""

    handles: frozenset[str]
    rules: frozenset[tuple[str | None, str]]
    occurrences: dict[datetime, Occurrence]

    @property
    def single(self) -> bool:
        return all(rule is None for rule, _ in self.rules)


def _events(snapshot: Snapshot) -> dict[str, _Event]:
    found: dict[str, _Event] = {}
    for series in snapshot.series:
        known = found.get(series.uid, _Event(frozenset(), frozenset(), {}))
        shown = {_utc(one.recurrence_id): one for one in series.occurrences}
        found[series.uid] = _Event(
            known.handles | {series.handle},
            known.rules | {(series.rule, series.zone)},
            known.occurrences | shown,
        )
    return found


def _of_one_event(
    uid: str, was: _Event, now: _Event | None, before: Snapshot, after: Snapshot
) -> Iterator[Change]:
    redrawn = _redrawn(was, now, before, after)
    for recurrence_id, one in was.occurrences.items():
        again = now.occurrences.get(recurrence_id) if now else None
        if again:
            # With its rule, a series forgets where single meetings had moved or were lost.
            told = _of_one_occurrence(uid, one, again)
            yield from (c for c in told if not redrawn or isinstance(c, Cancelled))
        elif recurrence_id in after.window:
            yield from _gone(uid, one, redrawn, after.window)


def _of_one_occurrence(uid: str, was: Occurrence, now: Occurrence) -> Iterator[Change]:
    match was.status, now.status:
        case Status.STANDING, Status.CANCELLED:
            yield Cancelled(uid, was.recurrence_id, "cancelled in the calendar")
        case Status.CANCELLED, Status.STANDING:
            yield Reinstated(uid, was.recurrence_id)
        case Status.STANDING, Status.STANDING if _times(was.span) != _times(now.span):
            yield Moved(uid, was.recurrence_id, was.span, now.span)


def _gone(uid: str, was: Occurrence, redrawn: str, window: Span) -> Iterator[Change]:
    # A lost one goes with its rule too: the new rule has its own meeting in that week.
    if redrawn:
        yield Superseded(uid, was.recurrence_id, redrawn)
    elif was.status is Status.STANDING and was.span.overlaps(window):
        # One that had moved may have left the window before its own time did.
        yield Cancelled(uid, was.recurrence_id, "gone from the calendar")


def _redrawn(was: _Event, now: _Event | None, before: Snapshot, after: Snapshot) -> str:
    """Return how the event as a whole was changed, or nothing where its rule is the same."""
    if any(series.split_from in was.handles for series in after.series) and (
        now is None or now.rules != was.rules
    ):
        return "its series was split"
    if now is None:
        return "" if was.single else "its series was ended for good"
    if now.rules != was.rules:
        return "its rule was changed"
    # The same words from another first day give other meetings (DTSTART is no part of a rule).
    new = now.occurrences.keys() - was.occurrences.keys()
    return "its times were changed" if any(at in before.window for at in new) else ""


def _times(span: Span) -> tuple[datetime, datetime]:
    return _utc(span.start), _utc(span.end)


def _utc(moment: datetime) -> datetime:
    # Across zones Python calls a moment in the repeated hour of a clock change unequal to itself.
    return moment.astimezone(UTC)
