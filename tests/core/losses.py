"""Builders of lost meetings and of what is known of two people's time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.model import Busy, Person, Span, WorkingHours
from daemon.core.availability import Availability, usual_hours
from daemon.core.candidates import Loss
from daemon.core.fairness import Tally
from daemon.core.policy import Policy
from daemon.core.spans import Spans, gaps
from daemon.core.words import Fate, Meeting
from tests.builders import BEN, MAYA, POLICY, span, weeks


def all_but(*free: Span, week: int = 2) -> Spans:
    """Return the busy time of somebody who is free at some times of a week only."""
    return gaps(free, weeks(week, week))


def cancelled(start: datetime, minutes: int = 30) -> Meeting:
    """Return a meeting that does not take place."""
    planned = span(start, minutes)
    return Meeting("one-on-one@acme.example", start, planned, planned, Fate.CANCELLED)


def clock(zone: str, policy: Policy = POLICY) -> WorkingHours:
    """Return the usual working week on a clock elsewhere."""
    return usual_hours(policy, zone)


def loss(
    meeting: Meeting,
    *,
    owner: Sequence[Span] = (),
    partner: Sequence[Span] | None = (),
    hours: WorkingHours | None = None,
    policy: Policy = POLICY,
    tally: Tally | None = None,
    other: Person = BEN,
) -> Loss:
    """Return a loss of Maya and somebody; `partner` None: a calendar that cannot be seen."""
    usual = usual_hours(policy)
    return Loss(
        meeting,
        Availability(MAYA, usual, Busy(tuple(owner))),
        Availability(other, hours or usual, None if partner is None else Busy(tuple(partner))),
        policy,
        tally or Tally(),
    )


def away(known: Availability, *absences: Span) -> Availability:
    """Return the same person with absences."""
    busy = known.busy or Busy()
    return replace(known, busy=replace(busy, absences=absences))
