"""The private note: what it chooses to say, from the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.model import Person
from daemon.core.naming import Whose, names, short_name
from daemon.core.prep import FIRST_WEEKS, PrepFacts, Tone, prep_facts
from daemon.core.words import Role
from tests.builders import MAYA, at
from tests.histories import (
    BY_HAND,
    EMPTY_NOTES,
    FIRST,
    PEOPLE_AT_WORK,
    REPORTING,
    THIRD_CARRY,
    USUAL,
    Told,
    told,
)

MONDAY = date(2026, 3, 23)


def prep(history: Told) -> PrepFacts:
    return prep_facts(history.dossier, history.meeting, history.now)


def test_every_carried_item_has_one_opener_in_the_tone_of_its_facts() -> None:
    found = [(o.item.text.split()[0], o.whose, o.tone) for o in prep(told(USUAL)).openers]
    assert found == [
        ("write", Whose.THEIRS, Tone.DIRECT),
        ("ask", Whose.MINE, Tone.PLAIN),
        ("find", Whose.OPEN, Tone.PLAIN),
    ]


@pytest.mark.parametrize(
    ("started", "tone"),
    [
        pytest.param(MONDAY - FIRST_WEEKS + timedelta(days=1), Tone.GENTLE, id="first weeks"),
        pytest.param(MONDAY - FIRST_WEEKS, Tone.DIRECT, id="not new any more"),
    ],
)
def test_somebody_new_is_asked_gently_even_when_a_day_has_passed(started: date, tone: Tone) -> None:
    assert prep(told(USUAL, started=started)).openers[0].tone is tone


@pytest.mark.parametrize("tone", Tone)
def test_the_owner_may_set_the_tone(tone: Tone) -> None:
    assert {opener.tone for opener in prep(told(USUAL, tone=tone)).openers} == {tone}


def test_at_the_third_carry_it_is_done_dropped_or_handed_on() -> None:
    assert all(opener.last_call for opener in prep(told(THIRD_CARRY)).openers)
    younger = THIRD_CARRY[: THIRD_CARRY.index("## Monday, 2 March")]
    assert not any(opener.last_call for opener in prep(told(younger)).openers)


def test_the_carry_is_counted_alike_once_the_section_is_written() -> None:
    own = THIRD_CARRY.replace("# Ben Ode and Maya Kern\n", "").replace("w3", "w4")
    newest = own[: own.index("## Monday, 9 March")].replace("16 March", "23 March")
    written = told(newest + THIRD_CARRY)
    assert [o.item.times for o in prep(written).openers] == [3, 3, 3]
    assert prep(written).number == prep(told(THIRD_CARRY)).number == 4


def test_what_is_ticked_between_writing_and_meeting_is_acknowledged() -> None:
    own = "## Monday, 23 March 2026 <!-- visavis:w4 -->\n\n- [x] [Ben] update the runbook\n\n"
    found = prep(told(own + THIRD_CARRY)).acknowledge
    assert found is not None
    assert found.text == "update the runbook"


def test_one_thing_is_acknowledged_and_never_the_owners_own() -> None:
    found = prep(told(PEOPLE_AT_WORK)).acknowledge
    assert found is not None
    assert found.text == "print the badges"
    assert prep(told(BY_HAND, week=3)).acknowledge is None


def test_who_is_meant_is_read_off_the_words_where_no_owner_is_given() -> None:
    (opener,) = prep(told(BY_HAND, week=3)).openers
    assert opener.whose is Whose.THEIRS


def test_growth_moves_to_the_front_after_two_empty_sections() -> None:
    assert prep(told(EMPTY_NOTES, week=3)).growth_first
    once = EMPTY_NOTES.replace("would notice the difference?)\n\n### Action", "x)\n- Jo did\n### A")
    assert not prep(told(once, week=3)).growth_first


def test_growth_is_not_pressed_where_none_is_agreed_and_nobody_leads() -> None:
    assert not prep(told(EMPTY_NOTES, week=3, role=Role.PEER, topic="")).growth_first


def test_a_document_of_their_own_left_nothing_empty() -> None:
    assert not prep(told(BY_HAND, week=3)).growth_first


def test_a_manager_reflects_every_fourth_time() -> None:
    sections = [f"## Section <!-- visavis:w{week} -->\n\n- talked\n" for week in range(7, 0, -1)]
    due = [
        prep(told("# Notes\n\n" + "\n".join(sections[8 - week :]), week=week)).reflect
        for week in range(1, 9)
    ]
    assert due == [False, False, False, True, False, False, False, True]
    assert not prep(told("# Notes\n\n" + "\n".join(sections[4:]), role=Role.REPORT)).reflect


def test_a_section_without_notes_asks_for_two_lines() -> None:
    assert prep(told(EMPTY_NOTES, week=3)).nudge
    assert not prep(told(USUAL)).nudge
    assert not prep(FIRST).nudge


def test_typing_behind_a_prepared_question_is_a_note() -> None:
    typed = EMPTY_NOTES.replace("taken this week?)", "taken this week?) the vendor")
    assert not prep(told(typed, week=3)).nudge


def test_the_report_gets_phrases_filled_with_what_is_at_hand() -> None:
    scripts = prep(told(REPORTING, role=Role.REPORT)).scripts
    assert scripts.blocker == "no access to the archive since the move"
    assert [choice.split()[0] for choice in scripts.choices] == ["publish", "answer"]
    assert scripts.decision == "may the trial run two weeks longer?"


def test_without_anything_at_hand_no_phrase_is_given() -> None:
    scripts = prep(told(EMPTY_NOTES, week=3, role=Role.REPORT)).scripts
    assert (scripts.blocker, scripts.choices, scripts.decision) == ("", (), "")


def test_a_long_gap_is_named_and_the_usual_week_is_not() -> None:
    assert prep(told(USUAL)).last_day is None
    gap = prep(told(USUAL, week=6, cancelled=[4, 5]))
    assert (gap.last_day, gap.missed) == (at(3).date(), 2)


def test_a_document_that_was_not_read_is_not_called_empty() -> None:
    history = told()
    unread = replace(history.dossier, sight=replace(history.dossier.sight, sections=None))
    assert prep(history).fresh
    assert not prep(replace(history, dossier=unread)).fresh


@pytest.mark.parametrize("said", ["Maya", "@maya", "maya kern", "MAYA.K@acme.example"])
def test_people_are_known_by_what_others_call_them(said: str) -> None:
    assert names(MAYA, said)


@pytest.mark.parametrize("said", ["Kern", "", "Mayan", "@", "Ben"])
def test_nobody_else_is_taken_for_them(said: str) -> None:
    assert not names(MAYA, said)


@pytest.mark.parametrize(
    ("name", "short"),
    [("Ben Ode", "Ben"), ("Ode, Ben", "Ben"), ("Ben", "Ben"), ("", "ben.ode"), (" , ", "ben.ode")],
)
def test_a_first_name_is_found_in_names_as_directories_write_them(name: str, short: str) -> None:
    assert short_name(Person("ben.ode@acme.example", name)) == short
