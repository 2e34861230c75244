"""Tasks as VTODO files, which other programs read and the calendar of the folder overlooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Todo

from connectors.files import FilesCalendar, TaskFolder
from connectors.model import Span
from tests.connectors.files.bench import MAYA, ZONE
from tests.contract.tasks import DRAFT, KEY, TasksContract


@dataclass
class FolderOfTasks:
    """A folder, and a program of the owner's that shows what there is to do."""

    path: Path

    def __post_init__(self) -> None:
        self.tasks = TaskFolder(self.path)

    def shown(self) -> Sequence[tuple[str, str]]:
        return [self.line(self.todo(file)) for file in self.path.glob("*.ics")]

    def line(self, task: Todo) -> tuple[str, str]:
        return str(task["SUMMARY"]), task.DUE.isoformat() if task.DUE else ""

    def tick(self, title: str) -> None:
        file = self.file(title)
        text = file.read_text("utf-8")
        file.write_text(text.replace("NEEDS-ACTION", "COMPLETED"), "utf-8")

    def delete(self, title: str) -> None:
        self.file(title).unlink()

    def file(self, title: str) -> Path:
        files = self.path.glob("*.ics")
        return next(one for one in files if str(self.todo(one)["SUMMARY"]) == title)

    def todo(self, file: Path) -> Todo:
        (found,) = Calendar.from_ical(file.read_bytes()).walk("VTODO")
        assert isinstance(found, Todo)
        return found


@pytest.fixture
def bench(tmp_path: Path) -> FolderOfTasks:
    return FolderOfTasks(tmp_path)


class TestTaskFolder(TasksContract):
    """Every claim of the contract."""


def test_a_task_says_where_it_comes_from(bench: FolderOfTasks) -> None:
    bench.tasks.add(DRAFT, KEY)
    task = bench.todo(bench.file(DRAFT.title))
    assert str(task["URL"]) == DRAFT.link
    assert str(task["DESCRIPTION"]).startswith(DRAFT.notes)


def test_a_task_is_nothing_to_the_calendar_of_the_folder(bench: FolderOfTasks) -> None:
    bench.tasks.add(DRAFT, KEY)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    seen = FilesCalendar(bench.path, MAYA, ZONE).baseline(Span(now, now + timedelta(weeks=1)))
    assert (seen.series, seen.problems) == ((), ())
