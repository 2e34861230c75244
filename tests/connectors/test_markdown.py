"""Running documents as Markdown: what people did to them is read, and never written over."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from connectors import markdown
from connectors.model import Block, Item, Mark, Section

MONDAY = date(2026, 3, 2)
MARK = Mark("2026-03-02/maya+ben")
ITEM = Item("send the draft", owner="Ben", due=date(2026, 3, 6), since=date(2026, 2, 16))
NEW = Section(
    "Monday, 2 March 2026",
    MONDAY,
    (Block("Progress", ("What moved?",)), Block("Action items", (), (ITEM,))),
)

PEOPLE_WROTE = """\
# Maya and Ben

Our notes since last year.

## Monday, 2 March 2026 <!-- visavis:abc -->

### Action items

* [X] shipped the *beta*
  - [x] and its notes
- [ ] [Ben] send the draft by Fri
[x] booked the room
1. [ ] @maya ask legal until 9. März
- ~~call Ana~~
- [ ] ~~write to Jo~~
- plain bullet
  - what belongs to it
- (an aside)

```
- [ ] not a task
## not a heading
```
<!-- - [ ] hidden
## hidden too
-->

23 February 2026
----------------
We talked about hiring.

## Parking lot
- [ ] someday
"""


def test_sections_are_read_in_the_order_they_stand() -> None:
    read = markdown.sections(PEOPLE_WROTE)
    assert [(s.heading, s.day, s.mark) for s in read] == [
        ("", None, None),
        ("Monday, 2 March 2026", MONDAY, "abc"),
        ("23 February 2026", date(2026, 2, 23), None),
        ("Parking lot", None, None),
    ]
    assert read[0].blocks == (Block("", ("Our notes since last year.",)),)
    assert read[2].blocks == (Block("", ("We talked about hiring.",)),)


def test_tasks_are_read_however_people_tick_nest_and_strike_them() -> None:
    (block,) = markdown.sections(PEOPLE_WROTE)[1].blocks
    assert block.items == (
        Item("shipped the *beta*", done=True),
        Item("and its notes", done=True),
        Item("send the draft", owner="Ben", due=date(2026, 3, 6)),
        Item("booked the room", done=True),
        Item("ask legal", owner="maya", due=date(2026, 3, 9)),
        Item("call Ana", done=True),
        Item("write to Jo", done=True),
        Item("plain bullet"),
    )


def test_code_and_comments_are_neither_tasks_nor_headings() -> None:
    (block,) = markdown.sections(PEOPLE_WROTE)[1].blocks
    code = ("```", "- [ ] not a task", "## not a heading", "```")
    assert block.lines == ("what belongs to it", "(an aside)", *code)


def test_a_line_in_bold_stands_for_a_heading_until_the_next() -> None:
    text = "## 2026-03-02\n- we met\n\n**Action items**\n- call the bank\n\n**Talk**\n- of that\n"
    ((block,),) = (section.blocks for section in markdown.sections(text))
    assert block.items == (Item("call the bank"),)
    assert block.lines == ("we met", "**Action items**", "**Talk**", "of that")


def test_a_heading_of_a_whole_section_also_says_that_its_lines_are_items() -> None:
    (section,) = markdown.sections("## Next steps\n- call the bank\n### Talk\n- of this and that\n")
    assert section.blocks == (
        Block("", (), (Item("call the bank"),)),
        Block("Talk", ("of this and that",)),
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Maya and Ben #\n", "Maya and Ben"),
        ("\ufeffMaya and Ben\n===\n", "Maya and Ben"),
        ("---\ntags: x\n---\n\n# Maya and Ben\n", "Maya and Ben"),
        ("<!-- licence -->\n# Maya and Ben", "Maya and Ben"),
        ("# 2026-03-02\n\n- a dated section is no title\n", ""),
        ("Some words\n\n# A heading further down\n", ""),
        ("- a list\n===\n", ""),
        ("", ""),
    ],
)
def test_the_title_is_the_first_heading_of_the_first_level(text: str, title: str) -> None:
    assert markdown.title(text) == title


def test_a_row_of_a_table_that_begins_with_a_box_is_an_item() -> None:
    text = (
        "## 2026-03-02\n\n| | Was | Wer |\n|---|---|---|\n| [ ] | pay \\| rent | Ben |\n| a | b |\n"
    )
    ((block,),) = (section.blocks for section in markdown.sections(text))
    assert [(item.text, item.owner) for item in block.items] == [("pay | rent", "Ben")]
    assert "| a | b |" in block.lines


def test_a_template_becomes_one_section_with_blocks() -> None:
    text = "# Monday, 2 March\n\n## Wins\n- [x] beta\n\n### Questions\n1. what?\n- \n"
    assert markdown.section(text, MARK, MONDAY) == Section(
        "Monday, 2 March",
        MONDAY,
        (Block("Wins", (), (Item("beta", done=True),)), Block("Questions", ("what?",))),
        MARK,
    )


def test_a_template_without_a_heading_is_headed_by_its_day() -> None:
    assert markdown.section("hello\n", None, MONDAY).heading == "2026-03-02"


def test_a_section_is_written_plainly() -> None:
    assert markdown.render(NEW) == (
        "## Monday, 2 March 2026\n\n### Progress\n\n- What moved?\n\n### Action items\n\n"
        "- [ ] [Ben] send the draft by Fri 6 March 2026 (since 16 February, 2 weeks)\n"
    )


def test_the_newest_section_stands_right_under_the_title() -> None:
    text = markdown.document("Maya and Ben")
    text = markdown.insert(text, NEW, Mark("a"))
    text = markdown.insert(text, NEW, Mark("b"))
    assert text.startswith("# Maya and Ben\n\n## Monday, 2 March 2026 <!-- visavis:b -->\n")
    assert [s.mark for s in markdown.sections(text)] == ["b", "a"]


def test_without_a_title_the_newest_section_stands_on_top() -> None:
    text = markdown.insert("## 2026-02-23\r\n- [ ] x\r\n", NEW, MARK)
    assert text.startswith("## Monday, 2 March 2026 <!-- visavis:2026-03-02%2Fmaya%2Bben -->\r\n")
    assert text.endswith("\r\n\r\n## 2026-02-23\r\n- [ ] x\r\n")
    assert text.count("\r\n") == text.count("\n")


def test_text_below_the_title_does_not_become_a_part_of_the_new_section() -> None:
    text = markdown.insert("# T\nwords of people\n- [ ] theirs\n", NEW, MARK)
    ours, theirs = markdown.sections(text)
    assert ours == Section(NEW.heading, NEW.day, NEW.blocks, MARK)
    assert theirs.blocks == (Block("", ("words of people",), (Item("theirs"),)),)


def test_only_the_date_line_of_an_existing_section_changes() -> None:
    before = markdown.insert("# T\r\n\r\nhuman\r\n", NEW, MARK).replace("What moved?", "A lot. ")
    moved = Section("Tuesday, 3 March 2026", date(2026, 3, 3), (Block("other"),))
    after = markdown.insert(before, moved, MARK)
    assert after == before.replace("Monday, 2 March 2026", "Tuesday, 3 March 2026")


def test_a_mark_whose_heading_people_took_away_is_not_written_again() -> None:
    text = "# T\n\nnow a plain line <!-- visavis:abc -->\n"
    assert markdown.insert(text, NEW, Mark("abc")) == text


def test_a_mark_quoted_in_code_is_not_a_section() -> None:
    text = "# T\n\n```\n## x <!-- visavis:abc -->\n```\n"
    assert markdown.source(text, Mark("abc")) is None
    assert markdown.remove(text, Mark("abc")) == text


def test_what_people_add_to_a_section_belongs_to_its_source() -> None:
    text = markdown.insert("# T\n", NEW, MARK)
    written = markdown.source(text, MARK)
    assert written == text.removeprefix("# T\n\n")
    assert markdown.source(text + "\nmore\n", MARK) == f"{written}\nmore\n"


def test_words_of_other_people_cannot_forge_structure() -> None:
    forged = Block("a\n## b", ("## x <!-- visavis:zz -->", "[x] no task", "---", "@ben no owner"))
    text = markdown.insert("", Section("h <!-- visavis:yy -->", None, (forged,)), MARK)
    (section,) = markdown.sections(text)
    assert section.mark == MARK
    assert section.blocks == (Block("a ## b", forged.lines),)


# What people write, from the pieces that could confuse us.
PIECES = [
    "# T", "## 2026-02-23", "### Wins", "Old", "===", "---", "- [ ] a", "* [x] b", "words", "  ",
    "```", "~~~", "<!--", "-->", "<!-- /visavis -->", "<!-- visavis:other -->", "> q", "\t", "#",
    "## x <!-- visavis:other -->", "...", "\u2028", "\x0c", "title: x",
]  # fmt: skip
HUMAN = st.builds(
    lambda bom, lines, last: bom + "".join(w + e for w, e in lines) + last,
    st.sampled_from(["", "\ufeff"]),
    st.lists(st.tuples(st.sampled_from([*PIECES, ""]), st.sampled_from(["\n", "\r\n", "\r"]))),
    st.sampled_from([*PIECES, ""]),
)


@given(st.one_of(HUMAN, st.text()))
@example("# T")
@example("# T\nOld\n---\n")
@example("---\na: b\n---\n")
@example("\ufeff")
@example("\ufeff\n## mixed line endings\r# T")
def test_taking_a_section_out_gives_the_human_text_back(text: str) -> None:
    written = markdown.insert(text, NEW, MARK)
    assert markdown.remove(written, MARK) == text


@given(st.one_of(HUMAN, st.text()))
def test_writing_twice_is_writing_once(text: str) -> None:
    once = markdown.insert(text, NEW, MARK)
    assert once != text
    assert markdown.insert(once, NEW, MARK) == once


@given(st.one_of(HUMAN, st.text()))
def test_no_other_character_changes(text: str) -> None:
    written = markdown.insert(text, NEW, MARK)
    source = markdown.source(written, MARK)
    assert source
    before, after = written.split(source)
    added = len(before) + len(after) - len(text)
    assert 0 <= added <= 4
    assert text.endswith(after.lstrip("\r\n"))
    assert text.startswith(before.rstrip("\r\n"))


@given(HUMAN)
def test_what_we_write_is_read_back_whole_above_any_human_text(text: str) -> None:
    sections = markdown.sections(markdown.insert(text, NEW, MARK))
    ours = next(s for s in sections if s.mark == MARK)
    assert ours.blocks == NEW.blocks


@given(HUMAN)
def test_sections_of_people_read_the_same_below_ours(text: str) -> None:
    assume("/visavis" not in text)
    before = [s for s in markdown.sections(text) if s.heading]
    after = [s for s in markdown.sections(markdown.insert(text, NEW, MARK)) if s.heading]
    assert [s for s in after if s.mark != MARK] == before


WORDS = st.text(
    st.characters(blacklist_categories=("C", "Z"), blacklist_characters="[](),~^"), min_size=1
).filter(lambda w: not set(w) <= set("-*_=|:") and not w.endswith("#"))
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
ITEMS = st.builds(Item, WORDS, st.booleans(), st.just("") | WORDS, DAYS, DAYS)
BLOCKS = st.builds(
    Block,
    WORDS,
    st.lists(WORDS).map(tuple),
    st.lists(ITEMS.filter(lambda i: i.owner != "x")).map(tuple),
)


@given(st.lists(BLOCKS).map(tuple), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_every_section_is_read_back_as_it_was_written(blocks: tuple[Block, ...], day: date) -> None:
    section = Section(f"Week of {day}", day, blocks, MARK)
    assert markdown.sections(markdown.render(section)) == (section,)


@pytest.mark.parametrize(
    "line",
    [
        *("- [ ] x{}y", "- [ ] x (since{}y", "- [ ] x by{}y", "- ~~x{}y", "# x{}#y", "## x{}y"),
        *("## x{}", "- [ ] {}", "x {}", "{}"),
    ],
)
@pytest.mark.parametrize("run", [" ", "(", "a", "#", "<!--", "<!--visavis:", "~~", " by 4", "\\"])
def test_a_line_of_any_length_is_gone_through_once(line: str, run: str) -> None:
    text = "# Us\n\n" + line.format(run * (100_000 // len(run)))
    before = process_time()
    markdown.sections(text)
    markdown.insert(text, NEW, MARK)
    assert process_time() - before < 5
