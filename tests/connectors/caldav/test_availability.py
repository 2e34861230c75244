"""When people are taken and when they work, as servers write it."""

from __future__ import annotations

from datetime import UTC, datetime, time

from connectors.caldav.availability import periods, week
from connectors.model import Hours, Span, Weekday

AVAILABILITY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Nextcloud//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VAVAILABILITY
BEGIN:AVAILABLE
DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T120000
UID:1
RRULE:FREQ=WEEKLY;BYDAY=MO,TU
END:AVAILABLE
BEGIN:AVAILABLE
DTSTART;TZID=Europe/Berlin:20260105T130000
DTEND;TZID=Europe/Berlin:20260105T170000
UID:2
RRULE:FREQ=WEEKLY;BYDAY=MO
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
"""


def utc(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_a_working_week_is_read_day_by_day() -> None:
    found = week(AVAILABILITY)
    assert found
    assert found.zone == "Europe/Berlin"
    morning, afternoon = Hours(time(9), time(12)), Hours(time(13), time(17))
    assert found.days == {Weekday.MON: (morning, afternoon), Weekday.TUE: (morning,)}


def test_an_availability_without_a_week_tells_nothing() -> None:
    assert week(AVAILABILITY.replace("RRULE", "X-RULE")) is None


def test_busy_periods_are_read_by_end_and_by_length_and_what_is_free_is_not() -> None:
    told = (
        "BEGIN:VFREEBUSY\r\n"
        "FREEBUSY;FBTYPE=BUSY:20260316T100000Z/20260316T110000Z,20260317T100000Z/P\r\n T2H\r\n"
        "FREEBUSY;FBTYPE=FREE:20260318T100000Z/20260318T110000Z\r\n"
        "FREEBUSY:20260319T100000Z/PT1H\r\n"
        "END:VFREEBUSY\r\n"
    )
    assert list(periods(told)) == [
        Span(utc(16, 10), utc(16, 11)),
        Span(utc(17, 10), utc(17, 12)),
        Span(utc(19, 10), utc(19, 11)),
    ]
