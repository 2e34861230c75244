"""What a write to a calendar changes, as JSON for Google and as facts for its receipt: pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from connectors.google import translate
from connectors.google.translate import Copy, Json, edge, kept, link_of
from connectors.model import (
    Facts,
    Handle,
    Key,
    Link,
    Occurrence,
    Receipt,
    Span,
    Status,
    Url,
    Version,
)

_DOCUMENT_TYPE = "application/vnd.google-apps.document"
_BOOKED = "visavisBooked"
_BEFORE = "visavisBefore"
"""Private properties of an instance that got another time: by which key, and what it was before."""


# --- Attachments ---


def attachments(event: Json) -> list[Json]:
    """Return what is attached, as Google wants it back: an array is replaced whole."""
    return list(event.get("attachments", ()))


def as_attachment(link: Link) -> Json:
    """Return a document as it is attached; its address is Drive's own `webViewLink`."""
    known = {"mimeType": _DOCUMENT_TYPE} if translate.document_id(link.url) else {}
    return {"fileUrl": link.url, "title": link.title} | known


def same_document(attachment: Json, link: Link) -> bool:
    """Whether both lead to one document: the same id, whatever the address looks like."""
    there = link_of(attachment)
    known, wanted = (one.handle or translate.document_id(one.url) for one in (there, link))
    return there.url == link.url or (known is not None and known == wanted)


def attached(before: Json, after: Json, link: Link) -> Receipt:
    """Return the receipt of an attachment; others that are gone in the answer are harm done."""
    told: Facts = {"links": _urls(after), "link": link.url}
    return Receipt(
        handle=Handle(after["id"]),
        version=Version(after["etag"]),
        before={"links": [url for url in _urls(before) if url != link.url]},
        after=told,
        kept_before=guarded(before, told),
        kept_after=guarded(after, told),
        wrote=before is not after,
    )


def guarded(event: Json, ours: Facts) -> Facts:
    """Return what an attachment must leave alone: also all others, so that ours is left out."""
    link = Link(Url(str(ours.get("link", ""))))
    others = [one for one in attachments(event) if not same_document(one, link)]
    return {**kept(event), "attachments": sorted(link_of(one).url for one in others)}


def _urls(event: Json) -> list[str]:
    return [link_of(one).url for one in attachments(event)]


# --- Bookings ---


def event_id(key: Key) -> str:
    """Return an id in Google's alphabet for events (base32hex), the same for the same key."""
    digest = hashlib.sha256(key.encode()).digest()[:20]
    return base64.b32hexencode(digest).decode().lower()


def new_event(model: Json, to: Span, zone: str, key: Key, guests: Sequence[Json]) -> Json:
    """Return a meeting like the lost one: its title and privacy, a room of its own."""
    body: Json = {
        "id": event_id(key),
        "summary": model.get("summary", ""),
        "start": edge(to.start, zone),
        "end": edge(to.end, zone),
        "visibility": model.get("visibility", "default"),
        "attendees": list(guests),
    }
    if model.get("hangoutLink"):
        # One room on several events is warned against.
        meet = {"type": "hangoutsMeet"}
        body["conferenceData"] = {
            "createRequest": {"requestId": event_id(key), "conferenceSolutionKey": meet}
        }
    return body


def rebooked(instance: Json, before: Facts, to: Span, zone: str, *, key: Key, copy: Copy) -> Json:
    """Return the patch that gives an instance another time and asks again who said no."""
    private = {_BOOKED: event_id(key), _BEFORE: json.dumps(before)}
    change: Json = {
        "start": edge(to.start, zone),
        "end": edge(to.end, zone),
        "status": "confirmed",
        "extendedProperties": {"private": private},
    }
    if "attendees" in instance:
        change["attendees"] = [_asked_again(one, copy) for one in instance["attendees"]]
    return change


def put_back(event: Json, before: Facts, zone: str) -> Json:
    """Return the patch that makes an instance what it was, cancelled again if it was."""
    change: Json = {
        "start": edge(datetime.fromisoformat(str(before["start"])), zone),
        "end": edge(datetime.fromisoformat(str(before["end"])), zone),
        "status": before["status"],
        "extendedProperties": {"private": {_BOOKED: None, _BEFORE: None}},
    }
    if "attendees" in event:
        answers = cast("Mapping[str, str]", before["answers"])
        change["attendees"] = [
            one | {"responseStatus": answers.get(one.get("email", ""), one["responseStatus"])}
            for one in event["attendees"]
        ]
    return change


def booked_by(event: Json, key: Key) -> Facts | None:
    """Return what the instance was before this very key gave it another time; None if none did."""
    private = event.get("extendedProperties", {}).get("private", {})
    if private.get(_BOOKED) != event_id(key):
        return None
    before: Facts = json.loads(private[_BEFORE])
    return before


def meeting(event: Json, lost: Occurrence | None = None) -> Facts:
    """Return what a booking changes; a bare tombstone tells no time, so `lost` does."""
    if "start" in event:
        start, end = (str(event[name].get("dateTime", "")) for name in ("start", "end"))
    else:
        start, end = (lost.span.start.isoformat(), lost.span.end.isoformat()) if lost else ("", "")
    answers = {
        str(one.get("email", "")): str(one.get("responseStatus", ""))
        for one in event.get("attendees", ())
    }
    status = str(event.get("status", "confirmed"))
    return {"start": start, "end": end, "status": status, "answers": answers}


def same_meeting(some: Facts, other: Facts) -> bool:
    """Whether two tell the same time and status; what is cancelled has no time that counts."""
    if some["status"] != other["status"] or some["status"] == "cancelled":
        return some["status"] == other["status"]
    return all(_at(some, name) == _at(other, name) for name in ("start", "end"))


def as_known(instance: Json, lost: Occurrence, zone: str) -> bool:
    """Whether an instance is still what the daemon took for lost."""
    if translate.cancelled(instance):
        return lost.status is Status.CANCELLED
    return lost.status is Status.STANDING and translate.span(instance, zone) == lost.span


def booked(handle: Handle, before: Facts, was: Json, written: Json) -> Receipt:
    """Return the receipt of a booking; a bare tombstone had nothing to compare."""
    return Receipt(
        handle=handle,
        version=Version(written["etag"]),
        before=before,
        after={**meeting(written), "event": written["id"]},
        kept_before=kept(was if "start" in was else written),
        kept_after=kept(written),
    )


def _asked_again(guest: Json, copy: Copy) -> Json:
    """Take back a "no", which was an answer to the old time; who books says yes."""
    if guest.get("responseStatus") != "declined":
        return guest
    answer = "accepted" if copy.is_mine(guest) else "needsAction"
    told = {name: value for name, value in guest.items() if name != "comment"}
    return told | {"responseStatus": answer}


def _at(facts: Facts, name: str) -> datetime | None:
    text = str(facts[name])
    return datetime.fromisoformat(text) if text else None
