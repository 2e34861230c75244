"""Microsoft To Do over the stand-in: the contract, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from connectors.errors import OutcomeUnknown
from connectors.outlook.tasks import OutlookTasks
from connectors.standins.faults import LostAnswer
from connectors.standins.graph.calls import Json
from tests.connectors.outlook.bench import MAYA, Company
from tests.contract.tasks import DRAFT, KEY, TasksContract


@dataclass
class TasksInToDo:
    """Maya's built-in list beside one of her own, with her hands on them."""

    company: Company

    def __post_init__(self) -> None:
        self.todo = self.company.world.todo[MAYA.address]
        self.todo.create_list("Groceries")
        self.tasks = OutlookTasks(self.company.graph(MAYA))

    def shown(self) -> Sequence[tuple[str, str]]:
        return [
            (one["title"], one.get("dueDateTime", {}).get("dateTime", "")[:10])
            for one in self.there().values()
        ]

    def tick(self, title: str) -> None:
        self.task(title)["status"] = "completed"

    def delete(self, title: str) -> None:
        del self.there()[self.task(title)["id"]]

    def task(self, title: str) -> Json:
        return next(one for one in self.there().values() if one["title"] == title)

    def there(self) -> dict[str, Json]:
        lists = self.todo.lists.values()
        (built_in,) = (one["id"] for one in lists if one["displayName"] == "Tasks")
        return self.todo.of(built_in)


@pytest.fixture
def todo(bench: Company) -> TasksInToDo:
    return TasksInToDo(bench)


class TestOutlookTasks(TasksContract):
    """Every claim of the contract."""

    @pytest.fixture
    def bench(self, bench: Company) -> TasksInToDo:
        return TasksInToDo(bench)


def test_a_task_leads_back_to_the_document(todo: TasksInToDo) -> None:
    todo.tasks.add(DRAFT, KEY)
    (link,) = todo.task(DRAFT.title)["linkedResources"]
    assert link["webUrl"] == DRAFT.link


def test_a_lost_answer_is_looked_up(bench: Company, todo: TasksInToDo) -> None:
    bench.wire.fail(LostAnswer(), at=len(bench.wire.log) + 3)
    with pytest.raises(OutcomeUnknown):
        todo.tasks.add(DRAFT, KEY)
    assert not todo.tasks.add(DRAFT, KEY).wrote
    assert len(todo.shown()) == 1
