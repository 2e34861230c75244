"""One-on-ones in writing: asked at the alert or by choice, held once both have answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.model import Span
from daemon.answering import Refused, accept, write
from daemon.core.prep import prep_facts
from daemon.core.words import ProposalState, Role, Verdict
from daemon.gather import read
from daemon.house import About
from daemon.queries import entries, proposals
from daemon.steering import find, undo
from tests.stage import BEN, FIRST, Stage, hours, week

HEADING = "## Monday, 23 March 2026, in writing"
ALERT = week(3) + hours(1)
"""When the third miss in a row is seen; the first meeting was held."""
NOW = week(1) - hours(30)
"""When the second meeting is found to be off."""
CARO = "caro@acme.example"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a stage on which one meeting was held and the next three are off."""
    stage = Stage(tmp_path)
    uid = stage.weekly()
    stage.tick(FIRST - hours(20))
    stage.world.edit(stage.url, lambda text: f"{text}\n- [ ] [Ben] send the draft\n")
    stage.tick(FIRST + hours(2))
    for number in (1, 2, 3):
        stage.world.cancel(uid, week(number))
    return stage


def alerted(stage: Stage) -> None:
    """Let the pair reach the alert, and the questions be asked."""
    stage.every(week(1), ALERT, hours(12))
    stage.every(ALERT, ALERT + hours(1), hours(0.5))


def answers(stage: Stage, *who: str) -> None:
    """Let these people write at their first place."""
    for name in who:
        place = f"- ({name}?)"
        text = stage.document.replace(place, f"{place} all is well", 1)
        stage.world.edit(stage.url, {stage.document: text}.__getitem__)


def outcome(stage: Stage, now: datetime, recurrence_id: datetime) -> Verdict:
    found = {o.recurrence_id: o.verdict for o in stage.dossier(now).outcomes}
    return found[recurrence_id]


def test_at_the_alert_the_document_becomes_the_meeting(stage: Stage) -> None:
    alerted(stage)
    assert stage.document.count(HEADING) == 1
    assert "by Friday 27 March" in stage.document
    stage.every(ALERT + hours(2), ALERT + hours(20), hours(6))
    assert stage.document.count(", in writing") == 1


def test_what_is_open_comes_along(stage: Stage) -> None:
    alerted(stage)
    _, _, asked = stage.document.partition(HEADING)
    assert "- [ ] [Ben] send the draft" in asked.partition("\n## ")[0]


def test_both_answered_is_held_and_ends_the_streak(stage: Stage) -> None:
    alerted(stage)
    answers(stage, "maya", "ben")
    now = ALERT + hours(2)
    stage.tick(now)
    assert outcome(stage, now, week(3)) is Verdict.HELD
    assert stage.dossier(now).streak.count == 0


@pytest.mark.parametrize("who", ["maya", "ben"])
def test_one_answer_is_no_meeting(stage: Stage, who: str) -> None:
    alerted(stage)
    answers(stage, who)
    now = ALERT + hours(2)
    stage.tick(now)
    assert outcome(stage, now, week(3)) is Verdict.MISSED


def test_an_answer_may_stand_below_the_name(stage: Stage) -> None:
    alerted(stage)
    answers(stage, "maya")
    stage.world.edit(
        stage.url, lambda text: text.replace("- (ben?)\n", "- (ben?)\n  - quiet weeks\n", 1)
    )
    now = ALERT + hours(2)
    stage.tick(now)
    assert outcome(stage, now, week(3)) is Verdict.HELD


def takes_on(stage: Stage, section: int) -> None:
    """Let Ben take something on in one of the sections, counted from the top."""
    head, *rest = stage.document.split("### Action items\n")
    rest[section] = f"\n- [ ] [Ben] ask legal\n{rest[section]}"
    text = "### Action items\n".join((head, *rest))
    stage.world.edit(stage.url, lambda _: text)


def newest_of(stage: Stage, day: str) -> str:
    """Return the topmost section, which is that of a day."""
    newest = stage.document.split("\n## ")[1]
    assert newest.startswith(day)
    return newest


def test_questions_asked_ahead_hide_nothing_of_a_meeting_that_comes_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    uid = stage.weekly()
    stage.every(FIRST - hours(20), FIRST + hours(4), hours(12))
    stage.world.cancel(uid, week(2))
    stage.tick(FIRST + hours(5))
    (one,) = proposals(stage.house, FIRST + hours(5))
    write(stage.house, one["id"], FIRST + hours(6))
    stage.tick(week(1) - hours(20))
    takes_on(stage, 0)
    stage.tick(week(3) - hours(20))
    assert newest_of(stage, "Monday, 23 March 2026").count("[ ] [Ben] ask legal") == 1


def test_a_section_that_moves_on_past_the_questions_hides_nothing_of_them(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    uid = stage.weekly()
    stage.every(FIRST - hours(20), week(1) - hours(20), hours(12))
    for number in (1, 2, 3):
        stage.world.cancel(uid, week(number))
    alerted(stage)
    stage.tick(week(4) - hours(20))
    takes_on(stage, 0)
    newest_of(stage, "Monday, 23 March 2026, in writing")
    stage.tick(week(5) - hours(20))
    assert newest_of(stage, "Monday, 6 April 2026").count("[ ] [Ben] ask legal") == 1


def test_what_was_taken_on_in_writing_is_carried_to_the_next_meeting(stage: Stage) -> None:
    alerted(stage)
    answers(stage, "maya", "ben")
    stage.world.edit(
        stage.url,
        lambda text: text.replace("- [ ] [Ben]", "- [ ] [Ben] ask legal\n- [ ] [Ben]", 1),
    )
    stage.tick(ALERT + hours(2))
    stage.tick(week(4) - hours(20))
    newest = stage.document.split("\n## ")[1]
    assert newest.startswith("Monday, 30 March 2026")
    assert "[Ben] ask legal" in newest
    assert "[Ben] send the draft" in newest


def test_no_word_of_misses_stands_in_the_questions(stage: Stage) -> None:
    alerted(stage)
    asked = stage.document.partition(HEADING)[2].partition("\n## ")[0]
    assert not [word for word in ("miss", "streak", "cancel", "row") if word in asked.lower()]


@pytest.fixture
def chosen(tmp_path: Path) -> Stage:
    """Return a stage with a lost meeting for which neither week has a time left."""
    stage = Stage(tmp_path)
    uid = stage.weekly()
    stage.tick(FIRST - hours(20))
    stage.world.meet(BEN, CARO, Span(week(1) - hours(10), week(3) - hours(12)))
    stage.world.cancel(uid, week(1))
    stage.tick(NOW)
    return stage


def test_questions_do_not_count_as_growth_left_empty(chosen: Stage) -> None:
    (proposal,) = chosen.dossier(NOW).proposals
    accept(chosen.house, proposal.id, NOW, fallback=True)
    chosen.about[BEN] = About(role=Role.MANAGER)
    chosen.house = chosen.wired()
    dossier = read(chosen.house, chosen.dossier(NOW))
    meeting = dossier.next(NOW)
    assert meeting is not None
    assert len(dossier.sight.sections or ()) == 2
    assert not prep_facts(dossier, meeting, NOW).growth_first


def test_by_choice_the_lost_meeting_is_held_in_writing(chosen: Stage) -> None:
    (proposal,) = chosen.dossier(NOW).proposals
    booked = accept(chosen.house, proposal.id, NOW, fallback=True)
    assert booked.state is ProposalState.BOOKED
    assert booked.booked is not None
    assert booked.booked.n == 0
    assert "## Monday, 9 March 2026, in writing" in chosen.document
    assert accept(chosen.house, proposal.id, NOW, fallback=True) == booked
    answers(chosen, "maya", "ben")
    later = NOW + hours(1)
    chosen.tick(later)
    assert outcome(chosen, later, week(1)) is Verdict.HELD


def test_writing_can_be_chosen_though_other_times_would_do(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(20))
    stage.world.cancel(uid, week(1))
    stage.tick(NOW)
    (proposal,) = stage.dossier(NOW).proposals
    assert proposal.options
    written = write(stage.house, proposal.id, NOW)
    assert written.state is ProposalState.BOOKED
    assert "## Monday, 9 March 2026, in writing" in stage.document
    before = stage.document
    assert write(stage.house, proposal.id, NOW) == written
    assert stage.document == before
    assert not stage.world.mailed


def test_a_choice_can_be_taken_back(chosen: Stage) -> None:
    before = chosen.document
    (proposal,) = chosen.dossier(NOW).proposals
    accept(chosen.house, proposal.id, NOW, fallback=True)
    (write,) = [e for e in entries(chosen.house) if "-written" in e["key"]]
    intents, _ = find(chosen.house, [write["id"]])
    assert not undo(chosen.house, intents, NOW).refused
    assert chosen.document == before
    assert proposals(chosen.house, NOW)[0]["state"] == "declined"


def test_without_a_document_there_is_nothing_to_write_in(chosen: Stage) -> None:
    (proposal,) = chosen.dossier(NOW).proposals
    chosen.world.trash(chosen.url)
    with pytest.raises(Refused, match="no document"):
        accept(chosen.house, proposal.id, NOW, fallback=True)
    assert chosen.dossier(NOW).proposals[0].state is ProposalState.OPEN
