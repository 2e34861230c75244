"""What a wish of ours makes of an event's text: the edits, and what people are told of them.

Pure. A draft without edits is a wish that was fulfilled already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.errors import PreconditionFailed
from connectors.ical import editing, invitation, parts, rebooking, translate
from connectors.ical.reading import Reader
from connectors.ical.source import Source
from connectors.model import Facts, Link, Occurrence, Series, Span, Status, Url

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """Edits of a text, with what was and what will be as the journal shows it."""

    splices: Sequence[editing.Splice]
    before: Facts
    after: Facts


def attaching(source: Source, uid: str, link: Link) -> Draft:
    """Draft the link on a series, unless it is there already."""
    master = parts.lead(source.events[uid])
    urls = [one.url for one in translate.links(parts.fields(master))]
    there = link.url in urls
    splices = [] if there else editing.attachment(master, link.url, source.newline)
    others = [url for url in urls if url != link.url]
    return Draft(splices, {"links": others}, {"links": [*others, link.url]})


def booking(
    reader: Reader, source: Source, uid: str, lost: Occurrence, wish: rebooking.Booking
) -> Draft:
    """Draft another time for an instance, unless this key booked it already.

    Raises `PreconditionFailed` when the instance is not as `lost` says any more.
    """
    view = reader.view(source, around(lost.recurrence_id))
    present = _present(reader.one("", source, uid, view), lost)
    own = rebooking.override(source, uid, lost.recurrence_id, view.zones)
    splices: Sequence[editing.Splice] = []
    # Some servers drop our key (X- properties); the time that was wished for tells as much.
    stands = (present.status, present.span) == (Status.STANDING, wish.to)
    if not stands and (own is None or rebooking.booked_as(own) != wish.key):
        if (present.status, present.span) != (lost.status, lost.span):
            raise PreconditionFailed("the meeting is not as it was")
        splices = rebooking.rebooked(source, uid, wish, view.zones)
    return Draft(splices, meeting(lost.span, lost.status), meeting(wish.to, Status.STANDING))


def around(recurrence_id: datetime) -> Span:
    """Return a window that shows one instance, wherever its clock puts it."""
    return Span(recurrence_id - _DAY, recurrence_id + _DAY)


def request(reader: Reader, source: Source, uid: str, lost: Occurrence) -> str:
    """Return the invitation (iMIP) to the override of an instance, or nothing without one."""
    view = reader.view(source, lost.span)
    own = rebooking.override(source, uid, lost.recurrence_id, view.zones)
    written = invitation.request(own, reader.owner, view.zones) if own else b""
    return written.decode("utf-8", "replace")


def invited(reader: Reader, source: Source, uid: str, to: Span) -> str:
    """Return the invitation (iMIP) to a meeting of our own, which has no other instance."""
    event = parts.lead(source.events[uid])
    zones = reader.view(source, to).zones
    return invitation.request(event, reader.owner, zones).decode("utf-8", "replace")


def kept(source: Source, uid: str) -> Facts:
    """Return what a write must leave alone; ours is a link that our own line offers."""
    part = parts.fields(parts.lead(source.events[uid]))
    offered = parts.words(part, "DESCRIPTION").splitlines()
    ours = [url for url in translate.attached(part) if editing.line_for(Url(url)) in offered]
    return translate.kept(part, ours)


def meeting(span: Span, status: Status) -> Facts:
    """Tell a time as the journal shows it."""
    return {"start": span.start.isoformat(), "end": span.end.isoformat(), "status": status}


def _present(series: Series | None, lost: Occurrence) -> Occurrence:
    """Return an instance as it is now; its identity is the start its rule gave it."""
    found = series.occurrence(lost.recurrence_id) if series else None
    if found is None:
        raise PreconditionFailed("the meeting is not in its series any more")
    return found
