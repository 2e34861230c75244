"""A calendar at Google, read: each claim names the trap it steps over (by its fact)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from connectors.errors import CursorExpired, NotPermitted
from connectors.google.calendar import GoogleCalendar
from connectors.google.reader import EVENT_TYPES
from connectors.model import (
    Cursor,
    EventKind,
    Handle,
    Hours,
    Occurrence,
    Person,
    Series,
    Span,
    Status,
    Weekday,
    WorkingHours,
)
from connectors.standins.faults import Answer
from connectors.standins.google import Person as Human
from connectors.standins.google.refusals import refusing
from tests.connectors.google.benches import BEN, MAYA, NOON, Company

WEEK = timedelta(weeks=1)
FIRST = NOON.replace(day=3, hour=10)
SECOND, THIRD = FIRST + WEEK, FIRST + 2 * WEEK
WINDOW = Span(FIRST - WEEK, FIRST + 6 * WEEK)


@pytest.fixture
def weekly(company: Company) -> Handle:
    """Maya and Ben, Tuesdays at ten from 3 March 2026."""
    return meet(company.maya, company.ben, FIRST, "FREQ=WEEKLY")


def meet(  # any further field of Google's events
    host: Human,
    guest: Human,
    start: datetime,
    rule: str | None = None,
    **more: Any,  # noqa: ANN401
) -> Handle:
    return Handle(host.schedules("1:1", start, guests=[guest.email], rule=rule, **more))


def shown(company: Company, who: Human | None = None) -> dict[str, Series]:
    return {one.handle: one for one in company.calendar(who).baseline(WINDOW).series}


def read(company: Company, event: Handle, who: Human | None = None) -> Series:
    """Return an event as a fresh read has it, which must be as a baseline has it."""
    found = company.calendar(who).read([event], WINDOW)[event]
    assert found == shown(company, who)[event]
    return found


def instance(series: Series, recurrence_id: datetime) -> Occurrence:
    found = series.occurrence(recurrence_id)
    assert found is not None
    return found


# --- The feed ---


def test_a_look_without_changes_is_one_request(company: Company, weekly: Handle) -> None:
    """Facts 1.8 and 1.15: masters and all types of events in one feed."""
    calendar = company.calendar()
    cursor = calendar.baseline(WINDOW).cursor
    company.wire.clear()
    assert calendar.changes(cursor).handles == ()
    assert calendar.zone == "Europe/Berlin"
    (only,) = company.wire.log
    assert (only.method, only.path) == ("GET", "/calendar/v3/calendars/primary/events")
    assert weekly


def test_a_changed_series_is_read_in_one_more_request(company: Company, weekly: Handle) -> None:
    calendar = company.calendar()
    cursor = calendar.baseline(WINDOW).cursor
    company.maya.moves(weekly, SECOND + timedelta(days=1), on=SECOND)
    company.wire.clear()
    (handle,) = calendar.changes(cursor).handles
    assert instance(calendar.read([handle], WINDOW)[handle], SECOND).moved
    assert len(company.wire.log) == 2


def test_looking_writes_nothing(company: Company, weekly: Handle) -> None:
    calendar = company.calendar()
    cursor = calendar.baseline(WINDOW).cursor
    calendar.read([weekly], WINDOW)
    calendar.changes(cursor)
    calendar.hours(MAYA)
    assert not any(request.writes for request in company.wire.log)


def test_the_feed_is_asked_as_it_was_the_first_time(company: Company, weekly: Handle) -> None:
    """Facts 1.2 and 1.3: other parameters than the first request's are undefined behaviour."""
    calendar = company.calendar()
    calendar.changes(calendar.baseline(WINDOW).cursor)
    first, later = (dict(request.query) for request in company.wire.log)
    types = [[v for k, v in r.query if k == "eventTypes"] for r in company.wire.log]
    assert types == [EVENT_TYPES, EVENT_TYPES]
    for name in ("singleEvents", "maxResults"):
        assert first[name] == later[name]
    assert later.keys() - {"syncToken"} <= first.keys() - {"timeMin"}
    assert weekly


def test_pages_may_be_short_or_empty(company: Company) -> None:
    """Facts 1.4: the token stands on the last page only, and an empty page is not the last."""
    company.world.page_cap, company.world.empty_pages = 2, True
    events = {meet(company.maya, company.ben, FIRST + n * WEEK) for n in range(5)}
    base = company.calendar().baseline(WINDOW)
    assert {one.handle for one in base.series} == events
    assert base.cursor


def test_tombstones_stay_out_of_a_baseline(company: Company, weekly: Handle) -> None:
    """Facts 1.5: it has no budget of rows, and no use for deleted events."""
    company.maya.cancels(meet(company.maya, company.ben, FIRST))
    assert set(shown(company)) == {weekly}


@pytest.mark.parametrize(
    "reason", ["fullSyncRequired", "updatedMinTooLongAgo", "somethingNobodyKnowsYet"]
)
def test_a_feed_that_is_gone_asks_for_a_new_baseline(company: Company, reason: str) -> None:
    """Facts 1.11."""
    body = f'{{"error": {{"code": 410, "errors": [{{"reason": "{reason}"}}]}}}}'
    company.wire.fail(Answer(410, body, {"content-type": "application/json"}))
    with pytest.raises(CursorExpired):
        company.calendar().changes(Cursor("x"))


def test_a_cursor_that_is_no_token_asks_for_a_new_baseline(company: Company) -> None:
    refusal = '{"error": {"code": 400, "errors": [{"reason": "invalid", "location": "syncToken"}]}}'
    company.wire.fail(Answer(400, refusal, {"content-type": "application/json"}))
    with pytest.raises(CursorExpired):
        company.calendar().changes(Cursor("x"))


def test_an_event_that_is_missing_for_a_moment_is_not_gone(
    company: Company, weekly: Handle
) -> None:
    """Facts 11: a 404 is believed after a few tries."""
    company.wire.fail(refusing(404, "notFound"), path="*/events/*", times=2)
    assert set(company.calendar().read([weekly], WINDOW)) == {weekly}


def test_many_events_are_read_by_listing_the_calendar(company: Company) -> None:
    events = [meet(company.maya, company.ben, FIRST + n * WEEK) for n in range(6)]
    gone = events.pop()
    company.maya.cancels(gone)
    calendar = company.calendar()
    assert set(calendar.read([*events, gone], WINDOW)) == set(events)
    assert len(company.wire.log) == 1


# --- Instances ---


@pytest.mark.parametrize("ids", ["opaque", "master_timestamp"])
def test_an_instance_is_known_by_series_and_original_start(company: Company, ids: str) -> None:
    """Facts 0, 2.2 and 2.4: whatever ids look like; a cancelled one comes without its times."""
    company.maya.calendar.opaque_ids = ids == "opaque"
    weekly = meet(company.maya, company.ben, FIRST, "FREQ=WEEKLY")
    company.maya.cancels(weekly, on=SECOND)
    company.maya.moves(weekly, THIRD + timedelta(days=2), on=THIRD)
    series = read(company, weekly)
    assert instance(series, SECOND).status is Status.CANCELLED
    assert instance(series, SECOND).span.start == SECOND
    assert instance(series, THIRD).span.start == THIRD + timedelta(days=2)
    assert len(series.occurrences) == 6


def test_an_excluded_date_is_a_cancellation(company: Company, weekly: Handle) -> None:
    """Facts 2.6: CalDAV clients leave no exception, only a line in the recurrence."""
    company.maya.excludes(weekly, on=SECOND)
    assert instance(read(company, weekly), SECOND).status is Status.CANCELLED


def test_an_instance_moved_far_away_does_not_stand_where_it_was(
    company: Company, weekly: Handle
) -> None:
    """Facts 1.6: the time limits of a list compare where an instance is now."""
    company.maya.moves(weekly, WINDOW.end + 5 * WEEK, on=SECOND)
    company.maya.moves(weekly, WINDOW.start - 3 * WEEK, on=THIRD)
    series = read(company, weekly)
    assert instance(series, SECOND).span.start == WINDOW.end + 5 * WEEK
    assert instance(series, THIRD).span.start == WINDOW.start - 3 * WEEK


def test_exceptions_after_a_split_are_reset_and_the_new_half_says_whose(
    company: Company, weekly: Handle
) -> None:
    """Facts 2.8: two calls; the web page names the new half after the old one."""
    company.maya.moves(weekly, THIRD + timedelta(days=1), on=THIRD)
    new = Handle(company.maya.splits(weekly, on=SECOND))
    half = read(company, new)
    assert half.split_from == weekly
    assert not instance(half, THIRD).moved
    assert [one.recurrence_id for one in read(company, weekly).occurrences] == [FIRST]


def test_an_instance_beyond_the_end_is_touched_and_gone(company: Company, weekly: Handle) -> None:
    """Facts 2.4: a bare id may be anything, so it is told, read, and not found."""
    calendar = company.calendar()
    company.maya.cancels(weekly, on=THIRD)
    cursor = calendar.baseline(WINDOW).cursor
    company.maya.ends(weekly, on=SECOND)
    handles = calendar.changes(cursor).handles
    assert (handles[0], len(handles)) == (weekly, 2)
    found = calendar.read(handles, WINDOW)
    assert set(found) == {weekly}
    assert [one.recurrence_id for one in found[weekly].occurrences] == [FIRST]


def test_an_invitation_to_one_instance_alone_is_an_event(company: Company) -> None:
    """Facts 2.3: the guest has an instance whose series is not in the calendar."""
    cem = company.world.person("cem@acme.example")
    series = meet(company.ben, cem, FIRST, "FREQ=WEEKLY")
    calendar = company.calendar()
    cursor = calendar.baseline(WINDOW).cursor
    both = [{"email": BEN.address}, {"email": MAYA.address}]
    company.ben.changes(series, on=SECOND, attendees=both)
    handles = calendar.changes(cursor).handles
    ((handle, found),) = calendar.read(handles, WINDOW).items()
    assert handle in handles
    assert found.rule is None
    assert [one.recurrence_id for one in found.occurrences] == [SECOND]
    assert shown(company)[handle] == found
    company.ben.moves(series, THIRD + timedelta(days=1), on=SECOND)
    (moved,) = read(company, handle).occurrences
    assert moved.recurrence_id == SECOND
    assert moved.span.start == THIRD + timedelta(days=1)


def test_an_all_day_event_lasts_from_midnight_to_midnight(company: Company) -> None:
    """Facts 2.13: never midnight in UTC."""
    event = meet(company.maya, company.ben, date(2026, 3, 29), "FREQ=WEEKLY")  # type: ignore[arg-type]
    series = read(company, event)
    first = series.occurrences[0].span
    assert series.all_day
    assert first.start == datetime(2026, 3, 29, tzinfo=NOON.tzinfo)
    assert first.length == timedelta(hours=23)
    assert series.occurrences[1].span.length == timedelta(hours=24)


def test_a_meeting_keeps_its_wall_clock_when_the_clocks_change(
    company: Company, weekly: Handle
) -> None:
    """Facts 2.1."""
    starts = [one.span.start for one in read(company, weekly).occurrences]
    assert {start.hour for start in starts} == {10}
    assert len({start.utcoffset() for start in starts}) == 2


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["RRULE:FREQ=WEEKLY", "RRULE:FREQ=WEEKLY;BYDAY=TH"], [3, 5, 10, 12, 17, 19]),
        (["RRULE:FREQ=WEEKLY", "EXRULE:FREQ=WEEKLY;INTERVAL=2"], [10, 24]),
        (["RRULE:FREQ=WEEKLY", "RDATE;TZID=America/New_York:20260305T040000"], [3, 5, 10, 17]),
        (["RRULE:FREQ=WEEKLY", "EXDATE;TZID=America/New_York:20260310T050000"], [3, 17, 24]),
        (["RRULE:FREQ=WEEKLY", "EXDATE:20260310T090000Z,20260310T113000Z"], [3, 17, 24]),
    ],
)
def test_every_line_of_a_recurrence_counts(
    company: Company, weekly: Handle, lines: list[str], days: list[int]
) -> None:
    """Facts 2.1 and 2.6: rules, dates and what they exclude, in any zone; each may repeat."""
    company.maya.changes(weekly, recurrence=lines)
    standing = (o for o in read(company, weekly).occurrences if o.status is Status.STANDING)
    assert [one.recurrence_id.day for one in standing][: len(days)] == days


def test_a_recurrence_nobody_understands_is_a_problem_and_stops_nothing(
    company: Company, weekly: Handle
) -> None:
    odd = meet(company.maya, company.ben, FIRST, "FREQ=YEARLY;BYEASTER=1")
    base = company.calendar().baseline(WINDOW)
    assert [one.handle for one in base.series] == [weekly]
    assert odd in base.problems[0]


# --- People ---


def test_a_guest_sees_the_organizers_time_on_the_organizers_side(
    company: Company, weekly: Handle
) -> None:
    """Facts 3.9: a private move shows on the mover's copy alone."""
    company.ben.moves_privately(weekly, SECOND + timedelta(hours=2), on=SECOND)
    assert not instance(read(company, weekly), SECOND).moved
    his = read(company, weekly, company.ben)
    assert instance(his, SECOND).moved
    assert his.uid == read(company, weekly).uid
    assert not his.owned


def test_a_list_of_guests_that_is_cut_is_unknown_not_two(company: Company) -> None:
    """Facts 3, attendeesOmitted: only the caller himself is returned."""
    cem = company.world.person("cem@acme.example")
    guests = [MAYA.address, cem.email]
    series, single = (
        company.ben.schedules(
            "Three", FIRST, guests=guests, rule=rule, guestsCanSeeOtherGuests=False
        )
        for rule in ("FREQ=WEEKLY", None)
    )
    assert read(company, Handle(series)).attendees is None
    assert single not in shown(company)


@pytest.mark.parametrize("members", [[BEN.address], [BEN.address, "cem@acme.example"]])
def test_a_group_whose_members_are_looked_up_is_unknown_until_they_are(
    company: Company, members: list[str]
) -> None:
    """Facts 3, asyncOperation: neither two nor many for good; the feed tells when it is over."""
    company.world.person("cem@acme.example")
    group: list[dict[str, Any]] = [
        {"email": MAYA.address},
        {"email": "team@acme.example", "asyncOperation": "inProgress"},
    ]
    series = company.maya.schedules("1:1", FIRST, rule="FREQ=WEEKLY", attendees=group)
    calendar = company.calendar()
    base = calendar.baseline(WINDOW)
    assert [one.attendees for one in base.series] == [None]
    assert single_of(company, group) not in shown(company)
    company.maya.changes(series, attendees=[group[0], *({"email": one} for one in members)])
    (handle,) = (one for one in calendar.changes(base.cursor).handles if one == series)
    found = calendar.read([handle], WINDOW)[handle].attendees or ()
    assert [one.address for one in found] == [MAYA.address, *members]


def single_of(company: Company, guests: list[dict[str, Any]]) -> str:
    return company.maya.schedules("1:1", FIRST, attendees=guests)


def test_single_events_are_kept_where_they_concern_two_people(company: Company) -> None:
    """Facts 3, resource: a room is nobody; a series is always kept, the brake counts it."""
    cem = company.world.person("cem@acme.example")
    two = meet(company.maya, company.ben, FIRST)
    arranged = company.ben.schedules("1:1", FIRST, attendees=[{"email": MAYA.address}])
    room = {"email": "room@resource.calendar.google.com", "resource": True}
    guests = [{"email": MAYA.address}, {"email": BEN.address}, room]
    with_room = company.maya.schedules("1:1", FIRST, attendees=guests)
    company.maya.schedules("Alone", FIRST)
    company.maya.schedules("Three", FIRST, guests=[BEN.address, cem.email])
    by_assistant = cem.schedules("1:1", FIRST, attendees=guests)
    alone_each_week = company.maya.schedules("Alone", FIRST, rule="FREQ=WEEKLY")
    assert set(shown(company)) == {two, arranged, with_room, by_assistant, alone_each_week}


def test_absences_come_with_the_same_feed(company: Company) -> None:
    """Facts 1.15 and 3.1."""
    event = company.maya.is_out_of_office(FIRST, FIRST + timedelta(days=1))
    assert shown(company)[event].kind is EventKind.OUT_OF_OFFICE


def test_focus_time_and_working_places_are_not_asked_for(company: Company) -> None:
    """Facts 1.15: unset, all types would come."""
    company.maya.schedules("Focus", FIRST, rule="FREQ=DAILY", eventType="focusTime")
    assert shown(company) == {}


@pytest.mark.parametrize("visibility", ["private", "confidential"])
def test_a_private_series_keeps_its_people_and_loses_its_words(
    company: Company, visibility: str
) -> None:
    notes = "https://docs.google.com/document/d/private/edit"
    event = meet(
        company.maya, company.ben, FIRST, "FREQ=WEEKLY", visibility=visibility, description=notes
    )
    series = read(company, event)
    assert (series.private, series.title, series.links) == (True, "", ())
    assert {one.address for one in series.attendees or ()} == {MAYA.address, BEN.address}


def test_the_comment_of_an_automatic_decline_is_kept(company: Company, weekly: Handle) -> None:
    """Facts 3.2."""
    company.ben.is_out_of_office(SECOND, SECOND + timedelta(hours=2))
    found = instance(read(company, weekly), SECOND)
    (his,) = (one for one in found.attendees or () if one.address == BEN.address)
    assert (his.response, his.comment) == ("declined", "Declined because I am away")
    assert instance(read(company, weekly), THIRD).attendees is None


def test_an_alias_that_organizes_is_the_owner(company: Company) -> None:
    """Facts 3, self: compare the address as well."""
    event = company.maya.is_invited("maya@home.example", "1:1", FIRST, rule="FREQ=WEEKLY")
    calendar = company.calendar()
    assert not calendar.read([Handle(event)], WINDOW)[Handle(event)].owned
    owner = Person(MAYA.address, aliases=frozenset({"maya@home.example"}))
    calendar = GoogleCalendar(company.google(), owner, MAYA.address)
    assert calendar.read([Handle(event)], WINDOW)[Handle(event)].owned


def test_documents_in_a_description_are_found(company: Company) -> None:
    url = "https://docs.google.com/document/d/abc_1/edit?usp=sharing&amp;x=1"
    event = meet(company.maya, company.ben, FIRST, description=f'<a href="{url}">notes</a>')
    (link,) = read(company, event).links
    assert (link.url, link.handle) == (url.replace("&amp;", "&"), "abc_1")


# --- Free and busy, hours ---


def test_free_busy_is_asked_in_pieces_that_google_takes(company: Company) -> None:
    """Facts 8.1 and 8.2: 50 calendars and 31 days at a time."""
    company.world.freebusy_limit = timedelta(days=31)
    people = [Person(company.world.person(f"p{n}@acme.example").email) for n in range(60)]
    late = FIRST + timedelta(days=70)
    company.world.people["p59@acme.example"].schedules("Busy", late)
    window = Span(FIRST, FIRST + timedelta(days=80))
    found = company.calendar().busy(people, window)
    assert found[people[59]].spans == (Span(late, late + timedelta(minutes=30)),)
    asked = [r.json for r in company.wire.log if r.path == "/calendar/v3/freeBusy"]
    assert {len(query["items"]) for query in asked} == {50, 10}
    assert len(asked) == 6


def test_a_span_over_the_edge_of_two_queries_is_one(company: Company) -> None:
    start = FIRST + timedelta(days=30)
    company.maya.schedules("Trip", start, minutes=3 * 24 * 60)
    window = Span(FIRST, FIRST + timedelta(days=60))
    spans = company.calendar().busy([MAYA], window)[MAYA].spans
    assert spans == (Span(start, start + timedelta(days=3)),)


def test_an_error_inside_a_good_answer_is_unknown_not_free(company: Company) -> None:
    """Facts 8.3."""
    company.ben.hides_free_busy()
    found = company.calendar().busy([MAYA, BEN], WINDOW)
    assert set(found) == {MAYA}


def test_absences_are_read_where_the_calendar_may_be(company: Company) -> None:
    away = Span(SECOND, SECOND + timedelta(days=1))
    company.ben.is_out_of_office(away.start, away.end, declines=False)
    calendar = company.calendar()
    assert calendar.busy([BEN], WINDOW)[BEN].absences == ()
    company.ben.shares_calendar(MAYA.address)
    assert calendar.busy([BEN], WINDOW)[BEN].absences == (away,)


def test_the_scope_of_events_covers_no_free_busy_and_no_hours(company: Company) -> None:
    """Facts 8.5."""
    events = ["https://www.googleapis.com/auth/calendar.events"]
    calendar = GoogleCalendar(company.google(scopes=events), MAYA, MAYA.address)
    assert calendar.baseline(WINDOW).series == ()
    assert calendar.hours(MAYA) is None
    with pytest.raises(NotPermitted) as refused:
        calendar.busy([BEN], WINDOW)
    assert "visavis login" in refused.value.remedy


def test_working_hours_are_minutes_of_each_day_and_remembered(company: Company) -> None:
    """Facts 0 and 8.6: the end is exclusive, so the day's last minute is midnight."""
    company.maya.works("09:00", "24:00", ["monday", "friday"])
    calendar = company.calendar()
    known = calendar.hours(MAYA)
    assert known is not None
    assert known.zone == "Europe/Berlin"
    assert set(known.days) == {Weekday.MON, Weekday.FRI}
    assert known.days[Weekday.MON] == (Hours(time(9), time(0)),)
    company.wire.clear()
    assert calendar.hours(MAYA) == known
    assert company.wire.log == []
    company.maya.works("10:00", "12:00")
    calendar.baseline(WINDOW)
    assert calendar.hours(MAYA) != known


def test_a_day_may_have_two_stretches_of_work(company: Company) -> None:
    """Facts 8.6: a list of stretches, the lunch between them."""
    company.maya.works("09:00", "12:00", ["monday"])
    told = company.maya.calendar.working_hours or {}
    told["availableTimes"].append({"dayOfWeek": "monday", "periodStart": 780, "periodEnd": 1080})
    known = company.calendar().hours(MAYA)
    assert known is not None
    assert known.days[Weekday.MON] == (Hours(time(9), time(12)), Hours(time(13), time(18)))


def test_working_hours_that_are_switched_off_are_none(company: Company) -> None:
    """Facts 8.6, workingHoursEnabled: the times are still told."""
    company.maya.works("09:00", "17:00")
    told = company.maya.calendar.working_hours or {}
    told["workingHoursEnabled"] = False
    known = company.calendar().hours(MAYA)
    assert known is not None
    assert known.days == {}


def test_where_google_tells_no_hours_only_the_zone_is_known(company: Company) -> None:
    """Facts 8.6: absent for consumer accounts."""
    company.maya.calendar.timezone = "Asia/Tokyo"
    assert company.calendar().hours(MAYA) == WorkingHours("Asia/Tokyo", {})
    assert company.calendar().hours(BEN) is None


def test_the_zone_is_the_calendars_own(company: Company) -> None:
    company.maya.calendar.timezone = "Asia/Tokyo"
    assert company.calendar().zone == "Asia/Tokyo"
