"""Events, rules and zones from Graph's own words; recorded answers where there are some."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.model import (
    AttendeeKind,
    EventKind,
    Hours,
    Person,
    Response,
    Series,
    Span,
    Status,
    Weekday,
)
from connectors.outlook import patterns, schedules, translate, zones
from connectors.outlook.translate import Card, Eyes
from connectors.recurrence import occurrences
from connectors.standins.graph import rules
from connectors.standins.graph.zones import custom

BERLIN = ZoneInfo("Europe/Berlin")
MAYA = Person("maya@acme.example", aliases=frozenset({"maya.k@acme.example"}))
EYES = Eyes(MAYA, lambda: "Europe/Berlin")
WINDOW = Span(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 12, tzinfo=UTC))
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
    "range": {"type": "noEnd", "startDate": "2026-03-02", "recurrenceTimeZone": "UTC"},
}


def recorded(name: str) -> dict[str, Any]:
    file = Path(__file__).parent / "fixtures" / f"graph_docs_{name}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def at(text: str) -> dict[str, str]:
    return {"dateTime": f"{text}:00.0000000", "timeZone": "UTC"}


def person(address: str, response: str = "none", **more: object) -> dict[str, Any]:
    mail = {"address": address, "name": address.partition("@")[0]}
    return {"emailAddress": mail, "type": "required", "status": {"response": response}, **more}


def event(**said: object) -> dict[str, Any]:
    """An event of Maya's with Ben, Monday 2 March at nine in London, as Graph tells it."""
    return {
        "@odata.etag": 'W/"1"',
        "id": "one",
        "iCalUId": "uid",
        "type": "singleInstance",
        "subject": "Maya / Ben",
        "start": at("2026-03-02T09:00"),
        "end": at("2026-03-02T09:30"),
        "originalStartTimeZone": "W. Europe Standard Time",
        "isOrganizer": True,
        "organizer": {"emailAddress": {"address": "Maya@acme.example", "name": "Maya"}},
        "attendees": [person("Ben@acme.example")],
        "sensitivity": "normal",
        "showAs": "busy",
        **said,
    }


def seen(*instances: dict[str, Any], eyes: Eyes = EYES, **said: object) -> Series:
    return translate.series(event(**said), instances, WINDOW, eyes)


def addresses(series: Series) -> list[str]:
    return [one.address for one in series.attendees or ()]


# --- People ---------------------------------------------------------------------------------------


def test_the_organizer_is_one_of_the_people_and_comes() -> None:
    series = seen()
    assert series.organizer == "maya@acme.example"
    assert [(one.address, one.response) for one in series.attendees or ()] == [
        ("maya@acme.example", Response.ACCEPTED),
        ("ben@acme.example", Response.NEEDS_ACTION),
    ]


def test_an_organizer_among_the_attendees_is_told_once() -> None:
    series = seen(attendees=[person("ben@acme.example"), person("MAYA@acme.example")])
    assert sorted(addresses(series)) == ["ben@acme.example", "maya@acme.example"]


def test_a_meeting_of_three_called_by_one_of_them_has_three_people() -> None:
    boss = {"emailAddress": {"address": "boss@acme.example"}}
    guests = [person("maya@acme.example"), person("ben@acme.example")]
    series = seen(isOrganizer=False, organizer=boss, attendees=guests)
    assert len(addresses(series)) == 3


def test_a_note_to_oneself_has_no_people() -> None:
    assert seen(attendees=[]).attendees == ()


def test_hidden_guests_are_unknown_not_nobody() -> None:
    assert seen(hideAttendees=True, isOrganizer=False).attendees is None
    assert seen(hideAttendees=True, isOrganizer=True).attendees is not None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("accepted", Response.ACCEPTED),
        ("tentativelyAccepted", Response.TENTATIVE),
        ("declined", Response.DECLINED),
        ("notResponded", Response.NEEDS_ACTION),
        ("none", Response.NEEDS_ACTION),
    ],
)
def test_answers_are_read_from_the_organizers_copy(said: str, meant: Response) -> None:
    ben = (seen(attendees=[person("ben@acme.example", said)]).attendees or ())[1]
    assert ben.response is meant


def test_a_guests_own_answer_stands_beside_the_list() -> None:
    """Facts 2: a copy is told none of the answers but its owner's."""
    series = seen(
        isOrganizer=False,
        organizer={"emailAddress": {"address": "ben@acme.example"}},
        attendees=[person("maya@acme.example")],
        responseStatus={"response": "declined", "time": "0001-01-01T00:00:00Z"},
    )
    answers = {one.address: one.response for one in series.attendees or ()}
    assert answers["maya@acme.example"] is Response.DECLINED


def test_a_room_is_known_by_its_type_and_by_its_place() -> None:
    blue = person("blue@acme.example", type="resource")
    red = person("red@acme.example")
    place = {"displayName": "Red", "locationUri": "Red@acme.example"}
    series = seen(attendees=[person("ben@acme.example"), blue, red], locations=[place])
    kinds = {one.address: one.kind for one in series.attendees or ()}
    assert kinds["blue@acme.example"] is kinds["red@acme.example"] is AttendeeKind.ROOM
    assert kinds["ben@acme.example"] is AttendeeKind.INDIVIDUAL


def test_the_address_book_knows_aliases_rooms_and_lists() -> None:
    cards = {
        "b.ito@acme.example": Card("ben@acme.example"),
        "team@acme.example": Card("team@acme.example", AttendeeKind.GROUP),
    }
    guests = [person("B.Ito@acme.example"), person("team@acme.example")]
    series = seen(eyes=Eyes(MAYA, lambda: "UTC", cards), attendees=guests)
    kinds = {one.address: one.kind for one in series.attendees or ()}
    assert kinds["ben@acme.example"] is AttendeeKind.INDIVIDUAL
    assert kinds["team@acme.example"] is AttendeeKind.GROUP


# --- Kinds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sensitivity", ["private", "confidential"])
def test_words_of_a_private_event_are_not_kept(sensitivity: str) -> None:
    series = seen(sensitivity=sensitivity)
    assert (series.private, series.title) == (True, "")
    assert addresses(series)


def test_an_absence_is_told_by_the_way_its_time_is_shown() -> None:
    assert seen(showAs="oof", attendees=[]).kind is EventKind.OUT_OF_OFFICE
    assert seen(showAs="oof").kind is EventKind.MEETING
    assert seen(showAs="workingElsewhere", attendees=[]).kind is EventKind.MEETING


def test_a_whole_day_is_the_same_day_in_every_zone() -> None:
    days = {"start": at("2026-03-28T00:00"), "end": at("2026-03-30T00:00")}
    (one,) = seen(isAllDay=True, start=days["start"], end=days["end"]).occurrences
    assert (one.span.start, one.span.end) == (
        datetime(2026, 3, 28, tzinfo=BERLIN),
        datetime(2026, 3, 30, tzinfo=BERLIN),
    )


# --- Occurrences ----------------------------------------------------------------------------------


def instance(day: str, hour: int = 9, **said: object) -> dict[str, Any]:
    own = {
        "id": f"one.{day}",
        "type": "occurrence",
        "seriesMasterId": "one",
        "originalStart": f"2026-{day}T09:00:00Z",
        "start": at(f"2026-{day}T{hour:02}:00"),
        "end": at(f"2026-{day}T{hour:02}:30"),
        "iCalUId": f"uid-{day}",
    }
    return event(**{**own, **said})


def test_the_uid_is_the_masters() -> None:
    assert seen(instance("03-02"), recurrence=WEEKLY).uid == "uid"


def test_an_exception_is_known_by_its_original_start_and_is_an_object_of_its_own() -> None:
    moved = instance("03-09", 14, type="exception")
    series = seen(moved, instance("03-02"), recurrence=WEEKLY)
    first, second = series.occurrences
    assert (first.moved, second.moved) == (False, True)
    assert second.recurrence_id == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert (first.handle, second.handle) == (None, "one.03-09")


def test_an_occurrence_has_people_of_its_own_only_where_they_differ() -> None:
    alike = instance("03-02", type="exception")
    declined = instance(
        "03-09", type="exception", attendees=[person("ben@acme.example", "declined")]
    )
    one, other = seen(alike, declined, recurrence=WEEKLY).occurrences
    assert one.attendees is None
    assert {guest.response for guest in other.attendees or ()} == {
        Response.ACCEPTED,
        Response.DECLINED,
    }


def test_a_cancelled_copy_that_stays_is_cancelled() -> None:
    (one,) = seen(
        instance("03-02", type="exception", isCancelled=True), recurrence=WEEKLY
    ).occurrences
    assert one.status is Status.CANCELLED


@pytest.mark.parametrize("told", ["2026-03-09", "2026-03-08", "2026-03-10"])
def test_a_cancelled_day_is_found_in_the_rule_whosever_midnight_counts(told: str) -> None:
    """Facts 2: the zone of the date is undocumented."""
    cancelled = [f"OID.one.{told}", "OID.one.2020-01-06"]
    series = seen(instance("03-02"), recurrence=WEEKLY, cancelledOccurrences=cancelled)
    lost = [one for one in series.occurrences if one.status is Status.CANCELLED]
    assert [one.recurrence_id for one in lost] == [datetime(2026, 3, 9, 9, tzinfo=UTC)]


def test_a_recorded_exception_comes_first_and_lies_on_another_day() -> None:
    """Fixture: microsoft-graph-docs-contrib, CC BY 4.0."""
    told = recorded("instances_with_exception")["value"]
    window = Span(datetime(2019, 4, 1, tzinfo=UTC), datetime(2019, 5, 1, tzinfo=UTC))
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]}
    recurrence = {"pattern": pattern, "range": {"type": "noEnd"}}
    master = event(recurrence=recurrence, start=told[1]["start"], end=told[1]["end"])
    days = [one.span.start.day for one in translate.series(master, told, window, EYES).occurrences]
    assert days == [8, 16, 22, 29]


@pytest.mark.parametrize("page", ["delta_page_nextlink", "delta_removed"])
def test_recorded_events_can_be_read_as_far_as_they_tell(page: str) -> None:
    """Fixture: as above."""
    told = [one for one in recorded(page)["value"] if "@removed" not in one]
    for one in told:
        assert translate.span(one, "UTC").length == timedelta(minutes=90)
        assert translate.organizer(one, EYES).address == "samanthab@contoso.onmicrosoft.com"


# --- Rules ----------------------------------------------------------------------------------------

FIRST = date(2026, 1, 31)
PATTERNS: list[dict[str, Any]] = [
    {"type": "daily", "interval": 3},
    {"type": "weekly", "interval": 1, "daysOfWeek": ["saturday"], "firstDayOfWeek": "sunday"},
    {
        "type": "weekly",
        "interval": 2,
        "daysOfWeek": ["saturday", "monday"],
        "firstDayOfWeek": "monday",
    },
    {
        "type": "weekly",
        "interval": 2,
        "daysOfWeek": ["saturday", "sunday"],
        "firstDayOfWeek": "sunday",
    },
    {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31},
    {"type": "absoluteMonthly", "interval": 2, "dayOfMonth": 15},
    {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["saturday"], "index": "last"},
    {
        "type": "relativeMonthly",
        "interval": 1,
        "daysOfWeek": ["monday", "tuesday"],
        "index": "second",
    },
    {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 29, "month": 2},
    {
        "type": "relativeYearly",
        "interval": 1,
        "daysOfWeek": ["friday"],
        "index": "first",
        "month": 5,
    },
]


@pytest.mark.parametrize("pattern", PATTERNS, ids=range(len(PATTERNS)))
@pytest.mark.parametrize(
    "bounds",
    [
        {"type": "noEnd"},
        {"type": "endDate", "endDate": "2027-05-07"},
        {"type": "numbered", "numberOfOccurrences": 4},
    ],
    ids=lambda bounds: str(bounds["type"]),
)
def test_a_pattern_falls_on_the_same_days_as_a_rule(
    pattern: dict[str, Any], bounds: dict[str, Any]
) -> None:
    """The stand-in expands the pattern in its own way; the first start of a rule is its own."""
    recurrence = {"pattern": pattern, "range": {**bounds, "startDate": FIRST.isoformat()}}
    until = date(2030, 1, 1)
    days = list(rules.days(recurrence, until))
    start = datetime.combine(days[0], time(10), BERLIN)
    rule = patterns.rule(recurrence, "Europe/Berlin")
    window = Span(start, datetime(2030, 1, 2, tzinfo=BERLIN))
    found = occurrences(start, timedelta(minutes=30), rule, window=window)
    assert [one.recurrence_id.date() for one in found if one.recurrence_id.date() <= until] == days


# --- Zones ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("India Standard Time", "Asia/Calcutta"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("America/New_York", "America/New_York"),
        ("tzone://Microsoft/Custom", ""),
        ("Customized Time Zone", ""),
        ("", ""),
    ],
)
def test_a_zone_has_a_windows_name_an_iana_name_or_none(name: str, meant: str) -> None:
    found = zones.iana(name)
    assert (found and clock(found)) == (meant and clock(meant))


def test_a_meeting_in_a_custom_zone_is_in_the_mailboxs_own() -> None:
    assert seen(originalStartTimeZone="tzone://Microsoft/Custom").zone == "Europe/Berlin"
    assert seen(originalStartTimeZone="Tokyo Standard Time").zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "name",
    [
        "America/Los_Angeles",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Australia/Sydney",
        "Pacific/Auckland",
        "America/Sao_Paulo",
    ],
)
@pytest.mark.parametrize("near", ["", "Europe/London"])
def test_a_described_zone_is_found_by_its_clock(name: str, near: str) -> None:
    """Facts 7: the bias is reversed; 5 is the last of the month; year 0 is every year."""
    assert clock(zones.described(custom(name, 2026), 2026, near)) == clock(name)


def test_of_zones_with_one_clock_the_mailboxs_own_is_meant() -> None:
    assert zones.described(custom("Europe/Berlin", 2026), 2026, "Europe/Vienna") == "Europe/Vienna"


def test_a_clock_no_zone_has_counts_as_the_mailboxs_own() -> None:
    assert zones.described({"name": "Odd", "bias": -7}, 2026, "Europe/Vienna") == "Europe/Vienna"
    assert zones.described({}, 2026, "Europe/Vienna") == "Europe/Vienna"


def clock(zone: str, year: int = 2026) -> list[timedelta | None]:
    """The offsets of a zone at noon of every day."""
    first = datetime(year, 1, 1, 12, tzinfo=ZoneInfo(zone))
    return [(first + timedelta(days=n)).utcoffset() for n in range(365)]


# --- Free/busy ------------------------------------------------------------------------------------


def test_recorded_times_may_overlap_and_begin_before_the_window() -> None:
    """Fixture: as above."""
    adele, megan = recorded("getschedule_two_users")["value"]
    one, other = schedules.busy([adele]), schedules.busy([megan])
    assert one is not None
    assert other is not None
    assert [span.length for span in one.spans] == [timedelta(hours=2)]
    assert one.spans[0].start == datetime(2019, 3, 15, 19, tzinfo=UTC)
    assert len(other.spans) == 5
    assert other.absences == ()


def test_a_recorded_status_may_begin_with_a_capital() -> None:
    """Fixture: as above."""
    busy = schedules.busy(recorded("getschedule_capitalised")["value"])
    assert busy is not None
    assert len(busy.spans) == 2


@pytest.mark.parametrize(
    ("status", "taken", "away"),
    [("oof", 1, 1), ("Oof", 1, 1), ("tentative", 1, 0), ("workingElsewhere", 0, 0), ("free", 0, 0)],
)
def test_each_status_means_what_it_means(status: str, taken: int, away: int) -> None:
    item = {"status": status, "start": at("2026-03-02T09:00"), "end": at("2026-03-02T10:00")}
    busy = schedules.busy([{"scheduleItems": [item]}, {"scheduleItems": [item]}])
    assert busy is not None
    assert (len(busy.spans), len(busy.absences)) == (taken, away)


def test_who_has_an_error_in_any_stretch_is_unknown() -> None:
    error = {"error": {"responseCode": "5006", "message": "too many"}}
    assert schedules.busy([{"scheduleItems": []}, error]) is None


def test_a_window_is_asked_for_in_fortnights() -> None:
    found = list(schedules.stretches(WINDOW))
    assert [one.length.days for one in found] == [14, 14, 14]
    assert (found[0].start, found[-1].end) == (WINDOW.start, WINDOW.end)


def test_recorded_working_hours_describe_their_zone() -> None:
    """Fixture: as above."""
    (told,) = recorded("getschedule_capitalised")["value"]
    hours = schedules.hours(told["workingHours"], 2018, "Europe/Berlin")
    assert hours is not None
    assert clock(hours.zone, 2018) == clock("America/Los_Angeles", 2018)
    assert set(hours.days) == set(Weekday) - {Weekday.SAT, Weekday.SUN}
    assert hours.days[Weekday.MON] == (Hours(time(8), time(17)),)


@pytest.mark.parametrize("said", [None, {}, {"daysOfWeek": []}])
def test_no_hours_are_no_hours(said: dict[str, Any] | None) -> None:
    assert schedules.hours(said, 2026, "UTC") is None
