"""Traps at Google's calendars that no other claim steps over (each named by its fact)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import PreconditionFailed
from connectors.google.calendar import GoogleCalendar
from connectors.google.translate import Copy, Family, families
from connectors.google.translate import series as translated
from connectors.model import AttendeeKind, Handle, Key, Link, Series, Span, Status, Url
from connectors.standins.faults import Answer
from tests.connectors.google.benches import BEN, MAYA, NOON, Company

WEEK = timedelta(weeks=1)
FIRST = NOON.replace(day=3, hour=10)
SECOND = FIRST + WEEK
WINDOW = Span(FIRST - WEEK, FIRST + 6 * WEEK)
LATER = Span(SECOND + timedelta(days=1), SECOND + timedelta(days=1, minutes=30))
AGENDA = Link(Url("https://docs.google.com/document/d/agenda1/edit"), "Maya and Ben")
MEET = {"createRequest": {"requestId": "people-1"}}


@pytest.fixture
def calendar(company: Company) -> GoogleCalendar:
    return company.calendar()


@pytest.fixture
def weekly(company: Company) -> Handle:
    return Handle(company.maya.schedules("1:1", FIRST, guests=[BEN.address], rule="FREQ=WEEKLY"))


def read(calendar: GoogleCalendar, event: Handle) -> Series:
    return calendar.read([event], WINDOW)[event]


def answer(told: object) -> Answer:
    return Answer(200, json.dumps(told), {"content-type": "application/json"})


# --- The feed ---


def test_the_cursor_of_many_pages_is_that_of_the_last(
    company: Company, calendar: GoogleCalendar
) -> None:
    """Facts 1.4: the tokens of the pages before lead elsewhere."""
    company.world.page_cap = 2
    for n in range(5):
        company.maya.schedules("1:1", FIRST + n * WEEK, guests=[BEN.address])
    cursor = calendar.baseline(WINDOW).cursor
    assert calendar.changes(cursor).handles == ()


def test_a_feed_knows_no_window(company: Company, calendar: GoogleCalendar) -> None:
    """Facts 1.7: increments tell of any year, so what is read is cut again."""
    cursor = calendar.baseline(WINDOW).cursor
    far = Handle(company.maya.schedules("1:1", FIRST + 52 * WEEK, guests=[BEN.address]))
    assert calendar.changes(cursor).handles == (far,)
    assert read(calendar, far).occurrences == ()
    assert calendar.baseline(WINDOW).series == ()


def test_one_feed_has_just_what_is_looked_at(company: Company, calendar: GoogleCalendar) -> None:
    """Facts 1.15: without a filter birthdays and working places come as well."""
    calendar.changes(calendar.baseline(WINDOW).cursor)
    types = [[v for k, v in each.query if k == "eventTypes"] for each in company.wire.log]
    assert types == [["default", "fromGmail", "outOfOffice"]] * 2


def test_a_deleted_single_meeting_is_gone_though_google_still_tells_of_it(
    company: Company, calendar: GoogleCalendar
) -> None:
    """Facts 2.5: on the organizer's calendar it keeps its details."""
    single = Handle(company.maya.schedules("1:1", FIRST, guests=[BEN.address]))
    company.maya.cancels(single)
    assert calendar.read([single], WINDOW) == {}


def test_a_tombstone_that_says_no_slot_cancels_nothing() -> None:
    """Facts 2.4: of some cancelled instances an id alone is told."""
    times = [{"dateTime": (FIRST + n * timedelta(minutes=30)).isoformat()} for n in range(2)]
    master: dict[str, Any] = {"id": "a", "recurrence": ["RRULE:FREQ=WEEKLY"]}
    master |= {"start": times[0], "end": times[1]}
    bare = {"id": "b", "status": "cancelled", "recurringEventId": "a"}
    family = families([master, bare])[Handle("a")]
    alone = Family(master)
    found, plain = (
        translated(one, Copy(MAYA, MAYA.address), WINDOW, "Europe/Berlin")
        for one in (family, alone)
    )
    assert found == plain


@pytest.mark.parametrize("exception", [True, False])
def test_an_excluded_date_may_have_a_tombstone_beside_it(
    company: Company, calendar: GoogleCalendar, weekly: Handle, *, exception: bool
) -> None:
    """Facts 2.6, unconfirmed: it is cancelled once, either way."""
    if exception:
        company.maya.cancels(weekly, on=SECOND)
    lines = ["RRULE:FREQ=WEEKLY", f"EXDATE;TZID=Europe/Berlin:{SECOND:%Y%m%dT%H%M%S}"]
    company.maya.changes(weekly, recurrence=lines)
    found = read(calendar, weekly)
    standing = [o.recurrence_id for o in found.occurrences if o.status is Status.STANDING]
    assert SECOND not in standing
    assert len(standing) == 5
    assert len({one.recurrence_id for one in found.occurrences}) == len(found.occurrences)


# --- People ---


def test_a_room_in_a_series_is_no_person(company: Company, calendar: GoogleCalendar) -> None:
    """Facts 3, resource."""
    room = "room@resource.calendar.google.com"
    guests = [{"email": MAYA.address}, {"email": BEN.address}, {"email": room, "resource": True}]
    event = company.maya.schedules("1:1", FIRST, rule="FREQ=WEEKLY", attendees=guests)
    invited = read(calendar, Handle(event)).attendees or ()
    kinds = {one.address: one.kind for one in invited}
    assert kinds[room] is AttendeeKind.RESOURCE
    assert kinds[BEN.address] is AttendeeKind.INDIVIDUAL


def test_a_secondary_calendar_that_organizes_is_its_owner() -> None:
    """Facts 3, self: missing there, and the organizer is the calendar itself."""
    copy = Copy(MAYA, MAYA.address, "team@group.calendar.google.com")
    times = [{"dateTime": (FIRST + n * timedelta(minutes=30)).isoformat()} for n in range(2)]
    event = {
        "id": "a",
        "recurrence": ["RRULE:FREQ=WEEKLY"],
        "organizer": {"email": "Team@group.calendar.google.com"},
        "attendees": [{"email": MAYA.address}, {"email": BEN.address}],
        "start": times[0],
        "end": times[1],
    }
    found = translated(Family(event), copy, WINDOW, "Europe/Berlin")
    assert found.owned
    assert found.organizer == MAYA.address


def test_a_calendar_that_is_missing_in_an_answer_is_unknown(
    company: Company, calendar: GoogleCalendar
) -> None:
    """Facts 8.3."""
    company.wire.fail(answer({"calendars": {MAYA.address: {"busy": []}}}), path="*/freeBusy")
    assert set(calendar.busy([MAYA, BEN], WINDOW)) == {MAYA}


@pytest.mark.parametrize("stretch", [1, 2])
def test_an_error_in_one_stretch_is_unknown_for_all(
    company: Company, calendar: GoogleCalendar, stretch: int
) -> None:
    """Facts 8.2 and 8.3: a long time is asked for in stretches, and half an answer is none."""
    wrong = {BEN.address: {"errors": [{"reason": "internalError"}], "busy": []}}
    company.wire.fail(answer({"calendars": wrong | {MAYA.address: {}}}), at=stretch)
    assert set(calendar.busy([MAYA, BEN], Span(FIRST, FIRST + 6 * WEEK))) == {MAYA}


# --- Writing ---


def test_a_link_goes_to_the_series_though_its_first_meeting_has_an_id(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 4.5: on one instance it would make an exception."""
    company.maya.moves(weekly, FIRST + timedelta(hours=1), on=FIRST)
    series = read(calendar, weekly)
    assert series.occurrences[0].handle
    assert calendar.attach(series, AGENDA).handle == weekly
    assert company.maya.target(weekly).body["attachments"]
    assert [each.path.rpartition("/")[2] for each in company.wire.log if each.writes] == [weekly]


def test_nobody_is_invited_anew_to_a_meeting_that_the_rule_no_longer_has(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 2.7 and 2.9: an instance beyond the end of its rule is an empty list, not an error."""
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    company.maya.changes(weekly, recurrence=["RRULE:FREQ=WEEKLY;COUNT=1"])
    company.world.mails.clear()
    with pytest.raises(PreconditionFailed):
        calendar.book(series, lost, LATER, Key("book:1"))
    assert company.world.mails == []


def test_each_new_meeting_has_a_room_of_its_own(company: Company) -> None:
    """Facts 0 and 4.8: one room on several events is warned against."""
    event = company.maya.schedules(
        "1:1", FIRST, guests=[BEN.address], rule="FREQ=WEEKLY", conferenceData=MEET,
        hangoutLink="https://meet.google.com/aaa-bbbb-ccc",
    )  # fmt: skip
    his = company.calendar(company.ben)
    series = read(his, Handle(event))
    lost = series.occurrence(SECOND)
    assert lost is not None
    times = (LATER, LATER.starting(LATER.start + timedelta(days=1)))
    made = [his.book(series, lost, to, Key(f"book:{to.start}")).handle for to in times]
    rooms = {company.ben.target(one).body["hangoutLink"] for one in (event, *made)}
    assert len(rooms) == 3
    wishes = [each.json["conferenceData"] for each in company.wire.log if each.method == "POST"]
    assert len({wish["createRequest"]["requestId"] for wish in wishes}) == 2


def test_each_watch_is_a_channel_of_its_own(calendar: GoogleCalendar) -> None:
    """Facts 5: a new channel has a new id, and the old one overlaps."""
    callback = Url("https://visavis.acme.example/hook")
    assert len({calendar.watch(callback, "a secret").channel for _ in range(2)}) == 2
