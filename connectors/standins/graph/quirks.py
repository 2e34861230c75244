"""What nobody outside Microsoft has confirmed, as switches: a client must live with either way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Quirks:
    """Open questions of the fact sheet, and how heavy the load is.

    Set them with `world.quirks = replace(world.quirks, ...)`; a test that matters runs both ways.
    """

    event_if_match: bool = False
    """PATCH of an event honours If-Match with 412."""
    file_if_match: bool = True
    """PUT of file content honours If-Match with 412."""
    read_lag: timedelta = timedelta()
    """How long plain reads still show what was there before a write through the API."""
    masters_in_delta: bool = False
    """Delta pages hold series masters too."""
    removed_occurrences: bool = False
    """A cancelled occurrence gets an `@removed` of its own id in the delta."""
    empty_first_page: bool = True
    """A delta round begins with an empty page."""
    sync_state_code: str = "SyncStateNotFound"
    """`error.code` of a dead delta token; seen with either first letter."""
    exception_ids_change: bool = False
    """An exception has another id than the occurrence it was."""
    occurrence_uids: bool = True
    """Each occurrence has an `iCalUId` of its own, as the SDK says; users saw it shared."""
    cancelled_copy_stays: bool = True
    """An attendee keeps a cancelled occurrence, marked; False: their client removed it."""
    duplicate_transaction: Literal["same", "conflict", "refused"] = "same"
    """A second POST with the same transactionId gets the first event (201), 409, or 400."""
    strips_markup: bool = False
    """Exchange drops comments, ids and classes from the HTML of a body."""
    lock_code: Literal["resourceLocked", "notAllowed"] = "resourceLocked"
    """`error.code` of the 423 while somebody has the file open in Word."""
    batch_width: int = 20
    """How many parts of one `$batch` a mailbox takes; the rest get a 429 of their own."""
    latency: float = 0
    """Seconds each request takes, so that several can be under way at once."""
