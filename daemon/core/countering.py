"""A guest's other way to another time: the organizer is asked to move the meeting there.

RFC 5546 calls it a counter. It books nothing: the proposal stays open, and what the organizer
makes of it is seen like anything else people do. An answer once sent cannot be taken back.
"""

from __future__ import annotations

from datetime import datetime

from connectors.model import Capability, Key, Status
from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.words import Decision, Kind, Option, Proposal


def negotiable(dossier: Dossier, proposal: Proposal, now: datetime) -> bool:
    """Whether the organizer can be asked: somebody else's meeting that stands, and takes answers.

    A cancelled one stands no more, so only a declined one, or one moved out of its week, does.
    """
    held = dossier.held(proposal.series)
    if held is None or proposal.countered is not None:
        return False
    if Capability.PROPOSE_NEW_TIME not in held.capabilities:
        return False
    present = held.series.occurrence(proposal.recurrence_id)
    if present is None or present.status is not Status.STANDING or present.span.end <= now:
        return False
    return held.series.negotiable and bool(held.series.organizer)


def countering(dossier: Dossier, proposal: Proposal, option: Option, now: datetime) -> Decision:
    """Return the decision to ask the organizer for one of the times; mails them once."""
    held = dossier.held(proposal.series)
    if held is None:
        raise ValueError("nobody can be asked about a series that is not in the calendar")
    times = {"start": option.span.start.isoformat(), "end": option.span.end.isoformat()}
    return Decision(
        key=counter_key(proposal),
        kind=Kind.COUNTER,
        pair=dossier.pair.id,
        account=held.account,
        because="you asked the organizer to move it",
        occurrence=proposal.recurrence_id,
        series=held.series.handle,
        times=proposal.lost,
        version=held.series.version,
        mails=(held.series.organizer,),
        before={
            "start": proposal.lost.start.isoformat(),
            "end": proposal.lost.end.isoformat(),
        },
        # By the first try: an answer given since then was ours, whatever a power cut hid.
        after={"proposal": proposal.id, "n": option.n, **times, "asked": now.isoformat()},
    )


def counter_key(proposal: Proposal) -> Key:
    """Return the key of the question to the organizer: asked once for each lost meeting."""
    return key("counter", proposal.pair, digest(proposal.series), proposal.recurrence_id)
