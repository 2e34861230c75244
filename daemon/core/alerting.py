"""Alerts: a quiet note at two misses in a row, one alert at three, once per streak."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.outcomes import Streak
from daemon.core.pen import Pen
from daemon.core.words import Decision, Kind, Level, Raised, Verdict


def alerts(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the note or alert that the present streak calls for.

    Nothing is said while free/busy could not be asked whether somebody was away. On the first
    look only an alert speaks about the past; a note needs a miss that visavis saw happen
    (CONTRACT 5, "First look").
    """
    streak, policy = dossier.streak, dossier.policy
    if streak.first_missed is None or streak.count < min(policy.warn_after, policy.alert_after):
        return
    if dossier.unexplained(now) and dossier.sight.busy is None:
        return
    level = Level.ALERT if streak.count >= policy.alert_after else Level.NOTE
    if _said(dossier, level) or (level is Level.NOTE and not _seen_happening(dossier, now)):
        return
    words = pen.alert(dossier, level, now)
    name = key("alert", dossier.pair.id, level, streak.first_missed)
    yield Decision(
        key=name,
        kind=Kind.ALERT,
        pair=dossier.pair.id,
        account=dossier.account,
        because=f"missed {streak.count} times in a row",
        occurrence=None,
        after={
            "id": f"a-{digest(name)}",
            "level": level,
            "streak": streak.count,
            "first_missed": streak.first_missed.isoformat(),
            "subject": words.subject,
            "text": words.text,
        },
    )


def lasting(raised: Raised, streak: Streak) -> bool:
    """Whether the streak that an alert spoke of goes on.

    Its first miss may have been excused since, so the alert is known by its own moment: a streak
    that began before it is the same one.
    """
    return streak.first_missed is not None and streak.first_missed <= raised.at


def _said(dossier: Dossier, level: Level) -> bool:
    """Whether this streak was told of already, as loudly as now or louder."""
    return any(
        lasting(raised, dossier.streak) and raised.level in {level, Level.ALERT}
        for raised in dossier.alerts
    )


def _seen_happening(dossier: Dossier, now: datetime) -> bool:
    return any(
        dossier.since <= outcome.recurrence_id <= now
        for outcome in dossier.outcomes
        if outcome.verdict is Verdict.MISSED
    )
