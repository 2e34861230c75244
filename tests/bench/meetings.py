"""The calendar of a busy manager: of 500 meetings one is a weekly one-on-one, four are weeklies.

The others are single ones, every tenth between two people. All of them lie in the window of a
look, so that nobody saves time by leaving some out for their date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
"""A Saturday: no agenda is due for what repeats on Wednesdays."""
OWNER = "maya@acme.example"
MINUTES = 30
DESCRIPTION = "What this meeting is for, who prepares what, and where the notes are. " * 4
_FIRST = NOW - timedelta(weeks=7)
_SPREAD = timedelta(weeks=10)
_WEDNESDAY = datetime(2026, 1, 21, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Meeting:
    number: int
    start: datetime
    guests: tuple[str, ...]
    weekly: bool

    @property
    def title(self) -> str:
        return f"Meeting {self.number}"

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=MINUTES)


def meetings(count: int) -> Iterator[Meeting]:
    for number in range(count):
        weekly = number % 500 < 5
        single = (_FIRST + number * (_SPREAD / count)).replace(microsecond=0)
        others = 1 if number % 10 == 0 else 3
        yield Meeting(
            number,
            _WEDNESDAY + timedelta(seconds=number) if weekly else single,
            tuple(f"guest{number + n}@other.example" for n in range(others)),
            weekly,
        )
