"""What every task list must do; its test gives a fixture `bench`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Protocol

import pytest

from connectors.errors import PreconditionFailed
from connectors.model import Key, Task, Url
from connectors.protocol import Tasks

AGREED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = Key("add_task:maya-ben:1")
DRAFT = Task(
    "send the draft, اليوم 🎪; by mail",
    AGREED,
    "From your one-on-one with Ben Ode.",
    date(2026, 3, 6),
    Url("https://docs.example/d/1"),
)
BARE = Task("find a room", AGREED)


class TasksBench(Protocol):
    """A task list with its owner, who knows nothing of visavis."""

    @property
    def tasks(self) -> Tasks:
        """The connector under test."""

    def shown(self) -> Sequence[tuple[str, str]]:
        """Return title and due day (ISO, or empty) of each task the owner sees, done or not."""

    def tick(self, title: str) -> None:
        """Let the owner finish a task."""

    def delete(self, title: str) -> None:
        """Let the owner throw a task away."""


class TasksContract:
    """Claims about `protocol.Tasks`."""

    def test_a_task_is_put_on_the_list_with_its_day(self, bench: TasksBench) -> None:
        bench.tasks.add(DRAFT, KEY)
        bench.tasks.add(BARE, Key("add_task:maya-ben:2"))
        assert sorted(bench.shown()) == [(BARE.title, ""), (DRAFT.title, "2026-03-06")]

    def test_the_same_key_is_the_same_task(self, bench: TasksBench) -> None:
        first = bench.tasks.add(DRAFT, KEY)
        second = bench.tasks.add(DRAFT, KEY)
        assert (first.wrote, second.wrote) == (True, False)
        assert first.handle == second.handle
        assert len(bench.shown()) == 1

    def test_a_finished_task_is_not_put_there_again(self, bench: TasksBench) -> None:
        bench.tasks.add(DRAFT, KEY)
        bench.tick(DRAFT.title)
        assert not bench.tasks.add(DRAFT, KEY).wrote

    def test_an_untouched_task_can_be_taken_off(self, bench: TasksBench) -> None:
        bench.tasks.add(BARE, Key("add_task:maya-ben:2"))
        receipt = bench.tasks.add(DRAFT, KEY)
        bench.tasks.undo(receipt)
        assert [title for title, _ in bench.shown()] == [BARE.title]

    def test_a_finished_task_stays(self, bench: TasksBench) -> None:
        receipt = bench.tasks.add(DRAFT, KEY)
        bench.tick(DRAFT.title)
        with pytest.raises(PreconditionFailed):
            bench.tasks.undo(receipt)

    def test_a_task_that_is_gone_is_gone(self, bench: TasksBench) -> None:
        receipt = bench.tasks.add(DRAFT, KEY)
        bench.delete(DRAFT.title)
        bench.tasks.undo(receipt)
        assert bench.shown() == []
