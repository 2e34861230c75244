"""Every row of what can happen to a meeting, seen as it happens and read on the first run.

The meeting in question is Monday's of week 1; all is judged at the end of that week.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.model import Attendee, Person, Response, Span
from daemon import answering, queries, steering
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week

DAY = timedelta(days=1)
CARO = "caro@acme.example"
BEFORE, MEANWHILE, AFTER = week(0) + DAY, week(1) - DAY, week(1) + 6 * DAY
TUESDAY = Span(week(1) + DAY, week(1) + DAY + HALF_AN_HOUR)
ALL_DAY = Span(week(1) - hours(10), week(1) + hours(14))
UID = "event-1"

Happening = Callable[[Stage], object]


def cancel(stage: Stage) -> None:
    stage.world.cancel(UID, week(1))


def decline(who: str, comment: str = "") -> Happening:
    answer = Attendee(who, response=Response.DECLINED, comment=comment)
    return lambda stage: stage.world.answer(UID, answer, week(1))


def move(to: Span) -> Happening:
    return lambda stage: stage.world.move(UID, week(1), to)


def away(who: str) -> Happening:
    return lambda stage: stage.world.absent(who, ALL_DAY)


def single(start: Span, organizer: str = MAYA, guest: str = BEN, title: str = "") -> Happening:
    def meet(stage: Stage) -> None:
        uid = stage.world.meet(organizer, guest, start)
        stage.world.alter(uid, lambda event: replace(event, title=title or event.title))

    return meet


def busy_all_day(stage: Stage) -> None:
    stage.world.meet(BEN, CARO, ALL_DAY)


def handed_over(stage: Stage) -> None:
    """Let Ben organize the same series from now on."""
    stage.world.alter(UID, lambda event: replace(event, organizer=BEN))


def weekday_changed(stage: Stage) -> None:
    """Let the rule put all meetings on Tuesdays."""
    stage.world.alter(UID, lambda event: replace(event, start=FIRST + DAY))


def split(stage: Stage) -> None:
    """Change "this and following" to Tuesdays."""
    stage.world.split(UID, week(1), TUESDAY)


def made_anew_by_the_other(stage: Stage) -> None:
    """Let Maya delete her series, and Ben invite her to one at the same hour."""
    stage.world.delete(UID)
    stage.world.meet(BEN, MAYA, Span(FIRST, FIRST + HALF_AN_HOUR), "FREQ=WEEKLY")


ROWS: dict[str, tuple[list[Happening], str]] = {
    "nothing": ([], "held"),
    "moved within its week": ([move(TUESDAY)], "moved"),
    "moved out of its week": ([move(Span(week(2) + DAY, week(2) + 2 * DAY))], "missed"),
    "moved out, and the week has another": (
        [move(Span(week(2) + DAY, week(2) + DAY + HALF_AN_HOUR)), single(TUESDAY)],
        "rescued",
    ),
    "cancelled": ([cancel], "missed"),
    "declined by the other": ([decline(BEN, "dentist")], "missed"),
    "declined by the owner": ([decline(MAYA)], "missed"),
    "restored": ([cancel, lambda stage: stage.world.reinstate(UID, week(1))], "held"),
    "rebooked by the owner": ([cancel, single(TUESDAY)], "rescued"),
    "rebooked with another title": ([cancel, single(TUESDAY, title="Coffee")], "rescued"),
    "rebooked by the other": ([cancel, single(TUESDAY, BEN, MAYA)], "rescued"),
    "met somebody else instead": ([cancel, single(TUESDAY, BEN, CARO)], "missed"),
    "rebooked in the next week": (
        [cancel, single(Span(week(2) + DAY, week(2) + DAY + HALF_AN_HOUR))],
        "missed",
    ),
    "the owner was out of office": ([away(MAYA), cancel], "excused"),
    "the other was out of office": ([away(BEN), cancel], "excused"),
    "declined while out of office": ([away(BEN), decline(BEN)], "excused"),
    "declined automatically": ([decline(BEN, "Automatic reply: out of office")], "excused"),
    "out of office, and met all the same": ([away(BEN), cancel, single(TUESDAY)], "rescued"),
    "busy all day": ([busy_all_day, cancel], "missed"),
    "another organizer": ([handed_over], "held"),
    "another organizer, then cancelled": ([handed_over, cancel], "missed"),
}


def verdicts(stage: Stage) -> list[str]:
    """Return what the meetings planned for week 1 count as."""
    found = stage.dossier(AFTER).outcomes
    return [str(o.verdict) for o in found if week(1) - DAY < o.recurrence_id < AFTER]


@pytest.mark.parametrize("row", ROWS)
def test_what_happens_before_our_eyes(stage: Stage, row: str) -> None:
    stage.weekly()
    stage.tick(BEFORE)
    happenings, verdict = ROWS[row]
    for number, happen in enumerate(happenings):
        happen(stage)
        stage.tick(MEANWHILE + number * HALF_AN_HOUR)
    stage.tick(AFTER)
    assert verdicts(stage) == [verdict]


@pytest.mark.parametrize("row", ROWS)
def test_what_had_happened_before_the_first_run(stage: Stage, row: str) -> None:
    stage.weekly()
    happenings, verdict = ROWS[row]
    for happen in happenings:
        happen(stage)
    stage.tick(AFTER)
    assert verdicts(stage) == [verdict]
    assert stage.dossier(AFTER).streak.count == (verdict == "missed")


@pytest.mark.parametrize("redrawn", [weekday_changed, split, made_anew_by_the_other])
@pytest.mark.parametrize("watched", [True, False])
def test_a_series_drawn_anew_misses_nothing(
    stage: Stage, redrawn: Happening, *, watched: bool
) -> None:
    stage.weekly()
    if watched:
        stage.tick(BEFORE)
    redrawn(stage)
    if watched:
        stage.tick(MEANWHILE)
    stage.tick(AFTER)
    assert verdicts(stage) == ["held"]
    assert "missed" not in {str(outcome.verdict) for outcome in stage.dossier(AFTER).outcomes}


def test_a_series_that_ended_for_good_leaves_the_pair_and_no_misses(stage: Stage) -> None:
    stage.weekly()
    stage.tick(BEFORE)
    stage.world.delete(UID)
    stage.tick(MEANWHILE)
    stage.tick(AFTER)
    assert [str(outcome.verdict) for outcome in stage.dossier(AFTER).outcomes] == ["held"]


@pytest.mark.parametrize("known", [True, False])
def test_a_series_declined_for_good_makes_no_pair_and_ends_one(
    stage: Stage, *, known: bool
) -> None:
    stage.weekly()
    if known:
        stage.tick(BEFORE)
    stage.world.answer(UID, Attendee(BEN, response=Response.DECLINED))
    stage.tick(MEANWHILE)
    shown = [(pair["series"], pair["next"]) for pair in queries.pairs(stage.house, MEANWHILE)]
    assert shown == ([([], None)] if known else [])


def test_a_proposal_that_was_accepted_rescues(stage: Stage) -> None:
    stage.weekly()
    stage.tick(BEFORE)
    cancel(stage)
    stage.tick(MEANWHILE)
    (proposal,) = stage.dossier(MEANWHILE).proposals
    answering.accept(stage.house, proposal.id, MEANWHILE + hours(1))
    stage.tick(AFTER)
    assert verdicts(stage) == ["rescued"]
    assert stage.dossier(AFTER).streak.count == 0


def test_an_excuse_given_excuses(stage: Stage) -> None:
    stage.weekly()
    cancel(stage)
    stage.tick(AFTER)
    assert verdicts(stage) == ["missed"]
    day = date(2026, 3, 9)
    steering.excuse(stage.house, stage.dossier(AFTER), day, day, "a trade fair")
    assert verdicts(stage) == ["excused"]


@pytest.mark.parametrize("country", ["IE", None])
def test_a_public_holiday_of_the_other_persons_country_excuses(
    tmp_path: Path, country: str | None
) -> None:
    people = {address: Person(address) for address in (MAYA, BEN)}
    stage = Stage(tmp_path, accounts=people)
    mine, his = stage.house.accounts
    his = replace(his, policy=replace(his.policy, country=country))
    stage.house = replace(stage.house, accounts=(mine, his))
    uid = stage.weekly(start=FIRST + DAY)
    stage.world.cancel(uid, week(2) + DAY)  # Saint Patrick's Day, 17 March 2026
    now = week(2) + 6 * DAY
    stage.tick(now)
    outcome = next(o for o in stage.dossier(now).outcomes if o.recurrence_id == week(2) + DAY)
    assert str(outcome.verdict) == ("excused" if country else "missed")
    stage.store.close()


def test_the_holidays_of_the_week_after_are_known_across_the_new_year(stage: Stage) -> None:
    stage.settle(country="DE")
    last_monday = week(43)  # 28 December 2026
    stage.weekly(rule="FREQ=WEEKLY;COUNT=1", start=last_monday)
    stage.tick(last_monday - DAY)
    assert date(2027, 1, 1) in stage.dossier(last_monday - DAY).holidays[MAYA]
