"""Calendar files that other programs wrote: each is read or gives its reason, none is changed."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar as ParsedCalendar

from connectors.errors import NotPermitted
from connectors.files import FilesCalendar
from connectors.ical.source import split
from connectors.model import Key, Link, Person, Series, Span, Status, Url
from tests.real_calendars import CACHE, real_calendars

OWNER = Person("maya@acme.example")
AGENDA = Link(Url("https://documents.example/agenda?of=Maya,Ben;2026"))
KEY = Key("book:maya-ben:1")
FOUR = 4
"""How many events of a file are written to: some have hundreds, all from one program."""


@pytest.fixture(params=real_calendars(), ids=lambda path: str(path.relative_to(CACHE)))
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(request.param, tmp_path))


def calendar(file: Path) -> FilesCalendar:
    return FilesCalendar(file.parent, OWNER, "Europe/Berlin")


def window(file: Path) -> Span:
    """Look at two years from the first event of a file on."""
    found = re.search(rb"\nDTSTART[^\n]*:(\d{4})", file.read_bytes())
    start = datetime(max(int(found[1]) if found else 2020, 1971), 1, 1, tzinfo=UTC)
    return Span(start, start + timedelta(days=730))


def events(file: Path) -> list[Series]:
    """Return what a file holds, as if the owner had organized it all."""
    base = calendar(file).baseline(window(file))
    return [replace(one, owned=True) for one in base.series[:FOUR]]


def test_each_is_read_or_gives_its_reason_in_one_line(real: Path) -> None:
    before = real.read_bytes()
    base = calendar(real).baseline(window(real))
    assert len(base.problems) <= 1
    for problem in base.problems:
        assert problem.startswith(f"{real.name}, line ")
        assert "\n" not in problem
    assert calendar(real).changes(base.cursor).handles == ()
    assert [file.name for file in real.parent.iterdir()] == [real.name]
    assert real.read_bytes() == before


def test_an_attachment_taken_back_leaves_every_byte_as_it_was(real: Path) -> None:
    before = real.read_bytes()
    for series in events(real):
        receipt = calendar(real).attach(series, AGENDA)
        assert receipt.kept_before == receipt.kept_after
        again = calendar(real).read([series.handle], window(real))[series.handle]
        assert AGENDA.url in [link.url for link in again.links]
        assert replace(again, links=series.links, version=series.version, owned=True) == series
        assert real.read_bytes() != before
        calendar(real).undo(receipt)
        assert real.read_bytes() == before


def test_a_booking_taken_back_leaves_every_byte_as_it_was(real: Path) -> None:
    before = real.read_bytes()
    for series in events(real):
        lost = next((one for one in series.occurrences if one.status is Status.STANDING), None)
        if lost is None or series.rule is None or series.all_day:
            continue
        to = lost.span.starting(lost.span.start + timedelta(hours=30))
        try:
            receipt = calendar(real).book(series, lost, to, KEY)
        except NotPermitted:
            assert b"RANGE=THISANDFUTURE" in before
            continue
        again = calendar(real).read([series.handle], window(real))[series.handle]
        booked = again.occurrence(lost.recurrence_id)
        assert booked is not None
        assert booked.span == to
        assert not calendar(real).book(series, lost, to, KEY).wrote
        calendar(real).undo(receipt)
        assert real.read_bytes() == before


def test_a_request_is_a_calendar_that_others_can_read(real: Path) -> None:
    for series in events(real):
        lost = next((one for one in series.occurrences if one.status is Status.STANDING), None)
        if lost is None or series.rule is None or series.all_day:
            continue
        to = lost.span.starting(lost.span.start + timedelta(hours=30))
        receipt = calendar(real).book(replace(series, owned=False), lost, to, KEY)
        request = ParsedCalendar.from_ical(str(receipt.after["request"]).encode())
        (event,) = request.events
        assert (event.start, event.end) == (to.start, to.end)
        calendar(real).undo(receipt)


@pytest.mark.filterwarnings("ignore::icalendar.error.GloballyUniqueTZIDGuessed")
def test_splitting_finds_what_a_full_parser_finds(real: Path) -> None:
    try:
        source = split(real.read_bytes())
        parsed = ParsedCalendar.from_ical(real.read_bytes(), multiple=True)
    except ValueError:
        return
    uids = sorted(str(e["UID"]) for c in parsed for e in c.walk("VEVENT") if "UID" in e)
    assert sorted(uid for uid, found in source.events.items() for _ in found) == uids
