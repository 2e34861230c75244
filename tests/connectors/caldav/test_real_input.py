"""Calendar files other programs wrote, put on real servers: a write of ours spares the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import NotPermitted, OutcomeUnknown
from connectors.ical.source import Broken, Source, split
from connectors.model import Handle, Key, Link, Occurrence, Series, Span, Status, Url
from tests.conftest import SWEEP
from tests.connectors.caldav.bench import CalDavBench
from tests.connectors.caldav.servers import Server
from tests.real_calendars import real_calendars

AGENDA = Link(Url("https://documents.example/agenda?of=Maya,Ben;2026"))
KEY = Key("book:maya-ben:1")
OF_ALL = 1 if SWEEP else 6
"""CI takes a sixth of the files."""
CHUNKS = 4
WINDOW = Span(datetime(1995, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture(params=range(CHUNKS))
def real(request: pytest.FixtureRequest) -> list[Path]:
    return real_calendars()[request.param :: CHUNKS * OF_ALL]


@pytest.fixture
def put(server: Server, real: list[Path]) -> Iterator[tuple[CalDavBench, list[Handle]]]:
    """Put the first event of each file on the server, as far as it takes it."""
    bench = CalDavBench(server)
    handles = [Handle(f"real-{number}.ics") for number, _ in enumerate(real)]
    for handle, path in zip(handles, real, strict=True):
        with suppress(Broken):
            source = split(path.read_bytes())
            bench.server.ask(bench.user, "PUT", bench.path + handle, _first(source))
    with bench.open:
        yield bench, handles


def _first(source: Source) -> bytes:
    """Return a calendar of one event, with all zones of the file."""
    events = next(iter(source.events.values()), ())
    parts = [one.raw for one in (*source.zones, *events)]
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//real//EN\r\n"
    return head + b"".join(parts) + b"END:VCALENDAR\r\n"


def _series(bench: CalDavBench, handles: list[Handle]) -> list[Series]:
    found = bench.calendar.read(handles, WINDOW).values()
    return [replace(one, owned=True) for one in found]


def _lines(bench: CalDavBench, event: Handle) -> list[str]:
    """Return what a server has of an event, whatever order and folding it likes."""
    text = bench.text(event).replace("\n ", "")
    stamps = ("DTSTAMP", "LAST-MODIFIED", "PRODID")
    return sorted(line for line in text.splitlines() if not line.startswith(stamps))


def _others(series: Series, lost: Occurrence) -> list[Occurrence]:
    return [one for one in series.occurrences if one.recurrence_id != lost.recurrence_id]


def test_an_attachment_adds_its_lines_and_taken_back_leaves_none(
    put: tuple[CalDavBench, list[Handle]],
) -> None:
    bench, handles = put
    found = _series(bench, handles)
    assert found
    for series in found:
        before = _lines(bench, series.handle)
        try:
            receipt = bench.calendar.attach(series, AGENDA)
        except OutcomeUnknown:  # a server may stumble over what it took before
            assert _lines(bench, series.handle) == before
            continue
        after = _lines(bench, series.handle)
        lost = [line for line in before if line not in after and "DESCRIPTION" not in line]
        assert lost == []
        assert receipt.kept_before == receipt.kept_after
        bench.calendar.undo(receipt)
        assert _lines(bench, series.handle) == before


def test_a_booking_spares_all_other_instances_and_can_be_taken_back(
    put: tuple[CalDavBench, list[Handle]],
) -> None:
    bench, handles = put
    for series in _series(bench, handles):
        lost = next((one for one in series.occurrences if one.status is Status.STANDING), None)
        if lost is None or series.rule is None or series.all_day:
            continue
        before = _lines(bench, series.handle)
        to = lost.span.starting(lost.span.start + timedelta(hours=30))
        try:
            receipt = bench.calendar.book(series, lost, to, KEY)
        except NotPermitted:
            assert "RANGE=THISANDFUTURE" in bench.text(series.handle)
            continue
        after = bench.calendar.read([series.handle], WINDOW)[series.handle]
        others = [one for one in series.occurrences if one.recurrence_id != lost.recurrence_id]
        assert [
            one for one in after.occurrences if one.recurrence_id != lost.recurrence_id
        ] == others
        bench.calendar.undo(receipt)
        assert _lines(bench, series.handle) == before
