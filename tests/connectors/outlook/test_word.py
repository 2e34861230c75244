"""Word documents in OneDrive over the stand-in: the contract, and what Word and people do."""

from __future__ import annotations

import pytest

from tests.connectors.outlook.bench import Company, Library
from tests.contract.documents import DocumentsContract


class TestWordDocuments(DocumentsContract):
    """Every claim of the contract."""

    @pytest.fixture
    def bench(self, bench: Company) -> Library:
        return Library(bench)


class TestWordDocumentsElsewhere(TestWordDocuments):
    """The same where OneDrive overlooks If-Match."""

    @pytest.fixture
    def bench(self, bench: Company) -> Library:  # type: ignore[override]
        bench.behaves(file_if_match=False)
        return Library(bench)
