"""The digest at the end of the owner's working day, over a world in memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.model import Letter
from tests.stage import BERLIN, FIRST, MAYA, Stage, hours, week

SUNDAY, FRIDAY = FIRST - hours(24), datetime(2026, 3, 6, 17, 30, tzinfo=BERLIN)
"""The day before the first meeting, and the end of work before the second."""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path)
    stage.weekly()
    return stage


def digests(stage: Stage) -> list[Letter]:
    return [one for one in stage.world.letters if one.key.startswith("digest:")]


def noted(stage: Stage, line: str) -> None:
    """Let a person write an action item into the newest section."""
    stage.world.edit(stage.url, lambda text: text.replace("- (Who does", f"{line}\n- (Who does", 1))


def test_the_digest_of_friday_has_the_whole_note_for_monday(stage: Stage) -> None:
    stage.tick(SUNDAY)
    noted(stage, "- [ ] [Ben] send the draft")
    stage.tick(FRIDAY)
    (digest,) = digests(stage)
    assert digest.to == MAYA
    assert digest.subject == "Monday 9 March: ben"
    assert "Monday, 9 March 2026, 10:00 to 10:30" in digest.text
    assert str(stage.url) in digest.text
    assert "send the draft" in digest.text
    assert "visavis agenda" not in digest.text


def test_there_is_one_digest_a_working_day(stage: Stage) -> None:
    stage.tick(SUNDAY)
    stage.every(FRIDAY, week(1) - hours(2), hours(1))
    assert len(digests(stage)) == 1


def test_what_was_written_just_now_is_no_earlier_meeting(stage: Stage) -> None:
    stage.settle(prepare=timedelta(days=3))
    stage.tick(SUNDAY)
    noted(stage, "- [ ] [Ben] send the draft")
    stage.tick(FRIDAY - hours(24))
    assert stage.document.count("## Monday") == 1
    stage.tick(FRIDAY)
    assert stage.document.count("## Monday") == 2
    assert "no notes" not in digests(stage)[-1].text


def test_the_first_agenda_is_linked_in_the_digest_of_its_evening(stage: Stage) -> None:
    stage.settle(prepare=timedelta(days=3))
    stage.tick(FIRST - hours(64.5))
    assert f"Agenda: {stage.url}" in digests(stage)[-1].text


def test_what_waits_for_an_answer_is_not_told_every_evening(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    uid = stage.weekly()
    tuesday = FIRST + hours(32)
    stage.tick(tuesday - hours(4))
    stage.cancel(uid, week(2))
    stage.every(tuesday - hours(3), tuesday + hours(48), hours(1))
    told = [digest.subject for digest in digests(stage)]
    assert told.count("1 proposal waiting for your word") == 1
    stage.every(FRIDAY, FRIDAY + hours(1), hours(1))
    assert "visavis accept" in digests(stage)[-1].text


def test_a_public_holiday_has_no_digest_and_is_no_tomorrow(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.settle(country="DE")
    stage.weekly(start=FIRST + hours(24))
    thursday = datetime(2026, 4, 2, 17, 30, tzinfo=BERLIN)
    stage.tick(thursday - hours(1))
    # Good Friday and Easter Monday are free.
    stage.every(thursday, thursday + hours(4 * 24 + 6))
    assert [digest.subject for digest in digests(stage)] == ["Tuesday 7 April: ben"]


def test_the_document_is_read_for_the_digest_only(stage: Stage) -> None:
    stage.tick(SUNDAY)
    stage.tick(FRIDAY - hours(1))
    since = len(stage.world.wire.log)
    stage.tick(FRIDAY)
    assert "documents.look" in stage.asked(since)
    since = len(stage.world.wire.log)
    stage.tick(FRIDAY + hours(0.1))
    assert "documents.look" not in stage.asked(since)


def test_a_document_that_cannot_be_read_leaves_the_command(stage: Stage) -> None:
    stage.tick(SUNDAY)
    stage.world.trash(stage.url)
    stage.tick(FRIDAY)
    (digest,) = digests(stage)
    assert "visavis agenda ben@acme.example" in digest.text
