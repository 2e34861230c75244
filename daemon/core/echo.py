"""A booked time is looked for in the other person's own calendar, where that is connected too.

The organizer's provider writes; invitations reach another provider by mail, late or never.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.pen import Pen
from daemon.core.proposing import book_key
from daemon.core.spans import utc
from daemon.core.words import Decision, Kind, Proposal, ProposalState

PATIENCE = timedelta(hours=1)
"""How long an invitation may travel."""


def echo(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield a word to the owner for each booked time that has not reached the other calendar."""
    for proposal in dossier.proposals:
        if _unheard(dossier, proposal, now):
            words = pen.unheard(dossier, proposal)
            yield Decision(
                key=key("advise", "echo", dossier.pair.id, digest(book_key(proposal))),
                kind=Kind.ADVISE,
                pair=dossier.pair.id,
                account=dossier.account,
                because="the other calendar does not show what was booked",
                occurrence=proposal.recurrence_id,
                after={"subject": words.subject, "text": words.text},
            )


def _unheard(dossier: Dossier, proposal: Proposal, now: datetime) -> bool:
    booked, at = proposal.booked, dossier.done.get(book_key(proposal))
    if proposal.state is not ProposalState.BOOKED or booked is None or at is None:
        return False
    waited = at + PATIENCE <= now < booked.span.start
    moved_on = not any(utc(one.span) == utc(booked.span) for one in dossier.standing())
    if not waited or moved_on or dossier.shown is None:
        return False
    return utc(booked.span) not in dossier.shown
