"""What the contract does not ask: discovery, tokens, races, and who hears of a write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from connectors.caldav import CalDavCalendar, Dav
from connectors.errors import (
    ConnectorError,
    CursorExpired,
    Locked,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
    SignInRequired,
    Unavailable,
)
from connectors.model import Busy, Cursor, Person, Series
from connectors.standins.faults import Answer, Truncated, html
from connectors.standins.server import serve
from tests.connectors.caldav.bench import CalDavBench, now
from tests.connectors.caldav.servers import PASSWORD, Server
from tests.connectors.files.bench import MAYA, ZONE
from tests.contract.stage import (
    AGENDA,
    DAY,
    FIRST,
    SECOND,
    TUESDAY,
    WEEKLY,
    WINDOW,
    read,
)

BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<d:multistatus xmlns:d="DAV:"><d:response><d:href>&b;</d:href></d:response></d:multistatus>"""


def told(calendar: CalDavCalendar) -> list[str]:
    """Return the titles that a calendar shows."""
    return [one.title for one in calendar.baseline(WINDOW).series]


# --- Finding the calendar ---


@pytest.mark.parametrize("place", ["server", "principal", "home", "calendar"])
def test_a_calendar_is_found_from_wherever_the_owner_points(bench: CalDavBench, place: str) -> None:
    bench.meet(FIRST, WEEKLY)
    home = bench.path.rstrip("/").rpartition("/")[0] + "/"
    path = {"server": "/", "principal": f"/{bench.user}/", "home": home, "calendar": bench.path}
    assert told(bench.connected(path[place])) == ["Maya / Ben"]


def test_a_web_page_leads_to_the_calendar_by_the_well_known_path(bench: CalDavBench) -> None:
    bench.meet(FIRST, WEEKLY)
    for page in (Answer(405), html(200)):
        bench.server.wire.fail(page, path="/welcome", times=3)
        assert told(bench.connected("/welcome")) == ["Maya / Ben"]


def test_a_calendar_is_chosen_by_its_name(bench: CalDavBench) -> None:
    home = bench.path.rstrip("/").rpartition("/")[0]
    assert bench.server.ask(bench.user, "MKCALENDAR", f"{home}/another/").is_success
    bench.meet(FIRST, WEEKLY)
    assert told(bench.connected(f"/{bench.user}/", "another")) == []
    with pytest.raises(NotPermitted) as refused:
        bench.connected(f"/{bench.user}/", "nowhere").baseline(WINDOW)
    assert "another" in refused.value.remedy


def test_of_several_calendars_the_one_that_is_used_is_taken(bench: CalDavBench) -> None:
    home = bench.path.rstrip("/").rpartition("/")[0]
    assert bench.server.ask(bench.user, "MKCALENDAR", f"{home}/a-first-one/").is_success
    bench.meet(FIRST, WEEKLY)
    assert told(bench.connected(f"/{bench.user}/")) == ["Maya / Ben"]


# --- Signing in ---


def test_a_wrong_password_asks_for_a_sign_in(bench: CalDavBench) -> None:
    dav = Dav(bench.server.url + bench.path, username=bench.user, password="wrong")
    bench.open.callback(dav.close)
    with pytest.raises(SignInRequired) as refused:
        CalDavCalendar(dav, MAYA, ZONE, now, name="primary").baseline(WINDOW)
    assert "app password" in refused.value.remedy


def test_a_bearer_token_does_as_well(bench: CalDavBench) -> None:
    bench.meet(FIRST, WEEKLY)
    dav = Dav(bench.server.url + bench.path, token=f"token of {bench.user}")
    bench.open.callback(dav.close)
    assert told(CalDavCalendar(dav, MAYA, ZONE, now, name="primary")) == ["Maya / Ben"]


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[Request]]]:
    """Another server, which writes down who comes."""
    seen: list[Request] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(Request(scope))
        await Response(status_code=207)(scope, receive, send)

    with serve(app) as url:
        yield url, seen


def test_no_password_goes_to_another_server(stranger: tuple[str, list[Request]]) -> None:
    url, seen = stranger
    with serve(RedirectResponse(f"{url}/dav/")) as home:
        dav = Dav(home, username="maya", password=PASSWORD)
        with pytest.raises(NotPermitted) as refused:
            CalDavCalendar(dav, MAYA, ZONE, now, name="primary").baseline(WINDOW)
        dav.close()
    assert seen == []
    assert url in refused.value.what


# --- The feed ---


def test_a_look_without_news_is_one_request_also_after_a_new_start(bench: CalDavBench) -> None:
    bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    cursor = bench.connected().changes(cursor).cursor
    bench.server.wire.clear()
    assert bench.connected().changes(cursor).handles == ()
    assert len(bench.server.wire.log) == 1


@pytest.mark.parametrize("token", ["http://radicale.org/ns/sync/0123", "ae" * 20, "nonsense"])
def test_a_token_that_the_server_refuses_needs_a_new_baseline(
    bench: CalDavBench, token: str
) -> None:
    event = bench.meet(FIRST, WEEKLY)
    first = bench.calendar.baseline(WINDOW).cursor
    bench.rename(event, "We two")
    packed = json.loads(bench.calendar.changes(first).cursor)
    packed[3][1] = token
    bench.delete(event)
    with pytest.raises(CursorExpired):
        bench.calendar.changes(Cursor(json.dumps(packed)))


def test_a_calendar_that_is_gone_needs_a_new_baseline(bench: CalDavBench) -> None:
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.server.ask(bench.user, "DELETE", bench.path)
    with pytest.raises(CursorExpired):
        bench.calendar.changes(cursor)


def test_a_server_without_a_feed_is_read_by_its_tags(bench: CalDavBench) -> None:
    gate = bench.server.gate
    gate.hidden = (b"sync-collection", b"sync-token")
    try:
        touched, gone = bench.meet(FIRST, WEEKLY), bench.meet(FIRST.starting(FIRST.start + DAY))
        cursor = bench.calendar.baseline(WINDOW).cursor
        bench.server.wire.clear()
        assert bench.calendar.changes(cursor).handles == ()
        assert len(bench.server.wire.log) == 1
        bench.rename(touched, "Us two")
        bench.delete(gone)
        new = bench.meet(FIRST)
        changes = bench.calendar.changes(cursor)
        assert set(changes.handles) == {touched, gone, new}
        assert bench.calendar.changes(changes.cursor).handles == ()
    finally:
        gate.hidden = ()


def test_a_server_that_gives_no_whole_calendar_gives_pages(bench: CalDavBench) -> None:
    for _ in range(3):
        bench.meet(FIRST, WEEKLY)
    bench.server.wire.fail(Answer(507), when=lambda asked: b"calendar-query" in asked.body)
    assert len(told(bench.calendar)) == 3
    assert sum(b"calendar-multiget" in one.body for one in bench.server.wire.log) == 1


def test_many_events_are_read_in_pages(radicale: Server) -> None:
    bench = CalDavBench(radicale)
    body = bench.text(bench.meet(FIRST)).split("BEGIN:VEVENT")[1].split("END:VCALENDAR")[0]
    events = [f"BEGIN:VEVENT{body}".replace("event-1@", f"many-{n}@") for n in range(210)]
    whole = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//many//EN\n" + "".join(events)
    radicale.ask(bench.user, "PUT", bench.path, f"{whole}END:VCALENDAR\n".encode())
    with bench.open:
        handles = [one.handle for one in bench.calendar.baseline(WINDOW).series]
        radicale.wire.clear()
        assert len(bench.calendar.read(handles, WINDOW)) == 210
        assert len(radicale.wire.log) == 2


def test_an_event_nobody_can_read_is_a_problem_and_not_a_loss(xandikos: Server) -> None:
    bench = CalDavBench(xandikos)
    event = bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    zoned = bench.text(event).replace("Europe/Berlin", "Middle/Earth")
    bench.put(event, zoned)
    changes = bench.calendar.changes(cursor)
    assert changes.handles == ()
    (problem,) = changes.problems
    assert "Middle/Earth" in problem
    bench.put(event, zoned.replace("Middle/Earth", "Europe/Berlin"))
    changes = bench.calendar.changes(changes.cursor)
    bench.open.close()
    assert (changes.handles, changes.problems) == ((event,), ())


def test_a_letter_that_xml_cannot_have_hides_no_calendar(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.put(event, bench.text(event).replace("Maya / Ben", "Maya \ufffe/ Ben"))
    assert told(bench.calendar) == ["Maya / Ben"]
    assert read(bench, event).title == "Maya / Ben"


def test_this_and_following_moves_all_later_instances(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.move(event, SECOND, TUESDAY)
    bench.edit(
        event, lambda text: text.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    )
    moved = [one.moved for one in read(bench, event).occurrences]
    assert moved == [False, True, True, True, True, True]


# --- Who is free ---


def test_people_are_asked_for_through_the_post_of_the_server(xandikos: Server) -> None:
    bench = CalDavBench(xandikos)
    team = Person("team@acme.example")
    with bench.open:
        xandikos.ask(bench.user, "PROPPATCH", f"/{bench.user}/", _addresses(MAYA, team))
        bench.meet(FIRST)
        busy = bench.calendar.busy([MAYA, team, Person("ben@acme.example")], WINDOW)
    assert busy == {MAYA: Busy((FIRST,)), team: Busy((FIRST,))}


def _addresses(*people: Person) -> bytes:
    hrefs = "".join(f"<d:href>mailto:{one.address}</d:href>" for one in people)
    return (
        '<d:propertyupdate xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
        f"<c:calendar-user-address-set>{hrefs}</c:calendar-user-address-set>"
        "</d:prop></d:set></d:propertyupdate>"
    ).encode()


# --- What goes wrong ---

REFUSED = [
    (401, SignInRequired, SignInRequired),
    (403, NotPermitted, NotPermitted),
    (404, NotFound, Unavailable),
    (409, PreconditionFailed, PreconditionFailed),
    (412, PreconditionFailed, PreconditionFailed),
    (423, Locked, Locked),
    (429, Unavailable, Unavailable),
    (500, OutcomeUnknown, Unavailable),
    (501, NotPermitted, NotPermitted),
    (503, Unavailable, Unavailable),
    (507, NotPermitted, NotPermitted),
]


@pytest.mark.parametrize(("status", "writing", "reading"), REFUSED)
def test_a_refusal_says_what_to_do_next(
    bench: CalDavBench,
    status: int,
    writing: type[ConnectorError],
    reading: type[ConnectorError],
) -> None:
    series: Series = read(bench, bench.meet(FIRST, WEEKLY))
    bench.server.wire.fail(Answer(status), method="PUT")
    with pytest.raises(writing):
        bench.calendar.attach(series, AGENDA)
    bench.server.wire.fail(Answer(status), method="REPORT", times=3)
    with pytest.raises(reading) as refused:
        bench.calendar.read([series.handle], WINDOW)
    assert refused.value.remedy


@pytest.mark.parametrize("answer", [html(200), Truncated(), Answer(207, BOMB)])
def test_what_is_no_answer_is_no_news(bench: CalDavBench, answer: Answer) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.calendar.baseline(WINDOW)
    bench.server.wire.fail(answer, method="REPORT", times=3)
    with pytest.raises(Unavailable):
        bench.calendar.read([event], WINDOW)


def test_who_wants_to_be_left_alone_is_left_alone(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.calendar.baseline(WINDOW)
    bench.server.wire.fail(Answer(429, headers={"retry-after": "70"}), method="REPORT")
    with pytest.raises(Unavailable) as refused:
        bench.calendar.read([event], WINDOW)
    assert refused.value.retry_after == timedelta(seconds=70)
