"""What every documents connector must do; its test gives a fixture `bench`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

import pytest

from connectors.errors import NotFound, PreconditionFailed
from connectors.model import Block, Item, Key, Link, Mark, Person, Section, Url
from connectors.protocol import Documents, created

KEY = Key("document:maya-ben")
TITLE = "Maya and Ben"
FRIDAY = date(2026, 3, 6)
BUDGET, SLIDES = "send the budget", "show the slides"
WEEK_1 = Section(
    "Monday, 2 March 2026",
    date(2026, 3, 2),
    (
        Block("Decisions", ("Berlin it is",)),
        Block(
            "Action items",
            (),
            (
                Item(BUDGET, owner="Ben", due=FRIDAY),
                Item(SLIDES, owner="Maya"),
            ),
        ),
        Block("Notes"),
    ),
)
WEEK_2 = replace(WEEK_1, heading="Monday, 9 March 2026", day=date(2026, 3, 9))
FIRST, SECOND = Mark("maya-ben-20260302"), Mark("maya-ben-20260309")


class DocumentsBench(Protocol):
    """A place for documents with people in them, who know nothing of visavis."""

    @property
    def documents(self) -> Documents:
        """The connector under test, on the owner's account."""

    @property
    def partner(self) -> Person:
        """The other one, with an account at the same provider."""

    def may_write(self, document: Link, person: Person) -> bool:
        """Tell whether a person can open and change the document."""

    def note(self, document: Link, line: str) -> None:
        """Let a person write a line at the very end."""

    def tick(self, document: Link, words: str) -> None:
        """Let a person tick the action item with these words."""

    def bin(self, document: Link) -> None:
        """Let a person throw the document away."""

    def text(self, document: Link) -> str:
        """Return all that people read in the document, a line a paragraph."""

    def mailed(self) -> Sequence[str]:
        """Return an address for each mail the provider sent because of the connector."""


class DocumentsContract:
    """Claims about `protocol.Documents`."""

    # --- The document ---

    def test_a_document_is_made_once_for_a_key(self, bench: DocumentsBench) -> None:
        assert bench.documents.find(KEY) is None
        made = bench.documents.create(KEY, TITLE)
        assert made.title == TITLE
        assert bench.documents.create(KEY, TITLE) == made
        assert bench.documents.find(KEY) == made

    def test_another_key_is_another_document(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        assert bench.documents.create(Key("document:maya-cem"), TITLE).url != made.url
        assert bench.documents.find(KEY) == made

    def test_a_new_document_has_no_sections(self, bench: DocumentsBench) -> None:
        assert list(bench.documents.sections(bench.documents.create(KEY, TITLE))) == []

    def test_a_document_is_opened_by_its_address(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        opened = bench.documents.open(made.url)
        assert opened is not None
        assert (opened.url, opened.handle) == (made.url, made.handle)

    def test_an_address_of_somewhere_else_opens_nothing(self, bench: DocumentsBench) -> None:
        assert bench.documents.open(Url("https://elsewhere.example/d/1")) is None

    def test_a_document_is_shared_once_and_without_a_mail(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        assert not bench.may_write(made, bench.partner)
        first = bench.documents.share(made, [bench.partner])
        second = bench.documents.share(made, [bench.partner])
        assert (first.wrote, second.wrote) == (True, False)
        assert bench.may_write(made, bench.partner)
        assert list(bench.mailed()) == []

    def test_a_share_can_be_taken_back(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        receipt = bench.documents.share(made, [bench.partner])
        bench.documents.undo(receipt)
        bench.documents.undo(receipt)
        assert not bench.may_write(made, bench.partner)

    # --- Its sections ---

    def test_a_section_reads_back_as_it_was_written(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.documents.write_section(made, WEEK_1, FIRST)
        (section,) = bench.documents.sections(made)
        assert (section.heading, section.day, section.mark) == (WEEK_1.heading, WEEK_1.day, FIRST)
        assert [plain(block) for block in section.blocks] == [plain(b) for b in WEEK_1.blocks]

    def test_the_newest_section_stands_on_top(self, bench: DocumentsBench) -> None:
        made = written(bench)
        assert [section.mark for section in bench.documents.sections(made)] == [SECOND, FIRST]

    def test_the_same_mark_is_the_same_section(self, bench: DocumentsBench) -> None:
        made = written(bench)
        before = bench.text(made)
        assert not bench.documents.write_section(made, WEEK_2, SECOND).wrote
        assert bench.text(made) == before

    def test_only_the_date_line_of_a_section_ever_changes(self, bench: DocumentsBench) -> None:
        made = written(bench)
        bench.tick(made, BUDGET)
        before = bench.text(made)
        later = Section("Tuesday, 10 March 2026", date(2026, 3, 10))
        assert bench.documents.write_section(made, later, SECOND).wrote
        assert bench.text(made) == before.replace(WEEK_2.heading, later.heading)

    def test_human_text_survives(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.documents.write_section(made, WEEK_1, FIRST)
        line = "  ask * about the 3.50 € [sic] <b>budget</b> & “Zürich” 👋"
        bench.note(made, line)
        before = bench.text(made)
        bench.documents.write_section(made, WEEK_2, SECOND)
        assert line.strip() in bench.text(made)
        assert is_within(before.splitlines(), bench.text(made).splitlines())

    def test_ticks_are_read_back(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.documents.write_section(made, WEEK_1, FIRST)
        bench.tick(made, SLIDES)
        (section,) = bench.documents.sections(made)
        ticked = {item.text: item.done for block in section.blocks for item in block.items}
        assert ticked == {BUDGET: False, SLIDES: True}

    def test_a_line_that_people_type_under_action_items_is_one(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.documents.write_section(made, replace(WEEK_1, blocks=WEEK_1.blocks[:2]), FIRST)
        bench.note(made, "Ben: call the bank by 2026-03-06")
        (section,) = bench.documents.sections(made)
        items = {item.text: item.due for item in section.blocks[-1].items}
        assert items == {BUDGET: FRIDAY, SLIDES: None, "Ben: call the bank": FRIDAY}

    def test_a_receipt_links_to_the_section(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        receipt = bench.documents.write_section(made, WEEK_1, FIRST)
        (section,) = bench.documents.sections(made)
        assert section.link == receipt.after["link"]
        assert str(section.link).startswith(made.url.partition("?")[0].partition("#")[0])

    # --- Taking back ---

    def test_a_section_can_be_taken_back_without_a_trace(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.documents.write_section(made, WEEK_1, FIRST)
        bench.note(made, "ask about the budget")
        before = bench.text(made)
        receipt = bench.documents.write_section(made, WEEK_2, SECOND)
        bench.documents.undo(receipt)
        bench.documents.undo(receipt)
        assert bench.text(made) == before

    def test_a_date_line_can_be_taken_back(self, bench: DocumentsBench) -> None:
        made = written(bench)
        before = bench.text(made)
        later = Section("Tuesday, 10 March 2026", date(2026, 3, 10))
        bench.documents.undo(bench.documents.write_section(made, later, SECOND))
        assert bench.text(made) == before

    def test_a_section_people_worked_in_is_not_taken_back(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        receipt = bench.documents.write_section(made, WEEK_1, FIRST)
        bench.tick(made, BUDGET)
        before = bench.text(made)
        with pytest.raises(PreconditionFailed):
            bench.documents.undo(receipt)
        assert bench.text(made) == before

    def test_an_untouched_document_can_be_taken_back(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.documents.undo(created(made))
        bench.documents.undo(created(made))
        assert bench.documents.find(KEY) is None

    def test_a_document_people_wrote_in_is_not_taken_back(self, bench: DocumentsBench) -> None:
        made = bench.documents.create(KEY, TITLE)
        bench.note(made, "ask about the budget")
        with pytest.raises(PreconditionFailed):
            bench.documents.undo(created(made))
        assert bench.documents.find(KEY) == made

    # --- Gone ---

    def test_a_document_in_the_bin_is_gone(self, bench: DocumentsBench) -> None:
        made = written(bench)
        bench.bin(made)
        assert bench.documents.find(KEY) is None
        assert bench.documents.open(made.url) is None
        with pytest.raises(NotFound):
            bench.documents.sections(made)
        with pytest.raises(NotFound):
            bench.documents.write_section(made, WEEK_2, SECOND)
        with pytest.raises(NotFound):
            bench.documents.share(made, [bench.partner])


def written(bench: DocumentsBench) -> Link:
    """Return a document with the sections of two weeks."""
    made = bench.documents.create(KEY, TITLE)
    bench.documents.write_section(made, WEEK_1, FIRST)
    bench.documents.write_section(made, WEEK_2, SECOND)
    return made


def plain(block: Block) -> Block:
    """Return a block without what a format adds: hidden keys, and the first day of an item."""
    return replace(block, items=tuple(replace(i, key="", since=None) for i in block.items))


def is_within(lines: Sequence[str], text: Sequence[str]) -> bool:
    """Whether all these lines stand in a text, in their order."""
    rest = iter(text)
    return all(line in rest for line in lines)
