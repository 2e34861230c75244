"""Radicale reads all files to tell a tag or a token, but not to tell when one last changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.model import Cursor
from tests.connectors.caldav.bench import CalDavBench
from tests.connectors.caldav.servers import Server
from tests.contract.stage import DAY, FIRST, WEEKLY, WINDOW

LONG_AGO = 1_700_000_000


@pytest.fixture
def bench(radicale: Server) -> Iterator[CalDavBench]:
    bench = CalDavBench(radicale)
    with bench.open:
        yield bench
    radicale.wire.clear()


def folder(bench: CalDavBench) -> Path:
    """Return where Radicale keeps the calendar."""
    return bench.server.folder / "data" / "collection-root" / bench.path.strip("/")


def rest(bench: CalDavBench) -> None:
    """Let it be a long time since anybody changed the calendar."""
    for path in (*folder(bench).iterdir(), folder(bench)):
        os.utime(path, (LONG_AGO, LONG_AGO))


def asked(bench: CalDavBench, cursor: Cursor) -> tuple[Cursor, list[bytes]]:
    """Look, find nothing, and return what was asked for."""
    bench.server.wire.clear()
    changes = bench.calendar.changes(cursor)
    assert changes.handles == ()
    return changes.cursor, [one.body for one in bench.server.wire.log]


def test_a_calendar_at_rest_is_known_by_its_date(bench: CalDavBench) -> None:
    bench.meet(FIRST, WEEKLY)
    rest(bench)
    cursor = bench.calendar.baseline(WINDOW).cursor
    again, (question,) = asked(bench, cursor)
    assert again == cursor
    assert b"getlastmodified" in question
    assert b"getctag" not in question


def test_no_first_look_waits_for_a_token(bench: CalDavBench) -> None:
    bench.meet(FIRST, WEEKLY)
    bench.calendar.baseline(WINDOW)
    assert not any(b"sync" in one.body for one in bench.server.wire.log if one.path == bench.path)


def test_a_date_of_this_minute_may_hide_another_change_so_the_tag_is_asked_for(
    bench: CalDavBench,
) -> None:
    bench.meet(FIRST, WEEKLY)
    cursor, (question,) = asked(bench, bench.calendar.baseline(WINDOW).cursor)
    assert b"getctag" in question
    rest(bench)
    cursor, (question,) = asked(bench, cursor)
    assert b"getctag" in question
    _, (question,) = asked(bench, cursor)
    assert b"getctag" not in question


def test_what_changes_after_a_rest_is_found_and_the_feed_begins_with_it(bench: CalDavBench) -> None:
    event, gone = bench.meet(FIRST, WEEKLY), bench.meet(FIRST.starting(FIRST.start + DAY))
    rest(bench)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.delete(gone)
    changes = bench.calendar.changes(cursor)
    assert changes.handles == (gone,)
    bench.rename(event, "Us two")
    bench.server.wire.clear()
    assert bench.calendar.changes(changes.cursor).handles == (event,)
    assert any(b"radicale.org/ns/sync/" in one.body for one in bench.server.wire.log)


def test_a_date_is_believed_for_an_hour_since_clocks_are_set_back(bench: CalDavBench) -> None:
    event = bench.meet(FIRST, WEEKLY)
    rest(bench)
    cursor = bench.calendar.baseline(WINDOW).cursor
    bench.rename(event, "Us two")
    rest(bench)
    cursor, _ = asked(bench, cursor)
    packed = json.loads(cursor)
    packed[3][0][2] -= 3600
    assert bench.calendar.changes(Cursor(json.dumps(packed))).handles == (event,)
