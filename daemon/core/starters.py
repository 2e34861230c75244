"""Questions to start from when there is nothing to carry: three, and not those of last time."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.model import Section
from daemon.core.words import Role

COUNT = 3

_REPORTING = (
    "What should these meetings be good for, and how will we notice that they are?",
    "Which part of the work is clear right now, and which part is guesswork?",
    "What would be good to hear from each other sooner than we do today?",
    "What took longer than it should have lately, and what would have shortened it?",
    "Which decision would help most if it were taken this week?",
    "What is going well that nobody has remarked on yet?",
    "If one thing could come off the list, which one should it be?",
    "Where would a second pair of eyes have helped lately?",
    "What would be worth learning over the next months, and where could it be practised?",
    "Which date ahead feels least certain, and what would make it firmer?",
    "Who else should be part of what we are working on, and is not yet?",
    "What should we stop, start or simply leave as it is?",
)
_PEERS = (
    "What is each of us busy with that the other should know about?",
    "Where do our plans touch in the coming weeks?",
    "What could one of us take off the other's hands?",
    "What have we each learned lately that would save the other time?",
    "Where did work get stuck between us, and how could it flow better?",
    "What would we decide differently if we decided it together?",
    "Who should we both be talking to, and are not?",
    "What is going well between us that is worth keeping?",
    "Which question would we like a straight answer to?",
)


def starters(role: Role, before: Iterable[Section]) -> tuple[str, ...]:
    """Return the next three questions after the last ones asked; `before` is latest first."""
    pool = _PEERS if role is Role.PEER else _REPORTING
    first = next((_after(section, pool) for section in before if _asked(section, pool)), 0)
    return tuple(pool[(first + n) % len(pool)] for n in range(COUNT))


def _after(section: Section, pool: tuple[str, ...]) -> int:
    asked = _asked(section, pool)
    # Where the last three went over the end of the list, the later ones stand at its beginning.
    wrapped = len(pool) - 1 in asked and 0 in asked
    return max(n for n in asked if not wrapped or n < COUNT) + 1


def _asked(section: Section, pool: tuple[str, ...]) -> tuple[int, ...]:
    text = "\n".join(line for block in section.blocks for line in block.lines)
    return tuple(n for n, question in enumerate(pool) if question in text)
