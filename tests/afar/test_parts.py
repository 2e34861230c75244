"""One part of a Graph batch fails inside an answer of 200, at each batch of the story in turn."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from connectors.standins.faults import Altered, Exchange
from tests.afar import Afar, OutlookStage, Server
from tests.afar.conftest import Fresh, Undisturbed
from tests.conftest import SWEEP
from tests.crash.story import Power, same_but_for_unsure_letters, told_over, unsure

FAILURES = [
    (404, "ErrorItemNotFound"),
    (412, "ErrorIrresolvableConflict"),
    (429, "ApplicationThrottled"),
    (500, "ErrorInternalServerError"),
    (503, "ErrorServerBusy"),
    (504, "UnknownError"),
]
EVERY = 1 if SWEEP else 12
"""One of how many batches is broken."""


@pytest.fixture(params=[OutlookStage], ids=["outlook"], scope="session")
def provider(request: pytest.FixtureRequest) -> type[Afar]:
    """The one provider that answers in parts."""
    found: type[Afar] = request.param
    return found


@pytest.fixture(scope="session")
def batches(server: Server, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many batches the story has."""
    stage = OutlookStage(tmp_path_factory.mktemp("parts"), server=server)
    try:
        told_over(stage, Power(), OutlookStage.end)
        return sum(request.path.endswith("/$batch") for request in stage.wire.log)
    finally:
        stage.close()


def breaking(number: int, status: int, code: str) -> tuple[Altered, Callable[[Exchange], bool]]:
    """Return what spoils the first part of that batch of the story, and when."""
    seen: list[int] = []

    def is_it(request: Exchange) -> bool:
        if request.path.endswith("/$batch"):
            seen.append(request.number)
        return seen[number:] == [request.number]

    def spoiled(body: bytes) -> bytes:
        told = json.loads(body)
        (part,) = (one for one in told["responses"] if one["id"] == "0")
        error = {"error": {"code": code, "message": f"Refused: {code}."}}
        part |= {"status": status, "headers": {"Retry-After": "7.5"}, "body": error}
        return json.dumps(told).encode()

    return Altered(spoiled), is_it


@pytest.mark.parametrize(("status", "code"), FAILURES, ids=[str(f[0]) for f in FAILURES])
def test_a_part_that_fails_for_a_moment_changes_nothing_in_the_end(
    undisturbed: Undisturbed, batches: int, afar: Fresh, status: int, code: str
) -> None:
    """Facts 9."""
    first = FAILURES.index((status, code)) % EVERY
    assert batches > len(FAILURES)
    for number in range(first, batches, EVERY):
        with afar() as stage:
            fault, is_it = breaking(number, status, code)
            stage.wire.fail(fault, when=is_it)
            told = told_over(stage, Power(), type(stage).end)
            same_but_for_unsure_letters(told, undisturbed.end, unsure(stage))
