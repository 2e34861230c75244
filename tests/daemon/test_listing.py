"""Own items on the owner's task list: the own ones alone, each once, and never against the will."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.errors import PreconditionFailed
from connectors.memory import Cut, PowerCut, Refusal
from connectors.model import Task
from daemon import journal
from daemon.journal import Intent, State
from daemon.perform import take_back
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, kinds, week

AFTER = FIRST + HALF_AN_HOUR + hours(1)
MINE = "- [ ] [Maya] ask legal by Friday"
NEXT = week(1) + HALF_AN_HOUR + hours(1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a stage on which the first meeting is over; its notes are still to be written."""
    stage = Stage(tmp_path, tasks=True)
    stage.weekly()
    stage.tick(FIRST - hours(20))
    return stage


def note(stage: Stage, *lines: str) -> None:
    """Let somebody write below the action items of the newest section."""
    head, _, rest = stage.document.partition("### Action items\n")
    text = f"{head}### Action items\n\n" + "\n".join(lines) + rest
    stage.world.edit(stage.url, lambda _: text)


def tasks(stage: Stage) -> list[str]:
    return [task.title for task in listed(stage)]


def listed(stage: Stage) -> list[Task]:
    return list(stage.world.tasks.get(MAYA, {}).values())


def entry(stage: Stage) -> Intent:
    with stage.store.read() as session:
        return next(e for e in journal.entries(session) if e.decision.kind == "add_task")


def test_the_owners_items_and_nobody_elses_go_to_the_list_after_the_meeting(stage: Stage) -> None:
    note(stage, MINE, "- [ ] [Ben] send the draft", "- [ ] find a room", "- [x] [Maya] book it")
    assert "add_task" not in kinds(stage.tick(FIRST + HALF_AN_HOUR))
    stage.tick(AFTER)
    (task,) = listed(stage)
    assert (task.title, task.due, task.link) == ("ask legal", date(2026, 3, 6), stage.url)
    assert task.notes == f"From your one-on-one with {BEN} on Monday, 2 March 2026.\n"


def test_it_is_off_by_default(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.weekly()
    stage.tick(FIRST - hours(20))
    note(stage, MINE)
    assert "add_task" not in kinds(stage.tick(AFTER))


@pytest.mark.parametrize(
    "wording",
    [
        pytest.param("ask legal", id="as it was"),
        pytest.param("ask legal about the contract", id="reworded"),
    ],
)
def test_an_item_that_is_carried_goes_there_once(stage: Stage, wording: str) -> None:
    note(stage, MINE)
    stage.every(AFTER, week(1) - hours(12))
    stage.world.edit(stage.url, lambda text: text.replace("ask legal", wording))
    stage.every(week(1), week(2))
    assert tasks(stage) == ["ask legal"]


def test_a_tick_in_the_document_leaves_the_list_alone_and_the_other_way(stage: Stage) -> None:
    note(stage, MINE)
    stage.tick(AFTER)
    before = stage.document
    stage.world.ticked.update(stage.world.tasks[MAYA])
    stage.every(AFTER + hours(1), AFTER + hours(13))
    assert stage.document == before
    stage.world.tick(stage.url, "ask legal")
    stage.every(week(1) - hours(12), NEXT)
    assert tasks(stage) == ["ask legal"]


def test_one_of_the_same_name_after_the_first_was_done_is_another(stage: Stage) -> None:
    note(stage, MINE)
    stage.tick(AFTER)
    stage.world.tick(stage.url, "ask legal")
    stage.tick(week(1) - hours(12))
    note(stage, MINE)
    stage.tick(NEXT)
    assert tasks(stage) == ["ask legal", "ask legal"]


def test_what_could_not_be_put_there_is_put_there_later_the_same_day(stage: Stage) -> None:
    note(stage, MINE)
    stage.world.wire.fail(Refusal(), at=_request(stage, "tasks.add"))
    (failure,) = stage.tick(AFTER).failed
    assert failure.decision is not None
    assert failure.decision.kind == "add_task"
    stage.tick(AFTER + hours(1))
    assert tasks(stage) == ["ask legal"]


@pytest.mark.parametrize("after", [False, True])
def test_a_power_cut_makes_it_no_second_one(stage: Stage, *, after: bool) -> None:
    note(stage, MINE)
    stage.world.wire.fail(Cut(after=after), at=_request(stage, "tasks.add"))
    with pytest.raises(PowerCut):
        stage.tick(AFTER)
    stage.restart()
    stage.tick(AFTER + hours(1))
    assert tasks(stage) == ["ask legal"]
    assert entry(stage).state is State.DONE


def test_taken_back_it_stays_away(stage: Stage) -> None:
    note(stage, MINE)
    stage.tick(AFTER)
    take_back(stage.house, entry(stage), AFTER)
    stage.every(AFTER + hours(1), NEXT)
    assert tasks(stage) == []


def test_one_that_was_ticked_is_not_taken_back(stage: Stage) -> None:
    note(stage, MINE)
    stage.tick(AFTER)
    stage.world.ticked.update(stage.world.tasks[MAYA])
    with pytest.raises(PreconditionFailed):
        take_back(stage.house, entry(stage), AFTER)


def test_nothing_goes_there_while_nothing_may_be_written(stage: Stage) -> None:
    stage.settle(write=False)
    note(stage, MINE)
    stage.tick(AFTER)
    assert tasks(stage) == []
    stage.settle(write=True)
    stage.tick(AFTER + hours(1))
    assert tasks(stage) == ["ask legal"]


def _request(stage: Stage, name: str) -> int:
    """Return the number the first request of this name will have in the next turn."""
    log = stage.world.wire.log
    begun = len(log)
    ahead = ["calendar.changes", "documents.look", "tasks.look", "tasks.add"]
    return begun + ahead.index(name) + 1
