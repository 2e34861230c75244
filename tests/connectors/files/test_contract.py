"""A folder of files is a calendar and a place for documents like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.files.bench import FilesBench, FolderBench
from tests.contract.calendar import CalendarContract
from tests.contract.documents import DocumentsContract


class TestFilesCalendar(CalendarContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> FilesBench:
        return FilesBench(tmp_path)


class TestMarkdownFolder(DocumentsContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> FolderBench:
        return FolderBench(tmp_path / "agendas")
