"""The shapes of CONTRACT 4: every key is there, unknown is null, moments have an offset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from daemon import answering, queries, views
from daemon.core.decide import plan_hash
from daemon.tick import foresee
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

NOW = week(2) + hours(1)
PAIR = {"id", "account", "with", "role", "series", "next", "streak", "rate", "outcomes"}
PROPOSAL = {
    "id",
    "pair",
    "lost",
    "state",
    "options",
    "fallback",
    "booked",
    "negotiable",
    "countered",
    "together",
    "url",
}
DECISION = {"key", "kind", "pair", "occurrence", "because", "mails", "before", "after"}
ALERT = {"id", "pair", "level", "streak", "first_missed", "text", "at", "open"}
ENTRY = {
    "id",
    "at",
    "key",
    "kind",
    "target",
    "because",
    "before",
    "after",
    "state",
    "undoable",
}


@pytest.fixture
def lived(stage: Stage) -> Stage:
    """A house with some of everything: held, lost, booked, missed, told."""
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.tick(week(0) + hours(9))
    stage.world.cancel(uid, week(1))
    stage.tick(week(1) - hours(24))
    stage.world.cancel(uid, week(2))
    stage.tick(week(2) - hours(24))
    stage.tick(NOW)
    first = stage.dossier(NOW).proposals[-1]
    answering.accept(stage.house, first.id, NOW)
    stage.tick(NOW + hours(0.1))
    return stage


def moments(shape: object) -> Iterator[str]:
    """Yield every text in a shape that begins like a moment."""
    if isinstance(shape, Mapping):
        for value in shape.values():
            yield from moments(value)
    elif isinstance(shape, str):
        if shape[:2] == "20" and shape[10:11] == "T":
            yield shape
    elif isinstance(shape, Sequence):
        for value in shape:
            yield from moments(value)


def test_a_pair(lived: Stage) -> None:
    (shape,) = queries.pairs(lived.house, NOW + hours(0.2))
    assert set(shape) == PAIR
    assert shape["with"] == {"address": BEN, "name": None}
    assert shape["account"] == "work"
    assert shape["role"] == "peer"
    assert shape["series"] == [
        {"id": "event-1", "title": "One-on-one", "rule": "FREQ=WEEKLY", "organizer": MAYA}
    ]
    assert set(shape["next"]) == {"recurrence_id", "start", "end", "agenda_url"}
    assert set(shape["rate"]) == {"missed", "of"}
    assert {"held", "missed", "rescued", "upcoming"} == {o["outcome"] for o in shape["outcomes"]}
    for outcome in shape["outcomes"]:
        assert set(outcome) == {"series", "recurrence_id", "start", "end", "outcome", "because"}
    last = datetime.fromisoformat(shape["outcomes"][-1]["recurrence_id"])
    assert last <= NOW + lived.policy.look_ahead + hours(1)


def test_the_next_meeting_is_shown_where_it_is_now(lived: Stage) -> None:
    (shape,) = queries.pairs(lived.house, NOW + hours(0.2))
    booked = queries.proposals(lived.house, NOW)[-1]["booked"]
    assert shape["next"]["start"] == booked["start"]
    assert datetime.fromisoformat(shape["next"]["recurrence_id"]) == week(2)


def test_a_pair_that_has_nothing_yet(stage: Stage) -> None:
    stage.weekly(rule="FREQ=WEEKLY;COUNT=1")
    stage.tick(week(1))
    (shape,) = queries.pairs(stage.house, week(1))
    assert shape["next"] is None
    assert shape["streak"] == 0


def test_a_proposal(lived: Stage) -> None:
    shapes = queries.proposals(lived.house, NOW)
    assert [shape["state"] for shape in shapes] == ["expired", "booked"]
    for shape in shapes:
        assert set(shape) == PROPOSAL
        assert set(shape["lost"]) == {"recurrence_id", "start", "end"}
        assert all(set(one) == {"n", "start", "end", "because"} for one in shape["options"])
    assert shapes[0]["booked"] is None
    assert set(shapes[1]["booked"]) >= {"n", "start", "end"}


def test_an_alert(lived: Stage) -> None:
    lived.world.cancel("event-1", week(3))
    lived.world.cancel("event-1", week(4))
    lived.tick(week(3))
    lived.tick(week(4))
    shapes = queries.alerts(lived.house, week(4))
    assert [set(shape) for shape in shapes] == [ALERT, ALERT]
    found = [(shape["level"], shape["streak"], shape["open"]) for shape in shapes]
    assert found == [("note", 2, False), ("note", 2, True)]


def test_an_alert_has_its_first_miss_on_the_clock_of_the_series(stage: Stage) -> None:
    stage.settle(zone="America/New_York")
    uid = stage.weekly()
    stage.tick(week(-1))
    for number in (0, 1):
        stage.world.cancel(uid, week(number))
    stage.tick(week(1))
    (shape,) = queries.alerts(stage.house, week(1))
    assert shape["first_missed"] == week(0).isoformat()
    assert shape["at"] == "2026-03-09T05:00:00-04:00"


def test_an_entry_of_the_journal(lived: Stage) -> None:
    shapes = queries.entries(lived.house)
    for shape in shapes:
        assert set(shape) == ENTRY
    by_kind = {shape["kind"]: shape for shape in shapes}
    assert by_kind["attach_agenda"]["undoable"]
    assert by_kind["attach_agenda"]["before"] == {"links": []}
    assert by_kind["attach_agenda"]["after"] == {"links": [lived.url]}
    assert not by_kind["propose"]["undoable"]
    assert [shape["at"] for shape in shapes] == sorted(shape["at"] for shape in shapes)


def test_the_status(lived: Stage) -> None:
    shape = queries.status(lived.house, NOW)
    assert set(shape) == {"now", "accounts", "open", "held_back", "undelivered"}
    assert set(shape["open"]) == {"proposals", "alerts", "intents"}
    (account,) = shape["accounts"]
    assert set(account) == {"name", "provider", "email", "state", "last_tick", "problem"}
    assert (account["state"], account["problem"]) == ("ok", None)


def test_the_status_before_the_first_look(stage: Stage) -> None:
    (account,) = queries.status(stage.house, NOW)["accounts"]
    assert (account["state"], account["last_tick"], account["problem"]) == ("never", None, None)


def test_an_explanation(lived: Stage) -> None:
    (shape,) = queries.explain(lived.house, "one-ON", NOW)
    assert set(shape) == {"series", "title", "is_one_on_one", "because"}
    assert shape["is_one_on_one"]
    clock = "the other works on the clock of Europe/Berlin, assumed to be yours, unless"
    assert any(reason.startswith(clock) for reason in shape["because"])


def test_a_plan_changes_nothing_and_keeps_its_hash(stage: Stage) -> None:
    stage.weekly()
    now = FIRST - hours(24)
    plans = [foresee(stage.house, now) for _ in range(2)]
    assert stage.world.documents == {}
    assert queries.pairs(stage.house, now) == []
    shapes = [views.decision(one) for one in plans[0].decisions]
    assert [shape["kind"] for shape in shapes] == [
        "create_agenda",
        "share_agenda",
        "attach_agenda",
        "write_section",
    ]
    assert all(set(shape) == DECISION for shape in shapes)
    assert plan_hash(plans[0].decisions) == plan_hash(plans[1].decisions)
    done = stage.tick(now).done
    assert [one.key for one in done] == [shape["key"] for shape in shapes]


def test_a_plan_has_another_hash_when_its_meeting_moved_or_its_event_changed(
    stage: Stage,
) -> None:
    uid = stage.weekly()
    now = FIRST - hours(20)
    before = plan_hash(foresee(stage.house, now).decisions)
    stage.world.alter(uid, lambda event: event)
    assert plan_hash(foresee(stage.house, now).decisions) != before


def test_what_is_shown_survives_json_and_every_moment_has_an_offset(lived: Stage) -> None:
    shape = json.loads(json.dumps(queries.everything(lived.house, NOW)))
    found = list(moments(shape))
    assert len(found) > 20
    assert all(datetime.fromisoformat(one).tzinfo is not None for one in found)


def test_ids_are_stable_across_reads_and_looks(lived: Stage) -> None:
    def ids() -> list[str]:
        shown = queries.everything(lived.house, NOW)
        return [one["id"] for part in ("pairs", "proposals", "journal") for one in shown[part]]

    before = ids()
    lived.world.expire_cursors()
    lived.tick(NOW + timedelta(minutes=30))
    assert ids()[: len(before)] == before
    assert all(isinstance(one, str) for one in before)
