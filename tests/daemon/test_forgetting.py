"""A forgotten person is nowhere: not in a row, not in a file, and the next look leaves them out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from connectors.model import Attendee, Entry, Key, Letter, Person, Response
from daemon import forgetting, ledger, mirror, outbox, registry
from daemon.forgetting import Left
from daemon.house import About
from daemon.outbox import Delivery
from daemon.queries import everything, pairs
from daemon.tombstones import Tombstones
from daemon.traces import Traces
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

ALIAS, CARO = "ben.ode@acme.example", "caro@acme.example"
NAMES = ("Ben Ode", BEN, ALIAS)
NOW = week(4) + hours(30)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Maya's house after weeks with Ben and Caro."""
    with lived(tmp_path, "sqlite") as stage:
        yield stage


@contextmanager
def lived(home: Path, database: str) -> Iterator[Stage]:
    """Live through weeks of agendas, proposals, alerts and letters."""
    stage = Stage(home, database=database, about={BEN: About(topic="Ben Ode's talks")})
    stage.house = replace(stage.house, tombstones=Tombstones(lambda: "a secret of the house"))
    uid = stage.weekly()
    other = stage.weekly(CARO, start=FIRST + hours(2))
    stage.world.alter(uid, lambda event: replace(event, title="Maya / Ben Ode"))
    stage.world.alter(other, lambda event: replace(event, title="Caro (before Ben Ode)"))
    guests = tuple(Attendee(one, name) for one, name in ((MAYA, ""), (CARO, ""), (BEN, "Ben Ode")))
    team = stage.weekly(start=FIRST + hours(5))
    stage.world.alter(team, lambda event: replace(event, attendees=guests))
    stage.tick(FIRST - hours(20))
    ill = Attendee(BEN, "Ben Ode", Response.DECLINED, comment="Ben Ode is ill")
    stage.world.answer(uid, ill, week(1))
    for number in (2, 3, 4):
        stage.cancel(uid, week(number))
        stage.cancel(other, week(number) + hours(2))
    for moment in (week(1) - hours(20), *(week(number) + hours(9) for number in (2, 3, 4))):
        stage.tick(moment)
    with stage.store.write() as session:
        person = Person(BEN, "Ben Ode", frozenset({ALIAS}))
        maya = Entry(Person(MAYA), manager=BEN, reports=(BEN, CARO))
        registry.keep(session, [(BEN, Entry(person)), (MAYA, maya)], NOW)
    yield stage
    stage.store.close()


def forget(stage: Stage, address: str = BEN) -> tuple[Traces, Left]:
    found = forgetting.known(stage.house, address)
    return found, forgetting.forget(stage.house, found, NOW)


def stored(stage: Stage) -> str:
    """Return every row of every table as text."""
    with stage.store.read() as session:
        tables = SQLModel.metadata.sorted_tables
        return "\n".join(str(tuple(row)) for t in tables for row in session.execute(t.select()))


def test_not_a_row_and_not_a_byte_names_them(tmp_path: Path, database: str) -> None:
    with lived(tmp_path, database) as stage:
        assert_gone(stage)


def assert_gone(stage: Stage) -> None:
    before = stored(stage)
    assert all(name in before for name in NAMES)
    found, left = forget(stage)
    assert found.addresses == {BEN, ALIAS}
    assert found.names == {"Ben Ode"}
    after = stored(stage)
    assert [name for name in NAMES if name.lower() in after.lower()] == []
    assert [pair for pair in found.pairs if pair in after] == []
    assert (left.mentions, left.stale) == ((), False)
    for file in (one for one in stage.home.rglob("*") if one.is_file()):
        content = file.read_bytes().lower()
        assert [name for name in NAMES if name.lower().encode() in content] == [], file


def test_everybody_else_stays_as_they_were(stage: Stage) -> None:
    (before,) = (one for one in pairs(stage.house, NOW) if one["with"]["address"] == CARO)
    forget(stage)
    (after,) = pairs(stage.house, NOW)
    assert after["outcomes"] == before["outcomes"]
    assert after["streak"] == before["streak"]
    assert after["series"][0]["title"] == "Caro (before somebody)"


def test_a_look_does_not_bring_them_back(stage: Stage) -> None:
    forget(stage)
    stage.weekly(start=week(5) + hours(1))
    with stage.store.write() as session:
        mirror.read_again(session, "work")
    turn = stage.tick(NOW)
    assert not turn.failed
    assert {one["with"]["address"] for one in pairs(stage.house, NOW)} == {CARO}
    assert BEN not in stored(stage)
    assert not any(BEN in str(decision) for decision in turn.done)


def test_a_meeting_of_three_does_not_become_one_of_two(stage: Stage) -> None:
    forget(stage)
    with stage.store.write() as session:
        mirror.read_again(session, "work")
    stage.tick(NOW)
    (pair,) = pairs(stage.house, NOW)
    assert len(pair["series"]) == 1


def test_the_directory_tells_nothing_about_them_again(stage: Stage) -> None:
    forget(stage)
    with stage.store.write() as session:
        learnt = [
            (ALIAS, Entry(Person(ALIAS))),
            (MAYA, Entry(Person(MAYA), manager=BEN, reports=(BEN, CARO))),
        ]
        registry.keep(session, learnt, NOW, stage.house.forgotten(session))
        assert registry.entries(session) == {MAYA: Entry(Person(MAYA), reports=(CARO,))}


def test_without_its_key_a_tombstone_names_nobody(stage: Stage) -> None:
    forget(stage)
    with stage.store.read() as session:
        assert stage.house.forgotten(session)(BEN.upper())
        assert not Tombstones(lambda: "another secret").standing(session)(BEN)


def test_a_digest_loses_its_words_and_is_not_sent_again(stage: Stage) -> None:
    with stage.store.write() as session:
        for key, text in (("digest:a", "Tomorrow: Ben"), ("digest:b", "Tomorrow: Caro")):
            outbox.post(session, Letter(Key(key), MAYA, text, text), "mail", NOW, account="work")
    forget(stage)
    with stage.store.read() as session:
        assert outbox.posted(session, "digest:a")
        waiting = {one.letter.key: one.letter.text for one in outbox.waiting(session)}
    assert waiting == {Key("digest:b"): "Tomorrow: Caro"}
    assert Delivery.DROPPED.value in stored(stage)


def test_proposals_planned_with_theirs_stand_alone(stage: Stage) -> None:
    found = forgetting.known(stage.house, BEN)
    with stage.store.write() as session:
        known = ledger.proposals(session)
        theirs = {one.id for one in known if one.pair in found.pairs}
        other = next(one for one in known if one.id not in theirs)
        ledger.keep_proposal(session, replace(other, together=tuple(theirs)), NOW)
    forget(stage)
    with stage.store.read() as session:
        alone = ledger.proposal(session, other.id)
    assert theirs
    assert alone is not None
    assert alone.together == ()


def test_forgetting_twice_is_forgetting(stage: Stage) -> None:
    forget(stage)
    _, left = forget(stage)
    assert left.rows == 0
    assert BEN not in stored(stage)


def test_whoever_is_let_in_again_begins_anew(stage: Stage) -> None:
    forget(stage)
    forgetting.lift(stage.house, Traces(frozenset({BEN, ALIAS})))
    stage.tick(NOW)
    assert {one["with"]["address"] for one in pairs(stage.house, NOW)} == {BEN, CARO}


def test_the_export_has_every_row_that_is_about_people(stage: Stage) -> None:
    shown = everything(stage.house, NOW)["tables"]
    with stage.store.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            rows = session.execute(table.select()).all()
            assert len(shown.get(table.name, ())) == len(rows) or table.name in {"ticket", "watch"}
