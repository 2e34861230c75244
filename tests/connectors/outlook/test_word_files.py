"""A section put into a Word file and read from it: as Word keeps it, and as people use it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from connectors.model import Block, Item, Mark, Section
from connectors.outlook import word_marks, word_reading, word_writing
from connectors.outlook.word_design import INTRO, new_document, opened, saved
from tests.contract.documents import is_within

MONDAY = date(2026, 3, 9)
MARK, OLDER = Mark("20260309T0900-0123456789"), Mark("20260302T0900-0123456789")
SECTION = Section(
    "Monday, 9 March 2026",
    MONDAY,
    (
        Block("", ("(Maya and Ben, 30 minutes)",)),
        Block("Top priorities (8 min)", ("(What counts most until next time)",)),
        Block("Decisions", ("Berlin it is",)),
        Block(
            "Action items",
            (),
            (
                Item("send the budget", owner="Ben", due=date(2026, 3, 13), since=date(2026, 3, 2)),
                Item("show the slides", done=True, owner="Maya", key="kept"),
                Item("find a room"),
            ),
        ),
    ),
)


def written(*marks: Mark) -> bytes:
    content = new_document("Maya and Ben")
    for mark in marks or (MARK,):
        content = word_writing.insert(content, SECTION, mark)
    return content


def edited(content: bytes, change: Callable[[Document], object]) -> bytes:
    document = opened(content)
    change(document)
    return saved(document)


def read(content: bytes) -> Section:
    return word_reading.sections(opened(content))[0]


def items(content: bytes) -> list[Item]:
    return [item for block in read(content).blocks for item in block.items]


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in opened(content).paragraphs]


def table(document: Document) -> docx.table.Table:
    return document.tables[0]


# --- What is written is read ----------------------------------------------------------------------


def test_a_section_comes_back_with_its_days_and_keys() -> None:
    found = read(written())
    budget, slides, room = items(written())
    assert (found.heading, found.day, found.mark) == (SECTION.heading, MONDAY, MARK)
    assert found.blocks[:3] == SECTION.blocks[:3]
    assert (budget.owner, budget.due, budget.since) == ("Ben", date(2026, 3, 13), date(2026, 3, 2))
    assert (slides.done, slides.key) == (True, "kept")
    assert (room.text, room.owner, room.due) == ("find a room", "", None)
    assert len({budget.key, slides.key, room.key, ""}) == 4


def test_a_new_document_says_how_to_use_it_and_has_no_section() -> None:
    document = opened(new_document("Maya and Ben"))
    assert [p.text for p in document.paragraphs] == ["Maya and Ben", INTRO]
    assert word_reading.title(document) == "Maya and Ben"
    assert word_reading.sections(document) == ()


def test_letters_that_xml_cannot_hold_are_left_out() -> None:
    section = Section("9 March\x00 2026 <&>", MONDAY, (Block("", ("a\x0bb \ud83d ]]>",)),))
    found = read(word_writing.insert(new_document("\x01A & B"), section, MARK))
    assert (found.heading, found.blocks[0].lines) == ("9 March 2026 <&>", ("ab  ]]>",))


def test_what_is_no_word_document_says_so() -> None:
    with pytest.raises(ValueError, match="no Word document"):
        opened(b"%PDF-1.7")


# --- Marks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["20260302T0900-0123456789", "a_b-ü", "x"])
def test_a_mark_fits_into_the_name_of_a_bookmark_and_back(mark: str) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("x")._p
    name = word_marks.of_section(Mark(mark))
    word_marks.put(paragraph, name, document.element.body)
    assert word_marks.section(paragraph) == mark
    assert len(name) <= 40
    assert name.replace("_", "").isalnum()
    assert name[0].isalpha()
    assert name.isascii()


def test_a_mark_that_word_would_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        word_marks.of_section(Mark("-" * 13))


def test_no_two_bookmarks_have_one_id() -> None:
    body = opened(written(OLDER, MARK)).element.body
    ids = [start.get(qn("w:id")) for start in body.iter(qn("w:bookmarkStart"))]
    assert len(set(ids)) == len(ids) == 3


# --- What people do -------------------------------------------------------------------------------


def test_typed_ticks_count() -> None:
    def type_one(document: Document) -> None:
        document.add_paragraph("[x] call the landlord")
        document.add_paragraph("☑ water the plants")
        document.add_paragraph("☐ buy a cake by Friday")

    found = items(edited(written(), type_one))[3:]
    assert [(item.text, item.done) for item in found] == [
        ("call the landlord", True),
        ("water the plants", True),
        ("buy a cake", False),
    ]
    assert found[2].due == date(2026, 3, 13)


def test_a_struck_line_and_a_struck_row_are_done() -> None:
    def strike(document: Document) -> None:
        line = document.add_paragraph("[Ben] call the ")
        line.add_run("landlord")
        for run in (*line.runs, *table(document).cell(3, 1).paragraphs[0].runs):
            run.font.strike = True

    done = {item.text: item.done for item in items(edited(written(), strike))}
    assert done["call the landlord"]
    assert done["find a room"]
    assert not done["send the budget"]


def test_a_partly_struck_line_is_not_done() -> None:
    def strike(document: Document) -> None:
        line = document.add_paragraph("[Ben] call the ")
        line.add_run("landlord").font.strike = True

    assert not items(edited(written(), strike))[-1].done


def test_people_fill_the_empty_row_and_reword_the_others() -> None:
    def work(document: Document) -> None:
        rows = table(document).rows
        for cell, words in zip(
            rows[4].cells[1:], ("rent the van", "Maya", "16 March"), strict=True
        ):
            cell.paragraphs[0].add_run(words)
        rows[1].cells[1].paragraphs[0].runs[0].text = "send the final budget"

    before, after = items(written()), items(edited(written(), work))
    assert (after[3].text, after[3].owner, after[3].due) == (
        "rent the van",
        "Maya",
        date(2026, 3, 16),
    )
    assert (after[0].text, after[0].key) == ("send the final budget", before[0].key)


def test_a_row_people_copied_is_an_item_of_its_own() -> None:
    def copy(document: Document) -> None:
        row = table(document).rows[1]._tr
        row.addnext(docx.oxml.parse_xml(docx.oxml.xmlchemy.serialize_for_reading(row)))

    keys = [item.key for item in items(edited(written(), copy))]
    assert keys[0] != ""
    assert keys[1] == ""


def test_a_list_below_a_line_belongs_to_it() -> None:
    def type_on(document: Document) -> None:
        document.add_paragraph("call the bank", style="List Bullet")
        document.add_paragraph("about the loan", style="List Bullet 2")

    block = read(edited(written(), type_on)).blocks[-1]
    assert block.items[-1] == Item("call the bank")
    assert block.lines == ("about the loan",)


def test_a_line_with_a_colon_stands_for_a_heading() -> None:
    def type_on(document: Document) -> None:
        for words in ("Status", "all is well", "Next steps:", "call the bank"):
            document.add_paragraph(words, style="Heading 2" if words == "Status" else None)

    block = read(edited(written(), type_on)).blocks[-1]
    assert (block.heading, block.items) == ("Status", (Item("call the bank"),))
    assert block.lines == ("all is well", "Next steps:")


def test_a_tracked_deletion_is_gone_and_a_tracked_insertion_there() -> None:
    def track(document: Document) -> None:
        line = document.add_paragraph("we keep ")
        kept, gone = line.add_run("Berlin"), line.add_run("Paris")
        for run, tag in ((kept, "w:ins"), (gone, "w:del")):
            wrapper = docx.oxml.OxmlElement(tag)
            run._r.addprevious(wrapper)
            wrapper.append(run._r)

    assert "we keep Berlin" in [item.text for item in items(edited(written(), track))]


def test_a_table_of_peoples_own_is_notes() -> None:
    def draw(document: Document) -> None:
        cells = document.add_table(1, 2).rows[0].cells
        cells[0].text, cells[1].text = "rent", "900 €"

    assert read(edited(written(), draw)).blocks[-1].lines[-1] == "rent | 900 €"


def test_a_row_of_theirs_that_begins_with_a_box_is_an_item() -> None:
    def draw(document: Document) -> None:
        for cell, text in zip(document.add_table(1, 4).rows[0].cells, ROW, strict=True):
            cell.text = text

    (*_, item) = read(edited(written(), draw)).blocks[-1].items
    assert (item.text, item.owner, item.due) == ("pay the rent", "Ben", date(2026, 3, 12))


ROW = ("[ ]", "pay the rent", "Ben", "2026-03-12")


# --- What is left alone ---------------------------------------------------------------------------


def human() -> bytes:
    """A document two people already have: a title, notes under a date, a picture, a comment."""
    document = docx.Document()
    document.add_paragraph("Our 1:1", style="Title")
    pinned = document.add_paragraph("Pinned: be kind")
    document.add_comment(pinned.runs, text="always", author="Ben")
    document.add_heading("2 March 2026", level=2)
    document.add_paragraph("we met", style="Intense Quote").add_run(" twice").bold = True
    document.add_picture(BytesIO(pixel()))
    return saved(document)


def pixel() -> bytes:
    """The smallest picture there is."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_document_people_have_keeps_all_they_made() -> None:
    before = human()
    after = word_writing.insert(before, SECTION, MARK)
    assert is_within(paragraphs(before), paragraphs(after))
    was, now = parts(before), parts(after)
    untouched = set(was) - {"word/document.xml", "word/styles.xml", "docProps/core.xml"}
    assert {name for name in untouched if was[name] != now[name]} == set()
    assert "word/comments.xml" in untouched
    assert any(name.startswith("word/media/") for name in untouched)


def test_a_section_stands_below_the_title_and_above_what_was_there() -> None:
    after = paragraphs(word_writing.insert(human(), SECTION, MARK))
    assert after.index("Our 1:1") < after.index(SECTION.heading) < after.index("Pinned: be kind")


def test_older_text_does_not_become_part_of_the_new_section() -> None:
    after = word_writing.insert(human(), SECTION, MARK)
    ours, pinned, theirs = word_reading.sections(opened(after))
    assert ours.mark == MARK
    assert pinned.blocks == (Block("", ("Pinned: be kind",)),)
    assert (theirs.day, theirs.blocks[0].lines) == (date(2026, 3, 2), ("we met twice",))


@pytest.mark.parametrize("content", [human(), written(OLDER), saved(docx.Document())])
def test_taking_a_section_out_leaves_what_was_there(content: bytes) -> None:
    after = word_writing.remove(word_writing.insert(content, SECTION, MARK), MARK)
    assert paragraphs(after) == paragraphs(content)
    assert len(opened(after).tables) == len(opened(content).tables)


def test_the_newest_section_finds_its_place_after_people_edited_the_title() -> None:
    def edit(document: Document) -> None:
        document.paragraphs[0].insert_paragraph_before("Draft").style = "Title"
        document.paragraphs[2].add_run(" Be kind.")

    after = paragraphs(word_writing.insert(edited(written(OLDER), edit), SECTION, MARK))
    assert after[:3] == ["Draft", "Maya and Ben", f"{INTRO} Be kind."]
    assert after[3] == SECTION.heading


def test_without_its_bookmark_a_section_goes_below_the_title() -> None:
    def drop(document: Document) -> None:
        document.element.body.remove(document.paragraphs[1]._p)

    after = paragraphs(word_writing.insert(edited(written(OLDER), drop), SECTION, MARK))
    assert after[:2] == ["Maya and Ben", SECTION.heading]


def test_a_mark_that_people_dragged_into_a_note_is_left_alone() -> None:
    def drag(document: Document) -> None:
        heading = document.paragraphs[2]
        heading.style = "Normal"

    moved = edited(written(), drag)
    assert word_writing.insert(moved, Section("Tuesday", None), MARK) == moved


def test_styles_that_a_document_lacks_are_added() -> None:
    def strip(document: Document) -> None:
        for name in ("Heading 1", "Heading 2", "List Bullet"):
            document.styles[name].delete()

    found = read(word_writing.insert(edited(human(), strip), SECTION, MARK))
    assert [block.heading for block in found.blocks] == [b.heading for b in SECTION.blocks]


def test_a_struck_row_keeps_since_when_it_was_carried() -> None:
    def strike(document: Document) -> None:
        for cell in table(document).rows[1].cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.strike = True

    budget = items(edited(written(), strike))[0]
    assert (budget.text, budget.done, budget.since) == ("send the budget", True, date(2026, 3, 2))


def test_a_note_that_begins_with_since_is_part_of_the_action() -> None:
    def note(document: Document) -> None:
        table(document).cell(3, 1).add_paragraph("since 3 March we wait for legal")

    room = items(edited(written(), note))[2]
    assert (room.text, room.since) == ("find a room since 3 March we wait for legal", None)


def test_what_earlier_versions_wrote_is_still_read() -> None:
    def older(document: Document) -> None:
        table(document).cell(1, 1).paragraphs[1].runs[0].text = "(since 2026-02-23, 2 weeks)"

    assert items(edited(written(), older))[0].since == date(2026, 2, 23)


def rezipped(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a document with one of its parts changed."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(written())) as before, zipfile.ZipFile(file, "w", 8) as after:
        for part in before.namelist():
            data = before.read(part)
            after.writestr(part, change(data) if part == name else data)
    return file.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b" " * 200_000_000,
        lambda data: data[:-100],
        lambda data: data.replace(
            b"?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/x">]>&e;', 1
        ),
        lambda _: b"",
        lambda _: b"<other/>",
        lambda data: re.sub(rb'(<w:pgSz[^>]* w:w=")[^"]*', rb"\1wide", data),
    ],
    ids=["bomb", "cut", "entity", "empty", "other", "wide"],
)
def test_a_file_that_somebody_broke_is_no_word_document(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ValueError, match="no Word document"):
        opened(rezipped("word/document.xml", change))


def test_bookmarks_that_somebody_numbered_oddly_are_let_be() -> None:
    odd = rezipped(
        "word/document.xml",
        lambda data: data.replace(b'<w:bookmarkStart w:id="1"', b'<w:bookmarkStart w:id="x"', 1),
    )
    content = word_writing.insert(odd, SECTION, OLDER)
    assert [one.mark for one in word_reading.sections(opened(content))] == [OLDER, MARK]
