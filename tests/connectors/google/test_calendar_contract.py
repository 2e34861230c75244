"""Google's calendar keeps the contract."""

from __future__ import annotations

import pytest

from tests.connectors.google.benches import CalendarAtGoogle, Company
from tests.contract.calendar import CalendarContract


class TestGoogleCalendar(CalendarContract):
    @pytest.fixture
    def bench(self, company: Company) -> CalendarAtGoogle:
        return CalendarAtGoogle(company)
