"""Reads are patient for seconds, writes never; an account asks as fast as it may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    ConnectorError,
    CursorExpired,
    Locked,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
    SignInRequired,
    Unavailable,
)
from connectors.retry import LOOKS, PATIENCE, Throttle, _backoff, doubted, retried, retry_after


class Server:
    """Fails as often as it is told to, then answers; counts how often it was asked."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0

    @retried
    def read(self, answer: str = "truth") -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return answer


@pytest.fixture
def _impatient() -> Iterator[None]:
    """Leave out the waiting, keep the tries."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("wait", [None, timedelta(0), timedelta(seconds=0.5), PATIENCE], ids=str)
def test_a_read_is_tried_again_while_its_server_is_unavailable(wait: timedelta | None) -> None:
    server = Server(*(Unavailable("busy", retry_after=wait) for _ in range(2)))
    assert server.read(answer="at last") == "at last"
    assert server.asked == 3


@pytest.mark.usefixtures("_impatient")
def test_a_read_gives_up_after_the_third_try_with_the_last_error() -> None:
    server = Server(*(Unavailable(str(number)) for number in range(9)))
    with pytest.raises(Unavailable, match="2"):
        server.read()
    assert server.asked == 3


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    "error",
    [
        Unavailable("closed", retry_after=PATIENCE + timedelta(seconds=1)),
        Locked("open in Word"),
        OutcomeUnknown("perhaps"),
        SignInRequired("who?"),
        NotPermitted("no"),
        CursorExpired("old"),
        PreconditionFailed("changed"),
        NotFound("gone"),
        ValueError("ours"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_seconds_cannot_mend_goes_on_at_once(error: ConnectorError) -> None:
    server = Server(error)
    with pytest.raises(type(error)):
        server.read()
    assert server.asked == 1


class Shelf:
    """Says so often that something is not there."""

    def __init__(self, slips: int) -> None:
        self.slips = slips

    @doubted
    def look(self) -> str:
        self.slips -= 1
        if self.slips >= 0:
            raise NotFound("not there")
        return "there"


@pytest.mark.usefixtures("_impatient")
def test_what_is_missing_a_few_times_only_was_never_gone() -> None:
    assert Shelf(slips=LOOKS - 1).look() == "there"
    with pytest.raises(NotFound):
        Shelf(slips=LOOKS).look()


def test_one_call_switches_all_patience_off() -> None:
    stamina.set_active(False)
    try:
        server = Server(Unavailable("busy"))
        with pytest.raises(Unavailable):
            server.read()
    finally:
        stamina.set_active(True)
    assert server.asked == 1


@given(st.timedeltas(timedelta(0), PATIENCE))
def test_a_server_is_left_alone_for_at_least_as_long_as_it_asked(asked: timedelta) -> None:
    wait = _backoff(Unavailable("busy", retry_after=asked))
    assert isinstance(wait, timedelta)
    assert asked <= wait <= asked + timedelta(seconds=0.5)


# --- Retry-After ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0.25", 0.25),
        (" 3 ", 3),
        ("-1", 0),
        ("inf", 86_400),
        ("1e300", 86_400),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Saturday, 21-Nov-26 12:00:30 GMT", 30),
        ("Sat Nov 21 12:00:30 2026", 30),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 21 Nov 2027 12:00:00 GMT", 86_400),
    ],
)
def test_the_server_says_when_in_seconds_or_by_its_own_clock(value: str, seconds: float) -> None:
    headers = {"retry-after": value, "date": "Sat, 21 Nov 2026 12:00:00 GMT"}
    assert retry_after(headers) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry-after": ""},
        {"retry-after": "soon"},
        {"retry-after": "nan"},
        {"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"},
        {"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", "date": "now"},
    ],
)
def test_what_cannot_be_read_is_nothing_said(headers: dict[str, str]) -> None:
    assert retry_after(headers) is None


@given(st.text())
def test_no_header_breaks_the_reader(value: str) -> None:
    wait = retry_after({"retry-after": value, "date": value})
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


# --- How fast one account may ask -----------------------------------------------------------------


class Clock:
    """Time that passes only while somebody waits for it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def throttle(clock: Clock, rate: float = 2, burst: float = 4, at_once: int = 3) -> Throttle:
    return Throttle(rate, burst, at_once, clock=clock, wait=clock.wait)


def spend(account: Throttle, *costs: float) -> None:
    for cost in costs:
        with account.turn(cost):
            pass


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    clock = Clock()
    account = throttle(clock)
    spend(account, 1, 1, 1, 1)
    assert clock.now == 100.0
    spend(account, 1, 1)
    assert clock.now == 101.0


def test_a_dear_request_waits_longer_even_beyond_the_burst() -> None:
    clock = Clock()
    spend(throttle(clock), 10)
    assert clock.now == 103.0


def test_no_more_than_the_burst_is_saved_up() -> None:
    clock = Clock()
    account = throttle(clock)
    clock.wait(1000)
    spend(account, 4, 1)
    assert clock.now == 1100.5


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=30))
def test_over_any_stretch_the_rate_is_never_exceeded(costs: list[float]) -> None:
    clock = Clock()
    spend(throttle(clock), *costs)
    assert sum(costs) <= 4 + 2 * (clock.now - 100) + 1e-6


def test_no_more_requests_at_once_than_allowed() -> None:
    account = Throttle(1000, 1000, 2)
    together = threading.Barrier(2)
    inside: list[int] = []
    most: list[int] = []

    def ask() -> None:
        with account.turn():
            inside.append(1)
            most.append(len(inside))
            together.wait(timeout=5)
            inside.pop()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2


def test_a_place_is_given_back_after_an_error() -> None:
    account = throttle(Clock(), at_once=1)
    with pytest.raises(Unavailable), account.turn():
        raise Unavailable("busy")
    spend(account, 1)


def test_threads_share_one_bucket() -> None:
    delays: list[float] = []
    account = Throttle(10, 5, 20, clock=lambda: 0.0, wait=delays.append)
    threads = [threading.Thread(target=spend, args=(account, 1)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(delays) == pytest.approx([number / 10 for number in range(1, 16)])
