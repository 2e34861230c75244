"""Opaque names, JSON values, and stretches of time: what all other words are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NewType, TypeAlias, Union

Handle = NewType("Handle", str)
"""The provider's name of a thing (event id, href, file and UID); never parsed by the daemon."""
Version = NewType("Version", str)
"""The provider's etag or change key at one moment; compared for equality only."""
Cursor = NewType("Cursor", str)
"""How far a change feed was read; may expire at any time."""
Key = NewType("Key", str)
"""Names one intended write, made from purpose and identity alone: same intent, same key."""
Mark = NewType("Mark", str)
"""The marker in a document that says: visavis wrote this section."""
Url = NewType("Url", str)

Json: TypeAlias = Union[  # noqa: UP007 - "|" takes no names that come later
    bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None
]
Facts: TypeAlias = Mapping[str, Json]
"""Named JSON values: what a receipt remembers, what the journal shows."""


def instant(moment: datetime) -> datetime:
    """Return the same moment in UTC: across zones Python calls repeated autumn hours unequal."""
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open time between two aware datetimes; never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs aware datetimes")
        if self.start.astimezone(UTC) >= self.end.astimezone(UTC):
            raise ValueError("a span ends after it starts")

    @property
    def length(self) -> timedelta:
        """Elapsed time: Python subtracts wall clocks within a zone, wrong at clock changes."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether both share a moment; touching spans do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def starting(self, start: datetime) -> Span:
        """Return a span of the same elapsed length that begins at `start`, in that zone."""
        return Span(start, (start.astimezone(UTC) + self.length).astimezone(start.tzinfo))
