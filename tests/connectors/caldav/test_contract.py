"""Calendars on real CalDAV servers are calendars like any other."""

from __future__ import annotations

from tests.contract.calendar import CalendarContract


class TestCalDavCalendar(CalendarContract):
    """On Radicale and on xandikos; the bench is in conftest."""
