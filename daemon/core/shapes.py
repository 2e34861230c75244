"""How the time of a one-on-one is shared out: the shape of each role, scaled to what is booked.

At half an hour the manager's shape is ten minutes of progress, five of blockers and fifteen of
growth (DOMAIN 1); other lengths keep these proportions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from daemon.core.words import Role

SHAPES: Mapping[Role, Mapping[str, int]] = {
    Role.MANAGER: {"progress": 3, "blockers": 3, "growth": 5},
    Role.REPORT: {
        "priorities": 2,
        "wins": 1,
        "status": 2,
        "decisions": 3,
        "blockers": 3,
        "feedback": 2,
    },
    Role.PEER: {"news": 2, "help": 3, "working": 2},
}
"""The segments by the owner's role, in the order they are talked through, with their weights."""

_FIVE = 5


def shares(role: Role, length: timedelta) -> Mapping[str, int]:
    """Return the minutes of each segment; together they are the whole length.

    In steps of five minutes where each segment can have five, else of one.
    """
    minutes, shape = int(length.total_seconds() // 60), SHAPES[role]
    step = _FIVE if minutes % _FIVE == 0 and minutes >= _FIVE * len(shape) else 1
    return {name: steps * step for name, steps in _apportioned(minutes // step, shape).items()}


def _apportioned(steps: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Share out whole steps by largest remainder, at least one each."""
    total = sum(weights.values())
    exact = {name: steps * weight / total for name, weight in weights.items()}
    given = {name: max(int(share), 1) for name, share in exact.items()}
    while (left := steps - sum(given.values())) != 0:
        most = max if left > 0 else min
        name = most(given, key=lambda name: exact[name] - given[name])
        given[name] += 1 if left > 0 else -1
    return given
