"""What Google refuses, so that no test says yes to what the real one would not (facts 13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from connectors.standins.google import World, application
from connectors.standins.server import serve

NOW = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
MAYA = "maya@acme.example"
EVENTS = "/calendar/v3/calendars/primary/events"
FREE_BUSY = "/calendar/v3/freeBusy"
FILES = "/drive/v3/files"
PEOPLE = "/v1/people:listDirectoryPeople?sources=DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"
USERS = "/admin/directory/v1/users?customer=my_customer"
HOUR = [
    {"dateTime": (NOW + timedelta(hours=n)).isoformat(), "timeZone": "Europe/Berlin"}
    for n in (1, 2)
]
EVENT = {"summary": "x", "start": HOUR[0], "end": HOUR[1]}
RULE = "RRULE:FREQ=WEEKLY"


@pytest.fixture
def google() -> Iterator[httpx2.Client]:
    world = World(lambda: NOW)
    world.person(MAYA)
    headers = {"authorization": f"Bearer {world.token(MAYA)}"}
    with (
        serve(application(world)) as base,
        httpx2.Client(base_url=base, headers=headers) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "path",
    [
        f"{EVENTS}?timeZone=Middle/Earth",
        f"{EVENTS}?timeZone=W. Europe Standard Time",
        f"{EVENTS}?timeMin=2026-03-02T00:00:00Z&timeMax=2026-03-01T00:00:00Z",
        f"{EVENTS}?maxResults=0",
        f"{EVENTS}?fields=items(id",
        f"{EVENTS}?fields=,",
        f"{EVENTS}?quotaUser={41 * 'x'}",
        f"{FILES}?pageSize=1001",
        f"{FILES}?orderBy=size",
        f"{FILES}?orderBy=name up",
        f"{FILES}/any/export",
        f"{USERS}&maxResults=501",
        f"{PEOPLE}&readMask=names,shoes",
        f"{PEOPLE}&readMask=names&pageSize=1001",
    ],
)
def test_a_question_google_does_not_understand_is_refused(google: httpx2.Client, path: str) -> None:
    """Facts 1.1, 1.6, 10.7, 10.9 and 12.9: the client lets all of these through."""
    assert google.get(path).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "abcde12345", "iCalUID": "x@y.example"},
        {"start": {"date": "tomorrow"}, "end": {"date": "2026-03-05"}},
        {"start": {}},
        {"recurrence": ["DTSTART:20260301T100000Z", RULE]},
        {"recurrence": [RULE, "EXDATE:tomorrow"]},
        {"recurrence": [RULE, "EXDATE;TZID=Middle/Earth:20260301T100000"]},
        {"attendees": [{"email": "ben@acme.example", "responseStatus": "maybe"}]},
        {"status": "held"},
        {"visibility": "secret"},
        {"transparency": "glass"},
        {"eventType": "meeting"},
    ],
)
def test_an_event_that_cannot_be_is_refused(google: httpx2.Client, wrong: dict[str, Any]) -> None:
    """Facts 2.1, 3 and 11."""
    assert google.post(EVENTS, json=EVENT | wrong).status_code == 400


def test_conference_data_has_no_second_version(google: httpx2.Client) -> None:
    """Facts 4.7."""
    assert google.post(f"{EVENTS}?conferenceDataVersion=2", json=EVENT).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"timeZone": "Middle/Earth"},
        {"calendarExpansionMax": 51},
        {"items": [{}]},
        {"timeMin": "2026-01-01T00:00:00"},
    ],
)
def test_free_busy_that_cannot_be_asked_is_refused(
    google: httpx2.Client, wrong: dict[str, Any]
) -> None:
    """Facts 8.1."""
    span = {"timeMin": "2026-01-01T00:00:00Z", "timeMax": "2026-01-02T00:00:00Z"}
    answer = google.post(FREE_BUSY, json=span | {"items": [{"id": MAYA}]} | wrong)
    assert answer.status_code == (400 if wrong else 200)


@pytest.mark.parametrize(("length", "status"), [(256, 200), (257, 400)])
def test_a_channel_has_a_short_token(google: httpx2.Client, length: int, status: int) -> None:
    """Facts 5."""
    wish = {"id": "a", "type": "web_hook", "address": "https://visavis.example/push"}
    answer = google.post(f"{EVENTS}/watch", json=wish | {"token": length * "x"})
    assert answer.status_code == status


@pytest.fixture
def document(google: httpx2.Client) -> str:
    kind = "application/vnd.google-apps.document"
    return str(google.post(FILES, json={"name": "d", "mimeType": kind}).json()["id"])


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"role": "editor"}, 400), ({"type": "person"}, 400), ({"role": "owner"}, 403)],
)
def test_a_share_of_no_known_kind_is_refused(
    google: httpx2.Client, document: str, wrong: dict[str, str], status: int
) -> None:
    """Facts 7.2: ownership is given away only by a parameter that says so."""
    wish = {"role": "writer", "type": "user", "emailAddress": "ben@acme.example"}
    answer = google.post(f"{FILES}/{document}/permissions", json=wish | wrong)
    assert answer.status_code == status


FIRST = {"range": {"startIndex": 1, "endIndex": 2}}


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("insertText", {"location": {"index": 1}, "text": ""}),
        (
            "updateParagraphStyle",
            {"paragraphStyle": {"namedStyleType": "TITLE"}, "fields": "nonsense"},
        ),
        (
            "updateParagraphStyle",
            {"paragraphStyle": {"namedStyleType": "HEADING_9"}, "fields": "namedStyleType"},
        ),
        ("updateTextStyle", {"textStyle": {"bold": True}, "fields": "italics"}),
        ("createParagraphBullets", {"bulletPreset": "BULLET_STAR"}),
    ],
)
def test_a_change_of_a_document_that_cannot_be_is_refused(
    google: httpx2.Client, document: str, name: str, wish: dict[str, Any]
) -> None:
    """Facts 6.6 and 6.7."""
    change = {name: wish if name == "insertText" else FIRST | wish}
    answer = google.post(f"/v1/documents/{document}:batchUpdate", json={"requests": [change]})
    assert answer.status_code == 400
