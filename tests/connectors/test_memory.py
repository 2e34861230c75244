"""The world in memory keeps the contracts, and is what its methods say."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from connectors.errors import NotFound, PreconditionFailed
from connectors.memory import (
    Meanwhile,
    MemoryCalendar,
    MemoryDirectory,
    MemoryDocuments,
    MemoryMessages,
    World,
)
from connectors.model import (
    Attendee,
    Capability,
    Entry,
    EventKind,
    Hours,
    Key,
    Letter,
    Person,
    Response,
    Span,
    Status,
    Weekday,
    WorkingHours,
)
from connectors.protocol import Directory
from tests.contract.calendar import CalendarContract
from tests.contract.documents import FIRST as MARK
from tests.contract.documents import TITLE, WEEK_1, DocumentsContract
from tests.contract.memory import (
    BEN,
    MAYA,
    CalendarInMemory,
    ChannelInMemory,
    DocumentsInMemory,
    TasksInMemory,
    uid,
)
from tests.contract.messages import MessagesContract
from tests.contract.stage import (
    AGENDA,
    DAY,
    FIRST,
    KEY,
    MONDAY,
    SECOND,
    THIRD,
    TUESDAY,
    WEEK,
    WEEKLY,
    WINDOW,
    cancelled,
    instance,
    read,
    standing,
    urls,
)
from tests.contract.tasks import TasksContract

# --- The contracts --------------------------------------------------------------------------------


class TestCalendarLikeGoogles(CalendarContract):
    @pytest.fixture
    def bench(self) -> CalendarInMemory:
        return CalendarInMemory()


class TestCalendarLikeGraphs(CalendarContract):
    @pytest.fixture
    def bench(self) -> CalendarInMemory:
        return CalendarInMemory(World(tombstones=False))


class TestCalendarThatCanOnlyBeRead(CalendarContract):
    @pytest.fixture
    def bench(self) -> CalendarInMemory:
        return CalendarInMemory(capabilities=Capability.NONE)


class TestDocuments(DocumentsContract):
    @pytest.fixture
    def bench(self) -> DocumentsInMemory:
        return DocumentsInMemory()


class TestMessages(MessagesContract):
    @pytest.fixture(params=[True, False], ids=["traceable", "untraceable"])
    def bench(self, request: pytest.FixtureRequest) -> ChannelInMemory:
        return ChannelInMemory(traceable=request.param)


class TestTasks(TasksContract):
    @pytest.fixture
    def bench(self) -> TasksInMemory:
        return TasksInMemory()


# --- The world ------------------------------------------------------------------------------------


@pytest.fixture
def bench() -> CalendarInMemory:
    return CalendarInMemory()


def test_two_people_see_the_same_meeting_in_copies_of_their_own(bench: CalendarInMemory) -> None:
    mine = read(bench, bench.meet(FIRST, WEEKLY))
    (theirs,) = MemoryCalendar(bench.world, BEN.address).baseline(WINDOW).series
    assert theirs.uid == mine.uid
    assert theirs.handle != mine.handle
    assert (mine.owned, theirs.owned) == (True, False)
    assert theirs.occurrences == mine.occurrences


def test_another_persons_copy_is_not_mine(bench: CalendarInMemory) -> None:
    stranger = MemoryCalendar(bench.world, "cem@acme.example")
    mine = bench.meet(FIRST, WEEKLY)
    assert stranger.baseline(WINDOW).series == ()
    with pytest.raises(NotFound):
        stranger.guard(stranger.handle(uid(mine)))


def test_with_tombstones_a_cancelled_meeting_is_told_and_restored(bench: CalendarInMemory) -> None:
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    assert instance(series, SECOND).status is Status.CANCELLED
    receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
    assert receipt.handle == series.handle
    assert instance(read(bench, series.handle), SECOND).span == TUESDAY


def test_without_tombstones_it_is_left_out_and_replaced() -> None:
    bench = CalendarInMemory(World(tombstones=False))
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    assert series.occurrence(SECOND) is None
    receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
    assert receipt.handle != series.handle
    assert read(bench, series.handle) == series


def test_two_installations_with_the_same_key_book_one_meeting(bench: CalendarInMemory) -> None:
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    bens = MemoryCalendar(bench.world, BEN.address)
    (his,) = bens.baseline(WINDOW).series
    bench.calendar.book(series, lost, TUESDAY, KEY)
    assert not bens.book(his, lost, TUESDAY, KEY).wrote
    assert len(bench.world.events) == 1


def test_a_booking_taken_back_can_be_made_again() -> None:
    for tombstones in (True, False):
        bench = CalendarInMemory(World(tombstones=tombstones))
        series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
        bench.calendar.undo(bench.calendar.book(series, lost, TUESDAY, KEY))
        assert bench.calendar.book(series, lost, TUESDAY, KEY).wrote


def test_a_receipt_found_again_after_a_crash_undoes_as_well(bench: CalendarInMemory) -> None:
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    bench.calendar.book(series, lost, TUESDAY, KEY)
    bench.calendar.attach(series, AGENDA)
    bench.calendar.undo(bench.calendar.book(series, lost, TUESDAY, KEY))
    bench.calendar.undo(bench.calendar.attach(series, AGENDA))
    after = read(bench, series.handle)
    assert standing(after) == standing(series)
    assert urls(after) == []


def test_a_reinstated_meeting_stands_where_the_rule_has_it(bench: CalendarInMemory) -> None:
    series, _ = cancelled(bench, bench.meet(FIRST, WEEKLY))
    bench.world.reinstate(uid(series.handle), SECOND)
    assert len(standing(read(bench, series.handle))) == 6


def test_this_and_future_splits_a_series_in_two(bench: CalendarInMemory) -> None:
    event = bench.meet(FIRST, WEEKLY)
    new = bench.world.split(uid(event), THIRD, FIRST.starting(THIRD + DAY))
    old, later = (read(bench, bench.handle(one)) for one in (uid(event), new))
    assert [one.recurrence_id for one in old.occurrences] == [MONDAY, SECOND]
    assert later.split_from == event
    assert [one.span.start for one in later.occurrences] == [
        THIRD + DAY + number * WEEK for number in range(4)
    ]


def test_a_series_declined_for_good_says_so(bench: CalendarInMemory) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.world.answer(uid(event), Attendee(BEN.address, response=Response.DECLINED))
    assert [one.response for one in read(bench, event).attendees or ()] == [
        Response.ACCEPTED,
        Response.DECLINED,
    ]


def test_hidden_guests_are_unknown_to_guests_alone(bench: CalendarInMemory) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.world.alter(uid(event), lambda one: replace(one, guests_hidden=True))
    (theirs,) = MemoryCalendar(bench.world, BEN.address).baseline(WINDOW).series
    assert theirs.attendees is None
    assert read(bench, event).attendees is not None


def test_a_link_a_person_removed_is_gone(bench: CalendarInMemory) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.calendar.attach(read(bench, event), AGENDA)
    bench.world.unlink(uid(event), AGENDA.url)
    assert urls(read(bench, event)) == []


def test_an_absence_is_busy_time_and_an_absence(bench: CalendarInMemory) -> None:
    bench.meet(FIRST)
    away = Span(MONDAY + DAY, MONDAY + 3 * DAY)
    event = bench.world.absent(BEN.address, away)
    busy = bench.calendar.busy([BEN], WINDOW)[BEN]
    assert busy.absences == (away,)
    assert busy.spans == (FIRST, away)
    bens = MemoryCalendar(bench.world, BEN.address)
    handle = bens.handle(event)
    assert bens.read([handle], WINDOW)[handle].kind is EventKind.OUT_OF_OFFICE


def test_who_declined_is_free_and_who_shows_nothing_is_unknown(bench: CalendarInMemory) -> None:
    event = bench.meet(FIRST, WEEKLY)
    bench.decline(event, SECOND)
    spans = bench.calendar.busy([BEN], WINDOW)[BEN].spans
    assert [span.start for span in spans] == [MONDAY + n * WEEK for n in (0, 2, 3, 4, 5)]
    bench.world.unseen.add(BEN.address)
    assert bench.calendar.busy([BEN], WINDOW) == {}
    assert BEN in MemoryCalendar(bench.world, BEN.address).busy([BEN], WINDOW)


def test_working_hours_are_what_the_world_says(bench: CalendarInMemory) -> None:
    hours = WorkingHours("Europe/Berlin", {Weekday.MON: (Hours(time(9), time(17)),)})
    bench.world.hours[BEN.address] = hours
    assert bench.calendar.hours(BEN) == hours
    assert bench.calendar.zone == "Europe/Berlin"


def test_a_document_is_closed_to_whom_it_was_not_shared_with() -> None:
    world = World()
    document = MemoryDocuments(world, MAYA.address).create(Key("d"), TITLE)
    bens = MemoryDocuments(world, BEN.address)
    assert bens.find(Key("d")) is None
    with pytest.raises(NotFound):
        bens.sections(document)


def test_a_person_can_come_between_reading_and_writing_a_document() -> None:
    bench = DocumentsInMemory()
    document = bench.documents.create(Key("d"), TITLE)
    deed = Meanwhile(lambda: bench.note(document, "ask about the budget"))
    bench.world.wire.fail(deed, at=bench.world.wire.count + 2)
    with pytest.raises(PreconditionFailed):
        bench.documents.write_section(document, WEEK_1, MARK)
    assert "ask about the budget" in bench.text(document)
    assert bench.documents.write_section(document, WEEK_1, MARK).wrote


def test_a_channel_sends_what_it_is_given() -> None:
    world = World()
    letter = Letter(Key("k"), MAYA.address, "Subject", "Text")
    for _ in range(2):
        MemoryMessages(world).send(letter)
    assert world.letters == [letter, letter]


def test_a_directory_knows_people_by_any_of_their_addresses() -> None:
    world = World()
    directory: Directory = MemoryDirectory(world)
    world.entries[BEN.address] = entry = Entry(BEN, manager=MAYA.address)
    alias = Person("b@acme.example", aliases=frozenset({BEN.address}))
    assert directory.entry(alias) == entry
    assert directory.entry(MAYA) is None


def test_every_request_is_counted(bench: CalendarInMemory) -> None:
    read(bench, bench.meet(FIRST, WEEKLY))
    MemoryMessages(bench.world).sent(Key("k"))
    assert bench.world.wire.log == ["calendar.read", "messages.sent"]
    assert bench.world.wire.count == 2
