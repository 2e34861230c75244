"""Two people's copies of the same meeting, where both have an account here.

An invitation reaches the other provider by mail: late, or never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.model import Person, Series, Span
from daemon.core.meetings import meetings
from daemon.core.spans import utc
from daemon.core.words import Fate, Meeting, Proposal
from daemon.house import Account
from daemon.look import Look


def up_to_date(
    copy: Iterable[Meeting], organized: Sequence[Meeting], proposals: Iterable[Proposal]
) -> Iterator[Meeting]:
    """Yield what a guest's copy shows, less what was booked anew and has not reached it yet."""
    booked = {(p.series, p.recurrence_id) for p in proposals if p.booked}
    times = {(m.series, m.recurrence_id): m.span for m in organized if not m.lost}
    for meeting in copy:
        name = (meeting.series, meeting.recurrence_id)
        behind = meeting.fate is Fate.CANCELLED or times.get(name) != meeting.span
        if not (behind and name in booked and name in times):
            yield meeting


def shown(
    held: Iterable[tuple[Account, Series]],
    owner: Person,
    partner: Person,
    looks: Mapping[str, Look],
    now: datetime,
) -> frozenset[Span] | None:
    """Return when the partner's own calendars have the two meet, in UTC.

    None unless all of them that have something were read in this very look.
    """
    theirs = [(a, s) for a, s in held if a.owner.address == partner.address]
    if not theirs or any(looks[account.name].feed.looked_at != now for account, _ in theirs):
        return None
    return frozenset(
        utc(meeting.span)
        for _, series in theirs
        for meeting in meetings(series, partner, owner)
        if meeting.fate is Fate.STANDING
    )
