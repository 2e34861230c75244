"""The world in memory breaks exactly the requests it was told to break."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from connectors.errors import OutcomeUnknown, PreconditionFailed, Unavailable
from connectors.memory import (
    Cut,
    LostAnswer,
    Meanwhile,
    MemoryDocuments,
    PowerCut,
    Refusal,
    World,
)
from connectors.memory.wire import Fault
from connectors.model import (
    Key,
    Url,
)
from tests.contract.documents import FIRST as MARK
from tests.contract.documents import TITLE, WEEK_1
from tests.contract.memory import (
    BEN,
    MAYA,
    CalendarInMemory,
)
from tests.contract.stage import (
    AGENDA,
    FIRST,
    KEY,
    TUESDAY,
    WEEKLY,
    WINDOW,
    cancelled,
    read,
    urls,
)


@pytest.fixture
def bench() -> CalendarInMemory:
    return CalendarInMemory()


def afterwards(fault: Fault | None) -> tuple[list[Url], BaseException | None]:
    """Attach the agenda over a wire that breaks the write; return what is there, and the error."""
    bench = CalendarInMemory()
    series = read(bench, bench.meet(FIRST, WEEKLY))
    if fault:
        bench.world.wire.fail(fault, at=bench.world.wire.count + 2)  # a look, then the write
    try:
        bench.calendar.attach(series, AGENDA)
    except (Unavailable, OutcomeUnknown, PowerCut) as error:
        return urls(read(bench, series.handle)), error
    return urls(read(bench, series.handle)), None


def test_a_refusal_happens_before_the_effect_and_says_when_to_come_back() -> None:
    there, error = afterwards(Refusal(timedelta(seconds=7)))
    assert there == []
    assert isinstance(error, Unavailable)
    assert error.retry_after == timedelta(seconds=7)


def test_a_lost_answer_happens_after_the_effect() -> None:
    there, error = afterwards(LostAnswer())
    assert there == [AGENDA.url]
    assert isinstance(error, OutcomeUnknown)


@pytest.mark.parametrize(("after", "expected"), [(False, []), (True, [AGENDA.url])])
def test_the_power_goes_before_or_after_the_effect(*, after: bool, expected: list[Url]) -> None:
    there, error = afterwards(Cut(after=after))
    assert there == expected
    assert isinstance(error, PowerCut)
    assert not isinstance(error, Exception)


def test_a_person_can_come_between_the_look_and_the_write(bench: CalendarInMemory) -> None:
    series = read(bench, bench.meet(FIRST, WEEKLY))
    deed = Meanwhile(lambda: bench.rename(series.handle, "Us two"))
    bench.world.wire.fail(deed, at=bench.world.wire.count + 2)
    with pytest.raises(PreconditionFailed):
        bench.calendar.attach(series, AGENDA)
    after = read(bench, series.handle)
    assert (after.title, urls(after)) == ("Us two", [])
    assert bench.calendar.attach(after, AGENDA).wrote


def test_a_lost_answer_to_a_read_is_no_riddle(bench: CalendarInMemory) -> None:
    bench.world.wire.fail(LostAnswer(), at=1)
    with pytest.raises(Unavailable):
        bench.calendar.baseline(WINDOW)


FAULTS: list[Fault] = [Refusal(), LostAnswer(), Cut(), Cut(after=True)]
REQUESTS = 11


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
@pytest.mark.parametrize("tombstones", [True, False])
@pytest.mark.parametrize("number", range(1, REQUESTS + 1))
def test_whatever_breaks_a_second_try_ends_where_the_first_would_have(
    fault: Fault, number: int, *, tombstones: bool
) -> None:
    faultless, broken = World(tombstones=tombstones), World(tombstones=tombstones)
    assert write_everything(faultless) == REQUESTS
    assert write_everything(broken, fault, number) > number
    assert broken.events == faultless.events
    assert broken.documents == faultless.documents
    assert broken.mailed == faultless.mailed


def write_everything(world: World, fault: Fault | None = None, number: int = 0) -> int:
    """Make every kind of write, once more if the request of this number breaks; count requests."""
    bench, documents = CalendarInMemory(world), MemoryDocuments(world, MAYA.address)
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    before = world.wire.count
    if fault:
        world.wire.fail(fault, at=before + number)
    for _ in range(2):
        with suppress(Unavailable, OutcomeUnknown, PowerCut):
            document = documents.create(Key("d"), TITLE)
            documents.share(document, [BEN])
            documents.write_section(document, WEEK_1, MARK)
            bench.calendar.attach(series, document)
            bench.calendar.book(series, lost, TUESDAY, KEY)
            break
    return world.wire.count - before
