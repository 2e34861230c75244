"""One turn after another, over a world in memory: CONTRACT 5 as claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import FIRST, Stage, hours, kinds, week


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_the_agenda_is_made_shared_linked_and_written_at_once(stage: Stage) -> None:
    stage.weekly()
    turn = stage.tick(FIRST - hours(24))
    assert kinds(turn) == ["create_agenda", "share_agenda", "attach_agenda", "write_section"]
    assert not turn.failed
    assert "Monday, 2 March 2026" in stage.document


def test_nothing_is_made_before_the_time_to_prepare(stage: Stage) -> None:
    stage.weekly()
    assert kinds(stage.tick(FIRST - hours(24.1))) == []
    assert not stage.world.documents


def test_nothing_is_made_while_the_meeting_before_is_not_over(stage: Stage) -> None:
    stage.weekly(rule="FREQ=DAILY")
    stage.tick(FIRST - hours(1))
    assert kinds(stage.tick(FIRST + hours(0.4))) == []
    assert kinds(stage.tick(FIRST + hours(0.5))) == ["write_section"]


def test_a_second_look_writes_nothing(stage: Stage) -> None:
    stage.weekly()
    stage.tick(FIRST - hours(24))
    before = dict(stage.world.documents), list(stage.world.touched)
    assert kinds(stage.tick(FIRST - hours(23))) == []
    assert (dict(stage.world.documents), list(stage.world.touched)) == before


def test_a_lost_meeting_gets_a_proposal_in_its_week(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.world.cancel(uid, FIRST)
    turn = stage.tick(FIRST - hours(20))
    assert "propose" in kinds(turn)
    dossier = stage.dossier(FIRST - hours(20))
    (proposal,) = dossier.proposals
    lost_week = dossier.policy.week(FIRST)
    assert proposal.options
    assert all(option.span.start in lost_week for option in proposal.options)
    (letter,) = stage.world.letters
    assert f"visavis accept {proposal.id}" in letter.text


def test_three_misses_in_a_row_raise_one_alert(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    for number in range(4):
        stage.world.cancel(uid, week(number))
    turns = stage.every(week(0), week(4), hours(12))
    alerts = [d.after["level"] for turn in turns for d in turn.done if d.kind == "alert"]
    assert alerts == ["note", "alert"]
