"""One copy a person, and what passes between the copies (facts 3 and 13.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from connectors.standins.google import Person, World
from tests.connectors.standins.google.company import Google, march

TUESDAY = date(2026, 3, 10)


def copy(google: Google, who: Person, event: str) -> dict[str, Any]:
    return dict(google.events(who).get(calendarId="primary", eventId=event).execute())


def occurrence(google: Google, who: Person, series: str) -> dict[str, Any]:
    """Return the occurrence of Tuesday, 10 March."""
    found = google.events(who).instances(
        calendarId="primary", eventId=series, originalStart=march(10).isoformat(), showDeleted=True
    )
    (only,) = found.execute()["items"]
    return dict(only)


def answers(event: dict[str, Any]) -> dict[str, str]:
    return {guest["email"]: guest["responseStatus"] for guest in event["attendees"]}


def reason(error: pytest.ExceptionInfo[HttpError]) -> tuple[int, str]:
    return error.value.status_code, error.value.error_details[0]["reason"]


def mails(world: World) -> list[tuple[str, str]]:
    return [(mail.to, mail.kind) for mail in world.mails]


def test_each_copy_says_who_one_is(google: Google, maya: Person, ben: Person, weekly: str) -> None:
    """Facts 3, self and organizer; 2.3, the shared iCalUID."""
    hers, his = copy(google, maya, weekly), copy(google, ben, weekly)
    assert hers["iCalUID"] == his["iCalUID"]
    assert hers["organizer"] == {"email": maya.email, "self": True}
    assert his["organizer"] == {"email": maya.email}
    assert [guest.get("self", False) for guest in his["attendees"]] == [False, True]


def test_an_invited_alias_is_the_person(google: Google, maya: Person, ben: Person) -> None:
    """Facts 3, self: an alias has no calendar of its own."""
    event = maya.schedules("By alias", march(3), guests=["b@acme.example"])
    guest = copy(google, ben, event)["attendees"][1]
    assert guest == {"email": "b@acme.example", "responseStatus": "needsAction", "self": True}
    ben.declines(event)
    assert answers(copy(google, maya, event))["b@acme.example"] == "declined"


def test_an_answer_reaches_the_organizer(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.7: a declined occurrence is an exception on both sides."""
    ben.declines(weekly, on=TUESDAY, comment="Dentist")
    guest = occurrence(google, maya, weekly)["attendees"][1]
    assert (guest["responseStatus"], guest["comment"]) == ("declined", "Dentist")
    assert answers(copy(google, maya, weekly))[ben.email] == "needsAction"


def test_a_guest_answers_through_the_api(
    google: Google, world: World, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3, attendeesOmitted: one's own entry alone is an answer."""
    mine = {"email": ben.email, "responseStatus": "accepted"}
    google.events(ben).patch(
        calendarId="primary",
        eventId=weekly,
        body={"attendees": [mine], "attendeesOmitted": True},
        sendUpdates="all",
    ).execute()
    assert answers(copy(google, maya, weekly)) == {maya.email: "accepted", ben.email: "accepted"}
    assert mails(world)[-1] == (maya.email, "response")


@pytest.mark.parametrize(
    "body",
    [
        {"summary": "Mine now"},
        {"description": "x"},
        {"attendees": []},
        {"status": "cancelled"},
        {"end": {"dateTime": "2026-03-03T11:00:00+01:00"}},
    ],
)
def test_a_guest_cannot_change_what_is_shared(
    google: Google, ben: Person, weekly: str, body: dict[str, Any]
) -> None:
    """Facts 3.4."""
    with pytest.raises(HttpError) as error:
        google.events(ben).patch(calendarId="primary", eventId=weekly, body=body).execute()
    assert reason(error) == (403, "forbiddenForNonOrganizer")


def test_a_guest_cannot_attach(google: Google, ben: Person, weekly: str) -> None:
    """Facts 3.7: assume 403."""
    body = {"attachments": [{"fileUrl": "https://docs.google.com/document/d/1/edit"}]}
    with pytest.raises(HttpError) as error:
        google.events(ben).patch(
            calendarId="primary", eventId=weekly, body=body, supportsAttachments=True
        ).execute()
    assert reason(error) == (403, "forbiddenForNonOrganizer")


def test_a_put_that_omits_guest_rights_counts_as_resetting_them(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3.4."""
    maya.changes(weekly, guestsCanInviteOthers=False)
    whole = copy(google, ben, weekly)
    del whole["guestsCanInviteOthers"]
    with pytest.raises(HttpError) as error:
        google.events(ben).update(calendarId="primary", eventId=weekly, body=whole).execute()
    assert reason(error) == (403, "forbiddenForNonOrganizer")


def test_a_guest_who_may_modify_changes_it_for_all(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3, guestsCanModify."""
    maya.changes(weekly, guestsCanModify=True)
    body = {"location": "Garden"}
    google.events(ben).patch(calendarId="primary", eventId=weekly, body=body).execute()
    assert copy(google, maya, weekly)["location"] == "Garden"


def test_private_fields_stay_on_their_copy(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3.6: private properties live on one copy, shared ones on all."""
    google.events(ben).patch(
        calendarId="primary",
        eventId=weekly,
        body={"colorId": "3", "extendedProperties": {"private": {"mine": "1"}}},
    ).execute()
    maya.changes(weekly, summary="New", extendedProperties={"shared": {"ours": "2"}})
    his = copy(google, ben, weekly)
    assert his["summary"] == "New"
    assert his["colorId"] == "3"
    assert his["extendedProperties"] == {"private": {"mine": "1"}, "shared": {"ours": "2"}}
    assert "private" not in copy(google, maya, weekly)["extendedProperties"]


def test_a_private_move_stays_on_the_guests_copy(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3.9: same id, same iCalUID, same sequence, other start."""
    ben.moves_privately(weekly, march(10, 15), on=TUESDAY)
    hers, his = occurrence(google, maya, weekly), occurrence(google, ben, weekly)
    assert hers["start"]["dateTime"] == "2026-03-10T10:00:00+01:00"
    assert his["start"]["dateTime"] == "2026-03-10T15:00:00+01:00"
    assert (hers["iCalUID"], hers["sequence"]) == (his["iCalUID"], his["sequence"])


def test_a_move_by_the_organizer_reaches_the_guest(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.11: the original start stays, sequence counts up as recorded."""
    instance = occurrence(google, maya, weekly)
    body = {
        "start": {"dateTime": "2026-03-12T14:00:00+01:00"},
        "end": {"dateTime": "2026-03-12T14:30:00+01:00"},
    }
    google.events(maya).patch(calendarId="primary", eventId=instance["id"], body=body).execute()
    his = occurrence(google, ben, weekly)
    assert his["start"]["dateTime"] == "2026-03-12T14:00:00+01:00"
    assert his["originalStartTime"]["dateTime"] == "2026-03-10T10:00:00+01:00"
    assert his["sequence"] == 1


@pytest.mark.parametrize(("sends", "left"), [("all", "cancelled"), ("none", "confirmed")])
def test_a_silent_deletion_stays_on_the_guests_calendar(
    google: Google, maya: Person, ben: Person, weekly: str, sends: str, left: str
) -> None:
    """Facts 3, sendUpdates."""
    google.events(maya).delete(calendarId="primary", eventId=weekly, sendUpdates=sends).execute()
    assert copy(google, maya, weekly)["status"] == "cancelled"
    assert copy(google, ben, weekly)["status"] == left


def test_a_cancelled_occurrence_is_restored_by_its_id(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.10: confirmed again, and at a new time, on both copies."""
    instance = occurrence(google, maya, weekly)
    events = google.events(maya)
    events.delete(calendarId="primary", eventId=instance["id"], sendUpdates="all").execute()
    assert occurrence(google, ben, weekly)["status"] == "cancelled"
    body = {
        "status": "confirmed",
        "start": {"dateTime": "2026-03-11T09:00:00+01:00"},
        "end": {"dateTime": "2026-03-11T09:30:00+01:00"},
    }
    events.patch(calendarId="primary", eventId=instance["id"], body=body).execute()
    for who in (maya, ben):
        back = occurrence(google, who, weekly)
        assert (back["status"], back["summary"]) == ("confirmed", "Maya / Ben")
        assert back["start"]["dateTime"] == "2026-03-11T09:00:00+01:00"


def test_a_guest_who_deletes_has_declined(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.5 and 2.7."""
    google.events(ben).delete(calendarId="primary", eventId=weekly).execute()
    assert answers(copy(google, maya, weekly))[ben.email] == "declined"
    assert copy(google, ben, weekly)["status"] == "cancelled"


def test_a_guest_taken_off_loses_the_event(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.7."""
    maya.changes(weekly, attendees=[{"email": maya.email}])
    assert copy(google, ben, weekly).keys() == {"kind", "etag", "id", "status"}


@pytest.mark.parametrize(
    ("sends", "mailed"),
    [
        ("all", ["ben@acme.example", "ann@outside.example"]),
        ("externalOnly", ["ann@outside.example"]),
        ("none", []),
        (None, []),
    ],
)
def test_send_updates_says_who_is_mailed(
    google: Google, world: World, maya: Person, ben: Person, sends: str | None, mailed: list[str]
) -> None:
    """Facts 3, sendUpdates: external means outside the organizer's domain; silence is none."""
    body = {
        "summary": "Hello",
        "start": {"dateTime": "2026-03-03T10:00:00+01:00"},
        "end": {"dateTime": "2026-03-03T10:30:00+01:00"},
        "attendees": [
            {"email": ben.email},
            {"email": "ann@outside.example"},
            {"email": maya.email},
        ],
    }
    google.events(maya).insert(calendarId="primary", body=body, sendUpdates=sends).execute()
    assert mails(world) == [(to, "invitation") for to in mailed]
    assert len(ben.calendar.entries) == 1


def test_absence_declines_by_itself(google: Google, maya: Person, ben: Person, weekly: str) -> None:
    """Facts 3.2: it looks like any refusal, with a comment."""
    ben.is_out_of_office(march(10, 8), march(10, 18))
    guest = occurrence(google, maya, weekly)["attendees"][1]
    assert guest["responseStatus"] == "declined"
    assert guest["comment"] == "Declined because I am away"


def test_one_private_occurrence_makes_the_series_private(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 0: since July 2026; one less private is ignored."""
    instance = occurrence(google, maya, weekly)["id"]
    for visibility in ("private", "public"):
        google.events(maya).patch(
            calendarId="primary", eventId=instance, body={"visibility": visibility}
        ).execute()
    assert copy(google, maya, weekly)["visibility"] == "private"
    assert copy(google, maya, instance)["visibility"] == "private"


def test_a_reader_sees_private_events_without_words(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 3, visibility."""
    maya.schedules("Salary", march(3), visibility="private")
    maya.shares_calendar(ben.email)
    (event,) = google.events(ben).list(calendarId=maya.email).execute()["items"]
    assert "summary" not in event
    assert event["start"]["dateTime"] == "2026-03-03T10:00:00+01:00"
    with pytest.raises(HttpError) as error:
        google.events(ben).patch(calendarId=maya.email, eventId=event["id"], body={}).execute()
    assert reason(error) == (403, "requiredAccessLevel")


def test_a_strangers_calendar_is_not_there(google: Google, maya: Person, ben: Person) -> None:
    """Facts 11: 404 also for no access."""
    with pytest.raises(HttpError) as error:
        google.events(maya).list(calendarId=ben.email).execute()
    assert reason(error) == (404, "notFound")


def test_an_invitation_from_outside_has_no_second_copy(google: Google, maya: Person) -> None:
    """Facts 3, organizer."""
    event = maya.is_invited("ann@outside.example", "Advice", march(3), rule="FREQ=WEEKLY")
    maya.declines(event)
    assert answers(copy(google, maya, event))[maya.email] == "declined"
    assert copy(google, maya, event)["organizer"] == {"email": "ann@outside.example"}


def test_an_answer_leaves_a_private_move_alone(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3.9."""
    ben.moves_privately(weekly, march(10, 15), on=TUESDAY)
    ben.accepts(weekly, on=TUESDAY)
    assert occurrence(google, ben, weekly)["start"]["dateTime"] == "2026-03-10T15:00:00+01:00"
    assert answers(occurrence(google, maya, weekly))[ben.email] == "accepted"


def test_what_is_the_organizers_own_stays_with_him(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 3.6."""
    properties = {"private": {"mine": "1"}, "shared": {"ours": "2"}}
    event = maya.schedules(
        "Talk", march(3), guests=[ben.email], extendedProperties=properties, colorId="7"
    )
    his = copy(google, ben, event)
    assert his["extendedProperties"] == {"shared": {"ours": "2"}}
    assert "colorId" not in his


def test_somebody_is_invited_to_one_occurrence(
    google: Google, world: World, maya: Person, weekly: str
) -> None:
    """Facts 2.3: no master of its own, joined by iCalUID and original start."""
    ann = world.person("ann@acme.example")
    everybody = [{"email": who} for who in (maya.email, "ben@acme.example", ann.email)]
    maya.changes(weekly, on=TUESDAY, attendees=everybody)
    (hers,) = google.events(ann).list(calendarId="primary").execute()["items"]
    assert hers["recurringEventId"] == weekly
    assert "recurrence" not in hers
    ann.declines(hers["id"])
    assert answers(occurrence(google, maya, weekly))[ann.email] == "declined"
    assert ann.email not in answers(copy(google, maya, weekly))
    maya.cancels(weekly, on=TUESDAY)
    assert copy(google, ann, hers["id"])["status"] == "cancelled"
