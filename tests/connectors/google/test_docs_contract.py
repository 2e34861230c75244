"""Google's documents keep the contract."""

from __future__ import annotations

import pytest

from tests.connectors.google.benches import Company, DocumentsAtGoogle
from tests.contract.documents import DocumentsContract


class TestGoogleDocs(DocumentsContract):
    @pytest.fixture
    def bench(self, company: Company) -> DocumentsAtGoogle:
        return DocumentsAtGoogle(company)
