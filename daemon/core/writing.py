"""One-on-ones in writing: the document is the meeting, both answer the same questions by a day.

DOMAIN 1 "cancelling", 4 "the document was the meeting". Asked when a pair reaches the alert, or
when the owner accepts it as the way out of a lost week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from connectors.model import Block, Section
from daemon.core import notes
from daemon.core.agenda import local_day
from daemon.core.alerting import lasting
from daemon.core.dossier import Dossier, judged
from daemon.core.keys import questions_key, written_mark
from daemon.core.naming import called
from daemon.core.pen import Pen
from daemon.core.policy import Policy
from daemon.core.words import Decision, Kind, Level, Meeting, Verdict, Written

PATIENCE = timedelta(weeks=2)
"""How long after the lost hour answers are still looked for."""
TIME_TO_ANSWER = timedelta(days=2)
"""The least that both have to answer."""
A_WEEK = timedelta(weeks=1)


def in_writing(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the questions for the last missed meeting of a pair that reached the alert."""
    meeting = to_ask(dossier, now)
    if meeting is not None and dossier.sight.sections is not None:
        why = "missed again: the document is the meeting"
        yield questions(dossier, meeting, now, pen, because=why)


def to_ask(dossier: Dossier, now: datetime) -> Meeting | None:
    """Return the missed meeting to be held in writing: the last one, once a streak."""
    first = dossier.streak.first_missed
    alerted = (a for a in dossier.alerts if a.level is Level.ALERT)
    if first is None or dossier.shelf.document is None:
        return None
    if not any(lasting(raised, dossier.streak) for raised in alerted):
        return None
    if any(written.recurrence_id >= first for written in dossier.shelf.in_writing):
        return None
    missed = [
        (outcome.series, outcome.recurrence_id)
        for outcome in dossier.outcomes
        if outcome.verdict is Verdict.MISSED and now - A_WEEK < outcome.recurrence_id <= now
    ]
    found = [m for m in dossier.meetings if (m.series, m.recurrence_id) in missed]
    return max(found, key=lambda meeting: meeting.recurrence_id, default=None)


def questions(
    dossier: Dossier, meeting: Meeting, now: datetime, pen: Pen, *, because: str, proposal: str = ""
) -> Decision:
    """Return the write of the questions; `proposal` is the one that is settled by it, if any."""
    by = _by(dossier.policy, meeting, now)
    name = written_mark(meeting.series, meeting.recurrence_id)
    heading = f"{pen.heading(dossier, meeting)}, in writing"
    end = dossier.policy.evening(dossier.policy.midnight(by))
    return Decision(
        key=questions_key(dossier.pair.id, name),
        kind=Kind.WRITE_SECTION,
        pair=dossier.pair.id,
        account=dossier.keeper,
        because=because,
        occurrence=meeting.recurrence_id,
        times=meeting.span,
        after={
            "mark": name,
            "revision": 0,
            "series": meeting.series,
            "heading": heading,
            "day": local_day(dossier, meeting).isoformat(),
            "markdown": pen.questions(dossier, meeting, heading, by),
            "proposal": proposal,
            "n": 0,
            "start": now.isoformat(),
            "end": end.isoformat(),
        },
    )


def unanswered(dossier: Dossier, now: datetime) -> bool:
    """Whether somebody may still be answering."""
    return any(now - written.starts < PATIENCE for written in _open(dossier))


def answered(dossier: Dossier, now: datetime) -> Dossier:
    """Return the dossier with every meeting held that both answered, judged by it."""
    people = called(dossier.pair.owner, dossier.pair.partner)
    read = {section.mark: section for section in dossier.sight.sections or ()}
    held = {
        (written.series, written.recurrence_id)
        for written in _open(dossier)
        if written.mark in read and set(people) <= set(_who_answered(read[written.mark], people))
    }
    if not held:
        return dossier
    history = tuple(
        replace(m, written=True) if (m.series, m.recurrence_id) in held else m
        for m in dossier.meetings
    )
    return judged(replace(dossier, meetings=history), dossier.evidence, now)


def _open(dossier: Dossier) -> Iterator[Written]:
    done = {(m.series, m.recurrence_id) for m in dossier.meetings if m.written}
    asked = dossier.shelf.in_writing
    return (written for written in asked if (written.series, written.recurrence_id) not in done)


def _who_answered(section: Section, people: Sequence[str]) -> Iterator[str]:
    for block in section.blocks:
        yield from _answers(block, people)


def _answers(block: Block, people: Sequence[str]) -> Iterator[str]:
    """Yield whose place each line of an answer stands at: behind the name, or below it."""
    whose = ""
    for line in block.lines:
        for name in people:
            place = re.match(rf"(?:\({re.escape(name)}\?\)|{re.escape(name)}:)", line)
            if place:
                whose, line = name, line[place.end() :]  # noqa: PLW2901 - the rest is the answer
                break
        if whose and line.strip() and not notes.is_hint(line):
            yield whose


def _by(policy: Policy, meeting: Meeting, now: datetime) -> date:
    """Return the last working day of the lost week, or later if that leaves too little time."""
    earliest = policy.today(now) + TIME_TO_ANSWER
    working = {day.value for day in policy.working_days}
    ahead = (earliest + timedelta(days=n) for n in range(A_WEEK.days))
    days = [day for day in ahead if day.weekday() in working]
    next_week = policy.today(policy.week(meeting.planned.start).end)
    return max((day for day in days if day < next_week), default=days[0])
