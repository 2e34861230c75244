"""What people wrote into a section, told apart from what visavis had prepared there.

What visavis prepares stands in round brackets, like a stage direction: a line that is wholly in
brackets is never anybody's note. Whatever is typed behind the bracket makes the line a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from connectors.model import Block, Item, Mark, Section

_DECISIONS = ("decision", "entscheid")
_GROWTH = ("growth", "development", "entwicklung")
_BLOCKERS = ("block", "hindernis")
_CLEARER = (*_GROWTH, *_BLOCKERS, "priorit", "feedback", "calibration")
_ASKING = ("?", "\N{FULLWIDTH QUESTION MARK}", "\N{ARABIC QUESTION MARK}")
_PREPARED = re.compile(r"^\([^()]*\?\)\s*(?=\S)")


def is_hint(line: str) -> bool:
    """Whether a line is as visavis prepares it: wholly in round brackets."""
    text = line.strip()
    return text.startswith("(") and text.endswith(")")


def notes(block: Block) -> tuple[str, ...]:
    """Return what people wrote in a block, without the hints and without the action items."""
    return tuple(_note(line) for line in block.lines if line.strip() and not is_hint(line))


def has_notes(section: Section) -> bool:
    """Whether anybody wrote anything: a line, or an item that was not carried into it."""
    return any(notes(b) or any(item.since is None for item in b.items) for b in section.blocks)


def growth_notes(section: Section) -> tuple[str, ...]:
    """Return what was noted on the growth topic."""
    return tuple(line for block in _about(section, _GROWTH) for line in _said(block))


def blockers(section: Section) -> tuple[str, ...]:
    """Return what was noted as being in the way."""
    return tuple(line for block in _about(section, _BLOCKERS) for line in _said(block))


def decided(section: Section) -> tuple[str, ...]:
    """Return the decisions noted as taken: lines that ask nothing, and ticked questions."""
    found = []
    for block in _about(section, _DECISIONS):
        found += [line for line in notes(block) if not _asks(line)]
        found += [item.text for item in block.items if item.done]
    return tuple(found)


def fruitful(section: Section) -> bool:
    """Whether a meeting left a decision, a priority, a cleared blocker or a clearer bar.

    What somebody took on counts as a priority. Read generously: an unearned reproach costs more.
    """
    taken_on = (i for i in actions(section) if i.since is None and (i.owner or i.due))
    said = (line for block in _about(section, _CLEARER) for line in _said(block))
    return bool(decided(section)) or any(taken_on) or any(said)


def questions(section: Section) -> tuple[Item, ...]:
    """Return the items of the decisions block, and its questions as open items."""
    found: list[Item] = []
    for block in _about(section, _DECISIONS):
        found += [Item(line) for line in notes(block) if _asks(line)]
        found += block.items
    return tuple(found)


def actions(section: Section) -> tuple[Item, ...]:
    """Return the items of all other blocks, wherever people put them."""
    return tuple(
        item for block in section.blocks if not _is_about(block, _DECISIONS) for item in block.items
    )


def chapters(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return one section a day or mark, the latest day first.

    A part without a date (a heading somebody typed in the middle of the notes) belongs to the
    section above it; what stands above every section belongs to no meeting.
    """
    found: list[Section] = []
    for section in sections:
        if section.day is not None or section.mark is not None:
            found.append(section)
        elif found:
            blocks = (*found[-1].blocks, *_titled(section))
            found[-1] = replace(found[-1], blocks=blocks)
    return tuple(sorted(found, key=lambda s: s.day or date.min, reverse=True))


def dated(section: Section, days: dict[Mark, date]) -> Section:
    """Return a section of ours with the day it stands for, whatever became of its date line."""
    known = days.get(section.mark) if section.mark else None
    return replace(section, day=known) if known else section


def _titled(section: Section) -> Iterator[Block]:
    """Give the plain first block of a part the heading the part had."""
    for block in section.blocks:
        yield block if block.heading else replace(block, heading=section.heading)


def _about(section: Section, words: Sequence[str]) -> Iterator[Block]:
    return (block for block in section.blocks if _is_about(block, words))


def _is_about(block: Block, words: Sequence[str]) -> bool:
    heading = block.heading.casefold()
    return any(word in heading for word in words)


def _said(block: Block) -> tuple[str, ...]:
    return (*notes(block), *(item.text for item in block.items))


def _note(line: str) -> str:
    """Return what was typed, without the prepared question it may have been typed behind."""
    return _PREPARED.sub("", line.strip())


def _asks(line: str) -> bool:
    return line.rstrip().endswith(_ASKING)
