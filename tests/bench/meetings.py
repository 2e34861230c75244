"""The calendar of a busy manager, all of it inside the window of a look.

Of 5,000 events 15 are weekly one-on-ones (the reports, the own manager, some peers) and 35 are
weekly group meetings. Of the single ones a tenth each are between two people, focus time without
guests, and private appointments; the rest are groups of four to eight. Every tenth single meeting
of two is with somebody who also has a one-on-one.

Nobody saves time by leaving events out for their date. That makes this calendar denser than any
real one: ten calls with one other person on each working day, where three would be many. Of a real
calendar a look reads the last twelve weeks and what is to come; the others read all there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
"""A Saturday: no agenda is due for what repeats on Wednesdays."""
OWNER = "maya@acme.example"
MINUTES = 30
DESCRIPTION = "What this meeting is for, who prepares what, and where the notes are. " * 4
_FIRST = NOW - timedelta(weeks=7)
_SPREAD = timedelta(weeks=10)
_WEDNESDAY = datetime(2026, 1, 21, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mix:
    """How many series there are, and which of ten single events are between two people."""

    one_on_ones: int = 15
    groups: int = 35
    of_two: frozenset[int] = frozenset({0})


MANAGER = Mix()
COACH = Mix(one_on_ones=50, of_two=frozenset({0, 2, 4, 6, 7}))
"""Somebody who does little else: far more of what visavis looks at closely."""


@dataclass(frozen=True, slots=True)
class Meeting:
    number: int
    start: datetime
    guests: tuple[str, ...]
    weekly: bool = False
    private: bool = False

    @property
    def title(self) -> str:
        return f"Meeting {self.number}"

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=MINUTES)


def meetings(count: int, mix: Mix = MANAGER) -> Iterator[Meeting]:
    """Yield the series, a second apart on Wednesday, then the single events, evenly spread."""
    series = mix.one_on_ones + mix.groups
    for number in range(count):
        if number < series:
            start = _WEDNESDAY + timedelta(seconds=number)
            guests = _guests(number, 1 if number < mix.one_on_ones else 5)
            yield Meeting(number, start, guests, weekly=True)
        else:
            start = (_FIRST + number * (_SPREAD / count)).replace(microsecond=0)
            yield _single(number, start, mix)


def _single(number: int, start: datetime, mix: Mix) -> Meeting:
    kind = number % 10
    if kind in mix.of_two:
        known = number // 100 % mix.one_on_ones if number // 10 % 10 == 0 else number
        return Meeting(number, start, _guests(known, 1))
    if kind in {3, 8}:
        return Meeting(number, start, (), private=kind == 8)
    return Meeting(number, start, _guests(number, 3 + number % 5))


def _guests(first: int, many: int) -> tuple[str, ...]:
    return tuple(f"guest{first + n}@other.example" for n in range(many))


def settings(folder: Path, provider: str, endpoint: str) -> Path:
    """Write the settings of whoever has these meetings at a stand-in."""
    file = folder / "visavis.toml"
    file.write_text(f"""\
[[account]]
name = "work"
provider = "{provider}"
email = "{OWNER}"
endpoint = "{endpoint}"
timezone = "Europe/Berlin"
""")
    return file
