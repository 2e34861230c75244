"""The vocabulary of the outside world: what every connector says and the daemon understands.

All values are frozen. Every datetime is aware, spans are half-open, addresses are in lower
case. Nothing here knows a provider, a store or a clock.
"""

from __future__ import annotations

from connectors.model.calendar import (
    Attendee,
    AttendeeKind,
    Baseline,
    Busy,
    Capability,
    Changes,
    Entry,
    EventKind,
    Fresh,
    Hours,
    Occurrence,
    Person,
    Receipt,
    Response,
    Series,
    Status,
    Weekday,
    WorkingHours,
)
from connectors.model.names import (
    Cursor,
    Facts,
    Handle,
    Json,
    Key,
    Mark,
    Span,
    Url,
    Version,
    instant,
)
from connectors.model.pushing import (
    Heard,
    News,
    Notice,
    Watch,
)
from connectors.model.writing import (
    Block,
    Item,
    Letter,
    Link,
    Section,
    Task,
)

__all__ = [
    "Attendee",
    "AttendeeKind",
    "Baseline",
    "Block",
    "Busy",
    "Capability",
    "Changes",
    "Cursor",
    "Entry",
    "EventKind",
    "Facts",
    "Fresh",
    "Handle",
    "Heard",
    "Hours",
    "Item",
    "Json",
    "Key",
    "Letter",
    "Link",
    "Mark",
    "News",
    "Notice",
    "Occurrence",
    "Person",
    "Receipt",
    "Response",
    "Section",
    "Series",
    "Span",
    "Status",
    "Task",
    "Url",
    "Version",
    "Watch",
    "Weekday",
    "WorkingHours",
    "instant",
]
