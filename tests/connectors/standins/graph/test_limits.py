"""Rights, throttling, $batch and broken wires; "facts" is the section of the Graph fact sheet."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from connectors.standins.faults import Answer, LostAnswer
from connectors.standins.graph import Person
from connectors.standins.graph.login import Grant
from tests.connectors.standins.graph.conftest import WINDOW, Company, at, master


def batch(graph: httpx2.Client, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    requests = [{"id": str(n), "method": "GET", **part} for n, part in enumerate(parts)]
    answer = graph.post("/$batch", json={"requests": requests}).raise_for_status().json()
    return {each["id"]: each for each in answer["responses"]}


def test_a_request_without_a_known_token_is_401(company: Company) -> None:
    assert company.client("nonsense").get("/me").status_code == 401


def test_an_application_has_no_me(company: Company) -> None:
    assert company.client(company.world.app_token()).get("/me").status_code == 400


def test_a_person_opens_no_other_calendar_an_application_all(
    company: Company, graph: httpx2.Client, ben: Person
) -> None:
    """Facts 8, 10."""
    address = f"/users/{ben.email}/calendarView"
    app = company.client(company.world.app_token())

    assert graph.get(address, params=WINDOW).status_code == 403
    assert app.get(address, params=WINDOW).status_code == 200


def test_a_mailbox_can_be_closed_to_applications(company: Company, ben: Person) -> None:
    """Facts 9, 10: application access policy; OneDrive is not covered."""
    company.world.learn(ben.email, closed_to_apps=True)
    app = company.client(company.world.app_token())

    refused = app.get(f"/users/{ben.email}/calendarView", params=WINDOW)

    assert refused.json()["error"] == refused.json()["error"] | {
        "code": "ErrorAccessDenied",
        "message": "Access to OData is disabled.",
    }
    assert app.get(f"/users/{ben.email}/drive").status_code == 200
    assert company.as_person(ben).get("/me/calendarView", params=WINDOW).status_code == 200


def test_a_person_without_a_mailbox_is_unsupported(
    company: Company, graph: httpx2.Client, ben: Person
) -> None:
    """Facts 9: a 404 that will not go away by itself."""
    company.world.learn(ben.email, licensed=False)

    answer = company.client(company.world.app_token()).get(f"/users/{ben.email}/events")

    assert answer.json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"
    assert graph.get(f"/users/{ben.email}").status_code == 200


@pytest.mark.usefixtures("weekly")
@pytest.mark.parametrize(
    ("scope", "status"), [("Calendars.Read", 403), ("Calendars.ReadWrite", 200)]
)
def test_a_token_allows_what_its_scopes_say(
    company: Company, graph: httpx2.Client, maya: Person, scope: str, status: int
) -> None:
    """Facts 10, table."""
    scopes = frozenset({f"https://graph.microsoft.com/{scope}"})
    client = company.client(company.world.login.issue(Grant(maya.email, scopes)))

    assert client.get("/me/calendarView", params=WINDOW).status_code == 200
    assert client.patch(f"/me/events/{master(graph)}", json={}).status_code == status
    assert client.get("/me/drive").status_code == 403


def test_a_claims_challenge_says_what_the_next_token_must_bring(
    company: Company, graph: httpx2.Client, maya: Person
) -> None:
    """Facts 10: continuous access evaluation."""
    company.world.login.challenge(maya.email, {"access_token": {"nbf": {"value": "1"}}})

    answer = graph.get("/me")

    packed = answer.headers["WWW-Authenticate"].partition('claims="')[2].rstrip('"')
    assert answer.status_code == 401
    assert json.loads(base64.b64decode(packed)) == {"access_token": {"nbf": {"value": "1"}}}


def test_four_at_once_a_mailbox_and_the_fifth_waits(company: Company, maya: Person) -> None:
    """Facts 9: MailboxConcurrency, with a fractional Retry-After."""
    company.behaves(latency=0.3)
    clients = [company.as_person(maya) for _ in range(6)]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda each: each.get("/me/calendar"), clients))

    refused = [each for each in answers if each.status_code == 429]
    assert len(refused) == 2
    assert refused[0].headers["Retry-After"] == "2.128"
    assert refused[0].json()["error"]["code"] == "ApplicationThrottled"


def test_a_batch_answers_in_any_order_with_an_outer_200(graph: httpx2.Client, maya: Person) -> None:
    """Facts 9."""
    requests = [
        {"id": "a", "method": "GET", "url": "/me"},
        {"id": "b", "method": "GET", "url": "/nowhere"},
        {
            "id": "c",
            "method": "GET",
            "url": "/me/calendarView?" + "&".join(map("=".join, WINDOW.items())),
        },
    ]

    answers = graph.post("/$batch", json={"requests": requests}).json()["responses"]

    assert [(each["id"], each["status"]) for each in answers] == [
        ("c", 200),
        ("b", 404),
        ("a", 200),
    ]
    assert answers[-1]["body"]["mail"] == maya.email


def test_a_part_is_throttled_by_itself(company: Company, graph: httpx2.Client) -> None:
    """Facts 9: with a Retry-After of its own, that SDKs overlook."""
    company.behaves(batch_width=4)

    answers = batch(graph, *[{"url": "/me/calendar"}] * 6)

    assert [answers[str(n)]["status"] for n in range(6)] == [200] * 4 + [429] * 2
    assert answers["5"]["headers"]["Retry-After"] == "2.128"


def test_a_chain_of_parts_is_not_throttled(company: Company, graph: httpx2.Client) -> None:
    """Facts 9: dependsOn chains."""
    company.behaves(batch_width=1)
    chained = [{"url": "/me/calendar", "dependsOn": [str(n - 1)]} for n in range(1, 6)]

    answers = batch(graph, {"url": "/me/calendar"}, *chained)

    assert {each["status"] for each in answers.values()} == {200}


def test_a_part_that_depends_on_a_failed_one_is_not_tried(graph: httpx2.Client) -> None:
    """Facts 9: 424."""
    answers = batch(graph, {"url": "/nowhere"}, {"url": "/me", "dependsOn": ["0"]})

    assert answers["1"]["status"] == 424


def test_a_part_with_a_body_says_what_it_is(graph: httpx2.Client, weekly: str) -> None:
    """Facts 9: Content-Type inside the part."""
    part = {"method": "PATCH", "url": f"/me/events/{master(graph)}", "body": {"subject": "New"}}
    named = {**part, "headers": {"Content-Type": "application/json"}}

    answers = batch(graph, part, named)

    assert (answers["0"]["status"], answers["1"]["status"]) == (400, 200)
    assert weekly == answers["1"]["body"]["iCalUId"]


def test_a_batch_has_at_most_twenty_parts(graph: httpx2.Client) -> None:
    """Facts 9."""
    parts = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]

    assert graph.post("/$batch", json={"requests": parts}).status_code == 400


def test_errors_name_the_request(graph: httpx2.Client) -> None:
    """Facts 9."""
    answer = graph.get("/me/events/nonsense", headers={"client-request-id": "mine"})

    assert answer.json()["error"]["innerError"]["client-request-id"] == "mine"
    assert answer.headers["request-id"] == "mine"


def test_every_request_can_be_broken_by_its_number(
    company: Company, graph: httpx2.Client, maya: Person
) -> None:
    throttled = Answer(429, b"{}", {"Retry-After": "2.128"})
    company.wire.fail(throttled, at=2)
    company.wire.fail(LostAnswer(), method="POST")
    graph.event_hooks = {}
    times = {name: {"dateTime": at(3).isoformat(), "timeZone": "UTC"} for name in ("start", "end")}
    times["end"]["dateTime"] = at(3, 11).isoformat()

    statuses = [graph.get("/me").status_code for _ in range(3)]
    with pytest.raises(httpx2.TransportError):
        graph.post("/me/events", json={"subject": "Lost answer", **times})

    assert statuses == [200, 429, 200]
    assert len(list(company.world.mailbox(maya.email).items())) == 1
    assert [each.method for each in company.wire.log] == ["GET", "GET", "GET", "POST"]


def test_what_is_described_but_not_played_says_so(graph: httpx2.Client) -> None:
    assert graph.get("/me/onenote/notebooks").status_code == 501


def test_a_body_that_is_no_json_is_refused(graph: httpx2.Client) -> None:
    headers = {"Content-Type": "application/json"}

    assert graph.post("/me/events", content=b"{", headers=headers).status_code == 400
