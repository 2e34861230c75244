"""Keys: each names one intended write, from its purpose and the identity of its target alone.

Two installations that look after the same pair make the same keys.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

from connectors.model import Handle, Key, Mark

WRITTEN = "-written"
"""How the mark of questions that stand in for a meeting ends, and the key of their write."""


def key(purpose: str, *identity: str | datetime | int) -> Key:
    """Return the key of a purpose for a target, e.g. `attach_agenda:p-1f:…`."""
    return Key(":".join((purpose, *(_text(part) for part in identity))))


def event_key(account: str, event: Handle | None) -> Key:
    """Return the key that, once closed, says: visavis does not write to this event any more."""
    return key("event", account, event or "")


def entry_id(name: str) -> str:
    """Return the short name under which the journal lists a write."""
    return f"w-{digest(name)}"


def mark(series: str, recurrence_id: datetime) -> Mark:
    """Return the name of the section first written for this meeting."""
    return Mark(f"{recurrence_id.astimezone(UTC):%Y%m%dT%H%M}-{digest(series)}")


def written_mark(series: str, recurrence_id: datetime) -> Mark:
    """Return the name of the questions that stand in for this meeting."""
    return Mark(mark(series, recurrence_id) + WRITTEN)


def questions_key(pair: str, name: Mark) -> Key:
    """Return the key of the write that puts these questions into the document of a pair."""
    return key("write_section", pair, name)


def in_writing(name: Mark) -> bool:
    """Whether a section has the questions of a meeting in writing."""
    return name.endswith(WRITTEN)


def digest(*identity: str | datetime) -> str:
    """Return ten characters that stand for an identity, safe in file names and markers."""
    text = "\x1f".join(_text(part) for part in identity)
    return blake2b(text.encode(), digest_size=5).hexdigest()


def _text(part: str | datetime | int) -> str:
    if isinstance(part, datetime):
        return f"{part.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return str(part)
