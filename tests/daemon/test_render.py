"""The words people get: whole pages to be read, and what must hold for every one of them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from connectors import markdown
from connectors.model import Block, Item, Key, Letter, Link, Section, Url
from daemon.core import notes
from daemon.core.cadence import Cadence
from daemon.core.foresight import Clash, Collision, Obstacle
from daemon.core.telling import Offered
from daemon.core.words import Fallback, FallbackKind, Level, Option, Proposal, Role
from daemon.render import TemplatePen
from tests.builders import BEN, at, no, span
from tests.histories import (
    BY_HAND,
    EMPTY_NOTES,
    FIRST,
    HOSTILE,
    PEOPLE_AT_WORK,
    REPORTING,
    THIRD_CARRY,
    USUAL,
    Told,
    told,
)

PEN = TemplatePen()

HISTORIES = {
    "first_meeting": FIRST,
    "a_usual_week": told(USUAL),
    "third_carry": told(THIRD_CARRY, tone="plain"),
    "empty_notes": told(EMPTY_NOTES, week=3),
    "new_in_the_role": told(USUAL, started=date(2026, 2, 16)),
    "after_two_lost_weeks": told(USUAL, week=6, cancelled=[4, 5]),
    "the_reports_side": told(REPORTING, role=Role.REPORT, topic=""),
    "the_reports_first": told(role=Role.REPORT, topic="system design"),
    "peers": told(USUAL, role=Role.PEER, topic=""),
    "a_quarter_of_an_hour": told(USUAL, minutes=15),
    "an_hour_and_a_half": told(USUAL, minutes=90, tone="direct"),
    "people_at_work": told(PEOPLE_AT_WORK, topic=""),
    "a_document_of_their_own": told(BY_HAND, week=3),
    "hostile_text": told(HOSTILE, topic="<b>talks</b>\n# loud"),
}
PROPOSAL = Proposal(
    id="r-7c1f",
    pair="p-1",
    series="weekly@acme.example",
    recurrence_id=at(4),
    lost=span(at(4)),
    options=(
        Option(1, span(at(4, "tue")), "same time the next day; keeps free time in one piece"),
        Option(2, span(at(4, "wed", "09:30")), "30 minutes earlier on Wednesday"),
    ),
    fallback=Fallback(FallbackKind.NEXT_WEEK, span(at(5, "tue")), "first free time next week"),
    together=("r-2",),
)


class Page(SingleFileSnapshotExtension):
    """One readable file a text, to be reviewed like any other page."""

    file_extension = "md"
    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(Path(__file__).parents[1] / "snapshots" / test_location.basename)


@pytest.fixture
def page(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Page)


def section(history: Told) -> str:
    return PEN.section(history.dossier, history.meeting)


def prep(history: Told) -> str:
    return PEN.prep(history.dossier, history.meeting, history.now)


def read(text: str) -> Section:
    return markdown.section(text, None, date(2026, 3, 23))


def lost(**known: object) -> Told:
    """Return a pair whose meeting of week 4 was lost the third time in a row."""
    declined = {4: no(BEN, "dentist")}
    return told(USUAL, week=5, cancelled=[2, 3], declined=declined, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HISTORIES)
def test_an_agenda_reads_as_a_colleague_would_have_prepared_it(
    name: str, page: SnapshotAssertion
) -> None:
    assert section(HISTORIES[name]) == page


@pytest.mark.parametrize("name", HISTORIES)
def test_a_private_note_reads_as_a_colleague_would_whisper_it(
    name: str, page: SnapshotAssertion
) -> None:
    assert prep(HISTORIES[name]) == page


@pytest.mark.parametrize(
    "proposal",
    [
        pytest.param(PROPOSAL, id="two times"),
        pytest.param(replace(PROPOSAL, options=(), together=()), id="full week"),
        pytest.param(
            replace(
                PROPOSAL,
                options=PROPOSAL.options[:1],
                fallback=Fallback(FallbackKind.WRITTEN, None, "nobody has to find an hour"),
            ),
            id="in writing",
        ),
    ],
)
def test_a_proposal_says_what_happened_and_what_to_type(
    proposal: Proposal, page: SnapshotAssertion
) -> None:
    words = PEN.proposal(lost().dossier, proposal)
    assert f"{words.subject}\n\n{words.text}" == page


@pytest.mark.parametrize("level", Level)
def test_an_alert_helps(level: Level, page: SnapshotAssertion) -> None:
    history = lost(proposals=(PROPOSAL,))
    words = PEN.alert(history.dossier, level, history.now)
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_digest_holds_what_is_ahead_what_waits_and_what_was_noted(
    page: SnapshotAssertion,
) -> None:
    note = Letter(Key("k"), "", "An agenda for you and Caro", "You have one.\nIt is here.\n")
    dossier = lost(proposals=(PROPOSAL,)).dossier
    words = PEN.digest([dossier], [note], at(4, "fri", "17:31"))
    assert words is not None
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_digest_with_nothing_to_tell_is_not_written() -> None:
    assert PEN.digest([told(USUAL).dossier], [], at(4, "tue", "17:31")) is None


def test_the_evening_before_a_weekend_looks_to_monday() -> None:
    words = PEN.digest([told(USUAL).dossier], [], at(3, "fri", "17:31"))
    assert words is not None
    assert words.subject == "Monday 23 March: Ben"


@pytest.mark.parametrize("options", [0, 1, 2])
def test_a_collision_is_told_before_anybody_cancels(options: int, page: SnapshotAssertion) -> None:
    other = span(at(4, "mon", "10:15"), 45)
    clashes = (
        Clash(Obstacle.HOLIDAY, "Ben", "Easter Monday"),
        Clash(Obstacle.AWAY, "Ben"),
        Clash(Obstacle.TAKEN, start=other.start, end=other.end),
    )
    offered = tuple(
        Offered(one.n, one.span.start, one.span.end, one.because) for one in PROPOSAL.options
    )
    lost_time = PROPOSAL.lost
    collision = Collision(lost_time.start, lost_time.end, clashes, offered[:options])
    words = PEN.foresight(told(USUAL).dossier, collision)
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_guest_gets_words_ready_to_send(page: SnapshotAssertion) -> None:
    words = PEN.link_to_send(told(USUAL).dossier, "Maya / Ben")
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_document_that_can_only_be_linked_is_told_plainly(page: SnapshotAssertion) -> None:
    words = PEN.only_linked(told(USUAL).dossier, "https://docs.example/their-own")
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_removed_document_is_taken_as_an_answer(page: SnapshotAssertion) -> None:
    words = PEN.closed(told(USUAL).dossier, "the document")
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_lost_sign_in_is_asked_for_with_the_command(page: SnapshotAssertion) -> None:
    remedy = "sign in again with `visavis login work`; likely cause: a new password"
    words = PEN.sign_in("work", "the consent was taken back", remedy)
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_sign_in_that_ends_is_told_with_its_day_and_the_command(page: SnapshotAssertion) -> None:
    remedy = "visavis login work; publish the app first, and it lasts"
    words = PEN.sign_in_ends(
        "work", PROPOSAL.options[0].span.start, "Google gave it for so long", remedy
    )
    assert f"{words.subject}\n\n{words.text}" == page


def test_what_was_booked_without_asking_can_be_taken_back(page: SnapshotAssertion) -> None:
    words = PEN.booked(lost().dossier, PROPOSAL, PROPOSAL.options[0])
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_booked_time_that_did_not_arrive_is_told(page: SnapshotAssertion) -> None:
    booked = replace(PROPOSAL, booked=PROPOSAL.options[0])
    words = PEN.unheard(lost().dossier, booked)
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_write_that_did_harm_is_owned_up_to(page: SnapshotAssertion) -> None:
    words = PEN.harmed(told(USUAL).dossier)
    assert f"{words.subject}\n\n{words.text}" == page


def test_an_invitation_of_our_own_is_a_question(page: SnapshotAssertion) -> None:
    words = PEN.invitation(lost().dossier, PROPOSAL, PROPOSAL.options[0])
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_recap_has_no_link_that_only_this_disk_can_open() -> None:
    history = told(USUAL, week=3)
    here = Link(Url("file:///home/maya/agendas/ben.md"))
    dossier = replace(history.dossier, shelf=replace(history.dossier.shelf, document=here))
    assert "file:" not in PEN.recap(dossier, history.meeting).text


def test_a_recap_says_what_the_document_says(page: SnapshotAssertion) -> None:
    words = PEN.recap(told(USUAL, week=3).dossier, told(USUAL, week=3).meeting)
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_recap_of_nothing_asks_for_two_lines(page: SnapshotAssertion) -> None:
    history = told(EMPTY_NOTES, week=2)
    words = PEN.recap(history.dossier, history.meeting)
    assert f"{words.subject}\n\n{words.text}" == page


def test_a_recap_of_notes_without_an_agreement_asks_for_a_line(page: SnapshotAssertion) -> None:
    history = with_sections(told(USUAL, week=3), Block("Progress", ("the import runs",)))
    mark = told(USUAL).dossier.shelf.sections[-1].mark
    sections = tuple(replace(s, mark=mark) for s in history.dossier.sight.sections or ())
    shelf = told(USUAL).dossier.shelf
    sight = replace(history.dossier.sight, sections=sections)
    words = PEN.recap(replace(history.dossier, sight=sight, shelf=shelf), history.meeting)
    assert f"{words.subject}\n\n{words.text}" == page


def test_questions_in_writing_can_be_answered_in_five_minutes(page: SnapshotAssertion) -> None:
    history = told(USUAL)
    heading = f"{PEN.heading(history.dossier, history.meeting)}, in writing"
    text = PEN.questions(history.dossier, history.meeting, heading, date(2026, 3, 27))
    assert text == page
    assert markdown.render(read(text)) == text


@pytest.mark.parametrize(
    "advised",
    [
        pytest.param(
            Cadence(1, first_year=True, missed=1, of=4, minutes=60, oldest=3), id="first year"
        ),
        pytest.param(
            Cadence(1, first_year=False, missed=2, of=6, minutes=0, oldest=7), id="too seldom"
        ),
        pytest.param(
            Cadence(2, first_year=False, missed=0, of=12, minutes=120, oldest=0), id="an old hand"
        ),
    ],
)
def test_another_rhythm_is_a_proposal_with_its_reasons(
    advised: Cadence, page: SnapshotAssertion
) -> None:
    words = PEN.cadence(FIRST.dossier, advised)
    assert f"{words.subject}\n\n{words.text}" == page


def test_meetings_that_left_nothing_get_one_line(page: SnapshotAssertion) -> None:
    words = PEN.barren(FIRST.dossier, 3)
    assert f"{words.subject}\n\n{words.text}" == page


def test_both_sides_give_the_document_the_same_title() -> None:
    dossier = FIRST.dossier
    pair = dossier.pair
    other = replace(dossier, pair=replace(pair, owner=pair.partner, partner=pair.owner))
    assert PEN.title(dossier) == PEN.title(other) == "Ben Ode and Maya Kern"


def test_the_date_line_is_told_on_the_wall_clock_of_the_series() -> None:
    # Half past midnight in Berlin is still Sunday where the store keeps its times.
    late = replace(FIRST.meeting, span=span(at(4, "mon", "00:30").astimezone(UTC)))
    assert PEN.heading(FIRST.dossier, late) == "Monday, 23 March 2026"


# --- what holds for every page --------------------------------------------------------------------


@pytest.mark.parametrize("name", HISTORIES)
def test_a_section_is_read_back_as_it_was_written(name: str) -> None:
    written = read(section(HISTORIES[name]))
    assert written.heading == PEN.heading(HISTORIES[name].dossier, HISTORIES[name].meeting)
    assert read(markdown.render(written)) == written


@pytest.mark.parametrize("name", ["a_usual_week", "third_carry", "the_reports_side", "peers"])
def test_a_section_of_plain_words_is_the_very_text_of_its_blocks(name: str) -> None:
    text = section(HISTORIES[name])
    assert markdown.render(read(text)) == text


@pytest.mark.parametrize("name", HISTORIES)
def test_what_was_prepared_is_not_taken_for_notes(name: str) -> None:
    written = read(section(HISTORIES[name]))
    assert not any(notes.notes(block) for block in written.blocks)


@pytest.mark.parametrize("name", HISTORIES)
def test_nothing_of_the_private_note_stands_in_the_section(name: str) -> None:
    history = HISTORIES[name]
    shared = section(history)
    private = [line for line in prep(history).splitlines() if len(line) > 20]
    assert private
    assert not [line for line in private if line.removeprefix("- ") in shared]


PRINTABLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])
TEXTS = st.text(PRINTABLE, max_size=60) | st.sampled_from(
    ["# one", "- [ ] two", "<!-- visavis:w9 -->", "1. three", "a\n## b", "`c`", "=", "[x] d", "\\"]
)
WORDS = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)


@given(topic=TEXTS, name=TEXTS, noted=WORDS)
def test_other_peoples_text_is_never_structure(topic: str, name: str, noted: str) -> None:
    history = told(USUAL, topic=topic)
    strange = with_sections(history, Block("Growth", (noted,)), Block("Actions", (), OPEN))
    pair = strange.dossier.pair
    named = replace(pair, partner=replace(pair.partner, name=name))
    strange = replace(strange, dossier=replace(strange.dossier, pair=named))
    plain = with_sections(history, Block("Growth", ("spoke",)), Block("Actions", (), OPEN))
    shapes = [shape(read(section(one))) for one in (strange, plain)]
    assert shapes[0] == shapes[1]


@given(words=WORDS)
def test_an_item_comes_back_letter_by_letter(words: str) -> None:
    history = with_sections(told(USUAL), Block("Actions", (), (Item(words),)))
    assert [item.text for item in notes.actions(read(section(history)))] == [words]


@given(words=WORDS)
def test_a_message_has_one_line_of_subject_and_no_control_characters(words: str) -> None:
    pair = FIRST.dossier.pair
    named = replace(pair, partner=replace(pair.partner, name=f"Eve\x1b[2J\n\u202e{words}"))
    message = PEN.closed(replace(FIRST.dossier, pair=named), "the document")
    assert message.subject.startswith("Eve [2J")
    assert not set("\n\x1b\u202e") & set(message.subject)
    assert "\x1b" not in message.text


OPEN = (Item("send the draft", owner="Ben"), Item("find a room"))


def with_sections(history: Told, *blocks: Block) -> Told:
    """Return the same pair with one section of last week, as another kind of document read it."""
    dossier = history.dossier
    sections = (Section("Monday", date(2026, 3, 16), blocks),)
    sight, shelf = replace(dossier.sight, sections=sections), replace(dossier.shelf, sections=())
    return replace(history, dossier=replace(dossier, sight=sight, shelf=shelf))


def shape(section: Section) -> list[tuple[int, int]]:
    return [(len(block.lines), len(block.items)) for block in section.blocks]


# What a section is about, and the places that are named instead of asked for.
_STANDING = re.compile(r"- \((?:30 minutes for .*|Shipped\?|Next\?|At risk\?|Maya\?|Ben\?)\)")
_OPEN = "- [ ] [Ben] write the plan\n- [ ] [Maya] ask legal\n- [ ] find a room\n"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("topic", ["", "public speaking"])
def test_nobody_reads_the_same_sentence_two_weeks_in_a_row(role: Role, topic: str) -> None:
    text, asked, whispered = "", list[set[str]](), list[set[str]]()
    for week in range(2, 9):
        history = told(f"# Ben Ode and Maya Kern\n\n{text}", role=role, topic=topic, week=week)
        section = PEN.section(history.dossier, history.meeting)
        note = PEN.prep(history.dossier, history.meeting, history.now)
        asked.append({line for line in section.splitlines() if line.startswith("- (")})
        whispered.append({line for line in note.splitlines()[3:] if line})
        heading, _, rest = section.partition("\n")
        items = _OPEN if week == 2 else ""
        text = f"{heading} <!-- visavis:w{week} -->\n{rest}\n{items}\n{text}"
    for one, other in pairwise(asked):
        assert {line for line in one & other if not _STANDING.fullmatch(line)} == set()
    for one, other in pairwise(whispered):
        assert one & other == set()
