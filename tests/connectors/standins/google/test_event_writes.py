"""Writing events: versions, arrays, ids, attachments, conferences (facts 2, 4, 11 and 13.5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from connectors.standins.google import Person
from tests.connectors.standins.google.company import Google, march

LINK = "https://docs.google.com/document/d/1abc/edit?usp=drivesdk"
SIMPLE = {
    "summary": "Talk",
    "start": {"dateTime": "2026-03-03T10:00:00+01:00"},
    "end": {"dateTime": "2026-03-03T10:30:00+01:00"},
}


def reason(error: pytest.ExceptionInfo[HttpError]) -> tuple[int, str]:
    return error.value.status_code, error.value.error_details[0]["reason"]


def insert(google: Google, who: Person, **parameters: object) -> dict[str, Any]:
    parameters = {"calendarId": "primary", "body": SIMPLE} | parameters
    return dict(google.events(who).insert(**parameters).execute())


def patched(
    google: Google, who: Person, event: str, body: dict[str, Any], **more: object
) -> dict[str, Any]:
    request = google.events(who).patch(calendarId="primary", eventId=event, body=body, **more)
    return dict(request.execute())


def test_an_etag_has_quotes_and_a_stale_one_is_refused(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 1.13, for patch, update and delete."""
    events = google.events(maya)
    seen = events.get(calendarId="primary", eventId=weekly).execute()
    assert seen["etag"].startswith('"')
    maya.changes(weekly, summary="Meanwhile")
    place = {"calendarId": "primary", "eventId": weekly}
    requests = (events.patch(**place, body={}), events.update(**place, body=seen))
    for request in (*requests, events.delete(**place)):
        request.headers["If-Match"] = seen["etag"]
        with pytest.raises(HttpError) as error:
            request.execute()
        assert reason(error) == (412, "conditionNotMet")
    request = events.patch(**place, body={"location": "Roof"})
    request.headers["If-Match"] = "*"
    assert request.execute()["location"] == "Roof"


def test_a_patch_replaces_whole_arrays(google: Google, maya: Person, weekly: str) -> None:
    """Facts 2.14."""
    event = patched(google, maya, weekly, {"attendees": [{"email": "new@acme.example"}]})
    assert [guest["email"] for guest in event["attendees"]] == ["new@acme.example"]


def test_a_patch_merges_objects_and_removes_nulls(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 2.14."""
    patched(google, maya, weekly, {"extendedProperties": {"private": {"a": "1", "b": "2"}}})
    event = patched(google, maya, weekly, {"extendedProperties": {"private": {"a": None}}})
    assert event["extendedProperties"]["private"] == {"b": "2"}


def test_an_update_drops_what_it_does_not_name(google: Google, maya: Person, weekly: str) -> None:
    """Facts 2.14 and 4.3."""
    patched(google, maya, weekly, {"attachments": [{"fileUrl": LINK}]}, supportsAttachments=True)
    event = google.events(maya).update(calendarId="primary", eventId=weekly, body=SIMPLE).execute()
    assert not {"attendees", "recurrence", "attachments"} & event.keys()


def test_attachments_need_support(google: Google, maya: Person, weekly: str) -> None:
    """Facts 4.1: ignored without the parameter, read without one."""
    body = {"attachments": [{"fileUrl": LINK, "title": "Notes"}]}
    assert "attachments" not in patched(google, maya, weekly, body)
    event = patched(google, maya, weekly, body, supportsAttachments=True)
    assert event["attachments"] == [{"fileUrl": LINK, "title": "Notes", "fileId": "1abc"}]


def test_attachments_are_replaced_and_inherited(google: Google, maya: Person, weekly: str) -> None:
    """Facts 4.3 and 4.5."""
    for url in ("https://a.example/1", LINK):
        patched(google, maya, weekly, {"attachments": [{"fileUrl": url}]}, supportsAttachments=True)
    instances = google.events(maya).instances(calendarId="primary", eventId=weekly, maxResults=2)
    urls = [[a["fileUrl"] for a in item["attachments"]] for item in instances.execute()["items"]]
    assert urls == [[LINK], [LINK]]


def test_more_than_25_attachments_are_refused(google: Google, maya: Person, weekly: str) -> None:
    """Facts 4.2."""
    body = {"attachments": [{"fileUrl": f"https://a.example/{n}"} for n in range(26)]}
    with pytest.raises(HttpError) as error:
        patched(google, maya, weekly, body, supportsAttachments=True)
    assert error.value.status_code == 400


def test_a_conference_needs_version_one(google: Google, maya: Person) -> None:
    """Facts 4.7: ignored silently; a patch without it keeps what is there."""
    body = SIMPLE | {"conferenceData": {"createRequest": {"requestId": "r1"}}}
    assert "conferenceData" not in insert(google, maya, body=body)
    event = insert(google, maya, body=body, conferenceDataVersion=1)
    kept = patched(google, maya, event["id"], {"summary": "Renamed"})
    assert kept["conferenceData"] == event["conferenceData"]
    assert kept["hangoutLink"] == event["hangoutLink"]


def test_a_repeated_conference_request_is_ignored(google: Google, maya: Person) -> None:
    """Facts 4.8: a new requestId makes a new room, the same one does nothing."""
    body = SIMPLE | {"conferenceData": {"createRequest": {"requestId": "r1"}}}
    event = insert(google, maya, body=body, conferenceDataVersion=1)
    rooms = []
    for request in ("r1", "r2"):
        again = {"conferenceData": {"createRequest": {"requestId": request}}}
        answer = patched(google, maya, event["id"], again, conferenceDataVersion=1)
        rooms.append(answer["conferenceData"]["conferenceId"])
    assert rooms[0] == event["conferenceData"]["conferenceId"] != rooms[1]


def test_an_update_without_conference_removes_it(google: Google, maya: Person) -> None:
    """Facts 4.7, unconfirmed: the harsher reading."""
    body = SIMPLE | {"conferenceData": {"createRequest": {"requestId": "r1"}}}
    event = insert(google, maya, body=body, conferenceDataVersion=1)
    place = {"calendarId": "primary", "eventId": event["id"], "body": SIMPLE}
    assert "conferenceData" in google.events(maya).update(**place).execute()
    bare = google.events(maya).update(**place, conferenceDataVersion=1).execute()
    assert "conferenceData" not in bare


def test_an_id_is_taken_once_and_for_ever(google: Google, maya: Person) -> None:
    """Facts 2.10 and 11: a deleted event keeps its id."""
    body = SIMPLE | {"id": "abc123"}
    assert insert(google, maya, body=body)["id"] == "abc123"
    for _ in range(2):
        with pytest.raises(HttpError) as error:
            insert(google, maya, body=body)
        assert reason(error) == (409, "duplicate")
        maya.calendar.entries["abc123"].body["status"] = "cancelled"


@pytest.mark.parametrize("event_id", ["xyz12", "ABC12", "abcd", "ab-cd-ef"])
def test_ids_are_base32hex(google: Google, maya: Person, event_id: str) -> None:
    """Facts 11."""
    with pytest.raises(HttpError) as error:
        insert(google, maya, body=SIMPLE | {"id": event_id})
    assert error.value.reason == "Invalid resource id value."


@pytest.mark.parametrize(
    "body",
    [
        {"summary": "No times"},
        SIMPLE | {"end": {"date": "2026-03-04"}},
        SIMPLE | {"end": {"dateTime": "2026-03-03T09:00:00+01:00"}},
        SIMPLE | {"start": {"dateTime": "2026-03-03T10:00:00", "timeZone": "Mars/Base"}},
        SIMPLE | {"start": {"dateTime": "2026-03-03T10:00:00", "date": "2026-03-03"}},
        SIMPLE | {"recurrence": ["RRULE:FREQ=SOMETIMES"]},
        SIMPLE | {"extendedProperties": {"private": {"k" * 45: "v"}}},
        SIMPLE | {"extendedProperties": {"private": {"k": "v" * 1025}}},
        SIMPLE | {"eventType": "fromGmail"},
    ],
)
def test_impossible_events_are_refused(google: Google, maya: Person, body: dict[str, Any]) -> None:
    """Facts 2.1, 2.13, 3.1 and 3.6."""
    with pytest.raises(HttpError) as error:
        insert(google, maya, body=body)
    assert error.value.status_code == 400


def test_the_type_of_an_event_stays(google: Google, maya: Person, weekly: str) -> None:
    """Facts 3.1."""
    with pytest.raises(HttpError) as error:
        patched(google, maya, weekly, {"eventType": "focusTime"})
    assert error.value.status_code == 400


def test_read_only_fields_are_accepted_and_ignored(
    google: Google, maya: Person, weekly: str
) -> None:
    """A whole event as it was read can be sent back."""
    events = google.events(maya)
    seen = events.get(calendarId="primary", eventId=weekly).execute()
    back = events.update(calendarId="primary", eventId=weekly, body=seen | {"locked": True})
    assert {**back.execute(), "etag": 0, "updated": 0} == {**seen, "etag": 0, "updated": 0}


def test_an_instance_is_found_by_its_original_start(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 2.2 and 2.9."""
    maya.moves(weekly, march(12, 9), on=date(2026, 3, 10))
    place = {"calendarId": "primary", "eventId": weekly}
    wanted = "2026-03-10T09:00:00Z"
    found = google.events(maya).instances(**place, originalStart=wanted).execute()["items"]
    assert [item["start"]["dateTime"] for item in found] == ["2026-03-12T09:00:00+01:00"]


def test_a_cancelled_instance_has_no_instances(google: Google, maya: Person, weekly: str) -> None:
    """Facts 2.9: 200 with an empty list; a living one answers with itself."""
    events = google.events(maya)
    first = events.instances(calendarId="primary", eventId=weekly, maxResults=1).execute()
    instance = first["items"][0]["id"]
    again = events.instances(calendarId="primary", eventId=instance).execute()["items"]
    assert [item["id"] for item in again] == [instance]
    events.delete(calendarId="primary", eventId=instance).execute()
    assert events.instances(calendarId="primary", eventId=instance).execute()["items"] == []


def test_an_all_day_event_has_dates(google: Google, maya: Person) -> None:
    """Facts 2.13."""
    body = {"summary": "Off", "start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}}
    event = insert(google, maya, body=body)
    assert (event["start"], event["end"]) == ({"date": "2026-03-03"}, {"date": "2026-03-04"})
