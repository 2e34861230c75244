"""Change notifications; "facts" is the section of the Graph fact sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.standins.graph import Person
from connectors.standins.graph.subscriptions import lifecycle, notify
from connectors.standins.graph.zones import stamp
from connectors.standins.server import serve
from tests.connectors.standins.graph.conftest import SECOND, Company, at, master


@dataclass
class Hook:
    """A receiver of notifications that answers the handshake, unless told to be rude."""

    address: str = ""
    polite: bool = True
    notices: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        token = request.query_params.get("validationToken")
        if token is not None:
            return PlainTextResponse(token) if self.polite else JSONResponse(token)
        self.notices += (await request.json())["value"]
        return Response(status_code=202)


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    routes = [Route("/{any:path}", made.receive, methods=["POST"])]
    with serve(Starlette(routes=routes)) as base:
        made.address = base
        yield made


def wanted(company: Company, hook: Hook, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{hook.address}/hook",
        "lifecycleNotificationUrl": f"{hook.address}/life",
        "resource": "/me/events",
        "expirationDateTime": stamp(company.clock() + timedelta(minutes=4200)),
        "clientState": "secret",
        **more,
    }


def test_an_address_must_echo_the_token_as_plain_text(
    company: Company, graph: httpx2.Client, hook: Hook
) -> None:
    """Facts 8."""
    hook.polite = False
    refused = graph.post("/subscriptions", json=wanted(company, hook))
    hook.polite = True
    made = graph.post("/subscriptions", json=wanted(company, hook))

    assert [refused.status_code, made.status_code] == [400, 201]


def test_an_address_where_nobody_is_gets_none(company: Company, graph: httpx2.Client) -> None:
    nobody = Hook("http://127.0.0.1:1")

    assert graph.post("/subscriptions", json=wanted(company, nobody)).status_code == 400


def test_a_change_of_one_occurrence_names_the_master(
    company: Company, graph: httpx2.Client, hook: Hook, maya: Person, weekly: str
) -> None:
    """Facts 8: updated, with the id of the series, never that of the occurrence."""
    made = graph.post("/subscriptions", json=wanted(company, hook)).json()
    maya.cancels(weekly, on=SECOND)

    assert notify(company.world) == 1

    (notice,) = hook.notices
    immutable = company.as_person(maya, Prefer='IdType="ImmutableId"')
    assert (notice["changeType"], notice["clientState"]) == ("updated", "secret")
    assert notice["resourceData"]["id"] == master(immutable)
    assert notice["subscriptionId"] == made["id"]
    assert notify(company.world) == 0


def test_new_and_deleted_events_are_told(
    company: Company, graph: httpx2.Client, hook: Hook, maya: Person, weekly: str
) -> None:
    graph.post("/subscriptions", json=wanted(company, hook)).raise_for_status()
    maya.schedules("Focus", at(3))
    maya.deletes(weekly)

    notify(company.world)

    assert [each["changeType"] for each in hook.notices] == ["created", "deleted"]


def test_only_wanted_changes_are_told(
    company: Company, graph: httpx2.Client, hook: Hook, maya: Person
) -> None:
    body = wanted(company, hook, changeType="deleted")
    graph.post("/subscriptions", json=body).raise_for_status()
    maya.schedules("Focus", at(3))

    assert notify(company.world) == 0


def test_a_subscription_lives_under_three_days_and_at_least_45_minutes(
    company: Company, graph: httpx2.Client, hook: Hook
) -> None:
    """Facts 8: the older, shorter limit."""
    late = stamp(company.clock() + timedelta(minutes=4231))
    soon = stamp(company.clock() + timedelta(minutes=1))

    refused = graph.post("/subscriptions", json=wanted(company, hook, expirationDateTime=late))
    made = graph.post("/subscriptions", json=wanted(company, hook, expirationDateTime=soon))

    assert refused.status_code == 400
    assert made.json()["expirationDateTime"] == stamp(company.clock() + timedelta(minutes=45))


def test_it_is_renewed_or_ends(company: Company, graph: httpx2.Client, hook: Hook) -> None:
    """Facts 8."""
    made = graph.post("/subscriptions", json=wanted(company, hook)).json()
    address = f"/subscriptions/{made['id']}"
    company.clock.passes(timedelta(minutes=4000))
    later = stamp(company.clock() + timedelta(minutes=4200))

    renewed = graph.patch(address, json={"expirationDateTime": later}).json()
    company.clock.passes(timedelta(minutes=4200))

    assert renewed["expirationDateTime"] == later
    assert graph.get(address).status_code == 404


def test_nobody_is_told_after_its_end(
    company: Company, graph: httpx2.Client, hook: Hook, maya: Person
) -> None:
    graph.post("/subscriptions", json=wanted(company, hook)).raise_for_status()
    company.clock.passes(timedelta(minutes=4200))
    maya.schedules("Focus", at(3))

    assert notify(company.world) == 0


def test_the_same_twice_is_a_conflict(company: Company, graph: httpx2.Client, hook: Hook) -> None:
    """Facts 8: 409."""
    graph.post("/subscriptions", json=wanted(company, hook)).raise_for_status()

    assert graph.post("/subscriptions", json=wanted(company, hook)).status_code == 409


def test_it_can_be_ended(company: Company, graph: httpx2.Client, hook: Hook, maya: Person) -> None:
    made = graph.post("/subscriptions", json=wanted(company, hook)).json()

    assert graph.delete(f"/subscriptions/{made['id']}").status_code == 204

    maya.schedules("Focus", at(3))
    assert notify(company.world) == 0
    assert graph.get("/subscriptions").json()["value"] == []


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_its_life_is_told_at_the_other_address(
    company: Company, graph: httpx2.Client, hook: Hook, event: str
) -> None:
    """Facts 8: lifecycleNotificationUrl."""
    made = graph.post("/subscriptions", json=wanted(company, hook)).json()

    assert lifecycle(company.world, made["id"], event) == 1

    assert [each["lifecycleEvent"] for each in hook.notices] == [event]
    left = graph.get(f"/subscriptions/{made['id']}").status_code
    assert left == (404 if event == "subscriptionRemoved" else 200)


def test_a_person_subscribes_to_the_own_mailbox_an_application_to_all(
    company: Company, graph: httpx2.Client, hook: Hook, ben: Person
) -> None:
    """Facts 8."""
    his = wanted(company, hook, resource=f"/users/{ben.email}/events")
    app = company.client(company.world.app_token())

    assert graph.post("/subscriptions", json=his).status_code == 403
    assert app.post("/subscriptions", json=his).status_code == 201


def test_there_is_no_subscription_to_a_window(
    company: Company, graph: httpx2.Client, hook: Hook
) -> None:
    """Facts 8."""
    body = wanted(company, hook, resource="/me/calendarView")

    assert graph.post("/subscriptions", json=body).status_code == 400
