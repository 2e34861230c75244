"""Writes of ours taken back, by what they mean: servers write a text anew in their own order.

Pure. Raises `PreconditionFailed` where people changed since what was written.
"""

from __future__ import annotations

from datetime import datetime

from connectors.errors import PreconditionFailed
from connectors.ical import drafting, editing, rebooking
from connectors.ical.editing import Splice, escaped, line_for
from connectors.ical.parts import fields, lead, words
from connectors.ical.reading import Reader
from connectors.ical.source import Component, Property, Source, fold
from connectors.ical.translate import timed
from connectors.model import Facts, Receipt, Status, Url


def without_link(source: Source, uid: str, url: Url) -> list[Splice]:
    """Take out a link, and the line that offers it; nothing where it is gone already."""
    master = lead(source.events[uid])
    part = fields(master)
    links = (one for one in part.get("ATTACH", ()) if one.value == url)
    splices = [Splice(one.start, one.end, b"") for one in links]
    if described := part.get("DESCRIPTION"):
        splices += _without_line(described[0], line_for(url), source.newline)
    return editing.shifted(splices, master.start)


def without_booking(source: Source, uid: str, receipt: Receipt, reader: Reader) -> list[Splice]:
    """Put an instance back to where a booking took it from; nothing where it is there already."""
    at = datetime.fromisoformat(str(receipt.after["recurrence_id"]))
    view = reader.view(source, drafting.around(at))
    own = rebooking.override(source, uid, at, view.zones)
    if own is None or rebooking.of_another(own, receipt.after["key"]):
        series = reader.one("", source, uid, view)
        present = series.occurrence(at) if series else None
        gone = present is None or _same(receipt.before, present.span.start, present.status)
        if gone and receipt.before["status"] == (present.status if present else Status.CANCELLED):
            return []
        raise PreconditionFailed("the meeting was changed since")
    span = timed(fields(own), view.zones).span
    cancelled = words(fields(own), "STATUS").upper() == "CANCELLED"
    if cancelled or not _same(receipt.after, span.start, Status.STANDING):
        raise PreconditionFailed("the meeting was moved since")
    return [
        Splice(own.start, own.end, _earlier(receipt, at)),
        *_excluded(source, uid, receipt, reader),
    ]


def booked_still(event: Component, receipt: Receipt, reader: Reader, source: Source) -> None:
    """Raise unless a meeting of our own is where we booked it."""
    zones = reader.view(
        source, drafting.around(datetime.fromisoformat(str(receipt.after["start"])))
    ).zones
    part = fields(event)
    if rebooking.of_another(event, receipt.after["key"]) or not _same(
        receipt.after, timed(part, zones).span.start, Status.STANDING
    ):
        raise PreconditionFailed("the meeting was changed since")


def _earlier(receipt: Receipt, at: datetime) -> bytes:
    """Return the override that stood there before, or nothing."""
    earlier = str(receipt.before.get("override") or "")
    standing = receipt.before["status"] == Status.STANDING
    if not earlier and standing and not _same(receipt.before, at, Status.STANDING):
        raise PreconditionFailed("where the meeting was before is not known any more")
    return earlier.encode()


def _excluded(source: Source, uid: str, receipt: Receipt, reader: Reader) -> list[Splice]:
    """Exclude the instance from its rule again, where it was cancelled so."""
    if receipt.before["status"] == Status.STANDING or receipt.before.get("override"):
        return []
    at = datetime.fromisoformat(str(receipt.after["recurrence_id"]))
    master = lead(source.events[uid])
    start = fields(master)["DTSTART"][0]
    zones = reader.view(source, drafting.around(at)).zones
    line = fold(rebooking.stamped("EXDATE", at, start, zones), source.newline)
    end = master.start + start.end
    return [Splice(end, end, line)]


def _same(told: Facts, start: datetime, status: Status) -> bool:
    """Whether a journal's fact is about this start and this status."""
    return datetime.fromisoformat(str(told["start"])) == start and told["status"] == status


def _without_line(described: Property, line: str, newline: bytes) -> list[Splice]:
    """Take one line out of a description; one that we made for it goes as a whole."""
    _, value = described.parts()
    offer = escaped(line)
    if value.endswith(f"\\n{offer}"):
        left = value.removesuffix(f"\\n{offer}")
        made = False  # it was there before the line, if only empty
    else:
        lines = words({"DESCRIPTION": [described]}, "DESCRIPTION").split("\n")
        if line not in lines:
            return []
        left = escaped("\n".join(one for one in lines if one != line))
        made = not left
    head = described.text[: len(described.text) - len(value)]
    return [Splice(described.start, described.end, b"" if made else fold(head + left, newline))]
