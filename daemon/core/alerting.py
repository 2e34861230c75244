"""Alerts: a quiet note at two misses in a row, one alert at three, once per streak."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.pen import Pen
from daemon.core.words import Decision, Kind, Level


def alerts(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the note or alert that the present streak calls for.

    On the first look only an alert speaks about the past; a note needs a miss that visavis
    saw happen (CONTRACT 5, "First look").
    """
    streak, policy = dossier.streak, dossier.policy
    if streak.first_missed is None or streak.count < policy.warn_after:
        return
    level = Level.ALERT if streak.count >= policy.alert_after else Level.NOTE
    if level is Level.NOTE and not _seen_happening(dossier):
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


def _seen_happening(dossier: Dossier) -> bool:
    missed = [o for o in dossier.outcomes if o.verdict == "missed"]
    return any(outcome.recurrence_id >= dossier.since for outcome in missed)
