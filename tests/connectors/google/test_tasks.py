"""Google Tasks over the stand-in: the contract, and what Google hides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from connectors.errors import NotPermitted, OutcomeUnknown
from connectors.google.scopes import Scope
from connectors.google.tasks import GoogleTasks
from connectors.model import Key
from connectors.standins.faults import LostAnswer
from connectors.standins.google.errors import Json
from tests.connectors.google.benches import Company
from tests.contract.tasks import DRAFT, KEY, TasksContract


@dataclass
class TasksAtGoogle:
    """Maya's default list, with her hands on it."""

    company: Company

    def __post_init__(self) -> None:
        self.tasks = GoogleTasks(self.company.google(scopes=[Scope.TASKS]))

    def shown(self) -> Sequence[tuple[str, str]]:
        return [(one["title"], one.get("due", "")[:10]) for one in self.there()]

    def tick(self, title: str) -> None:
        self.task(title)["status"] = "completed"

    def delete(self, title: str) -> None:
        self.task(title)["deleted"] = True

    def task(self, title: str) -> Json:
        return next(one for one in self.there() if one["title"] == title)

    def there(self) -> list[Json]:
        return [one for one in self.company.maya.tasks.values() if not one.get("deleted")]


@pytest.fixture
def bench(company: Company) -> TasksAtGoogle:
    return TasksAtGoogle(company)


class TestGoogleTasks(TasksContract):
    """Every claim of the contract."""


def test_a_task_thrown_away_is_not_put_there_again(bench: TasksAtGoogle) -> None:
    bench.tasks.add(DRAFT, KEY)
    bench.delete(DRAFT.title)
    assert not bench.tasks.add(DRAFT, KEY).wrote


def test_a_lost_answer_is_looked_up_among_many(company: Company, bench: TasksAtGoogle) -> None:
    company.world.page_cap = 2
    company.world.empty_pages = True
    for number in range(5):
        bench.tasks.add(replace(DRAFT, title=f"number {number}"), Key(f"add_task:{number}"))
    company.wire.fail(LostAnswer(), at=len(company.wire.log) + 7)
    with pytest.raises(OutcomeUnknown):
        bench.tasks.add(DRAFT, KEY)
    assert not bench.tasks.add(DRAFT, KEY).wrote
    assert len(bench.shown()) == 6


def test_without_the_scope_nothing_is_tried_again(company: Company) -> None:
    tasks = GoogleTasks(company.google(scopes=[Scope.EVENTS]))
    with pytest.raises(NotPermitted):
        tasks.add(DRAFT, KEY)
