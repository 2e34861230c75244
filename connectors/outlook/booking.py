"""Another time for a lost meeting: a standing occurrence is moved, anything else is called anew.

Exchange has no way to bring a cancelled occurrence back. The new meeting carries our key in a
hidden property, so that it is found again, and in its transactionId, so that it is made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from connectors.errors import NotFound, NotPermitted, PreconditionFailed
from connectors.model import (
    Attendee,
    AttendeeKind,
    Facts,
    Handle,
    Key,
    Occurrence,
    Person,
    Receipt,
    Response,
    Series,
    Span,
    Status,
    Version,
    instant,
)
from connectors.outlook import bodies, schedules, translate
from connectors.outlook.attaching import kept
from connectors.outlook.client import Graph
from connectors.outlook.failures import CrossesNeighbour
from connectors.outlook.reading import Reader
from connectors.outlook.wire import WORDS, Json

_OURS = "String {5d3f6c0e-8a74-4a3f-9f0b-2d1c7e9b6a48} Name"
KEY = f"{_OURS} visavisKey"
LOST = f"{_OURS} visavisInsteadOf"
"""The series (iCalUId) and the original start of the meeting that a new one stands for."""
_TYPES = {AttendeeKind.ROOM: "resource", AttendeeKind.RESOURCE: "resource"}
_A_DAY = timedelta(days=1)
_NEVER = "0001-01-01T00:00:00Z"
_CLOCKS_APART = timedelta(minutes=2)


class Bookings:
    """Moves and makes meetings in one calendar."""

    def __init__(self, graph: Graph, reader: Reader, owner: Person) -> None:
        self._graph = graph
        self._reader = reader
        self._owner = owner

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Move it or call a new meeting; `PreconditionFailed` if it is not as `lost` says."""
        if made := self._made(key):
            return _called(made, self._kept(made), wrote=False)
        whole = self._reading(series.handle)
        if series.owned and whole:
            present = self._instance(whole, lost.recurrence_id, lost.span, to)
            if present and _is_at(present, to):
                return self._moved(whole, present, lost.span, wrote=False)
            _check(lost, present)
            if present:
                try:
                    return self._move(whole, present, lost.span, to)
                except CrossesNeighbour:
                    pass  # a meeting of its own has to do
        return self._call(series, whole, lost, to, key)

    def counter(
        self, series: Series, lost: Occurrence, to: Span, since: datetime | None
    ) -> Receipt:
        """Answer with another time for the organizer to take; a decline stays a decline."""
        whole = self._reader.whole(series.handle)
        present = self._instance(whole, lost.recurrence_id, lost.span, to)
        if present is None:
            raise NotFound("the meeting is not in the calendar any more")
        if not translate.negotiable(whole):
            raise NotPermitted("no other time can be proposed for this meeting")
        sent = since is not None and _answered(present) >= instant(since) - _CLOCKS_APART
        if not sent:
            slot = {"start": schedules.utc(to.start), "end": schedules.utc(to.end)}
            path = f"{self._reader.event(present['id'])}/{_verb(present)}"
            self._graph.write("POST", path, {"sendResponse": True, "proposedNewTime": slot})
        return self._countered(whole, present, to, wrote=not sent)

    def _countered(self, whole: Json, present: Json, to: Span, *, wrote: bool) -> Receipt:
        """Return the receipt of an answer, which has no body: the event is read once more."""
        after, original = self._reader.whole(Handle(whole["id"])), translate.original(present)
        return Receipt(
            handle=Handle(whole["id"]),
            version=translate.version(after),
            before={
                "response": translate.response(present.get("responseStatus")),
                **_times(translate.span(present, "UTC")),
            },
            after={"recurrence_id": original.isoformat(), "proposed": _times(to)},
            kept_before=self._kept(whole),
            kept_after=self._kept(after),
            wrote=wrote,
        )

    def undo(self, receipt: Receipt) -> None:
        """Move it back, or take the new meeting out; not where people moved it since."""
        whole = self._reading(receipt.handle)
        after, before = receipt.after, receipt.before
        if not before:
            if whole:
                self._cancel(whole, _span(after))
            return
        if whole is None:
            raise NotFound("the series is gone")
        original = datetime.fromisoformat(str(after["recurrence_id"]))
        present = self._instance(whole, original, _span(before), _span(after))
        if present and _is_at(present, _span(before)):
            return
        if present is None or not _is_at(present, _span(after)):
            raise PreconditionFailed("the meeting was moved or cancelled since")
        self._put(present, _span(before), translate.zone_of(whole, self._reader.eyes()))

    # --- A standing occurrence ---

    def guard(self, written: Receipt) -> tuple[Version, Facts]:
        """Read what the move of an occurrence must have left alone of it."""
        whole, after = self._reader.whole(written.handle), written.after
        original = datetime.fromisoformat(str(after["recurrence_id"]))
        present = self._instance(whole, original, _span(written.before), _span(after))
        if present is None:
            raise NotFound("the meeting is not in the calendar any more")
        found = self._worded(present)
        return translate.version(found), self._kept(found)

    def _move(self, whole: Json, present: Json, was: Span, to: Span) -> Receipt:
        """Give a standing occurrence its new times: one mail to each guest."""
        before = self._worded(present)
        written = self._put(before, to, translate.zone_of(whole, self._reader.eyes()))
        receipt = self._moved(whole, written, was, wrote=True)
        return replace(receipt, kept_before=self._kept(before), kept_after=self._kept(written))

    def _worded(self, present: Json) -> Json:
        return self._graph.read(self._reader.event(present["id"]), {"$select": WORDS})

    def _moved(self, whole: Json, present: Json, was: Span, *, wrote: bool) -> Receipt:
        """Return the receipt of a move, or of one that was made before."""
        original = instant(translate.original(present)).isoformat()
        unharmed = self._kept(whole)
        return Receipt(
            handle=Handle(whole["id"]),
            version=translate.version(present),
            before={"recurrence_id": original, **_times(was)},
            after={"recurrence_id": original, **_times(translate.span(present, "UTC"))},
            kept_before=unharmed,
            kept_after=unharmed,
            wrote=wrote,
        )

    def _put(self, present: Json, to: Span, zone: str) -> Json:
        """Give one occurrence its times, on the clock that people see the series by."""
        path, known = self._reader.event(present["id"]), translate.version(present)
        return self._graph.write("PATCH", path, _edges(to, zone), if_match=known)

    def _instance(self, whole: Json, original: datetime, *around: Span) -> Json | None:
        """Return an occurrence as it stands now, looked for around these times; None if gone."""
        if not whole.get("recurrence"):
            return whole
        start = min(original, *(span.start for span in around)) - _A_DAY
        end = max(original, *(span.end for span in around)) + _A_DAY
        standing = (
            one
            for one in self._reader.instances(Handle(whole["id"]), Span(start, end))
            if not one.get("isCancelled")
        )
        wanted = instant(original)
        return next((one for one in standing if translate.original(one) == wanted), None)

    # --- A meeting of its own ---

    def _made(self, key: str) -> Json | None:
        """Find the meeting that this key made."""
        query = {
            "$filter": f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' "
            f"and ep/value eq '{transaction(key)}')",
            "$select": WORDS,
        }
        pages = self._graph.pages(f"{self._reader.path()}/events", query)
        return next((event for page in pages for event in page["value"]), None)

    def _call(
        self, series: Series, whole: Json | None, lost: Occurrence, to: Span, key: Key
    ) -> Receipt:
        """Call a new meeting of the same people, with the link and an online meeting of its own."""
        if series.attendees is None:
            raise NotPermitted("the guests are hidden, so nobody can be invited")
        body = {
            **_edges(to, series.zone),
            **_words(series, whole),
            "attendees": [_invited(one) for one in self._others(series, lost)],
            "transactionId": transaction(key),
            "singleValueExtendedProperties": [
                {"id": KEY, "value": transaction(key)},
                {"id": LOST, "value": f"{series.uid} {instant(lost.recurrence_id).isoformat()}"},
            ],
        }
        try:
            made = self._graph.write("POST", f"{self._reader.path()}/events", body)
        except (PreconditionFailed, NotPermitted):
            # Perhaps Exchange has seen the transaction, and the answer to it was lost.
            found = self._made(key)
            if found is None:
                raise
            made = found
        return _called(made, self._kept(made), wrote=True)

    def _others(self, series: Series, lost: Occurrence) -> Sequence[Attendee]:
        invited = {one.address: one for one in series.invited(lost)}
        people = {series.organizer: Attendee(series.organizer), **invited}.values()
        return [one for one in people if not self._owner.answers_to(one.address)]

    def _cancel(self, made: Json, told: Span) -> None:
        """Take out a meeting we called; its guests are mailed a cancellation."""
        if not _is_at(made, told):
            raise PreconditionFailed("the meeting was moved since")
        self._graph.write("DELETE", self._reader.event(made["id"]))

    def _reading(self, event: Handle) -> Json | None:
        try:
            return self._reader.whole(event)
        except NotFound:
            return None

    def _kept(self, event: Json) -> Facts:
        return kept(event, self._reader.eyes([event]))


def _verb(present: Json) -> str:
    """Return how to answer with another time: Graph knows none that leaves the answer open."""
    declined = translate.response(present.get("responseStatus")) is Response.DECLINED
    return "decline" if declined else "tentativelyAccept"


def _answered(present: Json) -> datetime:
    """Return when the owner last answered; whoever never did has a year that no clock shows."""
    return translate.moment(str((present.get("responseStatus") or {}).get("time") or _NEVER))


def transaction(key: str) -> str:
    """Return how Exchange knows a booking: a name of a fixed form, the same for the same key."""
    return str(uuid5(NAMESPACE_URL, key))


def _check(lost: Occurrence, present: Json | None) -> None:
    """Raise `PreconditionFailed` where people changed what was decided about."""
    stands = lost.status is Status.STANDING
    if stands != (present is not None) or (present and not _is_at(present, lost.span)):
        raise PreconditionFailed("the meeting is not as it was")


def _called(made: Json, unharmed: Facts, *, wrote: bool) -> Receipt:
    """Return the receipt of a new meeting; there was nothing before it."""
    times = _times(translate.span(made, "UTC"))
    return Receipt(
        handle=Handle(made["id"]),
        version=translate.version(made),
        after={"recurrence_id": times["start"], **times},
        kept_before=unharmed,
        kept_after=unharmed,
        wrote=wrote,
    )


def _words(series: Series, whole: Json | None) -> Json:
    """Return what the new meeting says, as far as the lost one can still be read."""
    known = whole or {}
    words: Json = {
        "subject": known.get("subject") or series.title,
        "body": {"contentType": "html", "content": "".join(map(bodies.line, series.links))},
        "sensitivity": "private" if series.private else "normal",
    }
    if place := (known.get("location") or {}).get("displayName"):
        words["location"] = {"displayName": place}
    if known.get("isOnlineMeeting"):
        provider = known.get("onlineMeetingProvider") or "unknown"
        words |= {"isOnlineMeeting": True}
        words |= {} if provider == "unknown" else {"onlineMeetingProvider": provider}
    return words


def _invited(one: Attendee) -> Json:
    kind = _TYPES.get(one.kind, "optional" if one.optional else "required")
    named = {"name": one.name} if one.name else {}
    return {"emailAddress": {"address": one.address, **named}, "type": kind}


def _edges(span: Span, zone: str) -> Json:
    """Write start and end in the zone people see them in."""
    clock = ZoneInfo(zone)
    return {
        name: {"dateTime": f"{edge.astimezone(clock):%Y-%m-%dT%H:%M:%S}", "timeZone": zone}
        for name, edge in (("start", span.start), ("end", span.end))
    }


def moved(receipt: Receipt) -> bool:
    """Whether it tells of a standing occurrence that was given another time."""
    return bool(receipt.before) and "start" in receipt.after


def _is_at(event: Json, span: Span) -> bool:
    found = translate.span(event, "UTC")
    return (found.start, found.end) == (instant(span.start), instant(span.end))


def _times(span: Span) -> dict[str, str]:
    return {"start": instant(span.start).isoformat(), "end": instant(span.end).isoformat()}


def _span(told: Facts) -> Span:
    return Span(*(datetime.fromisoformat(str(told[name])) for name in ("start", "end")))
