"""Human text is sacred: whatever people did to a document, a write adds one section of ours.

The same edit histories on every kind of document that people can edit by hand here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.model import Block, Item, Key, Mark, Section
from connectors.standins.google import World, application
from connectors.standins.server import serve
from tests.connectors.files.bench import FolderBench
from tests.connectors.google.benches import NOON, Company, DocumentsAtGoogle
from tests.contract.documents import DocumentsBench
from tests.contract.memory import DocumentsInMemory

MONDAY = date(2026, 3, 2)
NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Noted:
    """Somebody writes at the very end."""

    line: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """Somebody ticks the item of a week."""

    week: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """Visavis writes the section of a week, or gives the one that is there another day."""

    week: int
    late: int


Step: TypeAlias = Noted | Ticked | Prepared
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
    ]
)
WEEKS, DAYS = st.integers(0, 2), st.integers(0, 4)
HISTORIES = st.lists(
    TYPED.map(Noted) | WEEKS.map(Ticked) | st.builds(Prepared, WEEKS, DAYS), min_size=1, max_size=9
)


@pytest.fixture(params=["memory", "files", "google"], scope="module")
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DocumentsBench]:
    match request.param:
        case "memory":
            yield DocumentsInMemory()
        case "files":
            yield FolderBench(Path(tmp_path_factory.mktemp("agendas")))
        case _:
            world = World(lambda: NOON)
            wire = application(world)
            with serve(wire) as base:
                company = Company(base, world, wire)
                yield DocumentsAtGoogle(company)
                company.close()


@given(history=HISTORIES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_write_adds_one_section_and_twice_adds_nothing(
    bench: DocumentsBench, history: Sequence[Step]
) -> None:
    number = next(NUMBERS)
    document = bench.documents.create(Key(f"document:{number}"), f"Maya and Ben {number}")
    written: dict[int, Section] = {}
    ticked: set[int] = set()
    for step in history:
        before = bench.text(document)
        match step:
            case Noted(line):
                bench.note(document, line)
            case Ticked(week) if week in written and week not in ticked:
                bench.tick(document, _item(week))
                ticked.add(week)
            case Prepared(week, late):
                section, mark = _section(week, late), Mark(f"week-{week}")
                bench.documents.write_section(document, section, mark)
                after = bench.text(document)
                if week in written:
                    old = written[week].heading
                    assert after == before.replace(old, section.heading, 1)
                else:
                    assert _inserted(before.splitlines(), after.splitlines())
                assert not bench.documents.write_section(document, section, mark).wrote
                assert bench.text(document) == after
                written[week] = section
            case _:
                pass


def _section(week: int, late: int) -> Section:
    day = MONDAY + timedelta(weeks=week, days=late)
    blocks = (Block("Wins", ("(What went well?)",)), Block("Actions", (), (Item(_item(week)),)))
    return Section(f"{day:%A}, {day.day} {day:%B} {day.year}", day, blocks)


def _item(week: int) -> str:
    return f"send report number {week}"


def _inserted(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether one stretch of lines was put in, and nothing else is different."""
    added = len(after) - len(before)
    cuts = range(len(before) + 1)
    return added > 0 and any([*after[:cut], *after[cut + added :]] == [*before] for cut in cuts)
