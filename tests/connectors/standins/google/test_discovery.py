"""Requests are held against the discovery documents that ship with the client."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from connectors.standins.google import Person, World
from tests.connectors.standins.google.company import Google, march

EVENTS = "/calendar/v3/calendars/primary/events"
GOOD = {
    "start": {"dateTime": "2026-03-03T10:00:00Z"},
    "end": {"dateTime": "2026-03-03T11:00:00Z"},
}


def message(answer: httpx2.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"]["message"])


def test_an_unknown_parameter_is_named(google: Google, maya: Person) -> None:
    assert '"singelEvents"' in message(google.raw(maya, "GET", EVENTS, singelEvents="true"))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("maxResults", "many"), ("singleEvents", "yes"), ("orderBy", "colour"), ("eventTypes", "x")],
)
def test_a_parameter_has_its_type(google: Google, maya: Person, parameter: str, value: str) -> None:
    answer = google.raw(maya, "GET", EVENTS, **{parameter: value})
    assert message(answer) == f"Invalid value '{value}'."
    assert answer.json()["error"]["errors"][0]["location"] == parameter


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"title": "x"}, '"title"'),
        ({"start": {"datetime": "x"}}, '"datetime"'),
        ({"attendees": [{"mail": "x"}]}, '"mail"'),
        ({"attendees": {}}, "body.attendees"),
        ({"summary": 7}, "body.summary"),
        ({"attendees": [{"email": "x@y.example", "optional": "yes"}]}, "attendees[0].optional"),
    ],
)
def test_an_unknown_field_is_named(
    google: Google, maya: Person, body: dict[str, Any], named: str
) -> None:
    assert named in message(google.raw(maya, "POST", EVENTS, json=GOOD | body))
    assert maya.calendar.entries == {}


def test_free_keys_are_free_where_the_document_says_so(google: Google, maya: Person) -> None:
    body = GOOD | {"extendedProperties": {"private": {"anything": "x"}}}
    assert google.raw(maya, "POST", EVENTS, json=body).status_code == 200


def test_an_unknown_request_of_a_batch_is_named(google: Google, maya: Person) -> None:
    file = maya.starts_document("Notes")
    maya.opens_with_app(file)
    path = f"/v1/documents/{file}:batchUpdate"
    body: dict[str, Any] = {"requests": [{"typeText": {}}]}
    assert '"typeText"' in message(google.raw(maya, "POST", path, json=body))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/calendar/v3/nothing"),
        ("PATCH", EVENTS),
        ("GET", "/"),
        ("GET", "/calendar/v4/calendars/primary/events"),
    ],
)
def test_an_unknown_address_is_404(google: Google, maya: Person, method: str, path: str) -> None:
    assert google.raw(maya, method, path).status_code == 404


@pytest.mark.parametrize("body", ["no json", "[1]"])
def test_a_body_is_a_json_object(google: Google, world: World, maya: Person, body: str) -> None:
    headers = {"authorization": f"Bearer {world.token(maya.email)}"}
    answer = httpx2.post(google.base + EVENTS, content=body, headers=headers)
    assert answer.status_code == 400


def test_fields_narrow_the_answer(google: Google, maya: Person) -> None:
    """Facts 1.16: a token not asked for is lost."""
    maya.schedules("One", march(3), location="Roof")
    fields = "items(summary,start/timeZone,organizer(email)),summary"
    assert google.raw(maya, "GET", EVENTS, fields=fields).json() == {
        "summary": maya.email,
        "items": [
            {
                "summary": "One",
                "start": {"timeZone": "Europe/Berlin"},
                "organizer": {"email": maya.email},
            }
        ],
    }
    narrow = google.raw(maya, "GET", EVENTS, fields="nextSyncToken").json()
    assert narrow.keys() == {"nextSyncToken"}


@pytest.mark.parametrize("fields", ["items(heading)", "things", "items(start(x))", ")"])
def test_a_field_that_is_none_is_refused(google: Google, maya: Person, fields: str) -> None:
    assert "Invalid field selection" in message(google.raw(maya, "GET", EVENTS, fields=fields))


def test_addresses_with_encoded_names_are_understood(google: Google, maya: Person) -> None:
    event = maya.schedules("One", march(3))
    path = f"/calendar/v3/calendars/maya%40acme.example/events/{event}"
    assert google.raw(maya, "GET", path).json()["summary"] == "One"
