"""The words of Graph that more than one module says: JSON, and which properties are asked for."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object as Graph sends it; never leaves this package."""

INSTANCE = (
    "id,type,seriesMasterId,iCalUId,subject,start,end,originalStart,originalStartTimeZone,"
    "isAllDay,isCancelled,isOrganizer,organizer,attendees,hideAttendees,locations,"
    "responseStatus,sensitivity,showAs"
)
"""What is asked of every instance in a window. No body: it would come with every single one."""
WORDS = (
    f"{INSTANCE},body,isOnlineMeeting,onlineMeeting,onlineMeetingProvider,location,"
    "allowNewTimeProposals"
)
"""What is asked of one event that is to be written: also what a write could harm."""
WHOLE = f"{WORDS},recurrence,cancelledOccurrences"
"""What is asked of a series or single event by its id; only there cancelled days are told."""
