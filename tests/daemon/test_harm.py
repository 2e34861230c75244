"""After every write: what it must not have touched is compared, at once and five minutes later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.memory import MemoryCalendar
from connectors.memory.world import Event
from connectors.model import Link, Url
from daemon import answering, queries
from daemon.answering import Refused
from tests.stage import FIRST, Stage, hours, kinds, week

JOIN = "https://meet.example/maya-ben"
SOON = hours(5 / 60)


class Careless(MemoryCalendar):
    """A server that drops the join link with every write to a series."""

    def _put(self, name: str, event: Event, mailed: Iterable[str] = ()) -> Event:
        damaged = replace(event, join="") if name != "calendar.undo" else event
        return super()._put(name, damaged, mailed)


@pytest.fixture
def careless(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path, calendar=Careless)
    stage.weekly()
    stage.world.alter("event-1", lambda event: replace(event, join=JOIN))
    return stage


@pytest.fixture
def linked(stage: Stage) -> Stage:
    """The house just after the link was attached."""
    stage.weekly()
    stage.world.alter("event-1", lambda event: replace(event, join=JOIN))
    stage.tick(FIRST - hours(24))
    return stage


def advice(stage: Stage) -> list[str]:
    """Return what is told of harm, by digests up to the next evening."""
    stage.every(FIRST - hours(23), FIRST + hours(9), hours(2))
    return [x.subject for x in stage.world.letters if "does not write to this event" in x.text]


def test_harm_seen_in_the_answer_is_taken_back_told_and_not_repeated(careless: Stage) -> None:
    turn = careless.tick(FIRST - hours(24))
    assert [failure.decision.kind for failure in turn.failed if failure.decision] == [
        "attach_agenda"
    ]
    assert careless.world.event("event-1").links == ()
    assert len(advice(careless)) == 1
    assert careless.world.event("event-1").links == ()
    (entry,) = [e for e in queries.entries(careless.house) if e["kind"] == "attach_agenda"]
    assert entry["state"] == "failed"


def test_an_event_that_was_harmed_is_not_booked_either(careless: Stage) -> None:
    careless.tick(FIRST - hours(24))
    careless.world.cancel("event-1", FIRST)
    careless.tick(FIRST - hours(20))
    (proposal,) = careless.dossier(FIRST - hours(20)).proposals
    with pytest.raises(Refused, match="harm"):
        answering.accept(careless.house, proposal.id, FIRST - hours(20))


def test_a_write_that_did_no_harm_is_compared_once_more(linked: Stage) -> None:
    before = linked.world.wire.count
    linked.tick(FIRST - hours(24) + SOON)
    assert linked.asked(before).count("calendar.look") == 1
    before = linked.world.wire.count
    linked.tick(FIRST - hours(24) + 2 * SOON)
    assert linked.asked(before) == ["calendar.changes"]


def test_harm_that_shows_five_minutes_later_is_taken_back_and_told(linked: Stage) -> None:
    # A server that shows its own damage late, at the version that our write returned.
    there = linked.world.events["event-1"]
    linked.world.events["event-1"] = replace(there, join="")
    turn = linked.tick(FIRST - hours(24) + SOON)
    assert len(turn.failed) == 1
    assert linked.world.event("event-1").links == ()
    assert len(advice(linked)) == 1


def test_a_persons_edit_in_between_is_never_reverted(linked: Stage) -> None:
    theirs = Link(Url("https://files.example/plan.pdf"))
    linked.world.link("event-1", theirs)
    linked.tick(FIRST - hours(24) + SOON)
    assert [link.url for link in linked.world.event("event-1").links] == [linked.url, theirs.url]


def test_what_a_person_changed_is_not_taken_for_our_harm(linked: Stage) -> None:
    linked.world.alter("event-1", lambda event: replace(event, join=f"{JOIN}-upstairs"))
    linked.tick(FIRST - hours(24) + SOON)
    assert [link.url for link in linked.world.event("event-1").links] == [linked.url]
    assert linked.world.event("event-1").join == f"{JOIN}-upstairs"


def test_an_edit_of_what_we_never_touch_is_no_harm(linked: Stage) -> None:
    linked.world.alter("event-1", lambda event: replace(event, title="Weekly"))
    assert not linked.tick(FIRST - hours(24) + SOON).failed
    assert advice(linked) == []


def test_where_nothing_may_be_written_nothing_is_taken_back(linked: Stage) -> None:
    there = linked.world.events["event-1"]
    linked.world.events["event-1"] = replace(there, join="")
    linked.settle(write=False)
    linked.tick(FIRST - hours(24) + SOON)
    assert len(linked.world.event("event-1").links) == 1
    linked.settle(write=True)
    assert kinds(linked.tick(FIRST - hours(23))) == []
    assert linked.world.event("event-1").links == ()


def test_an_event_that_is_gone_by_then_is_no_trouble(linked: Stage) -> None:
    linked.world.delete("event-1")
    assert not linked.tick(FIRST - hours(24) + SOON).failed
    assert not linked.tick(week(1)).failed
