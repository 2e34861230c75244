"""What the contract does not ask: discovery, tokens, races, and who hears of a write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
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
from connectors.model import Busy, Capability, Cursor, Person, Series
from connectors.retry import LOOKS
from connectors.standins.faults import Answer, Fault, LostAnswer, Meanwhile, Truncated, html
from connectors.standins.server import serve
from tests.connectors.caldav.bench import CalDavBench, now
from tests.connectors.caldav.servers import PASSWORD, Server
from tests.connectors.files.bench import MAYA, ZONE, before
from tests.contract.stage import (
    AGENDA,
    DAY,
    FIRST,
    KEY,
    SECOND,
    TUESDAY,
    WEEKLY,
    WINDOW,
    cancelled,
    instance,
    read,
    untouched,
    urls,
)

BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<d:multistatus xmlns:d="DAV:"><d:response><d:href>&b;</d:href></d:response></d:multistatus>"""

MISSING = """<d:multistatus xmlns:d="DAV:"><d:response><d:href>{path}</d:href>
<d:status>HTTP/1.1 404 Not Found</d:status></d:response></d:multistatus>"""
HIDDEN = MISSING.replace("404 Not Found", "403 Forbidden")
STUMBLED = """<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response>
<d:href>{path}</d:href><d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop>
<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><c:calendar-data/></d:prop>
<d:status>HTTP/1.1 503 Service Unavailable</d:status></d:propstat></d:response></d:multistatus>"""


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


# --- Writing ---


def test_every_write_names_the_version_it_was_made_from(bench: CalDavBench) -> None:
    own, invited = bench.meet(FIRST, WEEKLY), bench.meet(FIRST, WEEKLY, invited=True)
    bench.calendar.attach(read(bench, own), AGENDA)
    series = read(bench, invited)
    receipt = bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
    bench.calendar.undo(receipt)
    writes = [one for one in bench.server.wire.log if one.method in {"PUT", "DELETE"}]
    assert [one.method for one in writes] == ["PUT", "PUT", "DELETE"]
    assert [one.headers.get("if-none-match") for one in writes] == [None, "*", None]
    assert all(one.headers.get("if-match") for one in (writes[0], writes[2]))


def test_a_person_who_was_faster_wins(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    series = read(bench, event)
    bench.server.wire.fail(Meanwhile(lambda: bench.rename(event, "Us two")), method="PUT")
    with pytest.raises(PreconditionFailed):
        bench.calendar.attach(series, AGENDA)
    assert (read(bench, event).title, urls(read(bench, event))) == ("Us two", [])


@pytest.mark.parametrize("who", ["organizer", "guest"])
def test_a_write_whose_answer_was_lost_is_looked_up(bench: CalDavBench, who: str) -> None:
    event = bench.meet(FIRST, WEEKLY, invited=who == "guest")
    series, lost = cancelled(bench, event)
    bench.server.wire.fail(LostAnswer(), method="PUT")
    with pytest.raises(OutcomeUnknown):
        bench.calendar.book(series, lost, TUESDAY, KEY)
    receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
    assert not receipt.wrote
    # What is not remembered from before is told by what was lost.
    bench.calendar.undo(receipt)
    assert untouched(read(bench, event)) == untouched(series)


@pytest.mark.parametrize("answer", [html(200), Answer(204)])
def test_a_write_that_somebody_else_answered_was_not_done(
    bench: CalDavBench, answer: Answer
) -> None:
    series = read(bench, bench.meet(FIRST, WEEKLY))
    bench.server.wire.fail(answer, method="PUT")
    with pytest.raises(OutcomeUnknown):
        bench.calendar.attach(series, AGENDA)
    assert bench.calendar.attach(series, AGENDA).wrote


def test_a_page_does_not_tell_what_a_server_can_do(xandikos: Server) -> None:
    bench = CalDavBench(xandikos)
    xandikos.wire.fail(html(200), method="OPTIONS", times=3)
    with bench.open:
        with pytest.raises(Unavailable):
            bench.calendar.baseline(WINDOW)
        bench.calendar.baseline(WINDOW)
        assert Capability.SCHEDULES in bench.calendar.capabilities


def test_an_empty_description_is_empty_again(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.edit(event, lambda text: before(text, "SUMMARY", "DESCRIPTION:"))
    was = bench.text(event)
    bench.calendar.undo(bench.calendar.attach(read(bench, event), AGENDA))
    assert sorted(bench.text(event).split("\n")) == sorted(was.split("\n"))


def test_an_attachment_whose_answer_was_lost_can_still_be_taken_back(bench: CalDavBench) -> None:
    series = read(bench, bench.meet(FIRST, WEEKLY))
    bench.server.wire.fail(LostAnswer(), method="PUT")
    with pytest.raises(OutcomeUnknown):
        bench.calendar.attach(series, AGENDA)
    receipt = bench.calendar.attach(series, AGENDA)
    assert not receipt.wrote
    bench.calendar.undo(receipt)
    assert urls(read(bench, series.handle)) == []


@pytest.mark.parametrize(("fault", "times"), [(Truncated(), 3), (Answer(412), 1), (Answer(403), 1)])
def test_a_write_that_was_done_is_not_undone_by_a_look_that_fails(
    bench: CalDavBench, fault: Fault, times: int
) -> None:
    series = read(bench, bench.meet(FIRST, WEEKLY))
    answers = iter([False, True])
    bench.server.wire.fail(
        fault, times=times, when=lambda one: b"multiget" in one.body and next(answers, True)
    )
    with pytest.raises(OutcomeUnknown):
        bench.calendar.attach(series, AGENDA)
    assert AGENDA.url in urls(read(bench, series.handle))


@pytest.mark.parametrize("times", [LOOKS - 1, LOOKS])
def test_what_is_missing_is_believed_to_be_gone_only_after_some_looks(
    bench: CalDavBench, times: int
) -> None:
    there = times < LOOKS
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    booked = bench.calendar.book(series, lost, TUESDAY, KEY)
    missing = Answer(207, MISSING.format(path=bench.path + series.handle))
    bench.server.wire.fail(missing, method="REPORT", times=times)
    assert (series.handle in bench.calendar.read([series.handle], WINDOW)) == there
    bench.server.wire.fail(missing, method="REPORT", times=times)
    with nullcontext() if there else pytest.raises(NotFound):
        bench.calendar.undo(booked)


def test_what_is_there_and_not_shown_is_not_gone(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.rename(event, "Us two")
    hidden = Answer(207, HIDDEN.format(path=bench.path + event))
    bench.server.wire.fail(hidden, when=lambda one: b"multiget" in one.body)
    changes = bench.calendar.changes(cursor)
    assert (changes.handles, len(changes.problems)) == ((), 1)
    bench.server.wire.fail(hidden, when=lambda one: b"multiget" in one.body)
    assert list(bench.calendar.read([event], WINDOW).unread) == [event]
    bench.server.wire.fail(hidden, when=lambda one: b"calendar-query" in one.body)
    assert told(bench.calendar) == ["Us two"]  # asked for once more, by its name


def test_what_cannot_be_shown_for_a_moment_is_asked_for_at_the_next_turn(
    bench: CalDavBench,
) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.calendar.baseline(WINDOW)
    bench.server.wire.fail(Answer(207, STUMBLED.format(path=bench.path + event)), method="REPORT")
    with pytest.raises(Unavailable):
        bench.calendar.read([event], WINDOW)


def test_a_write_that_cannot_be_seen_yet_is_looked_for_later(bench: CalDavBench) -> None:
    series = read(bench, bench.meet(FIRST, WEEKLY))
    written = Answer(207, MISSING.format(path=bench.path + series.handle))
    answers = iter([False])
    bench.server.wire.fail(
        written, times=LOOKS, when=lambda one: b"multiget" in one.body and next(answers, True)
    )
    with pytest.raises(OutcomeUnknown):
        bench.calendar.attach(series, AGENDA)
    assert not bench.calendar.attach(series, AGENDA).wrote


def test_an_override_says_when_it_was_written_and_that_it_is_newer(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    series, lost = cancelled(bench, event)
    bench.calendar.book(series, lost, TUESDAY, KEY)
    override = bench.text(event).replace("\n ", "").partition("RECURRENCE-ID")
    own = f"{override[0].rpartition('BEGIN:VEVENT')[2]}{override[2]}".partition("END:VEVENT")[0]
    assert "SEQUENCE:1" in own
    assert "DTSTAMP:20260310T080000Z" in own
    assert "ORGANIZER" in own


# --- Who hears of it ---


def test_a_server_that_schedules_leaves_no_invitation_to_be_mailed(xandikos: Server) -> None:
    receipt = _booked(CalDavBench(xandikos))
    assert "request" not in receipt
    xandikos.post.down = True
    try:
        assert "METHOD:REQUEST" in _booked(CalDavBench(xandikos))["request"]
    finally:
        xandikos.post.down = False


def test_a_server_that_does_not_schedule_leaves_the_invitation_to_us(radicale: Server) -> None:
    assert "METHOD:REQUEST" in _booked(CalDavBench(radicale))["request"]


def _booked(bench: CalDavBench) -> dict[str, str]:
    with bench.open:
        series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
        after = bench.calendar.book(series, lost, TUESDAY, KEY).after
        schedules = Capability.SCHEDULES in bench.calendar.capabilities
        assert schedules == (bench.server.kind == "xandikos")
        return {name: str(value) for name, value in after.items()}


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
