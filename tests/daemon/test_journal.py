"""Intents and receipts: begun before the write, finished after it, never done twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.memory import Cut, LostAnswer, Meanwhile, PowerCut
from connectors.model import Key
from daemon import journal
from daemon.core.words import Decision, Kind
from daemon.journal import Intent, State
from tests.stage import FIRST, Stage, hours, kinds


@pytest.fixture
def stage(tmp_path: Path, database: str) -> Iterator[Stage]:
    """The usual stage, on each kind of database."""
    stage = Stage(tmp_path, database=database)
    yield stage
    stage.store.close()


NOW = FIRST - hours(24)
CREATE = 2
"""The request that looks for the document, after the first look at the calendar."""


def intents(stage: Stage) -> dict[str, State]:
    """Return the state of all that is open, by kind."""
    with stage.store.read() as session:
        return {str(one.decision.kind): one.state for one in journal.open_intents(session)}


def decision(n: int) -> Decision:
    after = {"n": n}
    return Decision(Key("book:1"), Kind.BOOK, "p-1", "work", "because", after=after)


def test_a_write_is_begun_before_it_is_made(stage: Stage) -> None:
    stage.weekly()
    seen: list[dict[str, State]] = []
    stage.world.wire.fail(Meanwhile(lambda: seen.append(intents(stage))), at=CREATE)
    stage.tick(NOW)
    assert seen[0]["create_agenda"] is State.BEGUN
    assert seen[0]["attach_agenda"] is State.PENDING
    assert intents(stage) == {}


def test_a_document_that_may_be_there_is_looked_for_only_when_a_search_can_tell(
    stage: Stage,
) -> None:
    stage.weekly()
    stage.world.wire.fail(Cut(after=True), at=CREATE + 1)
    with pytest.raises(PowerCut):
        stage.tick(NOW)
    stage.restart()
    assert kinds(stage.tick(NOW + timedelta(minutes=1))) == []
    assert intents(stage)["create_agenda"] is State.BEGUN
    assert "create_agenda" in kinds(stage.tick(NOW + timedelta(minutes=2)))
    assert len(stage.world.documents) == 1


def test_an_answer_that_got_lost_leaves_the_write_begun(stage: Stage) -> None:
    stage.weekly()
    stage.world.wire.fail(LostAnswer(), at=CREATE + 1)
    turn = stage.tick(NOW)
    assert [failure.error.what for failure in turn.failed] == ["the answer got lost"]
    assert intents(stage)["create_agenda"] is State.BEGUN
    assert kinds(turn) == []


def test_another_try_of_a_key_is_written_down_with_its_own_wish(stage: Stage) -> None:
    with stage.store.write() as session:
        journal.plan(session, [decision(1)], NOW)
        journal.begin(session, Intent(decision(1), NOW, State.PENDING), NOW)
        journal.settle(session, Key("book:1"), State.PENDING)
    with stage.store.write() as session:
        journal.begin(session, Intent(decision(2), NOW, State.PENDING), NOW)
    with stage.store.read() as session:
        (open_one,) = journal.open_intents(session)
    assert open_one.decision.after == {"n": 2}


def test_what_is_not_begun_is_replaced_and_what_is_begun_stays(stage: Stage) -> None:
    other = Decision(Key("book:2"), Kind.BOOK, "p-1", "work", "because")
    with stage.store.write() as session:
        journal.plan(session, [decision(1), other], NOW)
        journal.begin(session, Intent(decision(1), NOW, State.PENDING), NOW)
        journal.plan(session, [], NOW)
    with stage.store.read() as session:
        assert [one.decision.key for one in journal.open_intents(session)] == ["book:1"]


def test_a_closed_key_is_never_planned_again(stage: Stage) -> None:
    with stage.store.write() as session:
        journal.close(session, Key("book:1"), "a person removed it", NOW)
        journal.close(session, Key("book:1"), "again", NOW)
        journal.plan(session, [decision(1)], NOW)
        assert journal.open_intents(session) == ()
        assert "book:1" in journal.settled(session)
