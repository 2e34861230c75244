"""The JSON routes: what the commands print, as the description promises, whatever is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.core.result import Ok

from daemon import queries
from daemon.core.words import Kind
from daemon.house import House
from daemon.web import api
from tests.stage import Stage, hours, week
from tests.web.conftest import SUNDAY, Window

ANSWERS: dict[str, Callable[[House], Any]] = {
    "/api/status": lambda house: queries.status(house, SUNDAY),
    "/api/pairs": lambda house: queries.pairs(house, SUNDAY),
    "/api/proposals": lambda house: queries.proposals(house, SUNDAY),
    "/api/alerts": lambda house: queries.alerts(house, SUNDAY),
    "/api/journal": queries.entries,
    "/api/series?text=ben": lambda house: queries.explain(house, "ben", SUNDAY),
}


@pytest.mark.parametrize("path", ANSWERS)
def test_a_route_answers_what_the_command_prints(window: Window, path: str) -> None:
    assert window.get(path).json() == ANSWERS[path](window.house)


def test_one_pair_and_its_agenda(window: Window) -> None:
    (pair,) = window.get("/api/pairs").json()
    assert window.get(f"/api/pairs/{pair['id']}").json() == pair
    assert "For you alone" in window.get(f"/api/pairs/{pair['id']}/agenda").json()["prep"]


def test_the_plan_is_foreseen_and_not_carried_out(window: Window) -> None:
    window.now = week(2) - hours(3)
    plan = window.get("/api/plan").json()
    assert plan["decisions"][0]["kind"] == "create_agenda"
    assert window.get("/api/plan").json()["hash"] == plan["hash"]


def test_trouble_is_json_too(window: Window) -> None:
    assert window.get("/api/pairs/p-none").json()["error"]
    assert window.get("/api/nowhere").status_code == 404
    assert httpx2.get(window.base + "/api/pairs").json() == {
        "error": "no session",
        "remedy": "visavis open",
    }


def test_every_route_is_as_described(lost: Stage, window: Window) -> None:
    lost.tick(week(2) - hours(3))
    # The session's cookie has the port in its name; the description shows the usual one.
    text = window.get("/api/openapi.json").text.replace("8765", window.where.rpartition(":")[2])
    described = schemathesis.openapi.from_dict(json.loads(text))
    described.config.update(base_url=window.base)
    cookies = dict(window.client.cookies)
    for operation in described.get_all_operations():
        assert isinstance(operation, Ok)

        @given(case=operation.ok().as_strategy())
        @settings(max_examples=15)
        def check(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(cookies=cookies)

        check()


def test_what_is_described_is_all_there_is(window: Window) -> None:
    described = set(window.get("/api/openapi.json").json()["paths"])
    assert described == {route.path for route in api.routes()} - {"/api/openapi.json"}


def test_every_kind_of_write_is_described(window: Window) -> None:
    schemas = window.get("/api/openapi.json").json()["components"]["schemas"]
    assert set(schemas["Kind"]["enum"]) == set(Kind)
