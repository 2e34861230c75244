"""The two kinds of Exchange ids: opaque, case-sensitive, and told apart by their first letters.

The plain id names an item where it lies, the immutable one for as long as the mailbox lives; which
of them an answer holds is decided by each request's `Prefer` header, and every request takes both.
Occurrences have no objects of their own: their ids are made of the master's and a date.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date

from connectors.standins.graph.calls import Refused

_REST = "AAMkAGU5"
_IMMUTABLE = "AAkALgAA"


@dataclass(frozen=True, slots=True)
class Name:
    """What an event id says: the copy, and for an occurrence its original day.

    `changed` makes the id of an exception differ from that of the occurrence it was; whether
    Exchange does so is unconfirmed, so both are played.
    """

    key: int
    day: date | None = None
    changed: bool = False

    def encode(self, *, immutable: bool) -> str:
        """Write the id; `Prefer: IdType="ImmutableId"` asks for the other kind."""
        day = f"{self.day:%Y%m%d}" if self.day else "0"
        text = f"{self.key:07d}.{day}.{int(self.changed)}"
        return (_IMMUTABLE if immutable else _REST) + _armour(text)

    @classmethod
    def decode(cls, text: str) -> Name:
        """Read an id of either kind; anything else is not one of ours."""
        if text[:8] not in {_REST, _IMMUTABLE}:
            raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
        try:
            key, day, changed = _unarmour(text[8:]).split(".")
        except (ValueError, binascii.Error) as broken:
            raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.") from broken
        return cls(int(key), None if day == "0" else date.fromisoformat(day), changed == "1")


def _armour(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _unarmour(text: str) -> str:
    return base64.urlsafe_b64decode(text.encode()).decode()


def change_key(serial: int) -> str:
    """Write the version of an item; it changes with every edit."""
    return base64.b64encode(f"EZ9r3czxY0m2jz8c{serial:08d}".encode()).decode()


def etag(serial: int) -> str:
    """Write the weak `@odata.etag` that goes with the change key."""
    return f'W/"{change_key(serial)}"'


def ical_uid(number: int) -> str:
    """Make an Exchange GlobalObjectId; the zeros hold a date in the ids of occurrences."""
    return f"040000008200E00074C5B7101A82E00800000000{number:056X}"


def occurrence_uid(uid: str, day: date) -> str:
    """Return the uid of one occurrence: Exchange writes its date into the zeros."""
    return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"
