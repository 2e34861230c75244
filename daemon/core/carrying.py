"""Carry-over: what a new section takes along from the document as people left it.

The newest section of ours is the truth, with every section people wrote for the same day or
later: whatever stood in an older one was carried into it, so what is missing there was deleted
by a person and stays deleted. In a document that has no section of ours yet, the newest one
with items counts. Older sections tell only how old an item is, and whether its old copy was
ticked after the item had moved on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from connectors.model import Item, Section
from daemon.core import notes, rewording

_Read: TypeAlias = Callable[[Section], tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Carried:
    """An open item on its way into the section of a day.

    `times` says how many earlier sections held it: at the third carry it stood in three.
    """

    text: str
    owner: str
    due: date | None
    since: date | None
    weeks: int
    """Age in whole weeks on the day of the next section."""
    times: int
    overdue: bool
    """Whether its due day lies before the next section's day."""
    by: str = field(default="", compare=False)
    """How its due day is written."""


@dataclass(frozen=True, slots=True)
class Carry:
    """All that goes along: open items in the order people left them, decisions oldest first."""

    items: tuple[Carried, ...] = ()
    decisions: tuple[Carried, ...] = ()
    wins: tuple[Item, ...] = ()
    """What was ticked since the section that carried it was written."""


def carry(sections: Sequence[Section], day: date) -> Carry:
    """Return what the section of `day` takes along, or holds already where it was written.

    `sections` are those up to that day, latest first.
    """
    actions = _Thread(sections, notes.actions)
    decisions = _Thread(sections, notes.questions)
    waiting = [carried(chain, day) for chain in decisions.open()]
    return Carry(
        tuple(carried(chain, day) for chain in actions.open()),
        tuple(sorted(waiting, key=lambda one: one.since or date.min)),
        tuple(actions.done()),
    )


def carried(chain: Sequence[tuple[Section, Item]], day: date) -> Carried:
    """Return an item as it goes along: the newest wording, the oldest day."""
    item = chain[0][1]
    known = [since for section, one in chain for since in (one.since, section.day) if since]
    since = min(known, default=None)
    return Carried(
        text=item.text,
        owner=item.owner,
        due=item.due,
        since=since,
        weeks=max((day - since).days // 7, 0) if since else 0,
        times=sum(section.day is None or section.day < day for section, _ in chain),
        overdue=item.due is not None and item.due < day,
        by=item.by,
    )


@dataclass(frozen=True, slots=True)
class _Thread:
    """The same kind of items through all sections."""

    sections: Sequence[Section]
    read: _Read

    def open(self) -> Iterator[tuple[tuple[Section, Item], ...]]:
        """Yield every item that is still open, with its older copies, newest first."""
        for n, item in self._current():
            if not item.done and not self._ticked_late(n, item):
                yield self._chain(n, item)

    def done(self) -> Iterator[Item]:
        """Yield what was ticked."""
        for n, item in self._current():
            if item.done or self._ticked_late(n, item):
                yield replace(item, done=True)

    def _current(self) -> Iterator[tuple[int, Item]]:
        """Yield the items that count, each once: where two say the same, the newer one."""
        found: list[tuple[int, Item]] = []
        for n in _truth(self.sections, self.read):
            # Of two copies pasted into one section, the open one is meant.
            items = sorted(self.read(self.sections[n]), key=lambda item: item.done)
            for item in items:
                if not any(_twin(n, item, *other) for other in found):
                    found.append((n, item))
        yield from found

    def _chain(self, n: int, item: Item) -> tuple[tuple[Section, Item], ...]:
        chain = [(self.sections[n], item)]
        for section in self.sections[n + 1 :]:
            copy = rewording.find(chain[-1][1], self.read(section))
            if copy is not None and not copy.done:
                chain.append((section, copy))
            elif copy is not None or section.mark is not None:
                # Done then, so this is a new one of the same name; or not carried by us.
                break
        return tuple(chain)

    def _ticked_late(self, n: int, item: Item) -> bool:
        """Whether an older copy was ticked after this one had been carried from there."""
        return any(
            copy.done
            for section in self.sections[n + 1 :]
            if item.since and section.day and item.since <= section.day
            for copy in [rewording.find(item, self.read(section))]
            if copy is not None
        )


def _twin(n: int, item: Item, m: int, other: Item) -> bool:
    """Whether two items are one; within one section two wordings are two."""
    return rewording.same(item, other) and (n != m or rewording.identical(item, other))


def _truth(sections: Sequence[Section], read: _Read) -> Sequence[int]:
    """Return which sections hold the items that count."""
    ours = next((section for section in sections if section.mark is not None), None)
    if ours is None:
        return [n for n, section in enumerate(sections) if read(section)][:1]
    first = ours.day or date.min
    return [
        n
        for n, section in enumerate(sections)
        if section is ours or (section.mark is None and (section.day or date.min) >= first)
    ]
