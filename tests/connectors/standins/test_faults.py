"""The wire breaks exactly the requests it was told to break, and remembers all of them."""

from __future__ import annotations

from json import JSONDecodeError
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.standins.faults import (
    Answer,
    Fault,
    LostAnswer,
    Meanwhile,
    Reset,
    Slow,
    Truncated,
    Wire,
    html,
)
from connectors.standins.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request


class Counter:
    """A little service: every POST adds one, and the answer says how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self.wire = Wire(Starlette(routes=[Route("/{name}", self.add, methods=["POST"])]))

    async def add(self, _request: Request) -> JSONResponse:
        self.count += 1
        return JSONResponse({"count": self.count})


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> Iterator[httpx2.Client]:
    with serve(counter.wire) as base, httpx2.Client(base_url=base, timeout=0.3) as client:
        yield client


def test_an_unbroken_wire_hands_through_and_logs(client: httpx2.Client, counter: Counter) -> None:
    answer = client.post("/a?x=1", json={"title": "hello"})
    assert answer.json() == {"count": 1}
    (exchange,) = counter.wire.log
    assert (exchange.number, exchange.path, exchange.query) == (1, "/a", (("x", "1"),))
    assert exchange.json == {"title": "hello"}
    assert exchange.status == 200


@pytest.mark.parametrize("fault", [Reset(), Slow(30)])
def test_a_request_that_never_arrived_changed_nothing(
    client: httpx2.Client, counter: Counter, fault: Fault
) -> None:
    counter.wire.fail(fault, at=1)
    with pytest.raises(httpx2.TransportError):
        client.post("/a")
    assert counter.count == 0
    assert client.post("/a").json() == {"count": 1}


def test_a_lost_answer_is_work_done_that_nobody_heard_of(
    client: httpx2.Client, counter: Counter
) -> None:
    counter.wire.fail(LostAnswer())
    with pytest.raises(httpx2.TransportError):
        client.post("/a")
    assert counter.count == 1


def test_a_truncated_answer_is_no_json(client: httpx2.Client, counter: Counter) -> None:
    counter.wire.fail(Truncated())
    answer = client.post("/a")
    assert answer.status_code == 200
    with pytest.raises(JSONDecodeError):
        answer.json()


def test_a_page_comes_where_json_was_expected(client: httpx2.Client, counter: Counter) -> None:
    counter.wire.fail(html(502))
    answer = client.post("/a")
    assert (answer.status_code, answer.text[:15]) == (502, "<!DOCTYPE html>")


def test_something_can_happen_just_before_a_request(
    client: httpx2.Client, counter: Counter
) -> None:
    counter.wire.fail(Meanwhile(lambda: setattr(counter, "count", 41)))
    assert client.post("/a").json() == {"count": 42}


def test_faults_are_planned_by_number_method_path_and_predicate(
    client: httpx2.Client, counter: Counter
) -> None:
    counter.wire.fail(Answer(418), at=2)
    counter.wire.fail(Answer(429, headers={"retry-after": "7"}), path="/b", times=2)
    counter.wire.fail(Answer(403), when=lambda request: b"secret" in request.body)
    counter.wire.fail(Answer(500), method="DELETE")
    statuses = [client.post(path).status_code for path in ("/a", "/a", "/b", "/b", "/b")]
    assert statuses == [200, 418, 429, 429, 200]
    assert client.post("/a", content="secret").status_code == 403
    assert client.post("/a").status_code == 200


def test_a_cleared_wire_counts_from_one_again(client: httpx2.Client, counter: Counter) -> None:
    client.post("/a")
    counter.wire.fail(Answer(500))
    counter.wire.clear()
    assert client.post("/a").status_code == 200
    assert [exchange.number for exchange in counter.wire.log] == [1]
