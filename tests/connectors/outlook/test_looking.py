"""What Graph does while we look; "facts" is the section of the Graph fact sheet."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from structlog.testing import capture_logs

from connectors.errors import CursorExpired, NotPermitted, SignInRequired, Unavailable
from connectors.model import (
    AttendeeKind,
    Capability,
    Cursor,
    EventKind,
    Hours,
    Person,
    Response,
    Series,
    Span,
    Status,
    Weekday,
)
from connectors.outlook.auth import Ready
from connectors.outlook.calendar import OutlookCalendar
from connectors.outlook.client import Ask, Graph
from connectors.standins.faults import Answer, Meanwhile, Reset, Truncated, html
from connectors.standins.graph import Kind
from connectors.standins.graph.login import Grant
from tests.connectors.outlook.bench import BEN, MAYA, Company
from tests.contract.stage import (
    AGENDA,
    DAY,
    FIRST,
    MONDAY,
    SECOND,
    TUESDAY,
    WEEK,
    WEEKLY,
    WINDOW,
    read,
    shown,
)

CEM = "cem@acme.example"


def paths(bench: Company) -> list[str]:
    """Return what was asked since the last time."""
    return [f"{request.method} {request.path.removeprefix('/v1.0')}" for request in bench.asked()]


def lost(series: Series) -> list[date]:
    """Return the days that are told as cancelled."""
    return [
        one.recurrence_id.date() for one in series.occurrences if one.status is Status.CANCELLED
    ]


# --- The feed -------------------------------------------------------------------------------------


def test_nothing_changed_is_one_request(bench: Company) -> None:
    bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.asked()
    bench.calendar.changes(cursor)
    assert paths(bench) == ["GET /me/calendarView/delta"]


def test_looking_writes_nothing(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.rename(event, "Us two")
    bench.calendar.read(bench.calendar.changes(cursor).handles, WINDOW)
    bench.calendar.busy([MAYA, BEN], WINDOW)
    assert bench.calendar.hours(BEN)
    assert bench.calendar.zone
    asking = {"/v1.0/$batch", "/v1.0/me/calendar/getSchedule"}
    assert [each for each in bench.asked() if each.writes and each.path not in asking] == []


def test_a_whole_calendar_is_a_handful_of_requests(bench: Company) -> None:
    """Facts 9: masters come twenty at a time, the window in large pages."""
    for number in range(15):
        bench.meet(FIRST.starting(MONDAY + number * timedelta(hours=1)), WEEKLY)
    bench.asked()
    assert len(bench.calendar.baseline(WINDOW).series) == 15
    assert paths(bench) == [
        "GET /me/calendarView/delta",
        "GET /me/calendarView/delta",
        "GET /me/calendarView",
        "POST /$batch",
    ]


def test_a_new_day_has_a_new_window(bench: Company) -> None:
    """Facts 1: a token is bound to its window, and no token is good for ever."""
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.clock.passes(DAY)
    bench.asked()
    with pytest.raises(CursorExpired):
        bench.calendar.changes(cursor)
    assert paths(bench) == []


@pytest.mark.parametrize("cursor", ["", "{}", "[]", '{"link": 1}', "null"])
def test_a_cursor_that_is_none_of_ours_has_expired(bench: Company, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        bench.calendar.changes(Cursor(cursor))


def test_a_link_to_another_server_is_not_followed(bench: Company) -> None:
    """Facts 1: it would hand our token out."""
    cursor = Cursor(bench.calendar.baseline(WINDOW).cursor.replace("127.0.0.1", "127.0.0.2"))
    with pytest.raises(CursorExpired):
        bench.calendar.changes(cursor)


@pytest.mark.parametrize("code", ["SyncStateNotFound", "syncStateNotFound", "resyncRequired"])
@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_lost_sync_state_is_known_by_code_whatever_its_status(
    bench: Company, code: str, status: int
) -> None:
    """Facts 1."""
    cursor = bench.calendar.baseline(WINDOW).cursor
    body = f'{{"error": {{"code": "{code}", "message": "generation"}}}}'
    bench.wire.fail(Answer(status, body), path="*/delta")
    with pytest.raises(CursorExpired):
        bench.calendar.changes(cursor)


def test_a_token_that_was_damaged_asks_for_a_new_baseline(bench: Company) -> None:
    """Facts 1: dropped, and a full round taken for the window."""
    cursor = bench.calendar.baseline(WINDOW).cursor
    damaged = Cursor(cursor.replace("deltatoken=", "deltatoken=x"))
    assert damaged != cursor
    with pytest.raises(CursorExpired):
        bench.calendar.changes(damaged)


def test_a_round_that_dies_under_way_is_begun_again(bench: Company) -> None:
    """Facts 1: old nextLinks die the same way."""
    event = bench.meet(FIRST, WEEKLY)
    bench.wire.fail(Answer(410, "{}"), path="*/delta", at=len(bench.wire.log) + 2)
    assert [one.handle for one in bench.calendar.baseline(WINDOW).series] == [event]


def test_removed_is_not_cancelled(bench: Company) -> None:
    """Facts 1: told also of what lies outside the window."""
    inside = bench.meet(FIRST)
    cursor = bench.calendar.baseline(WINDOW).cursor
    later = FIRST.starting(MONDAY + 30 * WEEK)
    bench.move(inside, MONDAY, later)
    outside = bench.meet(later, WEEKLY)
    handles = bench.calendar.changes(cursor).handles
    assert set(handles) == {inside, outside}
    found = bench.calendar.read(handles, WINDOW)
    assert {name: series.occurrences for name, series in found.items()} == {inside: (), outside: ()}


def test_a_removed_occurrence_is_nothing_by_itself(bench: Company) -> None:
    """Facts 1: unconfirmed; its id is no event of ours."""
    bench.behaves(removed_occurrences=True)
    event = bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.cancel(event, SECOND)
    handles = bench.calendar.changes(cursor).handles
    assert event in handles
    assert set(bench.calendar.read(handles, WINDOW)) == {event}


def test_an_exception_by_its_own_id_is_no_event_beside_its_series(bench: Company) -> None:
    """Facts 1: a feed names one without its series when it leaves the window."""
    event = bench.meet(FIRST, WEEKLY)
    bench.move(event, SECOND, TUESDAY)
    (exception,) = (one.handle for one in read(bench, event).occurrences if one.handle)
    assert bench.calendar.read([exception], WINDOW) == {}


def test_a_change_during_a_baseline_is_told_afterwards(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY)
    meanwhile = Meanwhile(lambda: bench.rename(event, "Us two"))
    bench.wire.fail(meanwhile, path="*/me/calendarView")
    cursor = bench.calendar.baseline(WINDOW).cursor
    assert bench.calendar.changes(cursor).handles == (event,)


# --- The window -----------------------------------------------------------------------------------


def test_history_has_the_cancelled_days_of_the_past(bench: Company) -> None:
    """Facts 2: they leave no object behind, but the master lists them."""
    event = bench.meet(FIRST, WEEKLY)
    bench.cancel(event, SECOND)
    bench.cancel(event, SECOND + 20 * WEEK)
    (series,) = bench.calendar.baseline(WINDOW).series
    assert lost(series) == [SECOND.date()]
    assert len(series.occurrences) == 6


@pytest.mark.parametrize("stays", [True, False])
def test_a_guest_sees_a_cancelled_day_cancelled_or_not_at_all(
    bench: Company, *, stays: bool
) -> None:
    """Facts 2: unconfirmed in detail."""
    bench.behaves(cancelled_copy_stays=stays)
    event = bench.meet(FIRST, WEEKLY, invited=True)
    bench.cancel(event, SECOND)
    (series,) = bench.calendar.baseline(WINDOW).series
    standing = [one for one in series.occurrences if one.status is Status.STANDING]
    assert lost(series) == [SECOND.date()]
    assert len(standing) == 5


def test_a_meeting_cancelled_for_good_is_gone_though_the_copy_stays(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY, invited=True)
    bench.by_hand(lambda: bench.ben.cancels(bench.uid(event)))
    assert bench.maya.copy(bench.uid(event)).fields["isCancelled"]
    assert bench.calendar.baseline(WINDOW).series == ()
    assert bench.calendar.read([event], WINDOW) == {}


def test_ten_in_the_morning_is_ten_over_both_clock_changes(bench: Company) -> None:
    bench.meet(FIRST, WEEKLY)
    window = Span(MONDAY - WEEK, MONDAY + 36 * WEEK)
    (series,) = bench.calendar.baseline(window).series
    assert {one.span.start.hour for one in series.occurrences} == {10}
    assert len({one.span.start.utcoffset() for one in series.occurrences}) == 2
    assert len(series.occurrences) == 36


def test_a_meeting_in_a_nameless_zone_keeps_the_mailboxs_clock(bench: Company) -> None:
    event = bench.meet(FIRST)
    bench.maya.forgets_zone(bench.uid(event))
    (series,) = bench.calendar.baseline(WINDOW).series
    assert series.zone == "Europe/Berlin"


def test_every_request_asks_for_ids_that_survive(bench: Company) -> None:
    """Facts 2: per request, parts of a batch included."""
    bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.calendar.read(bench.calendar.changes(cursor).handles, WINDOW)
    for request in bench.asked():
        assert 'IdType="ImmutableId"' in request.headers["prefer"]
        parts = request.json["requests"] if request.path.endswith("$batch") else ()
        assert all('IdType="ImmutableId"' in part["headers"]["Prefer"] for part in parts)


def test_an_event_that_makes_no_sense_is_a_problem_and_spoils_no_other(bench: Company) -> None:
    event, odd = bench.meet(FIRST, WEEKLY), bench.meet(FIRST)
    item = bench.maya.copy(bench.uid(odd))
    never = replace(item, start=MONDAY + DAY, end=MONDAY + DAY)
    bench.world.mailbox(MAYA.address).put(never, bench.clock())
    base = bench.calendar.baseline(WINDOW)
    assert [one.handle for one in base.series] == [event]
    assert [odd in problem for problem in base.problems] == [True]


def test_another_calendar_goes_by_the_name_outlook_shows(bench: Company) -> None:
    """Facts 2: its id may change, so it is looked up again."""
    event = bench.meet(FIRST, WEEKLY)
    named = bench.of(MAYA, calendar="calendar")
    bench.asked()
    base = named.baseline(WINDOW)
    assert [one.handle for one in base.series] == [event]
    assert paths(bench)[0] == "GET /me/calendars"
    bench.rename(event, "Us two")
    assert named.changes(base.cursor).handles == (event,)
    bench.world.learn(MAYA.address, calendar_number=2)
    with pytest.raises(CursorExpired):
        named.changes(base.cursor)
    assert [one.handle for one in named.baseline(WINDOW).series] == [event]
    with pytest.raises(NotPermitted, match="Kalender"):
        bench.of(MAYA, calendar="Kalender").baseline(WINDOW)


def test_an_organisation_reads_a_persons_mailbox(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY)
    access = Ready(bench.world.app_token(), "VISAVIS_ACCESS_TOKEN_WORK")
    graph = Graph(access, bench.base, mailbox=MAYA.address)
    calendar = OutlookCalendar(graph, MAYA, bench.clock)
    (series,) = calendar.baseline(WINDOW).series
    assert (series.handle, series.owned) == (event, True)
    assert calendar.busy([BEN], WINDOW)[BEN].spans
    bench.world.learn(MAYA.address, closed_to_apps=True)
    with pytest.raises(NotPermitted) as refused:
        calendar.baseline(WINDOW)
    assert "administrator" in refused.value.remedy
    bench.world.learn(MAYA.address, closed_to_apps=False, licensed=False)
    with pytest.raises(NotPermitted, match="MailboxNotEnabledForRESTAPI"):
        calendar.baseline(WINDOW)
    graph.close()


# --- People ---------------------------------------------------------------------------------------


def test_a_room_is_no_person(bench: Company) -> None:
    bench.world.person("blue@acme.example", kind=Kind.ROOM)
    bench.maya.schedules("Us", MONDAY, guests=[BEN.address, "blue@acme.example"])
    (series,) = bench.calendar.baseline(WINDOW).series
    kinds = {one.address: one.kind for one in series.attendees or ()}
    assert kinds["blue@acme.example"] is AttendeeKind.ROOM


def test_a_guest_sees_all_three_of_three(bench: Company) -> None:
    cem = bench.world.person(CEM)
    cem.schedules("Us", MONDAY, guests=[BEN.address, MAYA.address])
    (series,) = bench.calendar.baseline(WINDOW).series
    assert {one.address for one in series.attendees or ()} == {CEM, BEN.address, MAYA.address}


def test_what_the_owner_declined_for_good_stays_declined(bench: Company) -> None:
    bench.world.learn(MAYA.address, keeps_declined=True)
    event = bench.meet(FIRST, WEEKLY, invited=True)
    bench.by_hand(lambda: bench.maya.declines(bench.uid(event)))
    (series,) = bench.calendar.baseline(WINDOW).series
    answers = {one.address: one.response for one in series.attendees or ()}
    assert answers[MAYA.address] is Response.DECLINED


def test_days_away_are_an_absence(bench: Company) -> None:
    bench.maya.is_out_of_office(date(2026, 3, 17), date(2026, 3, 18))
    (series,) = bench.calendar.baseline(WINDOW).series
    (one,) = series.occurrences
    assert series.kind is EventKind.OUT_OF_OFFICE
    assert one.span == Span(MONDAY.replace(hour=0) + DAY, MONDAY.replace(hour=0) + 3 * DAY)


# --- Who is free ----------------------------------------------------------------------------------


def test_a_colleague_who_is_away_says_so(bench: Company) -> None:
    bench.ben.is_out_of_office(date(2026, 3, 17), date(2026, 3, 17))
    busy = bench.calendar.busy([BEN], WINDOW)[BEN]
    assert busy.absences == busy.spans
    assert busy.absences[0].start == MONDAY.replace(hour=0) + DAY


def test_more_than_twenty_people_are_asked_about_in_turns(bench: Company) -> None:
    """Facts 7."""
    people = [Person(bench.world.person(f"p{n}@acme.example").email) for n in range(25)]
    assert set(bench.calendar.busy(people, WINDOW)) == set(people)


def test_a_personal_account_knows_its_own_times_alone(bench: Company) -> None:
    """Facts 0.6: no getSchedule."""
    kim = Person("kim@outlook.example")
    home = bench.world.person(kim.address, kind=Kind.PERSONAL)
    home.schedules("Dentist", FIRST.start, minutes=30)
    home.schedules("Perhaps", TUESDAY.start, showAs="free")
    home.is_out_of_office(date(2026, 3, 19), date(2026, 3, 19))
    calendar = bench.of(kim)
    busy = calendar.busy([kim, BEN], WINDOW)
    assert set(busy) == {kim}
    assert busy[kim].spans[0] == FIRST
    assert len(busy[kim].spans) == 2
    assert len(busy[kim].absences) == 1
    assert Capability.BUSY_OF_OTHERS not in calendar.capabilities
    assert calendar.hours(BEN) is None


def test_who_has_too_many_meetings_for_one_answer_is_asked_in_halves(bench: Company) -> None:
    """Facts 7: error 5006; the others are not asked again."""
    hour = FIRST.start.replace(minute=0)
    for day in range(11):
        for _ in range(100):
            bench.ben.schedules("Call", hour + day * DAY, minutes=30)
    bench.asked()
    busy = bench.calendar.busy([MAYA, BEN], Span(hour, hour + 12 * DAY))
    assert len(set(busy[BEN].spans)) == 11
    asked = [json.loads(each.body)["requests"] for each in bench.asked() if each.writes]
    people = [[part["body"]["schedules"] for part in parts] for parts in asked]
    assert people == [[[MAYA.address, BEN.address]], [[BEN.address]] * 2]


def test_a_short_time_is_asked_for_with_the_hour_around_it(bench: Company) -> None:
    """Facts 7: no step of the view may be longer than the period."""
    bench.ben.schedules("Call", FIRST.start, minutes=15)
    busy = bench.calendar.busy([BEN], Span(FIRST.start, FIRST.start + timedelta(minutes=15)))
    assert [span.length for span in busy[BEN].spans] == [timedelta(minutes=15)]


def test_who_has_too_many_meetings_in_a_day_is_unknown(bench: Company) -> None:
    for _ in range(1001):
        bench.ben.schedules("Call", FIRST.start, minutes=30)
    bench.asked()
    assert set(bench.calendar.busy([MAYA, BEN], WINDOW)) == {MAYA}


def test_hours_are_told_with_the_busy_times_and_cost_nothing_more(bench: Company) -> None:
    bench.world.learn(BEN.address, hours=(time(7), time(15)), workdays=("monday",))
    assert bench.calendar.zone
    bench.calendar.busy([BEN], WINDOW)
    bench.asked()
    hours = bench.calendar.hours(BEN)
    assert hours is not None
    assert hours.days == {Weekday.MON: (Hours(time(7), time(15)),)}
    assert paths(bench) == []


@pytest.mark.parametrize("custom", [True, False])
def test_the_owners_hours_come_with_the_mailbox(bench: Company, *, custom: bool) -> None:
    """Facts 7: often in a zone that is only described."""
    bench.world.learn(MAYA.address, timezone="America/New_York", custom_hours_zone=custom)
    hours = bench.calendar.hours(MAYA)
    assert hours is not None
    assert hours.zone == bench.calendar.zone == "America/New_York"


def test_a_zone_that_nobody_knows_is_none(bench: Company) -> None:
    bench.world.learn(MAYA.address, zone_as="tzone://Microsoft/Custom")
    assert bench.calendar.zone == ""


def test_without_the_permission_the_settings_are_unknown(bench: Company) -> None:
    token = bench.world.login.issue(Grant(MAYA.address, frozenset({"Calendars.ReadWrite"})))
    graph = Graph(Ready(token, "X"), bench.base)
    calendar = OutlookCalendar(graph, MAYA, bench.clock)
    assert calendar.hours(MAYA) is None
    graph.close()


# --- The wire -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(429, "{}", {"Retry-After": "0.128"}),
        Answer(503, ""),
        html(502),
        Reset(),
        Truncated(),
    ],
    ids=["429", "503", "html", "reset", "truncated"],
)
def test_a_read_is_tried_again(bench: Company, trouble: Answer | Reset | Truncated) -> None:
    event = bench.meet(FIRST, WEEKLY)
    for number in (1, 3, 4):
        bench.wire.fail(trouble, at=number)
    assert [one.handle for one in bench.calendar.baseline(WINDOW).series] == [event]


def test_a_refusal_can_be_found_by_both_sides(bench: Company) -> None:
    """Facts 9: a name of its own for each request, logged beside the server's."""
    refusal = Answer(429, "{}", {"Retry-After": "120", "request-id": "theirs"})
    bench.wire.fail(refusal, path="*/delta")
    with capture_logs() as logs, pytest.raises(Unavailable):
        bench.calendar.baseline(WINDOW)
    (told,) = (line for line in logs if line["event"] == "graph.refused")
    names = [request.headers["client-request-id"] for request in bench.wire.log]
    assert (told["request"], told["ours"]) == ("theirs", names[-1])
    assert len(set(names)) == len(names)


def test_a_long_wait_is_left_to_the_schedule(bench: Company) -> None:
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.wire.fail(Answer(429, "{}", {"Retry-After": "120.5"}), path="*/delta")
    with pytest.raises(Unavailable) as refused:
        bench.calendar.changes(cursor)
    assert refused.value.retry_after == timedelta(seconds=120.5)


def test_never_more_than_three_requests_are_under_way(bench: Company) -> None:
    """Facts 9: Exchange refuses the fifth; the fourth is another program's."""
    bench.behaves(latency=0.05)
    graph = bench.graph(MAYA)
    one, many = Ask("/me/calendar"), [Ask("/me/calendar")] * 6
    wanted: list[Callable[[], object]] = [lambda: graph.read(one.path)] * 8
    wanted += [lambda: graph.batch(many)] * 2
    bench.asked()
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda ask: ask(), wanted))
    asked = bench.asked()
    assert {request.status for request in asked} == {200}
    # A part that was put off would be asked for again.
    assert sum(request.path.endswith("/$batch") for request in asked) == 2


def test_a_part_of_a_batch_that_was_put_off_is_asked_for_again(bench: Company) -> None:
    """Facts 9: part-level 429 with a Retry-After of its own."""
    bench.behaves(batch_width=2)
    graph = bench.graph(MAYA)
    answers = graph.batch([Ask("/me/calendar")] * 4)
    assert all(isinstance(answer, dict) for answer in answers)
    assert len(bench.asked()) > 1


def test_a_gone_part_does_not_take_the_next_ones_along(bench: Company) -> None:
    """Facts 9: 424 behind a failed part."""
    graph = bench.graph(MAYA)
    asks = [Ask("/me/calendar")] * 3 + [Ask("/me/events/AAkALgAAMDAwMDAwOS4wLjA=")] * 4
    answers = graph.batch([*asks, *[Ask("/me/calendar")] * 30])
    assert [isinstance(answer, dict) for answer in answers] == [True] * 3 + [False] * 4 + [
        True
    ] * 30


def test_a_series_that_is_missing_for_a_moment_is_not_gone(bench: Company) -> None:
    series = bench.meet(FIRST, WEEKLY)
    slip = {"responses": [{"id": "0", "status": 404, "body": {"error": {"code": "itemNotFound"}}}]}
    bench.wire.fail(Answer(200, json.dumps(slip)), path="*/$batch", times=2)
    assert set(bench.calendar.read([series], WINDOW)) == {series}


def test_a_token_that_graph_refuses_pauses_the_account(bench: Company) -> None:
    graph = Graph(Ready("nonsense", "VISAVIS_ACCESS_TOKEN_WORK"), bench.base)
    with pytest.raises(SignInRequired):
        OutlookCalendar(graph, MAYA, bench.clock).baseline(WINDOW)
    graph.close()


def test_the_link_of_a_single_meeting_is_read_at_every_look(bench: Company) -> None:
    """The view of a window has no bodies: a meeting of two is asked for its own."""
    event = bench.meet(FIRST)
    bench.link(event, AGENDA)
    assert [link.url for link in shown(bench, event).links] == [AGENDA.url]
    assert shown(bench, event) == read(bench, event)
    assert not bench.calendar.attach(read(bench, event), AGENDA).wrote
    bench.writes(event, "<p>Nothing any more.</p>")
    assert shown(bench, event).links == read(bench, event).links == ()
