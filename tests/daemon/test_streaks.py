"""Misses in a row: the quiet note, the one alert, what excuses, and what the first look says."""

from __future__ import annotations

from datetime import date, timedelta

from connectors.memory import Refusal
from connectors.model import Attendee, Response, Span
from daemon import queries, steering
from tests.stage import BEN, FIRST, MAYA, Stage, hours, kinds, week

DAY = timedelta(days=1)


def miss(stage: Stage, uid: str, *numbers: int) -> None:
    """Cancel the meetings of these weeks."""
    for number in numbers:
        stage.world.cancel(uid, week(number))


def raised(stage: Stage, since: int, until: int) -> list[tuple[str, int]]:
    """Return the alerts raised from one week to another, each with its streak."""
    turns = stage.every(week(since) - hours(1), week(until), hours(12))
    decisions = (decision for turn in turns for decision in turn.done)
    found = (decision.after for decision in decisions if decision.kind == "alert")
    return [(str(after["level"]), int(str(after["streak"]))) for after in found]


def verdicts(stage: Stage, number: int) -> list[str]:
    """Return the outcomes up to that week's meeting."""
    now = week(number) + hours(1)
    return [str(o.verdict) for o in stage.dossier(now).outcomes if o.recurrence_id <= now]


def test_a_note_at_two_an_alert_at_three_and_nothing_more(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2, 3, 4)
    assert raised(stage, 0, 6) == [("note", 2), ("alert", 3)]


def test_an_alert_set_below_the_note_comes_at_its_own_number(stage: Stage) -> None:
    stage.settle(warn_after=3, alert_after=1)
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2, 3)
    assert raised(stage, 0, 4) == [("alert", 1)]


def test_each_streak_has_its_own_alert(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2, 4, 5, 6)
    assert raised(stage, 0, 8) == [("note", 2), ("alert", 3)] * 2


def test_nothing_is_raised_before_the_meetings_own_start(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.every(week(0), week(2) - hours(1), hours(12))
    assert [one["level"] for one in queries.alerts(stage.house, week(2))] == ["note"]
    assert kinds(stage.tick(week(2) - timedelta(seconds=1))) == []
    assert kinds(stage.tick(week(2))) == ["alert"]


def test_an_alert_is_mailed_at_once_and_a_note_waits_for_the_digest(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.tick(week(1))
    sent = len(stage.world.letters)
    assert kinds(stage.tick(week(1) + hours(1))) == []
    assert len(stage.world.letters) == sent
    stage.tick(week(1) + hours(8))
    assert len(stage.world.letters) == sent + 1
    stage.tick(week(2))
    assert "3" in stage.subjects()[-1]


def test_the_streak_goes_on_over_an_excused_week(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.world.absent(MAYA, Span(week(1) - 10 * hours(1), week(1) + DAY))
    stage.tick(week(2) + hours(1))
    assert verdicts(stage, 2) == ["missed", "excused", "missed"]
    assert stage.dossier(week(2) + hours(1)).streak.count == 2


def test_the_other_persons_absence_is_seen_in_their_free_busy(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    stage.world.absent(BEN, Span(week(0) - hours(2), week(0) + DAY))
    miss(stage, uid, 0)
    stage.tick(week(0) - hours(20))
    assert verdicts(stage, 0) == ["excused"]


def test_an_absence_entered_after_the_cancellation_counts_as_well(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0)
    stage.tick(week(0) - 3 * DAY)
    assert stage.dossier(week(0)).outcomes[0].verdict == "missed"
    stage.world.absent(BEN, Span(week(0) - hours(2), week(0) + DAY))
    stage.tick(week(0))
    assert verdicts(stage, 0) == ["excused"]


def test_evidence_that_could_not_be_read_is_asked_for_again_before_anything_is_said(
    stage: Stage,
) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.tick(week(1))
    stage.world.absent(BEN, Span(week(2) - hours(2), week(2) + DAY))
    wire = stage.world.wire
    wire.fail(Refusal(), at=wire.count + 2)
    assert [failure.error.what for failure in stage.tick(week(2)).failed] == ["the server is busy"]
    assert [one["level"] for one in queries.alerts(stage.house, week(2))] == ["note"]
    stage.tick(week(2) + hours(0.1))
    assert verdicts(stage, 2) == ["missed", "missed", "excused"]


def test_an_absence_that_was_called_off_excuses_nothing(stage: Stage) -> None:
    uid = stage.weekly()
    away = stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + DAY))
    stage.tick(week(0))
    stage.world.delete(away)
    miss(stage, uid, 1)
    stage.tick(week(0) + DAY)
    assert verdicts(stage, 1)[-1] == "missed"


def test_an_absence_that_is_over_stays_evidence(stage: Stage) -> None:
    uid = stage.weekly()
    away = stage.world.absent(MAYA, Span(week(0) - hours(10), week(0) + DAY))
    miss(stage, uid, 0)
    stage.tick(week(-1))
    stage.tick(week(0) + 2 * DAY)
    stage.world.delete(away)
    stage.tick(week(0) + 3 * DAY)
    assert stage.dossier(week(0) + 3 * DAY).outcomes[0].verdict == "excused"


def test_an_automatic_decline_excuses(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    away = Attendee(BEN, response=Response.DECLINED, comment="Automatic reply: out of office")
    stage.world.answer(uid, away, FIRST)
    stage.tick(week(0))
    assert verdicts(stage, 0) == ["excused"]


def test_a_public_holiday_excuses(stage: Stage) -> None:
    stage.settle(country="DE")
    uid = stage.weekly()
    stage.tick(week(0))
    miss(stage, uid, 5)  # Easter Monday, 6 April 2026
    stage.tick(week(5) + hours(1))
    assert verdicts(stage, 5)[-1] == "excused"


def test_an_excuse_counts_on_both_its_days_and_not_beyond(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.tick(week(2) + hours(1))
    dossier = stage.dossier(week(2) + hours(1))
    steering.excuse(stage.house, dossier, date(2026, 3, 2), date(2026, 3, 9), "a trade fair")
    assert verdicts(stage, 2) == ["excused", "excused", "missed"]


def test_an_excuse_given_afterwards_does_not_raise_the_same_streak_again(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2, 3, 4)
    assert raised(stage, 0, 3) == [("note", 2), ("alert", 3)]
    dossier = stage.dossier(week(3))
    steering.excuse(stage.house, dossier, date(2026, 3, 2), date(2026, 3, 2), "a trade fair")
    assert raised(stage, 3, 6) == []
    (_, alert) = queries.alerts(stage.house, week(4) + hours(1))
    assert alert["open"]


def test_an_alert_is_open_while_its_streak_lasts(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.every(week(0), week(2) + hours(1), hours(24))
    assert [one["open"] for one in queries.alerts(stage.house, week(2) + hours(1))] == [True] * 2
    stage.every(week(3), week(3) + DAY, hours(12))
    assert [one["open"] for one in queries.alerts(stage.house, week(3) + DAY)] == [False] * 2


def test_a_streak_belongs_to_the_pair_across_a_split(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1)
    stage.tick(week(1) + hours(1))
    new = stage.world.split(uid, week(2), Span(week(2) + DAY, week(2) + DAY + hours(0.5)))
    stage.world.cancel(new, week(2) + DAY)
    stage.tick(week(2) + 2 * DAY)
    assert stage.dossier(week(2) + 2 * DAY).streak.count == 3


def test_the_first_look_says_nothing_about_two_misses(stage: Stage) -> None:
    uid = stage.weekly()
    miss(stage, uid, 0, 1)
    assert raised(stage, 2, 2) == []


def test_the_first_look_says_nothing_about_the_past_because_a_later_one_is_off_already(
    stage: Stage,
) -> None:
    uid = stage.weekly()
    miss(stage, uid, 0, 1, 3)
    assert raised(stage, 2, 2) == []


def test_the_first_look_tells_of_a_streak_that_is_still_open(stage: Stage) -> None:
    uid = stage.weekly()
    miss(stage, uid, 0, 1, 2)
    assert raised(stage, 3, 3) == [("alert", 3)]
    assert stage.subjects()


def test_the_first_look_says_nothing_about_a_streak_that_is_over(stage: Stage) -> None:
    uid = stage.weekly()
    miss(stage, uid, 0, 1, 2)
    stage.tick(week(4) - hours(60))
    assert stage.world.letters == []


def test_the_first_look_proposes_for_this_week_and_not_for_the_last(stage: Stage) -> None:
    uid = stage.weekly()
    miss(stage, uid, 0, 1)
    turn = stage.tick(week(1) + DAY)
    proposals = [d.occurrence for d in turn.done if d.kind == "propose"]
    assert proposals == [week(1)]


def test_dropping_the_mirror_changes_nothing(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    miss(stage, uid, 0, 1, 2)
    stage.every(week(0), week(3), hours(24))
    before = stage.dossier(week(3))
    letters = len(stage.world.letters)
    stage.world.expire_cursors()
    turn = stage.tick(week(3) + hours(0.1))
    after = stage.dossier(week(3))
    assert kinds(turn) == []
    assert after.outcomes == before.outcomes
    assert (after.streak, after.shelf) == (before.streak, before.shelf)
    assert (after.proposals, after.alerts) == (before.proposals, before.alerts)
    assert len(stage.world.letters) == letters
