"""What receipts of a calendar in memory remember, and how an event is put back from one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from connectors.memory.world import Event
from connectors.model import Attendee, Facts, Response, Span, Status, Url, Version
from connectors.recurrence import Override


def version(event: Event) -> Version:
    """Return the version all copies of an event share."""
    return Version(str(event.revision))


def kept(event: Event) -> Facts:
    """Return what a write must leave alone; a link of our own is none of it."""
    return {
        "attendees": sorted(event.people),
        "attachments": [link.url for link in event.links if link.url not in event.ours],
        "join": event.join,
        "private": event.private,
    }


def links(event: Event, *, without: Url | None = None) -> Facts:
    """Return what an attachment changes."""
    return {"links": [link.url for link in event.links if link.url != without]}


def meeting(event: Event, recurrence_id: datetime) -> Facts:
    """Return what a booking changes of one instance."""
    one = event.occurrence(recurrence_id)
    return {
        "recurrence_id": recurrence_id.isoformat(),
        "start": one.span.start.isoformat(),
        "end": one.span.end.isoformat(),
        "status": one.status.value,
        "answers": {guest.address: guest.response.value for guest in event.invited(one)},
    }


def same(some: Facts, others: Facts) -> bool:
    """Whether two tell the same; answers of guests are nothing that anybody changed."""
    return {**some, "answers": None} == {**others, "answers": None}


def now(event: Event, written: Facts) -> Facts:
    """Return how the event is now in what was written."""
    if "links" in written:
        return links(event)
    return meeting(event, datetime.fromisoformat(str(written["recurrence_id"])))


def restored(event: Event, before: Facts) -> Event:
    """Return the event as it was before a write; what was not there before is deleted."""
    if not before:
        return replace(event, deleted=True, bookings=())
    if "links" in before:
        urls = cast("Sequence[str]", before["links"])
        return replace(event, links=tuple(link for link in event.links if link.url in urls))
    recurrence_id = datetime.fromisoformat(str(before["recurrence_id"]))
    one = event.occurrence(recurrence_id)
    own = Override(
        one.recurrence_id,
        Span(*(datetime.fromisoformat(str(before[name])) for name in ("start", "end"))),
        cancelled=before["status"] == Status.CANCELLED,
        attendees=_answering(event.invited(one), cast("Facts", before["answers"])),
    )
    others = (one for one in event.bookings if one.recurrence_id != own.recurrence_id)
    return replace(event.with_override(own), bookings=tuple(others))


def _answering(invited: Sequence[Attendee], answers: Facts) -> tuple[Attendee, ...]:
    return tuple(
        replace(one, response=Response(str(answers.get(one.address, one.response))))
        for one in invited
    )
