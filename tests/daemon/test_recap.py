"""After a meeting: the recap of the same day, the nudge, and advice where nothing comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.model import Letter
from daemon.core.words import Decision
from daemon.tick import Turn
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week

END = FIRST + HALF_AN_HOUR
DECISIONS, STATUS = "### Decisions\n", "### What is new"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path)
    stage.settle(recap_to_both=True)
    return stage


def met(stage: Stage, under: str = DECISIONS, line: str = "", start: datetime = FIRST) -> None:
    """Let the two meet, and one of them write a line into the newest section."""
    if not stage.world.events:
        stage.weekly(start=start)
    stage.tick(start - hours(20))
    if line:
        stage.world.edit(stage.url, lambda text: _under(text, under, line))


def _under(text: str, heading: str, line: str) -> str:
    head, found, rest = text.partition(heading)
    first, _, rest = rest.partition("\n- (")
    return f"{head}{found}{first}\n- {line}\n- ({rest}"


def recaps(turn: Turn) -> list[Decision]:
    return [decision for decision in turn.done if decision.kind == "recap"]


def to(stage: Stage, address: str) -> list[Letter]:
    return [letter for letter in stage.world.letters if letter.to == address]


def test_the_recap_comes_within_two_hours_with_what_the_document_says(stage: Stage) -> None:
    met(stage, line="we take the second vendor")
    assert recaps(stage.tick(END)) == []
    (recap,) = recaps(stage.tick(END + hours(2)))
    assert "we take the second vendor" in str(recap.after["text"])
    assert [letter.subject for letter in to(stage, BEN)] == ["Our meeting of Monday 2 March"]


def test_it_is_drafted_once(stage: Stage) -> None:
    met(stage, line="we take the second vendor")
    turns = stage.every(END + hours(1), END + hours(13), hours(1))
    assert sum(len(recaps(turn)) for turn in turns) == 1
    assert len(to(stage, BEN)) == 1


def test_a_late_meeting_is_in_the_digest_of_the_same_evening(stage: Stage) -> None:
    late = FIRST.replace(hour=16, minute=30)
    met(stage, line="we take the second vendor", start=late)
    stage.tick(late.replace(hour=17, minute=30))
    (digest,) = to(stage, MAYA)
    assert "we take the second vendor" in digest.text


def test_a_meeting_late_at_night_has_its_recap_before_midnight(stage: Stage) -> None:
    late = FIRST.replace(hour=23)
    met(stage, line="we take the second vendor", start=late)
    assert len(recaps(stage.tick(late.replace(minute=45)))) == 1


@pytest.mark.parametrize(
    ("under", "line", "asks"),
    [
        pytest.param(DECISIONS, "", "no notes yet", id="no notes"),
        pytest.param(STATUS, "all is well", "nothing to confirm", id="nothing agreed"),
    ],
)
def test_a_nudge_is_for_the_owner_alone(stage: Stage, under: str, line: str, asks: str) -> None:
    met(stage, under, line)
    (recap,) = recaps(stage.tick(END + hours(1)))
    assert asks in str(recap.after["subject"])
    assert recap.mails == ()
    stage.tick(FIRST.replace(hour=18))
    assert to(stage, BEN) == []
    assert asks in to(stage, MAYA)[-1].text


def test_whoever_reads_no_two_nudges_gets_no_third(stage: Stage) -> None:
    for number in range(5):
        met(stage, start=week(number))
        (recap,) = recaps(stage.tick(week(number) + hours(2)))
        assert ("said twice" in recap.because) is (number > 1)
        stage.tick(week(number).replace(hour=18))
    met(stage, line="we take the second vendor", start=week(5))
    stage.tick(week(5) + hours(2))
    met(stage, start=week(6))
    stage.tick(week(6) + hours(2))
    stage.tick(week(6).replace(hour=18))
    told = "\n".join(letter.text for letter in to(stage, MAYA))
    assert told.count("no notes yet") == 3
    assert "we take the second vendor" in told


def test_the_past_gets_no_recap(stage: Stage) -> None:
    met(stage, line="we take the second vendor")
    assert recaps(stage.tick(END + timedelta(days=1))) == []


def test_three_meetings_without_an_outcome_give_one_line_of_advice_once(stage: Stage) -> None:
    advised = []
    for number in range(5):
        met(stage, STATUS, "all is well", week(number))
        turn = stage.tick(week(number) + hours(2))
        advised.append([d.key for d in turn.done if ":worth:" in d.key])
    assert [len(keys) for keys in advised] == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    "line",
    ["- [ ] [Ben] send the draft by Friday", "### Priorities\n\n- the audit first"],
)
def test_one_meeting_with_an_outcome_ends_the_row(stage: Stage, line: str) -> None:
    for number in range(4):
        met(stage, STATUS, "all is well", week(number))
        if number == 1:
            stage.world.edit(
                stage.url, lambda text: text.replace(DECISIONS, f"{line}\n\n{DECISIONS}", 1)
            )
        turn = stage.tick(week(number) + hours(2))
        assert not [d for d in turn.done if ":worth:" in d.key]
