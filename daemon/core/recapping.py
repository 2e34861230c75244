"""The recap: what a meeting left behind, drafted the same day from what the document says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from connectors.model import Key, Section
from daemon.core.agenda import by_meeting
from daemon.core.dossier import Dossier
from daemon.core.keys import key
from daemon.core.pen import Pen
from daemon.core.recap import recap_facts
from daemon.core.words import Decision, Kind, Meeting

NUDGES = 2
"""How many meetings in a row are followed by a nudge."""
TIME_TO_WRITE = timedelta(hours=1)
"""How long after the end the two may still be writing; less where the working day ends before."""

_SAYS = "the meeting is over, and this is what its section says"
_AGAIN = "nothing was agreed in its section again, and that was said twice: no further word"


def unrecapped(dossier: Dossier, now: datetime) -> Meeting | None:
    """Return the meeting of today whose recap is due; nothing is said about the past."""
    written = {(s.series, s.recurrence_id) for s in dossier.shelf.sections}
    over = (
        meeting
        for meeting in dossier.standing()
        if (meeting.series, meeting.recurrence_id) in written
        and ripe(dossier, meeting) <= now
        and meeting.span.end >= dossier.since
        and dossier.policy.today(meeting.span.end) == dossier.policy.today(now)
        and _key(dossier, meeting) not in dossier.settled
    )
    return next(over, None)


def ripe(dossier: Dossier, meeting: Meeting) -> datetime:
    """Return when a section counts as written: in time for the digest of the same evening."""
    over, evening = meeting.span.end, dossier.policy.evening(meeting.span.end)
    written = over + TIME_TO_WRITE
    if dossier.policy.today(written) != dossier.policy.today(over):
        return over  # a late call across the world: the same day is nearly over
    return evening if over <= evening < written else written


def read_back(dossier: Dossier, now: datetime) -> Iterator[tuple[Meeting, Section]]:
    """Yield the meetings that are over with their sections as people left them, latest first."""
    sections = by_meeting(dossier)
    for meeting in reversed(dossier.standing() if sections else ()):
        section = sections.get((meeting.series, meeting.recurrence_id))
        if section is not None and ripe(dossier, meeting) <= now:
            yield meeting, section


def recap(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the recap of today's meeting, once its section was read back.

    Where the section names nothing that was agreed, the words are a nudge for the owner alone.
    """
    meeting = unrecapped(dossier, now)
    if meeting is None or dossier.sight.sections is None:
        return
    words = pen.recap(dossier, meeting)
    agreed = recap_facts(dossier, meeting).agreed
    both = dossier.policy.recap_to_both and agreed
    again = not agreed and _nudged(dossier, meeting, now)
    yield Decision(
        key=_key(dossier, meeting),
        kind=Kind.RECAP,
        pair=dossier.pair.id,
        account=dossier.account,
        because=_AGAIN if again else _SAYS,
        occurrence=meeting.recurrence_id,
        times=meeting.span,
        mails=(dossier.pair.partner.address,) if both else (),
        after={"subject": words.subject, "text": words.text, "both": both, "silent": again},
    )


def _nudged(dossier: Dossier, meeting: Meeting, now: datetime) -> bool:
    """Whether the meetings before this one left a nudge each: whoever reads no two wants no third.

    `worth` speaks up instead, once.
    """
    earlier = (m for m, _ in read_back(dossier, now) if m.span.start < meeting.span.start)
    return [recap_facts(dossier, m).agreed for m in islice(earlier, NUDGES)] == [False] * NUDGES


def _key(dossier: Dossier, meeting: Meeting) -> Key:
    return key("recap", dossier.pair.id, meeting.series, meeting.recurrence_id)
