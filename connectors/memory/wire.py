"""The one way into the world: requests are counted here, and broken where a test says so.

    world.wire.fail(Refusal(), at=3)
    world.wire.fail(Cut(after=True), at=world.wire.count + 1)

A sweep runs once unbroken, reads `count`, and runs again with a fault at every number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import RLock
from typing import TypeVar, assert_never

from connectors.errors import OutcomeUnknown, Unavailable

T = TypeVar("T")


class PowerCut(BaseException):
    """The machine stops here; no `except Exception` may survive it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Answer that now is a bad time: `Unavailable`, and certainly nothing happened."""

    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """Do the work, then lose the answer: `OutcomeUnknown` for a write."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Let a person do something just before the request arrives."""

    act: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the power before the request has its effect, or after."""

    after: bool = False


Fault = Refusal | LostAnswer | Meanwhile | Cut


class Wire:
    """Counts requests from 1 on and breaks those it was told to break; usable from threads."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._lock = RLock()
        self.log: list[str] = []
        """What was asked, in order: `calendar.read`, `documents.write`."""

    @property
    def count(self) -> int:
        """How many requests there were."""
        return len(self.log)

    def fail(self, fault: Fault, *, at: int) -> None:
        """Break the request of this number."""
        self._faults[at] = fault

    def read(self, name: str, act: Callable[[], T]) -> T:
        """Carry out a request that changes nothing."""
        return self._carry(name, act, Unavailable("the answer got lost"))

    def write(self, name: str, act: Callable[[], T]) -> T:
        """Carry out a request that changes the world."""
        return self._carry(name, act, OutcomeUnknown("the answer got lost"))

    def _carry(self, name: str, act: Callable[[], T], lost: Exception) -> T:
        with self._lock:
            self.log.append(name)
            match self._faults.pop(self.count, None):
                case None:
                    return act()
                case Refusal(retry_after):
                    raise Unavailable("the server is busy", retry_after=retry_after)
                case LostAnswer():
                    act()
                    raise lost
                case Meanwhile(deed):
                    deed()
                    return act()
                case Cut(after):
                    if after:
                        act()
                    raise PowerCut
                case fault:
                    assert_never(fault)
