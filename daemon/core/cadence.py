"""How often the two should meet: weekly in the first year or a new role, else every two weeks.

DOMAIN 1, "cadence". A proposal in the digest, at most once a quarter; whoever set a cadence in the
settings is advised nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from connectors.model import Key
from daemon.core.agenda import before
from daemon.core.carrying import carry
from daemon.core.dossier import Dossier
from daemon.core.keys import key
from daemon.core.outcomes import rate
from daemon.core.pen import Pen
from daemon.core.telling import minutes_together
from daemon.core.words import Decision, Fate, Kind

A_QUARTER = timedelta(weeks=13)
WATCHED = timedelta(weeks=4)
"""How long visavis looks at two people before it has an opinion."""
RECENT = 6
"""So many of the latest meetings tell the present rhythm."""
SELDOM = timedelta(days=10)
"""From here on two meetings are more than a week apart."""
ENOUGH = 8
"""Meetings from which a rate can be read."""
PILING = 6
"""Weeks after which an item that is still carried says that the two meet too seldom."""
FRESH = 3
"""Weeks: where nothing is older, nothing waits for the next meeting."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """What speaks for another rhythm; `weeks` is how far apart meetings should be."""

    weeks: int
    first_year: bool
    missed: int
    of: int
    minutes: int
    """Held together in the last four weeks."""
    oldest: int
    """Age in weeks of the oldest item that is still carried."""


def cadence(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the proposal of another rhythm, once the document was read for it."""
    if now - dossier.since < WATCHED or _lately(dossier, now):
        return
    found = advised(dossier, now)
    if found is None or dossier.cadence not in {"", _name(found)}:
        return
    words = pen.cadence(dossier, found)
    yield Decision(
        key=_key(dossier, now),
        kind=Kind.ADVISE,
        pair=dossier.pair.id,
        account=dossier.account,
        because=f"every {found.weeks} weeks would suit the two better",
        after={"subject": words.subject, "text": words.text},
    )


def advised(dossier: Dossier, now: datetime) -> Cadence | None:
    """Return the rhythm that would suit the two better, or None."""
    apart, meeting = _apart(dossier), dossier.next(now)
    if apart is None or meeting is None or dossier.sight.sections is None:
        return None
    carried = carry(before(dossier, meeting), dossier.policy.today(now)).items
    oldest = max((item.weeks for item in carried), default=0)
    missed, of = rate(dossier.outcomes, now)
    weeks = _weeks(dossier, apart, oldest, (missed, of))
    if weeks is None:
        return None
    minutes = minutes_together(dossier, now)
    return Cadence(weeks, dossier.first_year, missed, of, minutes, oldest)


def _weeks(dossier: Dossier, apart: timedelta, oldest: int, kept: tuple[int, int]) -> int | None:
    missed, of = kept
    if apart >= SELDOM:
        crowded = oldest >= PILING or (of >= ENOUGH // 2 and missed * 3 >= of)
        return 1 if dossier.first_year or crowded else None
    # Who never said since when the two work together may well be in the first year.
    experienced = dossier.started is not None and not dossier.first_year
    return 2 if experienced and of >= ENOUGH and oldest <= FRESH else None


def _apart(dossier: Dossier) -> timedelta | None:
    """Return how far apart the latest meetings are as their rules put them."""
    planned = {
        meeting.recurrence_id
        for meeting in dossier.meetings
        if not meeting.single and meeting.fate is not Fate.SUPERSEDED
    }
    gaps = sorted(later - earlier for earlier, later in pairwise(sorted(planned)[-RECENT:]))
    return gaps[len(gaps) // 2] if gaps else None


def _lately(dossier: Dossier, now: datetime) -> bool:
    """Whether it was told within a quarter of a year."""
    # These days lie in every calendar quarter that such a stretch can touch.
    days = (now, now - A_QUARTER / 2, now - A_QUARTER)
    told = (dossier.done.get(_key(dossier, day)) for day in days)
    return any(at is not None and now - at < A_QUARTER for at in told)


def _key(dossier: Dossier, now: datetime) -> Key:
    today = dossier.policy.today(now)
    quarter = (today.month - 1) // 3 + 1
    return key("advise", "cadence", dossier.pair.id, f"{today.year}-q{quarter}")


def _name(found: Cadence) -> str:
    return "weekly" if found.weeks == 1 else "biweekly"
