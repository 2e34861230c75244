"""The mails Exchange and OneDrive would have sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one human.

    `kind` is `invitation`, `update`, `cancellation`, `accepted`, `tentativelyAccepted`, `declined`
    or `sharing`; `day` is the original day of the occurrence it is about. Rooms answer by
    themselves and are not counted.
    """

    at: datetime
    kind: str
    sender: str
    to: str
    subject: str
    comment: str = ""
    day: date | None = None
