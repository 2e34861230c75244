"""The private note stays private: a full cycle, searched for every line of every note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.core.words import Role
from daemon.house import About
from daemon.queries import agenda
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

WEEKS = 6
LOST = (2, 3, 4)
ITEMS = "- [ ] [Ben] clean up the alerts by 4 March\n- [ ] [Maya] ask legal\n- [ ] find a room\n"


@pytest.fixture(params=Role)
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    """Return a pair that meets, loses three weeks, and meets again; recaps go to both."""
    about = About(role=request.param, topic="public speaking", started=FIRST.date())
    stage = Stage(tmp_path, about={BEN: about})
    stage.settle(recap_to_both=True, mail_budget=99)
    stage.weekly()
    return stage


def lived(stage: Stage) -> Iterator[str]:
    """Live through all weeks; yield every private note on the way."""
    for number in range(WEEKS):
        monday = week(number)
        stage.tick(monday - hours(20))
        yield noted(stage, monday - hours(19))
        if number in LOST:
            stage.world.cancel("event-1", monday)
        elif number == 0:
            stage.world.edit(stage.url, lambda text: f"{text}\n### Action items\n\n{ITEMS}")
        else:
            stage.world.tick(stage.url, "find a room")
        stage.every(monday - hours(14), monday + timedelta(days=5), hours(8))
        yield noted(stage, monday + timedelta(days=5))


def noted(stage: Stage, now: datetime) -> str:
    return str(agenda(stage.house, stage.dossier(now), now)["prep"])


def secrets(notes: Iterator[str]) -> set[str]:
    """Return every line of the notes that says something, as it would read anywhere."""
    lines = (line.removeprefix("- ").strip() for note in notes for line in note.splitlines()[1:])
    return {line for line in lines if len(line) > 12}


def test_nothing_of_a_private_note_is_ever_in_a_shared_place(stage: Stage) -> None:
    private = secrets(lived(stage))
    letters = stage.world.letters
    own = "\n".join(letter.text for letter in letters if letter.to == MAYA)
    shared = "\n".join(
        (
            *(document.text for document in stage.world.documents.values()),
            *(repr(event) for event in stage.world.events.values()),
            *(f"{one.subject}\n{one.text}\n{one.html}" for one in letters if one.to != MAYA),
        )
    )
    assert len([line for line in private if line in own]) > len(private) / 2
    assert "clean up the alerts" in shared
    assert BEN in {letter.to for letter in letters}
    assert [line for line in private if line in shared] == []
