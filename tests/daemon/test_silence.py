"""Who hears what, and when nobody hears anything: pause, `write = false`, quiet hours, digest."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from connectors.memory import MemoryMessages, Refusal
from connectors.model import Hours
from daemon import answering, queries, steering
from daemon.house import About
from daemon.ledger import EVERYBODY
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, kinds, week

DAY = timedelta(days=1)
NIGHT = Hours(time(19), time(8))
SUNDAY_NIGHT = week(1) - hours(14)  # 20:00


def world(stage: Stage) -> tuple[object, ...]:
    """Return all that a write or a message could have changed."""
    there = stage.world
    return dict(there.events), dict(there.documents), list(there.letters), list(there.mailed)


@pytest.mark.parametrize("way", ["pause", "pause one", "write"])
def test_looking_goes_on_and_only_what_is_still_true_is_done_later(stage: Stage, way: str) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    pair = stage.dossier(week(-1)).pair.id
    if way == "write":
        stage.settle(write=False)
    else:
        steering.pause(stage.house, EVERYBODY if way == "pause" else pair, None)
    for number in (0, 1, 2):
        stage.world.cancel(uid, week(number))
    before = world(stage)
    turns = stage.every(week(0) - hours(24), week(2) + hours(8), hours(24))
    assert [kind for turn in turns for kind in kinds(turn)] == []
    assert world(stage) == before
    assert stage.dossier(week(2) + hours(8)).streak.count == 3
    if way == "write":
        stage.settle(write=True)
    else:
        steering.resume(stage.house, EVERYBODY if way == "pause" else pair)
    turn = stage.tick(week(2) + DAY)
    # The weeks that are over get no proposal, and three misses are no note any more.
    assert kinds(turn) == ["alert", "propose"]
    assert [d.after.get("level") for d in turn.done if d.kind == "alert"] == ["alert"]


@pytest.mark.parametrize("way", ["pause", "write"])
def test_what_may_not_be_written_costs_one_request_a_look(stage: Stage, way: str) -> None:
    uid = stage.weekly()
    stage.tick(week(0) - hours(24))
    stage.tick(week(0) + DAY)
    if way == "write":
        stage.settle(write=False)
    else:
        steering.pause(stage.house, EVERYBODY, None)
    stage.world.cancel(uid, week(1))
    stage.tick(week(1) - hours(20))
    for moment in (week(1) - hours(19), week(2) - hours(20), week(2) + hours(2)):
        stage.tick(moment)
        before = len(stage.world.wire.log)
        stage.tick(moment + hours(0.1))
        assert stage.asked(before) == ["calendar.changes"]


def test_a_letter_written_before_the_pause_waits_and_is_dropped_when_untrue(stage: Stage) -> None:
    stage.settle(quiet=NIGHT)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert "propose" in kinds(stage.tick(SUNDAY_NIGHT))
    steering.pause(stage.house, EVERYBODY, None)
    stage.tick(week(1))
    stage.world.reinstate(uid, week(1))
    stage.tick(week(1) + hours(0.2))
    steering.resume(stage.house, EVERYBODY)
    stage.tick(week(1) + hours(0.4))
    assert not any("accept" in letter.text for letter in stage.world.letters)


def test_a_pause_ends_by_itself(stage: Stage) -> None:
    stage.weekly()
    steering.pause(stage.house, EVERYBODY, steering.until(week(-1), timedelta(weeks=1)))
    assert kinds(stage.tick(FIRST - hours(0.1))) == []
    assert "create_agenda" in kinds(stage.tick(FIRST))


def test_quiet_hours_hold_a_letter_back_until_they_end(stage: Stage) -> None:
    stage.settle(quiet=NIGHT)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY_NIGHT)
    sent = len(stage.world.letters)
    stage.tick(week(1) - hours(2.1))
    assert len(stage.world.letters) == sent
    stage.tick(week(1) - hours(2))
    assert "accept" in stage.world.letters[-1].text


def test_a_letter_that_waited_has_the_times_that_do_by_then(stage: Stage) -> None:
    stage.settle(quiet=NIGHT)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY_NIGHT)
    first = stage.dossier(SUNDAY_NIGHT).proposals[0].options[0].span
    stage.world.meet(MAYA, "caro@acme.example", first)
    stage.tick(week(1) - hours(3))
    stage.tick(week(1) - hours(1))
    (letter,) = [letter for letter in stage.world.letters if "accept" in letter.text]
    assert f"{first.start:%A} {first.start.day} {first.start:%B, %H:%M}" not in letter.text
    assert "--option 4" in letter.text


def test_a_pair_may_have_quiet_hours_of_its_own(stage: Stage) -> None:
    uid = stage.weekly()
    stage.about[BEN] = About(policy=stage.policy)
    stage.settle(quiet=NIGHT)
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY_NIGHT)
    assert "accept" in stage.world.letters[-1].text


def test_one_digest_a_working_day_after_work(stage: Stage) -> None:
    stage.weekly(rule="FREQ=DAILY")
    stage.tick(week(-1))
    stage.every(week(0) - hours(10), week(1) - hours(10), hours(1))
    digests = [letter for letter in stage.world.letters if letter.key.startswith("digest")]
    assert [letter.key.split(":")[2][:10] for letter in digests] == [
        f"2026-03-0{day}" for day in (2, 3, 4, 5, 6)
    ]


def test_a_machine_that_slept_over_the_evening_sends_what_waited_in_the_morning(
    stage: Stage,
) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    stage.world.cancel(uid, week(0))
    stage.world.cancel(uid, week(1))
    stage.tick(week(1))
    stage.tick(week(1) + hours(22))
    (digest,) = [letter for letter in stage.world.letters if letter.key.startswith("digest")]
    assert "missed" in digest.text


def test_a_note_that_is_untrue_by_the_evening_is_left_out(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    for number in (0, 1):
        stage.world.cancel(uid, week(number))
    assert "alert" in kinds(stage.tick(week(1)))
    stage.world.reinstate(uid, week(1))
    stage.tick(week(1) + hours(8))
    assert not any("missed" in letter.text for letter in stage.world.letters)


def test_each_channel_gets_each_message_once(stage: Stage) -> None:
    chat = MemoryMessages(stage.world, traceable=False)
    stage.house.channels["chat-1"] = chat  # type: ignore[index]
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.every(week(1) - hours(20), week(1) - hours(10), hours(2))
    proposals = [letter.to for letter in stage.world.letters if "accept" in letter.text]
    assert sorted(proposals) == ["", MAYA]


def test_a_letter_refused_now_is_sent_later(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    wire = stage.world.wire
    wire.fail(Refusal(), at=wire.count + 6)
    turn = stage.tick(week(1) - hours(30))
    assert wire.log[-1] == "messages.send"
    assert len(turn.failed) == 1
    stage.tick(week(1) - hours(29))
    assert len([letter for letter in stage.world.letters if "accept" in letter.text]) == 1


def test_a_house_without_mail_still_works(tmp_path_factory: pytest.TempPathFactory) -> None:
    stage = Stage(tmp_path_factory.mktemp("home"), mail=False)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert not stage.tick(week(1) - hours(30)).failed
    assert stage.world.letters == []
    assert len(queries.proposals(stage.house, week(1) - hours(30))) == 1


@pytest.mark.parametrize(("budget", "links"), [(0, 0), (1, 1), (4, 2)])
def test_another_person_gets_no_more_mail_a_week_than_the_budget(
    stage: Stage, budget: int, links: int
) -> None:
    stage.world.tombstones = False  # like Graph: every change of an event is mailed
    stage.settle(mail_budget=budget)
    stage.weekly()
    stage.weekly(start=FIRST + HALF_AN_HOUR)
    stage.tick(FIRST - hours(24))
    stage.tick(FIRST - hours(20))
    assert stage.world.mailed == [BEN] * links


def test_the_budget_is_one_of_seven_days(stage: Stage) -> None:
    stage.world.tombstones = False
    stage.settle(mail_budget=1)
    stage.weekly()
    stage.weekly(start=FIRST + HALF_AN_HOUR)
    stage.every(FIRST - hours(24), FIRST + 5 * DAY, hours(24))
    assert stage.world.mailed == [BEN]
    stage.tick(FIRST + 6.5 * DAY)
    assert stage.world.mailed == [BEN, BEN]


def test_an_explicit_answer_is_never_held_back_and_counts(stage: Stage) -> None:
    stage.settle(mail_budget=0)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(week(1) - hours(30))
    (proposal,) = stage.dossier(week(1) - hours(30)).proposals
    answering.accept(stage.house, proposal.id, week(1) - hours(30))
    assert stage.world.mailed == [BEN]
    (entry,) = [e for e in queries.entries(stage.house) if e["kind"] == "book"]
    assert entry["state"] == "done"


def test_the_owners_letters_go_to_the_accounts_address(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(week(1) - hours(30))
    assert {letter.to for letter in stage.world.letters} == {MAYA}
