"""The calendar over the stand-in for Graph: the contract, also where Graph is at its oddest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.model import Url
from connectors.standins.server import serve
from tests.connectors.outlook.bench import Company
from tests.contract.calendar import CalendarContract
from tests.contract.stage import CalendarBench


async def _echo(request: Request) -> Response:
    return PlainTextResponse(request.query_params["validationToken"])


@pytest.fixture
def hook() -> Iterator[Url]:
    """An address that passes Graph's handshake."""
    with serve(Starlette(routes=[Route("/hook", _echo, methods=["POST"])])) as base:
        yield Url(f"{base}/hook")


class TestOutlookCalendar(CalendarContract):
    """Every claim of the contract, as the fact sheet has Graph."""

    @pytest.fixture(autouse=True)
    def _hooked(self, hook: Url) -> None:
        self.hook = hook

    def test_a_push_channel_tells_when_it_ends(self, bench: CalendarBench) -> None:
        """Graph calls the address before it agrees, so it has to be a real one."""
        watch = bench.calendar.watch(self.hook, "a secret")
        assert watch.expires.tzinfo is not None
        assert watch.channel


class TestOutlookCalendarElsewhere(TestOutlookCalendar):
    """The same where all that is unconfirmed is the other way round."""

    @pytest.fixture
    def bench(self, bench: Company) -> Company:
        bench.behaves(
            event_if_match=True,
            masters_in_delta=True,
            empty_first_page=False,
            sync_state_code="syncStateInvalid",
            exception_ids_change=True,
            occurrence_uids=False,
            cancelled_copy_stays=False,
            duplicate_transaction="conflict",
            strips_markup=True,
            batch_width=4,
        )
        return bench


def test_a_second_channel_takes_the_place_of_the_first(bench: Company, hook: Url) -> None:
    first = bench.calendar.watch(hook, "a secret")
    second = bench.calendar.watch(hook, "another secret")
    assert set(bench.world.subscriptions) == {second.channel} != {first.channel}
    assert second.expires - bench.clock() == timedelta(minutes=4200)
