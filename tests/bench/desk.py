"""The page of a manager with 50 one-on-ones: many lost at once, and after three years.

A page beside the 300 ms it may take, a look beside a second. After three years beside the shortest
code that reads what the ledger and the journal have by now.
"""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from connectors.model import Attendee, Key, Response, Span
from connectors.standins.server import serve
from daemon import journal, ledger, logs
from daemon.cli import GARBAGE
from daemon.core.keys import digest, key
from daemon.core.policy import Policy
from daemon.core.words import Kind, Meeting, Option, Proposal, ProposalState
from daemon.desk import last_known
from daemon.store import Session, upsert
from tests.bench.measure import Figure, milliseconds
from tests.stage import HALF_AN_HOUR, MAYA, Stage, hours, week
from tests.web.conftest import Page, Window

PAIRS = 50
OPEN = (5, 20, 50)
YEARS = timedelta(weeks=156)
A_PAGE, A_LOOK = 300, 1000
TIMES_READING = 10
SUNDAY = week(1) - hours(22)
MONDAY = week(0) - hours(10)
A_QUARTER = timedelta(minutes=15)
DAY = [9 * 4 + n for n in (*range(0, 11, 2), *range(16, 33, 2))]
"""The half hours of a working day around lunch, in quarters since midnight."""
READING = (
    "SELECT body FROM meeting",
    "SELECT body FROM proposal",
    "SELECT wish FROM intent WHERE kind = 'propose'",
)
KEYS = "SELECT key, state FROM intent"


def run() -> Iterator[Figure]:
    """Yield pages and looks, the fastest of some each."""
    logs.quiet()
    # As the program itself does.
    gc.set_threshold(GARBAGE)
    for number in OPEN:
        with TemporaryDirectory() as folder, _house(Path(folder)) as (stage, starts):
            _lose(stage, dict(list(starts.items())[:number]))
            yield from _pages(stage, f"{number} open")
            look = milliseconds(lambda: _changed(stage))
            yield Figure(f"a look with a change, {number} open", "ms", look, A_LOOK)
    with TemporaryDirectory() as folder, _house(Path(folder), YEARS) as (stage, starts):
        _remember(stage)
        _lose(stage, dict(list(starts.items())[:20]))
        floor = milliseconds(lambda: _read(Path(folder) / "visavis.sqlite"))
        with _shown(stage) as window:
            page = milliseconds(lambda: window.text("/"))
        yield Figure("the overview after three years", "ms", page, floor, TIMES_READING)
        quiet = milliseconds(lambda: stage.tick(SUNDAY + hours(1)))
        yield Figure("a quiet look after three years", "ms", quiet, floor, 2 * TIMES_READING)


def _pages(stage: Stage, case: str) -> Iterator[Figure]:
    with _shown(stage) as window:
        for name, path in (("the overview", "/"), ("the proposals", "/proposals")):
            took = milliseconds(lambda: window.text(path))  # noqa: B023
            yield Figure(f"{name}, {case}", "ms", took, A_PAGE)
        took = milliseconds(lambda: window.text("/api/proposals"))
        yield Figure(f"the proposals as JSON, {case}", "ms", took, A_PAGE)


@contextmanager
def _shown(stage: Stage) -> Iterator[Window]:
    window = Window(stage.house, SUNDAY + timedelta(minutes=1))
    with serve(Page(window)) as window.base, window.client:
        yield window.entered()


@contextmanager
def _house(
    folder: Path, ago: timedelta = timedelta(0)
) -> Iterator[tuple[Stage, dict[str, datetime]]]:
    """Open a house after its first look; the one-on-ones by uid, with their first time in week 0.

    They began so long `ago`; everybody has a dozen other meetings every week.
    """
    random = Random(1)
    back = max(ago, timedelta(weeks=8))
    stage = Stage(folder, policy=Policy(zone="Europe/Berlin", look_back=back + timedelta(weeks=1)))
    times = random.sample([(day, quarter) for day in range(5) for quarter in DAY], PAIRS + 12)
    starts = [MONDAY + timedelta(days=day) + quarter * A_QUARTER for day, quarter in times]
    series = {}
    for number, start in enumerate(starts[:PAIRS]):
        guest = f"guest{number}@acme.example"
        series[stage.weekly(guest, start=start - ago)] = start
        for _ in range(12):
            other = MONDAY + timedelta(days=random.randrange(5)) + random.choice(DAY) * A_QUARTER
            own = Span(other, other + HALF_AN_HOUR)
            stage.world.meet(guest, f"team{number}@acme.example", own, "FREQ=WEEKLY")
    for start in starts[PAIRS:]:
        _group(stage, Span(start, start + HALF_AN_HOUR))
    try:
        stage.tick(SUNDAY - timedelta(days=3))
        yield stage, series
    finally:
        stage.store.close()


def _group(stage: Stage, first: Span) -> None:
    uid = stage.world.meet(MAYA, "team@acme.example", first, "FREQ=WEEKLY")
    also = Attendee("lead@acme.example", response=Response.ACCEPTED)
    stage.world.answer(uid, also)


def _lose(stage: Stage, starts: dict[str, datetime]) -> None:
    """Let meetings of week 1 be cancelled at once, and proposed anew."""
    for uid, start in starts.items():
        stage.cancel(uid, start + timedelta(weeks=1))
    stage.tick(SUNDAY)


def _changed(stage: Stage) -> None:
    stage.single(week(3) - hours(9), guest="somebody@other.example")
    stage.tick(SUNDAY + timedelta(minutes=5))


def _remember(stage: Stage) -> None:
    """Fill the journal as it would be: every fourth meeting lost, the others with their papers."""
    random = Random(2)
    with stage.store.write() as session:
        for dossier in last_known(stage.house, SUNDAY)[1]:
            past = [one for one in dossier.meetings if one.span.end < SUNDAY - timedelta(weeks=1)]
            lost = [one for one in past if random.random() < 0.25]
            held = [one for one in past if one not in lost]
            for meeting in lost:
                _proposed(session, dossier.pair.id, meeting)
            rows = [_written(kind, dossier.pair.id, one) for kind in _PAPERS for one in held]
            rows += [_written(Kind.PROPOSE, dossier.pair.id, one) for one in lost]
            upsert(session, journal.IntentRow, rows)


_PAPERS = (Kind.WRITE_SECTION, Kind.RECAP)


def _proposed(session: Session, pair: str, lost: Meeting) -> None:
    options = tuple(
        Option(n, Span(lost.span.start + hours(3 * n), lost.span.end + hours(3 * n)), "later")
        for n in (1, 2, 3)
    )
    known = Proposal(
        f"r-{digest(pair, lost.series, lost.recurrence_id)}",
        pair,
        lost.series,
        lost.recurrence_id,
        lost.span,
        ProposalState.EXPIRED,
        options,
    )
    ledger.keep_proposal(session, known, lost.recurrence_id)


def _written(kind: Kind, pair: str, meeting: Meeting) -> dict[str, object]:
    return {
        "key": Key(key(kind, pair, digest(meeting.series), meeting.recurrence_id)),
        "at": meeting.recurrence_id,
        "place": 0,
        "kind": kind,
        "pair": pair,
        "account": "work",
        "state": journal.State.DONE,
        "because": "it was time",
        "occurrence": meeting.recurrence_id,
        "mails": "[]",
        "before": "null",
        "wish": json.dumps({"text": "What was agreed, by whom and until when. " * 20}),
        "receipt": "null",
        "problem": "",
    }


def _read(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        for statement in READING:
            for (body,) in database.execute(statement):
                json.loads(body)
        list(database.execute(KEYS))
