"""One Google calendar with its few writes: a link on the series, another time for a lost meeting.

Every write looks first and then changes only the version it saw. Patches, never updates: a full
update would reset whatever it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from connectors.errors import NotFound, NotPermitted, PreconditionFailed
from connectors.google import receipts, translate
from connectors.google.reader import EVENT_TYPES, GoogleReader
from connectors.google.service import Json
from connectors.model import (
    Handle,
    Key,
    Link,
    Occurrence,
    Receipt,
    Series,
    Span,
    Status,
    Url,
    Watch,
)

_MOST_ATTACHMENTS = 25


class GoogleCalendar(GoogleReader):
    """Reads and writes one calendar; implements `protocol.Calendar`.

    `Receipt.after` of an attachment has `link` and `links`; of a booking `event`, the id of what
    was written, with `start`, `end` and `status`, and `before` the same, or nothing if it is new.
    """

    def attach(self, target: Series, link: Link) -> Receipt:
        """Add an attachment, without any mail; only the organizer's side may."""
        event = self._event(target.handle)
        if translate.cancelled(event):
            raise NotFound("the event is deleted")
        attachments = receipts.attachments(event)
        if any(receipts.same_document(one, link) for one in attachments):
            return receipts.attached(event, event, link)
        if not self._copy.is_mine(event.get("organizer", {})):
            raise NotPermitted("only the organizer can attach a link")
        if len(attachments) >= _MOST_ATTACHMENTS:
            raise NotPermitted("the event has as many attachments as Google allows")
        written = self._put(event, [*attachments, receipts.as_attachment(link)])
        return receipts.attached(event, written, link)

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Move or restore the instance, or invite anew; every guest gets a mail from Google.

        A guest makes a new event, and so does an organizer whose instance was excluded from its
        rule: it is no instance any more. Raises `PreconditionFailed` when the instance is not as
        `lost` says.
        """
        instance = self._instance(series, lost) if series.owned else None
        if instance is None:
            return self._invite(series, lost, to, key)
        if before := receipts.booked_by(instance, key):
            return replace(receipts.booked(series.handle, before, instance, instance), wrote=False)
        if not receipts.as_known(instance, lost, series.zone):
            raise PreconditionFailed("the meeting is not as it was")
        before = receipts.meeting(instance, lost)
        change = receipts.rebooked(instance, before, to, series.zone, key=key, copy=self._copy)
        written = self._patch(instance, change)
        return receipts.booked(series.handle, before, instance, written)

    def counter(self, *_: object) -> Receipt:
        """Refuse: see `Capability.PROPOSE_NEW_TIME`."""
        raise NotPermitted("Google lets no guest propose another time through its API")

    def undo(self, receipt: Receipt) -> None:
        """Take an attachment or a booking back, unless people changed that very thing since."""
        if "link" in receipt.after:
            self._detach(receipt.handle, Link(Url(str(receipt.after["link"]))))
        else:
            self._unbook(receipt)

    def watch(self, callback: Url, secret: str) -> Watch:
        """Open a push channel; Google ends it after about a week, and may lose a message."""
        body = {"id": str(uuid4()), "type": "web_hook", "address": callback, "token": secret}
        request = self._events.watch(
            calendarId=self._copy.calendar, eventTypes=EVENT_TYPES, body=body
        )
        told = self._google.write(request)
        expires = datetime.fromtimestamp(int(told["expiration"]) / 1000, UTC)
        return Watch(str(told["id"]), str(told["resourceId"]), expires)

    # --- Attachments ---

    def _put(self, event: Json, attachments: Sequence[Json]) -> Json:
        """Replace the whole array of attachments, which is the only way; nobody is mailed."""
        change = {"attachments": attachments}
        return self._patch(event, change, sendUpdates="none", supportsAttachments=True)

    def _detach(self, handle: Handle, link: Link) -> None:
        """Remove one attachment; what people attached or removed since stays as it is."""
        event = self._event(handle)
        there = receipts.attachments(event)
        others = [one for one in there if not receipts.same_document(one, link)]
        if others != there:
            self._put(event, others)

    # --- Bookings ---

    def _instance(self, series: Series, lost: Occurrence) -> Json | None:
        """Find what stands for the lost meeting now; None where the rule excludes it."""
        if series.rule is None:
            return self._event(series.handle)
        if lost.handle:
            return self._event(lost.handle)
        original = lost.recurrence_id
        request = self._events.instances(
            calendarId=self._copy.calendar,
            eventId=series.handle,
            originalStart=(original.date() if series.all_day else original).isoformat(),
            showDeleted=True,
        )
        for found in self._google.read(request).get("items", ()):
            # A tombstone in a list is bare; asked for by its id it tells what it was.
            return dict(found) if "start" in found else self._event(found["id"])
        if lost.status is Status.STANDING:
            raise PreconditionFailed("the meeting is not in its series any more")
        return None

    def _invite(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Make one new event, known by an id that only this key has."""
        there = self._made(key)
        new = there or self._insert(series, lost, to, key)
        receipt = receipts.booked(Handle(new["id"]), {}, new, new)
        return replace(receipt, wrote=there is None)

    def _made(self, key: Key) -> Json | None:
        """Look for the event of a key; an id that was used once is used up."""
        try:
            there = self._event(receipts.event_id(key))
        except NotFound:
            return None
        if translate.cancelled(there):
            raise NotPermitted("the meeting was booked before, and taken back")
        return there

    def _insert(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Json:
        """Invite everybody who was invited to the lost meeting."""
        guests: list[Json] = [{"email": self._copy.address, "responseStatus": "accepted"}]
        guests += ({"email": address} for address in self.mails(series, lost))
        model = self._event(series.handle)
        request = self._events.insert(
            calendarId=self._copy.calendar,
            body=receipts.new_event(model, to, series.zone, key, guests),
            conferenceDataVersion=1,
            sendUpdates="all",
        )
        return self._google.write(request)

    def _unbook(self, receipt: Receipt) -> None:
        """Put the instance back to where it was, or delete what was new; the guests are told."""
        before, after = receipt.before, receipt.after
        event = self._event(str(after["event"]))
        now = receipts.meeting(event)
        if receipts.same_meeting(now, before or {"status": "cancelled"}):
            return
        if not receipts.same_meeting(now, after):
            raise PreconditionFailed("people changed the meeting since")
        if before:
            zone = event["start"].get("timeZone", self.zone)
            self._patch(event, receipts.put_back(event, before, zone))
            return
        # Without a mail the meeting would stay in the guests' calendars.
        request = self._events.delete(
            calendarId=self._copy.calendar, eventId=event["id"], sendUpdates="all"
        )
        self._google.write(request, event["etag"])

    def _patch(self, event: Json, change: Json, **query: Any) -> Json:  # noqa: ANN401
        """Change what a body names, at the version that was seen, and tell every guest."""
        request = self._events.patch(
            calendarId=self._copy.calendar,
            eventId=event["id"],
            body=change,
            **{"sendUpdates": "all", **query},
        )
        return self._google.write(request, event["etag"])
