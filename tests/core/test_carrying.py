"""Carry-over: each open item once, nothing lost, what people did to the document is the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from connectors import markdown
from connectors.model import Block, Item, Mark, Section
from daemon.core import notes
from daemon.core.agenda import section_facts
from daemon.core.carrying import Carried, Carry, carry
from daemon.core.words import Role
from daemon.render import TemplatePen
from tests.builders import at
from tests.histories import BY_HAND, PEOPLE_AT_WORK, USUAL, told

DAY = date(2026, 3, 23)


def read(document: str) -> tuple[Section, ...]:
    return notes.chapters(markdown.sections(document))


def along(document: str) -> Carry:
    return carry(read(document), DAY)


def texts(items: tuple[Carried, ...]) -> list[str]:
    return [item.text for item in items]


def weeks(*sections: str) -> str:
    """Return a document of sections of ours, the newest first, up to 16 March."""
    days = ("16", "9", "2")
    parts = (
        f"## Monday, {day} March 2026 <!-- visavis:w{day} -->\n\n### Action items\n\n{items}\n"
        for day, items in zip(days, sections, strict=False)
    )
    return "# Notes\n\n" + "\n".join(parts)


def test_open_items_go_along_with_owner_due_day_and_age() -> None:
    assert along(USUAL).items == (
        Carried(
            "write up what the import taught us",
            "Ben",
            due=date(2026, 3, 20),
            since=date(2026, 3, 16),
            weeks=1,
            times=1,
            overdue=True,
        ),
        Carried(
            "ask legal about the contract",
            "Maya",
            due=date(2026, 3, 27),
            since=date(2026, 3, 9),
            weeks=2,
            times=2,
            overdue=False,
        ),
        Carried(
            "find a date for the retrospective", "", None, date(2026, 3, 16), 1, 1, overdue=False
        ),
    )


def test_what_was_ticked_is_a_win_and_stays_behind() -> None:
    assert [win.text for win in along(USUAL).wins] == ["move the import to the new cluster"]


def test_a_decision_noted_as_a_question_waits_and_a_statement_does_not() -> None:
    assert texts(along(USUAL).decisions) == ["do we still need the old dashboard?"]


def test_waiting_decisions_come_oldest_first() -> None:
    document = """\
## Monday, 16 March 2026 <!-- visavis:w3 -->
### Decisions
- which vendor?
- [ ] which day? (since 2026-03-02, 2 weeks)
- [x] which city? (since 2026-03-02, 2 weeks)
"""
    assert texts(along(document).decisions) == ["which day?", "which vendor?"]
    assert not along(document).items


def test_what_people_did_to_a_section_is_understood() -> None:
    assert texts(along(PEOPLE_AT_WORK).items) == [
        "find a room 🎪 for forty people",
        "e-mail the caterer about the menu",
        "مراجعة العقد حتى 2026-03-27",
        "ask who comes by train",
    ]


def test_a_reworded_item_keeps_its_age_and_its_newest_words() -> None:
    caterer = along(PEOPLE_AT_WORK).items[1]
    assert (caterer.text, caterer.weeks) == ("e-mail the caterer about the menu", 2)


def test_a_deleted_item_stays_deleted() -> None:
    assert "order two hundred pens" not in texts(along(PEOPLE_AT_WORK).items)


def test_an_item_ticked_in_the_older_section_afterwards_is_done() -> None:
    document = weeks(
        "- [ ] send the draft (since 2026-03-09, 1 week)\n- [ ] find a room",
        "- [x] send the draft",
    )
    assert texts(along(document).items) == ["find a room"]
    assert [win.text for win in along(document).wins] == ["send the draft"]


def test_an_item_that_is_opened_again_is_a_new_one() -> None:
    document = weeks("- [ ] send the report", "- [x] send the report", "- [ ] send the report")
    (report,) = along(document).items
    assert (report.since, report.times) == (date(2026, 3, 16), 1)


def test_a_third_carry_is_counted_over_sections_not_over_weeks() -> None:
    thrice = weeks(*["- [ ] send the draft"] * 3)
    assert [item.times for item in along(thrice).items] == [3]
    lost = weeks("- [ ] send the draft (since 2026-01-05, 10 weeks)")
    assert [(item.times, item.weeks) for item in along(lost).items] == [(1, 11)]


def test_a_line_without_a_tag_goes_along_as_the_same_item() -> None:
    document = weeks(
        "- [ ] Ben: send the draft by Fri 13 March 2026 (since 9 March, 1 week)\n- book a room",
        "- Ben: send the draft by Friday\n  - with the new figures\n- none",
    )
    draft, room = along(document).items
    assert (draft.text, draft.due, draft.times) == ("Ben: send the draft", date(2026, 3, 13), 2)
    assert (room.text, room.times) == ("book a room", 1)


def test_two_wordings_within_one_section_are_two_items() -> None:
    document = weeks("- [ ] send the draft\n- [ ] send the draft to legal\n- [ ] Send the draft!")
    assert texts(along(document).items) == ["send the draft", "send the draft to legal"]


def test_of_two_pasted_copies_the_open_one_is_meant() -> None:
    assert texts(along(weeks("- [x] send it\n- [ ] send it")).items) == ["send it"]


def test_a_section_people_wrote_later_adds_to_ours_and_its_words_win() -> None:
    document = "## 18 March 2026\n- [ ] send the draft to legal\n- [ ] buy a cake\n\n" + weeks(
        "- [ ] [Ben] send the draft\n- [ ] find a room"
    )
    assert texts(along(document).items) == ["send the draft to legal", "buy a cake", "find a room"]


def test_a_section_people_wrote_earlier_is_history() -> None:
    document = weeks("- [ ] find a room") + "\n## 4 March 2026\n- [ ] buy a cake\n"
    assert texts(along(document).items) == ["find a room"]


def test_where_sections_stand_does_not_matter() -> None:
    top, bottom = weeks("- [ ] find a room"), "\n## 18 March 2026\n- [ ] buy a cake\n"
    assert set(texts(along(top + bottom).items)) == {"find a room", "buy a cake"}


def test_in_a_document_of_their_own_the_newest_section_with_items_counts() -> None:
    assert texts(along(BY_HAND).items) == ["Ben to draw the seating plan"]


def test_a_heading_typed_between_notes_does_not_hide_what_follows() -> None:
    document = weeks("- [ ] find a room") + "\n## Later thoughts\n\n- [ ] buy a cake\n"
    assert texts(along(document).items) == ["find a room", "buy a cake"]


def test_what_stands_above_every_section_belongs_to_no_meeting() -> None:
    document = "# Notes\n\n## House rules\n\n- [ ] be on time\n\n" + weeks("- [ ] find a room")
    assert texts(along(document.replace("# Notes\n\n## Monday", "## Monday")).items) == [
        "find a room"
    ]


def test_the_section_of_the_meeting_itself_is_no_earlier_one() -> None:
    history = told(USUAL, week=3)
    assert section_facts(history.dossier, history.meeting).items != along(USUAL).items


def test_a_date_line_people_rewrote_does_not_confuse_us() -> None:
    history = told(USUAL.replace("Monday, 16 March 2026", "The one about the import"))
    facts = section_facts(history.dossier, history.meeting)
    assert [item.since for item in facts.items] == [item.since for item in along(USUAL).items]
    assert texts(facts.items)[2] == "find a date for the retrospective"


# --- for all edit histories -----------------------------------------------------------------------

PEN = TemplatePen()


@dataclass(frozen=True)
class Edit:
    """What people did to one item between two meetings."""

    what: str
    which: int


EDITS = st.lists(
    st.builds(
        Edit, st.sampled_from(("tick", "delete", "reword", "add", "move up")), st.integers(0, 9)
    ),
    max_size=6,
)


@given(story=st.lists(EDITS, min_size=1, max_size=6), role=st.sampled_from(Role))
def test_over_any_weeks_nothing_is_carried_twice_and_nothing_is_lost(
    story: list[list[Edit]], role: Role
) -> None:
    document, added, expected = markdown.document("Notes"), 0, list[Item]()
    for week, edits in enumerate(story, 1):
        section = written(document, week, role)
        found = [item for item in notes.actions(section) if not item.done]
        assert [item.text for item in found] == [item.text for item in expected]
        assert [item.since for item in found] == [item.since for item in expected]
        for edit in edits:
            added += edit.what == "add"
            found = edited(found, edit, added)
        expected = [
            replace(item, since=item.since or at(week).date()) for item in found if not item.done
        ]
        section = with_items(section, found)
        document = markdown.insert(document, section, Mark(f"w{week}"))


def written(document: str, week: int, role: Role) -> Section:
    """Return the section visavis writes for a week into the document as it stands."""
    history = told(document, week=week, role=role)
    text = PEN.section(history.dossier, history.meeting)
    return markdown.section(text, Mark(f"w{week}"), at(week).date())


def edited(items: list[Item], edit: Edit, added: int) -> list[Item]:
    if edit.what == "add":
        # Letters only: a number and the words around it tell one new item from another.
        name = "".join(chr(ord("a") + int(digit)) * 4 for digit in str(added))
        return [*items, Item(f"send the {name} draft", owner="Ben")]
    if not items:
        return items
    n = edit.which % len(items)
    item, rest = items[n], [*items[:n], *items[n + 1 :]]
    match edit.what:
        case "tick":
            return [*items[:n], replace(item, done=True), *items[n + 1 :]]
        case "reword":
            text = f"mail{item.text.removeprefix('send')} to everybody"
            return [*items[:n], replace(item, text=text), *items[n + 1 :]]
        case "move up":
            return [item, *rest]
        case _:
            return rest


def with_items(section: Section, items: list[Item]) -> Section:
    """Return the section after people edited its action items; the rest stays."""
    # Whoever types an item anew leaves out since when it is there.
    typed = tuple(replace(i, since=None) if i.text.startswith("mail") else i for i in items)
    blocks = tuple(b for b in section.blocks if not b.heading.startswith("Action"))
    return replace(section, blocks=(*blocks, Block("Action items", (), typed)))
