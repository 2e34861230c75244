"""The words of Graph that more than one module says: which properties are asked for, and ours."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object as Graph sends it; never leaves this package."""

_ANY = (
    "id",
    "type",
    "start",
    "end",
    "isAllDay",
    "isCancelled",
    "isOrganizer",
    "organizer",
    "attendees",
    "hideAttendees",
    "responseStatus",
    "showAs",
    "sensitivity",
)
INSTANCE = ",".join(
    (
        *_ANY,
        "seriesMasterId",
        "originalStart",
        "iCalUId",
        "subject",
        "locations",
        "originalStartTimeZone",
    )
)
"""What is asked of every instance in a window. No body: it would come with every single one."""
WHOLE = ",".join(
    (
        *INSTANCE.split(","),
        "recurrence",
        "body",
        "cancelledOccurrences",
        "isOnlineMeeting",
        "onlineMeeting",
        "onlineMeetingProvider",
        "location",
        "allowNewTimeProposals",
    )
)
"""What is asked of a series or single event by its id; only there cancelled days are told."""
