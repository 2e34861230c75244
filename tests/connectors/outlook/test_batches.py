"""Parts of a `$batch` that fail inside an answer of 200: each says for itself what comes next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from connectors.errors import NotPermitted, SignInRequired, Unavailable
from connectors.outlook.auth import Ready
from connectors.outlook.client import Ask, Graph
from connectors.standins.faults import Altered
from tests.connectors.outlook.bench import MAYA, Company
from tests.contract.stage import FIRST, WEEKLY, WINDOW, shown

ASKS = [Ask("/me/calendar")] * 5
SECOND_PART = "1"


@pytest.fixture
def graph(bench: Company) -> Graph:
    return bench.graph(MAYA)


def failing(status: int, code: str = "oops", headers: Mapping[str, str] | None = None) -> Altered:
    """Let the second part fail, and those not be tried that wait for it."""

    def failed(part: dict[str, object]) -> dict[str, object]:
        if part["id"] == SECOND_PART:
            error = {"error": {"code": code, "message": "no"}}
            return {
                "id": part["id"],
                "status": status,
                "headers": dict(headers or {}),
                "body": error,
            }
        return {"id": part["id"], "status": 424} if part["id"] == "4" else part

    return Altered(_each_part(failed))


def _each_part(
    change: Callable[[dict[str, object]], dict[str, object]],
) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        told = json.loads(body)
        return json.dumps({"responses": [change(part) for part in told["responses"]]}).encode()

    return changed


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "ApplicationThrottled"),
        (408, "timeout"),
        (500, "ErrorInternalServerError"),
        (502, "BadGateway"),
        (503, "ErrorServerBusy"),
        (504, "gatewayTimeout"),
        (409, "ErrorIrresolvableConflict"),
        (412, "ErrorIrresolvableConflict"),
    ],
)
def test_a_part_that_fails_for_now_is_asked_again_alone(
    bench: Company, graph: Graph, status: int, code: str
) -> None:
    """Facts 9: part by part; facts 2: Exchange races with itself."""
    bench.wire.fail(failing(status, code, {"retry-after": "0.128"}), path="*/$batch")
    assert all(isinstance(answer, dict) for answer in graph.batch(ASKS))
    asked = [len(request.json["requests"]) for request in bench.asked()]
    assert asked == [5, 2]


def test_parts_wait_for_each_other_so_that_none_is_put_off(bench: Company, graph: Graph) -> None:
    """Facts 9: Exchange runs four at a time; a chain of three leaves one to others."""
    bench.behaves(batch_width=3)
    assert all(isinstance(answer, dict) for answer in graph.batch([Ask("/me/calendar")] * 20))
    assert len(bench.asked()) == 1


def test_the_longest_wait_of_the_parts_is_kept(bench: Company, graph: Graph) -> None:
    """Facts 9: its own Retry-After, in its own headers, in any spelling."""
    bench.wire.fail(failing(429, headers={"Retry-After": "120.5"}), path="*/$batch")
    with pytest.raises(Unavailable) as refused:
        graph.batch(ASKS)
    assert refused.value.retry_after == timedelta(seconds=120.5)
    assert len(bench.asked()) == 1


@pytest.mark.parametrize("status", [400, 403])
def test_a_part_that_is_refused_for_good_is_the_answer(
    bench: Company, graph: Graph, status: int
) -> None:
    bench.wire.fail(failing(status, "ErrorAccessDenied"), path="*/$batch")
    answers = graph.batch(ASKS)
    assert [type(answer) for answer in answers] == [dict, NotPermitted, dict, dict, dict]


def test_a_look_is_whole_though_a_part_of_it_failed_for_now(bench: Company) -> None:
    events = [bench.meet(FIRST, WEEKLY) for _ in range(3)]
    bench.wire.fail(failing(503), path="*/$batch", times=2)
    assert {one.handle for one in bench.calendar.baseline(WINDOW).series} == set(events)
    assert shown(bench, events[1]).rule


def test_a_part_that_refuses_a_ready_token_pauses_the_account(bench: Company) -> None:
    graph = Graph(Ready(bench.world.token(MAYA.address), "TOKEN"), bench.base)
    bench.wire.fail(failing(401, "InvalidAuthenticationToken"), path="*/$batch")
    with pytest.raises(SignInRequired):
        graph.batch(ASKS)
    graph.close()
