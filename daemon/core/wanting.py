"""Which lost meetings call for another time, and for which of them free/busy must be read."""

from __future__ import annotations

from datetime import datetime

from connectors.model import Key
from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.words import Meeting, Outcome, Verdict


def wanting(dossier: Dossier, now: datetime) -> tuple[Meeting, ...]:
    """Return the lost meetings that should have a proposal by now and have none.

    Only where the week has time left. What is excused is proposed as well, but without a way
    out when the week is full: nobody needs one during a holiday.
    """
    asked = {(p.series, p.recurrence_id) for p in dossier.proposals}
    judged = {(o.series, o.recurrence_id): o for o in dossier.outcomes}
    return tuple(
        meeting
        for meeting in dossier.meetings
        if (meeting.series, meeting.recurrence_id) not in asked
        and is_open_loss(judged.get((meeting.series, meeting.recurrence_id)))
        and dossier.policy.week(meeting.planned.start).end > now + dossier.policy.notice
        and propose_key(dossier, meeting) not in dossier.settled
    )


def excused(dossier: Dossier, now: datetime) -> tuple[Meeting, ...]:
    """Return those of them that get no proposal where their week is full."""
    return tuple(meeting for meeting in wanting(dossier, now) if is_excused(dossier, meeting))


def unasked(dossier: Dossier, now: datetime, *, changed: bool) -> tuple[Meeting, ...]:
    """Return those whose free/busy must be read: one that found its week full waits for news."""
    wanted = wanting(dossier, now)
    return tuple(m for m in wanted if changed or m.asked is None or not is_excused(dossier, m))


def propose_key(dossier: Dossier, meeting: Meeting) -> Key:
    """Return the key of the proposal for a lost meeting."""
    return key("propose", dossier.pair.id, digest(meeting.series), meeting.recurrence_id)


def is_excused(dossier: Dossier, meeting: Meeting) -> bool:
    """Whether a lost meeting is nobody's miss."""
    outcome = dossier.outcome(meeting.series, meeting.recurrence_id)
    return outcome is not None and outcome.verdict is Verdict.EXCUSED


def is_open_loss(outcome: Outcome | None) -> bool:
    """Whether a meeting is lost and its week has no other one."""
    return outcome is not None and outcome.verdict in {Verdict.MISSED, Verdict.EXCUSED}
