"""What Graph refuses, so that no test says yes to what the real one would not."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from connectors.standins.graph import Person

SLOT = {
    "start": {"dateTime": "2026-03-17T10:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-03-17T10:30:00", "timeZone": "UTC"},
}
WINDOW = {"startDateTime": "2026-03-09T00:00:00Z", "endDateTime": "2026-03-30T00:00:00Z"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"attendees": [{"emailAddress": {"name": "Ben"}, "type": "required"}]},
        {"attendees": [{"emailAddress": {"address": f"p{n}@acme.example"}} for n in range(501)]},
        {"singleValueExtendedProperties": [{"id": "visavisKey", "value": "x"}]},
        {"sensitivity": "secret"},
        {"showAs": "gone"},
        {"start": {"dateTime": "2026-03-17T10:00:00", "timeZone": "Middle/Earth"}},
        {"shoes": 1},
    ],
)
def test_an_event_that_cannot_be_is_refused(graph: httpx2.Client, wrong: dict[str, Any]) -> None:
    """Facts 2."""
    assert graph.post("/me/events", json=SLOT | wrong).status_code == 400
    assert graph.post("/me/events", json=SLOT).status_code == 201


@pytest.mark.parametrize(("top", "status"), [("0", 400), ("1", 200), ("1000", 200), ("1001", 400)])
def test_a_page_has_at_most_a_thousand_entries(graph: httpx2.Client, top: str, status: int) -> None:
    answer = graph.get("/me/calendarView", params=WINDOW | {"$top": top})
    assert answer.status_code == status


def test_a_preference_that_makes_no_sense_is_none(graph: httpx2.Client) -> None:
    """RFC 7240: a server ignores what it does not understand."""
    prefer = {"Prefer": "odata.maxpagesize=many"}
    assert graph.get("/me/calendarView", params=WINDOW, headers=prefer).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(4, 400), (5, 200), (30, 200), (31, 400)])
def test_a_view_has_steps_that_fit_its_period(
    graph: httpx2.Client, maya: Person, minutes: int, status: int
) -> None:
    """Facts 7: 5 to 1440 minutes, and no longer than what is asked for."""
    question = {
        "schedules": [maya.email],
        "startTime": SLOT["start"],
        "endTime": SLOT["end"],
        "availabilityViewInterval": minutes,
    }
    answer = graph.post("/me/calendar/getSchedule", json=question)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "parts",
    [
        [{"id": "1", "url": "/me"}, {"id": "1", "url": "/me"}],
        [{"id": "1", "url": "/me", "dependsOn": ["2"]}],
        [{"id": "1", "url": "/$batch"}],
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(
    graph: httpx2.Client, parts: list[dict[str, Any]]
) -> None:
    """Facts 9: parts have names of their own, wait for earlier ones, and are no batches."""
    requests = [{"method": "GET"} | part for part in parts]
    assert graph.post("/$batch", json={"requests": requests}).status_code == 400


@pytest.mark.parametrize("name", ["a:b.docx", "what?.docx", "a|b.docx"])
def test_a_file_has_a_name_that_onedrive_takes(graph: httpx2.Client, name: str) -> None:
    path = f"/me/drive/root:/visavis/{name.replace('?', '%3F')}:/content"
    answer = graph.put(path, content=b"x", headers={"content-type": "application/octet-stream"})
    assert answer.status_code == 400


def test_a_silent_grant_needs_a_sign_in(graph: httpx2.Client) -> None:
    """Facts 6: without a mail the address alone must open nothing."""
    kind = {"content-type": "application/octet-stream"}
    path = "/me/drive/root:/visavis/a.docx:/content"
    item = graph.put(path, content=b"x", headers=kind).json()["id"]
    wish = {
        "recipients": [{"email": "ben@acme.example"}],
        "roles": ["write"],
        "requireSignIn": False,
        "sendInvitation": False,
    }
    answers = [
        graph.post(f"/me/drive/items/{item}/invite", json=wish | {"requireSignIn": asked})
        for asked in (False, True)
    ]
    assert [answer.status_code for answer in answers] == [400, 200]
