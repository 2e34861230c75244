"""Several accounts in one house: trouble stays where it is, two people stay one pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import NotPermitted, SignInRequired, Unavailable
from connectors.memory import Event, Meanwhile
from connectors.model import Person, Span
from daemon import health, queries, steering
from daemon.core.decide import decide
from daemon.health import Condition
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, kinds, week

HOME = "maya@home.example"
CARO = "caro@home.example"
DAY = timedelta(days=1)
NOON = FIRST - hours(22)


def signed_out() -> None:
    raise SignInRequired("the grant was withdrawn", "`visavis login work`; likely cause: a thief")


@pytest.fixture
def both(tmp_path: Path) -> Stage:
    """One house with Maya's account and Ben's."""
    return Stage(tmp_path, accounts={MAYA: Person(MAYA), BEN: Person(BEN)})


@pytest.fixture
def two(tmp_path: Path) -> Stage:
    """One house with two accounts of Maya."""
    maya = Person(MAYA, aliases=frozenset({HOME}))
    return Stage(tmp_path, accounts={MAYA: maya, HOME: maya})


def state(stage: Stage, name: str) -> str:
    with stage.store.read() as session:
        return health.health(session, name).state


def test_one_accounts_trouble_never_stops_the_others(two: Stage) -> None:
    two.weekly()
    two.trouble[HOME] = Unavailable("no network")
    two.house = two.wired()
    turn = two.tick(FIRST - hours(24))
    assert "attach_agenda" in kinds(turn)
    assert [(f.account, f.decision, f.error.what) for f in turn.failed] == [
        ("maya", None, "no network")
    ]
    assert (state(two, "work"), state(two, "maya")) == (Condition.OK, Condition.UNREACHABLE)


def test_an_account_that_is_tried_again_is_tried_ever_less_often(two: Stage) -> None:
    two.trouble[HOME] = Unavailable("no network")
    two.house = two.wired()
    waits = []
    for _ in range(8):
        two.tick(FIRST)
        with two.store.read() as session:
            due = health.health(session, "maya").next_due
        assert due is not None
        waits.append(due - FIRST)
    assert waits[:3] == [timedelta(minutes=n) for n in (2, 4, 8)]
    assert waits[-1] == health.LONGEST_WAIT


def test_a_server_that_says_when_is_tried_again_then(stage: Stage) -> None:
    stage.trouble[MAYA] = Unavailable("too many", retry_after=timedelta(seconds=40))
    stage.house = stage.wired()
    stage.tick(FIRST)
    with stage.store.read() as session:
        assert health.health(session, "work").next_due == FIRST + timedelta(seconds=40)


def test_an_account_without_sign_in_asks_once_and_works_again_after_it(stage: Stage) -> None:
    stage.weekly()
    stage.tick(NOON)
    for number in range(4):
        stage.world.wire.fail(Meanwhile(signed_out), at=stage.world.wire.count + 1)
        turn = stage.tick(NOON + hours(1 + number))
        assert [type(failure.error) for failure in turn.failed] == [SignInRequired]
    asked = [letter for letter in stage.world.letters if "visavis login work" in letter.text]
    assert len(asked) == 1
    assert asked[0].to == MAYA
    assert "likely cause: a thief" in asked[0].text
    assert state(stage, "work") == Condition.SIGN_IN
    assert queries.status(stage.house, NOON)["accounts"][0]["problem"] == "the grant was withdrawn"
    assert not stage.tick(NOON + hours(6)).failed
    assert state(stage, "work") == Condition.OK


def test_a_second_loss_of_the_sign_in_is_asked_for_again(stage: Stage) -> None:
    stage.weekly()
    for number in range(2):
        stage.tick(NOON + hours(number))
        stage.world.wire.fail(Meanwhile(signed_out), at=stage.world.wire.count + 1)
        stage.tick(NOON + hours(number + 0.5))
    assert len([x for x in stage.world.letters if "visavis login work" in x.text]) == 2


def vanish(stage: Stage) -> dict[str, Event]:
    """Let three of four series vanish at once; returns them as they were."""
    uids = [stage.weekly(start=FIRST + hours(n)) for n in range(4)]
    stage.tick(week(-1))
    gone = {uid: stage.world.event(uid) for uid in uids[:3]}
    for uid in gone:
        stage.world.delete(uid)
    return gone


def test_the_brake_holds_and_decides_nothing_until_they_return(stage: Stage) -> None:
    gone = vanish(stage)
    for number in (1, 2):
        turn = stage.tick(week(-1) + hours(number))
        assert turn.done == ()
        assert "resume --brake work" in turn.failed[0].error.remedy
    assert state(stage, "work") == Condition.BRAKED
    assert len(stage.dossier(week(-1)).series) == 4
    stage.world.put(replace(gone["event-1"], revision=0))
    assert not stage.tick(week(-1) + hours(3)).failed
    assert state(stage, "work") == Condition.OK


def test_the_owner_lifts_the_brake_and_the_next_look_is_at_once(stage: Stage) -> None:
    vanish(stage)
    stage.tick(week(-1) + hours(1))
    steering.release_brake(stage.house, "work")
    with stage.store.read() as session:
        assert health.health(session, "work").next_due is None
    assert not stage.tick(week(-1) + hours(1.1)).failed
    assert len(stage.dossier(week(-1)).series) == 1
    with stage.store.read() as session:
        assert not health.health(session, "work").release_brake


def test_two_peoples_accounts_are_one_pair_with_one_document_and_one_streak(both: Stage) -> None:
    uid = both.weekly()
    both.world.cancel(uid, week(0))
    both.every(week(-1), week(2), hours(12))
    dossier = both.dossier(week(2))
    assert dossier.account == "work"
    assert (dossier.pair.owner.address, dossier.pair.partner.address) == (MAYA, BEN)
    assert len(dossier.outcomes) == len({o.recurrence_id for o in dossier.outcomes})
    assert len(both.world.documents) == 1
    assert len(both.world.event(uid).links) == 1
    assert not any("put the link" in letter.text for letter in both.world.letters)


def test_a_pair_is_listed_under_the_organizers_account(both: Stage) -> None:
    both.world.meet(BEN, MAYA, Span(FIRST, FIRST + HALF_AN_HOUR), "FREQ=WEEKLY")
    both.tick(FIRST - hours(24))
    dossier = both.dossier(FIRST)
    assert (dossier.account, dossier.pair.owner.address) == ("ben", BEN)
    assert len(both.world.event("event-1").links) == 1


def test_what_either_of_two_accounts_knows_of_an_absence_counts(both: Stage) -> None:
    uid = both.weekly()
    both.tick(week(-1))
    both.world.absent(BEN, Span(week(0) - hours(2), week(0) + DAY))
    both.world.cancel(uid, week(0))
    both.tick(week(0))
    assert both.dossier(week(0)).outcomes[0].verdict == "excused"


def test_accounts_of_one_person_are_one_owner(two: Stage) -> None:
    two.weekly()
    two.world.meet(HOME, CARO, Span(FIRST + DAY, FIRST + DAY + HALF_AN_HOUR), "FREQ=WEEKLY")
    two.world.meet(HOME, MAYA, Span(FIRST + 2 * DAY, FIRST + 2 * DAY + HALF_AN_HOUR), "FREQ=WEEKLY")
    two.tick(FIRST - hours(24))
    found = {
        shape["with"]["address"]: shape["account"] for shape in queries.pairs(two.house, FIRST)
    }
    assert found == {BEN: "work", CARO: "maya"}


def test_no_time_is_offered_that_another_own_calendar_has_taken(two: Stage) -> None:
    uid = two.weekly()
    two.tick(week(0) + DAY)
    first = week(1) + DAY
    two.world.meet(HOME, CARO, Span(first - hours(1), first + hours(7)))
    two.world.cancel(uid, week(1))
    two.tick(week(1) - hours(20))
    (proposal,) = two.dossier(week(1)).proposals
    taken = Span(first - hours(1), first + hours(7))
    assert proposal.options
    assert not any(option.span.overlaps(taken) for option in proposal.options)


def test_an_account_dropped_from_the_settings_leaves_its_writes_alone(two: Stage) -> None:
    two.weekly()
    two.tick(FIRST - hours(24))
    del two.accounts[MAYA]
    two.accounts[HOME] = Person(HOME)
    two.house = two.wired()
    assert not two.tick(FIRST).failed
    entry = queries.entries(two.house)[0]
    found, _ = steering.find(two.house, [entry["id"]])
    result = steering.undo(two.house, found, FIRST)
    assert [type(error) for _, error in result.refused] == [NotPermitted]


def test_a_private_series_has_no_words_anywhere(stage: Stage) -> None:
    uid = stage.weekly()
    canary = "Salary talks"
    stage.world.alter(uid, lambda event: replace(event, private=True, title=canary))
    stage.tick(FIRST - hours(24))
    shape = queries.everything(stage.house, FIRST)
    assert shape["pairs"][0]["series"][0]["title"] is None
    assert canary not in str(shape)
    assert canary not in stage.document
    for file in stage.home.iterdir():
        assert canary.encode() not in file.read_bytes()
    assert canary not in str(queries.explain(stage.house, BEN, FIRST))
    assert queries.explain(stage.house, canary, FIRST) == []


def test_a_series_that_a_calendar_shows_twice_is_written_to_once(stage: Stage) -> None:
    stage.weekly()
    now = FIRST - hours(24)
    stage.tick(FIRST - hours(30))
    dossier = stage.dossier(now)
    twice = replace(dossier, series=dossier.series * 2)
    keys = [decision.key for decision in decide([twice], (), now, stage.house.pen)]
    assert len(keys) == len(set(keys))
    assert any(key.startswith("attach_agenda") for key in keys)
