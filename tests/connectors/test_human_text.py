"""Human text is sacred: whatever people did to a document, a write adds one section of ours.

The same edit histories on every kind of document that people can edit by hand here: typed into
the middle of lines, split, joined, cut, struck through, ticked, commented, with tables in between,
in their own text and in ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.items import redated
from connectors.model import Block, Item, Key, Link, Mark, Section
from connectors.standins.google import World, application
from connectors.standins.server import serve
from tests.connectors.files.bench import FolderBench
from tests.connectors.google.benches import NOON, Company, DocumentsAtGoogle
from tests.connectors.hands import AtGoogle, Deed, Edit, Hands, InText, InWord
from tests.connectors.outlook.bench import Company as Office
from tests.connectors.outlook.bench import Library
from tests.contract.memory import DocumentsInMemory

MONDAY = date(2026, 3, 2)
NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Visavis writes the section of a week, or gives the one that is there another day."""

    week: int
    late: int


Step: TypeAlias = Edit | Prepared
LINES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=30)
TYPED = LINES | st.sampled_from(
    [
        "# mine",
        "- [ ] buy pens",
        "مراجعة العقد",
        "🎪",
        "> so",
        "| a | b |",
        "```",
        "~~old~~",
        "1. x",
        "Tuesday, 3 March 2026",
    ]
)
PLACES = st.floats(0, 1, exclude_max=True) | st.none() | st.none()
EDITS = st.builds(Edit, st.sampled_from(Deed), PLACES, TYPED)
PREPARED = st.builds(Prepared, st.integers(0, 2), st.integers(0, 4))
# A document that visavis never wrote in says nothing about its writes.
HISTORIES = st.tuples(st.lists(EDITS | EDITS | PREPARED, max_size=7), PREPARED).map(
    lambda told: [Prepared(0, 0), *told[0], told[1], Prepared(0, 3)]
)


@pytest.fixture(params=["memory", "files", "google", "word"], scope="module")
def hands(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hands]:
    match request.param:
        case "memory":
            memory = DocumentsInMemory()
            yield InText(memory, lambda link, change: memory.world.edit(link.url, change))
        case "files":
            folder = FolderBench(Path(tmp_path_factory.mktemp("agendas")))
            yield InText(folder, folder.edit)
        case "google":
            world = World(lambda: NOON)
            wire = application(world)
            with serve(wire) as base:
                company = Company(base, world, wire)
                yield AtGoogle(DocumentsAtGoogle(company))
                company.close()
        case _:
            with ExitStack() as stack:
                yield InWord(Library(Office(stack)))


@given(history=HISTORIES)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_write_adds_one_section_and_twice_adds_nothing(
    hands: Hands, history: Sequence[Step]
) -> None:
    number = next(NUMBERS)
    document = hands.documents.create(Key(f"document:{number}"), f"Maya and Ben {number}")
    for step in history:
        if isinstance(step, Edit):
            hands.edit(document, step)
        else:
            _prepare(hands, document, step)


def test_words_and_comments_beside_the_day_stay(hands: Hands) -> None:
    number = next(NUMBERS)
    document = hands.documents.create(Key(f"document:{number}"), "Maya and Ben")
    _prepare(hands, document, Prepared(0, 0))
    for deed, words in (
        (Deed.BEHIND, " (bring the laptop)"),
        (Deed.AHEAD, "(kick-off) "),
        (Deed.COMMENT, "so late?"),
    ):
        hands.edit(document, Edit(deed, None, words))
    _prepare(hands, document, Prepared(0, 3))
    shown = "\n".join(hands.lines(document) + hands.shown(document))
    for words in ("(kick-off)", "Thursday, 5 March 2026", "(bring the laptop)", "so late?"):
        assert words in shown
    assert "Monday, 2 March" not in shown


def _prepare(hands: Hands, document: Link, step: Prepared) -> None:
    """Write a section and hold what people see after against what they saw before."""
    section, mark = _section(step), Mark(f"week-{step.week}")
    lines, shown = hands.lines(document), hands.shown(document)
    hands.documents.write_section(document, section, mark)
    after = hands.shown(document)
    if len(after) == len(shown):
        _dated(lines, hands.lines(document), section.heading)
    else:
        assert _inserted(shown, after)
    assert not hands.documents.write_section(document, section, mark).wrote
    assert hands.shown(document) == after


def _dated(before: Sequence[str], after: Sequence[str], heading: str) -> None:
    """Claim that at most one line has another day, and all the other words it had."""
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(changed) <= 1
    for was, now in changed:
        words, mark, rest = was.partition("<!-- visavis:")
        assert now == f"{redated(words, heading)}{mark}{rest}"


def _section(step: Prepared) -> Section:
    day = MONDAY + timedelta(weeks=step.week, days=step.late)
    item = Item(f"send report number {step.week}")
    blocks = (Block("Wins", ("(What went well?)",)), Block("Actions", (), (item,)))
    return Section(f"{day:%A}, {day.day} {day:%B} {day.year}", day, blocks)


def _inserted(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether one stretch of lines was put in, and nothing else is different."""
    added = len(after) - len(before)
    cuts = range(len(before) + 1)
    return added > 0 and any([*after[:cut], *after[cut + added :]] == [*before] for cut in cuts)
