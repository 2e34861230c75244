"""Writes to a calendar at Google: what they send, what they leave alone, what they survive."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import NotPermitted, OutcomeUnknown, PreconditionFailed, Unavailable
from connectors.google.calendar import GoogleCalendar
from connectors.google.receipts import event_id
from connectors.model import Handle, Key, Link, Occurrence, Series, Span, Status, Url
from connectors.standins.faults import Answer, LostAnswer, Meanwhile, Reset
from tests.connectors.google.benches import BEN, MAYA, NOON, Company

WEEK = timedelta(weeks=1)
FIRST = NOON.replace(day=3, hour=10)
SECOND = FIRST + WEEK
WINDOW = Span(FIRST - WEEK, FIRST + 6 * WEEK)
FIRST_SPAN = Span(FIRST, FIRST + timedelta(minutes=30))
LATER = Span(SECOND + timedelta(days=1), SECOND + timedelta(days=1, minutes=30))
AGENDA = Link(Url("https://docs.google.com/document/d/agenda1/edit?usp=drivesdk"), "Maya and Ben")
KEY = Key("book:maya-ben:2")
MEET = {"createRequest": {"requestId": "people-1"}}


@pytest.fixture
def calendar(company: Company) -> GoogleCalendar:
    return company.calendar()


@pytest.fixture
def weekly(company: Company) -> Handle:
    """Maya and Ben, Tuesdays at ten, with a room to meet in and notes of their own."""
    event = company.maya.schedules(
        "1:1",
        FIRST,
        guests=[BEN.address],
        rule="FREQ=WEEKLY",
        description="Our hour",
        hangoutLink="https://meet.google.com/aaa-bbbb-ccc",
        conferenceData={"conferenceId": "aaa-bbbb-ccc"},
        attachments=[{"fileUrl": "https://people.example/notes", "title": "Notes"}],
    )
    company.world.mails.clear()
    return Handle(event)


def read(calendar: GoogleCalendar, event: Handle) -> Series:
    return calendar.read([event], WINDOW)[event]


def body(company: Company, event: str) -> dict[str, Any]:
    return dict(company.maya.target(event).body)


def writes(company: Company) -> list[dict[str, str]]:
    return [dict(request.query) for request in company.wire.log if request.writes]


# --- Attaching ---


def test_an_attachment_is_added_and_everything_else_stays(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 4.1, 4.3 and 4.7: the array extended, never replaced; the room as it was."""
    before = body(company, weekly)
    calendar.attach(read(calendar, weekly), AGENDA)
    after = body(company, weekly)
    assert [one["fileUrl"] for one in after["attachments"]] == [
        "https://people.example/notes",
        AGENDA.url,
    ]
    assert {**after, "attachments": None} == {**before, "attachments": None}


def test_attaching_mails_nobody(company: Company, calendar: GoogleCalendar, weekly: Handle) -> None:
    """Facts 3, sendUpdates: an agenda that mails its guests each week is spam."""
    calendar.attach(read(calendar, weekly), AGENDA)
    (sent,) = writes(company)
    assert (sent["sendUpdates"], sent["supportsAttachments"]) == ("none", "true")
    assert company.world.mails == []


def test_a_document_is_the_same_whatever_follows_its_id(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    people = {"fileUrl": "https://docs.google.com/document/d/agenda1/edit?tab=t.0", "title": "x"}
    company.maya.changes(weekly, attachments=[people])
    assert not calendar.attach(read(calendar, weekly), AGENDA).wrote
    assert writes(company) == []


def test_somebody_who_is_quicker_is_not_overwritten(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 1.13: the version that was looked at, or nothing."""
    theirs = [{"fileUrl": "https://people.example/other", "title": "Other"}]
    quicker = Meanwhile(lambda: company.maya.changes(weekly, attachments=theirs))
    company.wire.fail(quicker, method="PATCH")
    series = read(calendar, weekly)
    with pytest.raises(PreconditionFailed):
        calendar.attach(series, AGENDA)
    assert [one["title"] for one in body(company, weekly)["attachments"]] == ["Other"]
    assert calendar.attach(series, AGENDA).wrote


def test_a_guest_is_refused_without_asking_google(company: Company, weekly: Handle) -> None:
    """Facts 3.4 and 3.7."""
    his = company.calendar(company.ben)
    with pytest.raises(NotPermitted):
        his.attach(read(his, weekly), AGENDA)
    assert writes(company) == []


def test_an_event_full_of_attachments_is_left_alone(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 4.2."""
    many = [{"fileUrl": f"https://people.example/{n}", "title": ""} for n in range(25)]
    company.maya.changes(weekly, attachments=many)
    with pytest.raises(NotPermitted):
        calendar.attach(read(calendar, weekly), AGENDA)
    assert writes(company) == []


def test_taking_an_attachment_back_leaves_the_others(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    before = body(company, weekly)
    calendar.undo(calendar.attach(read(calendar, weekly), AGENDA))
    assert body(company, weekly) == before
    assert company.world.mails == []


def test_an_attachment_whose_answer_is_lost_is_found_there(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    series = read(calendar, weekly)
    company.wire.fail(LostAnswer(), method="PATCH")
    with pytest.raises(OutcomeUnknown):
        calendar.attach(series, AGENDA)
    assert not calendar.attach(series, AGENDA).wrote
    assert len(writes(company)) == 1


def test_a_lost_attachment_of_others_is_told_as_harm(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 4.3: seen in the write's own answer."""
    event = company.maya.target(weekly)
    told = {"id": weekly, "etag": event.entry.etag, "attachments": [{"fileUrl": AGENDA.url}]}
    company.wire.fail(_answer(told), method="PATCH")
    receipt = calendar.attach(read(calendar, weekly), AGENDA)
    assert receipt.kept_before["attachments"] == ["https://people.example/notes"]
    assert receipt.kept_after["attachments"] == []


# --- Booking ---


@pytest.mark.parametrize("ids", ["opaque", "master_timestamp"])
def test_a_cancelled_instance_is_restored_at_its_new_time(
    company: Company, calendar: GoogleCalendar, weekly: Handle, ids: str
) -> None:
    """Facts 2.2 and 2.10: its id is asked for, never built; the whole instance comes back."""
    company.maya.calendar.opaque_ids = ids == "opaque"
    company.maya.cancels(weekly, on=SECOND)
    company.world.mails.clear()
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    calendar.book(series, lost, LATER, KEY)
    found = read(calendar, weekly).occurrence(SECOND)
    assert found is not None
    assert (found.status, found.span) == (Status.STANDING, LATER)
    assert [mail.to for mail in company.world.mails] == [BEN.address]
    restored = company.maya.target(weekly, SECOND).body
    assert restored["hangoutLink"] == body(company, weekly)["hangoutLink"]


def test_an_instance_nobody_remembers_is_asked_for_by_its_original_start(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 2.2: standing instances have no id until somebody asks."""
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    assert lost.handle is None
    calendar.book(series, lost, LATER, KEY)
    asked = [dict(r.query) for r in company.wire.log if r.path.endswith("/instances")]
    assert [one["originalStart"] for one in asked] == [SECOND.isoformat()]


def test_a_decline_is_taken_back_with_its_comment(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    company.ben.declines(weekly, on=SECOND, comment="on a plane")
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    receipt = calendar.book(series, lost, LATER, KEY)
    found = read(calendar, weekly).occurrence(SECOND)
    assert found is not None
    answers = {one.address: (one.response, one.comment) for one in series.invited(found)}
    assert answers == {MAYA.address: ("accepted", ""), BEN.address: ("needs-action", "")}
    calendar.undo(receipt)
    found = read(calendar, weekly).occurrence(SECOND)
    assert found is not None
    assert [one.response for one in series.invited(found)] == ["accepted", "declined"]


def test_a_cancelled_instance_without_an_id_is_found_with_all_it_was(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 2.4 and 2.9: a list tells it bare, and only if asked for what is deleted."""
    company.ben.declines(weekly, on=SECOND)
    company.maya.cancels(weekly, on=SECOND)
    series = read(calendar, weekly)
    lost = Occurrence(SECOND, FIRST_SPAN.starting(SECOND), Status.CANCELLED)
    receipt = calendar.book(series, lost, LATER, KEY)
    assert receipt.handle == weekly
    found = read(calendar, weekly).occurrence(SECOND)
    assert found is not None
    assert [one.response for one in series.invited(found)] == ["accepted", "needs-action"]


def test_a_booking_taken_back_leaves_no_trace(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    before = company.maya.target(weekly, SECOND).body
    calendar.undo(calendar.book(series, lost, LATER, KEY))
    after = company.maya.target(weekly, SECOND).body
    assert not after.pop("extendedProperties")["private"]
    assert {**after, "sequence": 0} == {**before, "sequence": 0}


def test_a_new_meeting_that_people_change_meanwhile_is_not_deleted(
    company: Company, weekly: Handle
) -> None:
    """Facts 1.13: also a delete is one of the version that was seen."""
    his = company.calendar(company.ben)
    series = read(his, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    receipt = his.book(series, lost, LATER, KEY)
    renamed = Meanwhile(lambda: company.ben.changes(receipt.handle, summary="Lunch"))
    company.wire.fail(renamed, method="DELETE")
    with pytest.raises(PreconditionFailed):
        his.undo(receipt)
    assert not company.ben.target(receipt.handle).gone


def test_an_excluded_instance_becomes_a_new_event(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 2.6: an EXDATE leaves no instance that could be restored."""
    company.maya.excludes(weekly, on=SECOND)
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    receipt = calendar.book(series, lost, LATER, KEY)
    assert receipt.handle == event_id(KEY)
    assert read(calendar, receipt.handle).occurrences[0].span == LATER


def test_a_guests_meeting_has_an_id_of_its_key_and_a_room_of_its_own(
    company: Company, weekly: Handle
) -> None:
    """Facts 0, 4.7, 4.8 and 11: base32hex; a fresh room; version 1, or it would be ignored."""
    his = company.calendar(company.ben)
    series = read(his, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    company.world.mails.clear()
    receipt = his.book(series, lost, LATER, KEY)
    assert re.fullmatch(r"[a-v0-9]{5,}", receipt.handle)
    new = company.ben.target(receipt.handle).body
    assert new["summary"] == "1:1"
    assert new["hangoutLink"] != body(company, weekly)["hangoutLink"]
    assert [mail.to for mail in company.world.mails] == [MAYA.address]
    assert [one["responseStatus"] for one in new["attendees"]] == ["accepted", "needsAction"]


@pytest.mark.parametrize("who", ["organizer", "guest"])
def test_a_booking_whose_answer_is_lost_is_found_and_nobody_mailed_twice(
    company: Company, weekly: Handle, who: str
) -> None:
    calendar = company.calendar(company.ben if who == "guest" else company.maya)
    company.maya.cancels(weekly, on=SECOND)
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    company.world.mails.clear()
    company.wire.fail(LostAnswer(), when=lambda request: request.writes)
    with pytest.raises(OutcomeUnknown):
        calendar.book(series, lost, LATER, KEY)
    # What the next look sees is the booked meeting itself.
    series = read(calendar, weekly)
    receipt = calendar.book(series, series.occurrence(SECOND) or lost, LATER, KEY)
    assert not receipt.wrote
    assert len(company.world.mails) == len(writes(company)) == 1
    calendar.undo(receipt)
    found = read(calendar, weekly).occurrence(SECOND)
    assert found is not None
    assert found.status is Status.CANCELLED


def test_a_meeting_that_was_taken_back_stays_so(company: Company, weekly: Handle) -> None:
    """Facts 2.10: a deleted id is never given again."""
    his = company.calendar(company.ben)
    series = read(his, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    his.undo(his.book(series, lost, LATER, KEY))
    with pytest.raises(NotPermitted):
        his.book(series, lost, LATER, KEY)


def test_taking_a_new_meeting_back_tells_the_guest(company: Company, weekly: Handle) -> None:
    """Facts 3, sendUpdates: deleted without a mail it would stay in the other calendar."""
    his = company.calendar(company.ben)
    series = read(his, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    receipt = his.book(series, lost, LATER, KEY)
    company.world.mails.clear()
    his.undo(receipt)
    assert [(mail.to, mail.kind) for mail in company.world.mails] == [
        (MAYA.address, "cancellation")
    ]
    assert company.maya.target(receipt.handle).gone


def test_a_private_meeting_stays_private(company: Company) -> None:
    event = company.ben.schedules(
        "Pay", FIRST, guests=[MAYA.address], rule="FREQ=WEEKLY", visibility="private"
    )
    calendar = company.calendar()
    series = read(calendar, Handle(event))
    lost = series.occurrence(SECOND)
    assert lost is not None
    new = company.maya.target(calendar.book(series, lost, LATER, KEY).handle).body
    assert (new["visibility"], new["summary"]) == ("private", "Pay")


def test_a_booking_at_a_version_that_passed_is_refused(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """Facts 1.13."""
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    company.wire.fail(Meanwhile(lambda: company.maya.changes(weekly, summary="Us")), method="PATCH")
    with pytest.raises(PreconditionFailed):
        calendar.book(series, lost, LATER, KEY)
    assert read(calendar, weekly).occurrence(SECOND) == lost


def test_an_instance_with_guests_of_its_own_is_guarded_as_it_is(
    company: Company, calendar: GoogleCalendar, weekly: Handle
) -> None:
    """The guard of a booking is that of the very instance, whatever it has of its own."""
    guests = [*body(company, weekly)["attendees"], {"email": "cem@elsewhere.example"}]
    company.maya.changes(weekly, on=SECOND, attendees=guests)
    series = read(calendar, weekly)
    lost = series.occurrence(SECOND)
    assert lost is not None
    receipt = calendar.book(series, lost, LATER, KEY)
    assert receipt.kept_before == receipt.kept_after
    assert calendar.guard(receipt.handle, receipt) == (receipt.version, receipt.kept_before)


# --- Not written ---


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (403, "forbiddenForNonOrganizer", NotPermitted),
        (403, "rateLimitExceeded", Unavailable),
        (409, "conflict", PreconditionFailed),
        (412, "conditionNotMet", PreconditionFailed),
        (429, "rateLimitExceeded", Unavailable),
        (503, "backendError", Unavailable),
        (500, "backendError", OutcomeUnknown),
    ],
)
def test_a_refused_write_is_sent_once(
    company: Company,
    calendar: GoogleCalendar,
    weekly: Handle,
    status: int,
    reason: str,
    error: type[Exception],
) -> None:
    """Facts 11 and 12.7: the client's own retry would repeat POSTs as well."""
    series = read(calendar, weekly)
    told = {"error": {"code": status, "errors": [{"reason": reason}], "message": "no"}}
    company.wire.fail(_answer(told, status), method="PATCH", times=9)
    with pytest.raises(error):
        calendar.attach(series, AGENDA)
    assert len(writes(company)) == 1


@pytest.mark.parametrize("fault", [Reset(), Answer(200, "<html>"), Answer(502, "<html>")])
def test_a_write_without_an_answer_is_unknown_and_sent_once(
    company: Company,
    calendar: GoogleCalendar,
    weekly: Handle,
    fault: Reset | Answer,
) -> None:
    series = read(calendar, weekly)
    company.wire.fail(fault, method="PATCH", times=9)
    with pytest.raises(OutcomeUnknown):
        calendar.attach(series, AGENDA)
    assert len(writes(company)) == 1


# --- Push ---


def test_a_watch_carries_the_secret_and_the_feeds_filter(
    company: Company, calendar: GoogleCalendar
) -> None:
    """Facts 5."""
    watch = calendar.watch(Url("https://visavis.acme.example/hook"), "a secret")
    channel = company.world.channels[watch.channel]
    assert (channel.token, channel.resource) == ("a secret", watch.resource)
    assert watch.expires - NOON == timedelta(days=7)
    (request,) = company.wire.log
    assert [v for k, v in request.query if k == "eventTypes"][-1] == "outOfOffice"


def _answer(told: object, status: int = 200) -> Answer:

    return Answer(status, json.dumps(told), {"content-type": "application/json"})
