"""What is written into a calendar, and what Exchange mails for it; "facts" as elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.errors import NotFound, NotPermitted, OutcomeUnknown, PreconditionFailed
from connectors.model import Handle, Key, Link, Occurrence, Series, Span, Status, Url
from connectors.outlook import bodies
from connectors.outlook.booking import KEY as KEY_PROPERTY
from connectors.outlook.booking import LOST, transaction
from connectors.standins.faults import Altered, LostAnswer, Meanwhile
from connectors.standins.graph import rules
from connectors.standins.graph.bodies import blob
from connectors.standins.graph.items import Item
from tests.connectors.outlook.bench import BEN, Company
from tests.contract.stage import (
    AGENDA,
    DAY,
    FIRST,
    KEY,
    MONDAY,
    SECOND,
    THIRD,
    TUESDAY,
    WEEK,
    WEEKLY,
    cancelled,
    instance,
    read,
)

ODD = Link(Url("https://documents.example/d?a=1&b=%7B2%7D"), "Maya & <Ben>")


@pytest.fixture
def online(bench: Company) -> Handle:
    """A series that meets online, with some words of Maya's above the block."""
    repeats = rules.weekly(FIRST.start.date())
    uid = bench.by_hand(
        lambda: bench.maya.schedules(
            "Us", MONDAY, guests=[BEN.address], repeats=repeats, isOnlineMeeting=True
        )
    )
    event = bench.handle(uid)
    bench.writes(event, f"<html><body><p>Be kind.</p>{content(bench, event)}</body></html>")
    return event


def item(bench: Company, event: Handle) -> Item:
    return bench.maya.copy(bench.uid(event))


def content(bench: Company, event: Handle) -> str:
    return str(item(bench, event).fields["body"]["content"])


def writes(bench: Company) -> list[str]:
    """Return the writes since the last time, batches and free/busy questions left out."""
    asking = ("$batch", "getSchedule")
    asked = (each for each in bench.asked() if each.writes and not each.path.endswith(asking))
    return [f"{each.method} {each.path.removeprefix('/v1.0/me')}" for each in asked]


# --- The link -------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [AGENDA, ODD], ids=["plain", "odd"])
@pytest.mark.parametrize("strips", [False, True])
def test_the_link_stands_above_a_block_that_stays_byte_for_byte(
    bench: Company, online: Handle, link: Link, *, strips: bool
) -> None:
    """Facts 2: Exchange may strip decoration; losing the block ends the online meeting."""
    bench.behaves(strips_markup=strips)
    before = content(bench, online)
    receipt = bench.calendar.attach(read(bench, online), link)
    after = content(bench, online)
    assert blob(after) == blob(before)
    assert after.replace(bodies.line(link), "") == before
    assert after.index(bodies.line(link)) < after.index("Be kind.")
    assert item(bench, online).fields["onlineMeeting"]
    assert receipt.kept_before == receipt.kept_after
    assert not bench.calendar.attach(read(bench, online), link).wrote
    bench.calendar.undo(receipt)
    assert content(bench, online) == before


def test_the_link_is_one_write_to_the_master(bench: Company, online: Handle) -> None:
    series = read(bench, online)
    bench.asked()
    bench.calendar.attach(series, AGENDA)
    assert writes(bench) == [f"PATCH /events/{online}"]
    assert item(bench, online).exceptions == {}


def test_a_guest_attaches_nothing_and_so_mails_nobody(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY, invited=True)
    assert bench.calendar.mails(read(bench, event)) == ()


def test_each_exception_costs_a_mail_and_it_is_foreseen(bench: Company) -> None:
    """Facts 3: one mail for the series plus one per exception."""
    event = bench.meet(FIRST, WEEKLY)
    bench.move(event, SECOND, TUESDAY)
    uid = bench.uid(event)
    bench.by_hand(lambda: bench.maya.changes(uid, on=THIRD.date(), subject="Longer"))
    series = read(bench, event)
    foreseen = bench.calendar.mails(series)
    bench.calendar.attach(series, AGENDA)
    assert list(bench.mailed()) == list(foreseen) == [BEN.address] * 3


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://documents.example/agenda">notes</a>',
        "<A class='x' HREF='https://documents.example/agenda' target=_blank>notes</A>",
        (
            '<a href="https://eur02.safelinks.protection.outlook.com/?url='
            'https%3A%2F%2Fdocuments.example%2Fagenda&amp;data=05">notes</a>'
        ),
    ],
    ids=["plain", "odd", "wrapped"],
)
def test_a_link_people_put_there_themselves_is_known_by_its_address(
    bench: Company, html: str
) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.writes(event, f"<p>See {html}</p>")
    assert read(bench, event).links == (Link(AGENDA.url, "notes"),)
    assert not bench.calendar.attach(read(bench, event), AGENDA).wrote


def test_the_way_into_the_online_meeting_is_no_document(bench: Company, online: Handle) -> None:
    assert read(bench, online).links == ()


def test_a_line_people_wrote_in_is_left_to_them(bench: Company, online: Handle) -> None:
    receipt = bench.calendar.attach(read(bench, online), AGENDA)
    ours = bodies.line(AGENDA)
    theirs = ours.replace("Agenda:", "Please read before:")
    bench.writes(online, content(bench, online).replace(ours, theirs))
    with pytest.raises(PreconditionFailed):
        bench.calendar.undo(receipt)
    assert theirs in content(bench, online)


def test_an_edit_in_the_last_moment_is_not_lost_where_if_match_is_honoured(
    bench: Company, online: Handle
) -> None:
    """Facts 2: unconfirmed for events."""
    bench.behaves(event_if_match=True)
    series = read(bench, online)
    words = f"<p>New words.</p>{content(bench, online)}"
    bench.wire.fail(Meanwhile(lambda: bench.writes(online, words)), method="PATCH")
    with pytest.raises(PreconditionFailed):
        bench.calendar.attach(series, AGENDA)
    assert content(bench, online) == words


def test_damage_to_an_invitation_shows_in_what_is_guarded(bench: Company, online: Handle) -> None:
    _, before = bench.calendar.guard(online)
    words = content(bench, online)
    bench.writes(online, words.replace("Meeting ID: ", "Meeting ID:"))
    assert bench.calendar.guard(online)[1] != before
    bench.writes(online, words.replace("Be kind.", "Be quick."))
    assert item(bench, online).fields["onlineMeeting"] is None


# --- Another time ---------------------------------------------------------------------------------


def booked(bench: Company, receipt_handle: Handle) -> Item:
    return bench.maya.copy(bench.uid(receipt_handle))


def test_a_standing_occurrence_is_moved_with_one_mail(bench: Company) -> None:
    """Facts 4: history stays, it becomes an exception."""
    event = bench.meet(FIRST, WEEKLY)
    series = read(bench, event)
    bench.asked()
    receipt = bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
    assert receipt.handle == event
    assert receipt.kept_before == receipt.kept_after
    assert bench.calendar.guard(event, receipt) == (receipt.version, receipt.kept_before)
    assert list(bench.mailed()) == [BEN.address]
    assert set(item(bench, event).exceptions) == {SECOND.date()}
    assert item(bench, event).exceptions[SECOND.date()].start.utcoffset() == timedelta(hours=1)
    assert not bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY).wrote


def test_a_move_past_its_neighbour_becomes_a_meeting_of_its_own(bench: Company) -> None:
    """Facts 4: ErrorOccurrenceCrossingBoundary."""
    event = bench.meet(FIRST, WEEKLY)
    series = read(bench, event)
    late = FIRST.starting(THIRD + DAY)
    receipt = bench.calendar.book(series, instance(series, SECOND), late, KEY)
    assert receipt.handle != event
    assert booked(bench, receipt.handle).start == late.start
    assert item(bench, event).exceptions == {}


def test_a_new_meeting_brings_people_link_and_an_online_meeting_of_its_own(
    bench: Company, online: Handle
) -> None:
    """Facts 4: tied to the lost one by what only this copy holds."""
    bench.calendar.attach(read(bench, online), AGENDA)
    series, lost = cancelled(bench, online)
    made = booked(bench, bench.calendar.book(series, lost, TUESDAY, KEY).handle)
    assert made.fields["subject"] == "Us"
    assert bodies.line(AGENDA) in made.fields["body"]["content"]
    assert made.fields["onlineMeeting"]["joinUrl"] not in content(bench, online)
    kept = {one["id"]: one["value"] for one in made.fields["singleValueExtendedProperties"]}
    assert kept == {KEY_PROPERTY: transaction(KEY), LOST: f"{series.uid} 2026-03-23T09:00:00+00:00"}


def test_a_private_meeting_stays_private_and_keeps_its_name(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY)
    uid = bench.uid(event)
    bench.by_hand(lambda: bench.maya.changes(uid, sensitivity="private"))
    series, lost = cancelled(bench, event)
    made = booked(bench, bench.calendar.book(series, lost, TUESDAY, KEY).handle)
    assert (made.fields["subject"], made.fields["sensitivity"]) == ("One-on-one", "private")


@pytest.mark.parametrize("duplicate", ["same", "conflict"])
@pytest.mark.parametrize("key", [KEY, Key("book:o'neil")])
def test_a_lost_answer_calls_no_second_meeting(bench: Company, duplicate: str, key: Key) -> None:
    """Facts 2: transactionId; the key is found again by its hidden property."""
    bench.behaves(duplicate_transaction=duplicate)
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    bench.wire.fail(LostAnswer(), method="POST", path="*/events")
    with pytest.raises(OutcomeUnknown):
        bench.calendar.book(series, lost, TUESDAY, key)
    receipt = bench.calendar.book(series, lost, TUESDAY, key)
    assert not receipt.wrote
    assert list(bench.mailed()) == [BEN.address]


def test_a_second_installation_at_the_same_moment_calls_no_second_meeting(bench: Company) -> None:
    """Facts 2: both have looked before either wrote; the transaction is one."""
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    name = transaction(KEY)

    def other() -> None:
        bench.maya.schedules("Us", TUESDAY.start, guests=[BEN.address], transactionId=name)

    bench.wire.fail(Meanwhile(other), method="POST", path="*/events")
    bench.calendar.book(series, lost, TUESDAY, KEY)
    assert list(bench.mailed()) == [BEN.address]


def test_a_move_whose_answer_was_lost_is_found_done(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY)
    series = read(bench, event)
    bench.wire.fail(LostAnswer(), method="PATCH")
    with pytest.raises(OutcomeUnknown):
        bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
    receipt = bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
    assert (receipt.wrote, list(bench.mailed())) == (False, [BEN.address])
    bench.calendar.undo(receipt)
    assert instance(read(bench, event), SECOND).span == FIRST.starting(SECOND)


def test_a_meeting_whose_series_is_gone_can_still_be_called(bench: Company) -> None:
    event = bench.meet(FIRST, WEEKLY)
    series = read(bench, event)
    lost = replace(instance(series, SECOND), status=Status.CANCELLED)
    bench.delete(event)
    made = booked(bench, bench.calendar.book(series, lost, TUESDAY, KEY).handle)
    assert made.fields["subject"] == "One-on-one"


def test_nobody_is_invited_where_the_guests_are_hidden(bench: Company) -> None:
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    with pytest.raises(NotPermitted, match="hidden"):
        bench.calendar.book(replace(series, attendees=None), lost, TUESDAY, KEY)


# --- As a guest -----------------------------------------------------------------------------------


def invited(bench: Company) -> tuple[Series, Occurrence]:
    series = read(bench, bench.meet(FIRST, WEEKLY, invited=True))
    return series, instance(series, SECOND)


def test_a_guest_proposes_another_time_and_the_organizer_sees_it(bench: Company) -> None:
    """Facts 3: tentativelyAccept with proposedNewTime."""
    series, one = invited(bench)
    receipt = bench.calendar.counter(series, one, TUESDAY, None)
    his = bench.ben.copy(bench.uid(series.handle)).exceptions[SECOND.date()].fields
    seen = his["attendees"][0]["proposedNewTime"]["start"]["dateTime"]
    assert seen == "2026-03-24T09:00:00"
    assert list(bench.mailed()) == [BEN.address]
    assert receipt.kept_before == receipt.kept_after
    with pytest.raises(PreconditionFailed, match="cannot be taken back"):
        bench.calendar.undo(receipt)


def test_an_answer_of_before_is_not_the_one_that_was_lost(bench: Company) -> None:
    """Only what was answered since the first try was ours; clocks may be two minutes apart."""
    series, one = invited(bench)
    bench.by_hand(lambda: bench.maya.accepts(bench.uid(series.handle), on=SECOND.date()))
    bench.clock.passes(timedelta(minutes=5))
    first = bench.clock()
    assert bench.calendar.counter(series, one, TUESDAY, first).wrote
    bench.clock.passes(timedelta(minutes=1))
    assert not bench.calendar.counter(series, one, TUESDAY, first).wrote
    assert list(bench.mailed()) == [BEN.address]


@pytest.mark.parametrize("never", [b'"0001-01-01T00:00:00Z"', b"null"])
def test_an_answer_never_given_is_given_after_a_crash(bench: Company, never: bytes) -> None:
    """Facts 2: a year that no clock shows, which must not be too early to be read."""
    series, one = invited(bench)

    def told(body: bytes) -> bytes:
        return body.replace(b'"0001-01-01T00:00:00Z"', never)

    bench.wire.fail(Altered(told), when=lambda request: b"/instances" in request.body)
    assert bench.calendar.counter(series, one, TUESDAY, bench.clock()).wrote
    assert list(bench.mailed()) == [BEN.address]


def test_no_time_is_proposed_where_the_organizer_takes_none(bench: Company) -> None:
    series, one = invited(bench)
    uid = bench.uid(series.handle)
    bench.by_hand(lambda: bench.ben.changes(uid, allowNewTimeProposals=False))
    bench.asked()
    with pytest.raises(NotPermitted, match="no other time"):
        bench.calendar.counter(series, one, TUESDAY, None)
    assert not any("ccept" in request.path for request in bench.asked())


def test_no_time_is_proposed_for_a_meeting_that_is_gone(bench: Company) -> None:
    series, one = invited(bench)
    bench.cancel(series.handle, SECOND)
    with pytest.raises(NotFound):
        bench.calendar.counter(series, one, Span(SECOND + WEEK, SECOND + WEEK + FIRST.length), None)


def test_nobody_proposes_to_themselves(bench: Company) -> None:
    series = read(bench, bench.meet(FIRST, WEEKLY))
    with pytest.raises(NotPermitted):
        bench.calendar.counter(series, instance(series, SECOND), TUESDAY, None)
