"""Writes and the looks beside them: what is done once, what is believed, and who hears of it."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from connectors.errors import (
    NotFound,
    OutcomeUnknown,
    PreconditionFailed,
    Unavailable,
)
from connectors.model import Capability
from connectors.retry import LOOKS
from connectors.standins.faults import Answer, Fault, LostAnswer, Meanwhile, Truncated, html
from tests.connectors.caldav.bench import CalDavBench
from tests.connectors.caldav.servers import Server
from tests.connectors.files.bench import before
from tests.contract.stage import (
    AGENDA,
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

MISSING = """<d:multistatus xmlns:d="DAV:"><d:response><d:href>{path}</d:href>
<d:status>HTTP/1.1 404 Not Found</d:status></d:response></d:multistatus>"""
HIDDEN = MISSING.replace("404 Not Found", "403 Forbidden")
STUMBLED = """<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response>
<d:href>{path}</d:href><d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop>
<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><c:calendar-data/></d:prop>
<d:status>HTTP/1.1 503 Service Unavailable</d:status></d:propstat></d:response></d:multistatus>"""


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
    assert [one.title for one in bench.calendar.baseline(WINDOW).series] == [
        "Us two"
    ]  # asked for once more, by its name


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
