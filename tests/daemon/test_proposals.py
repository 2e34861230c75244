"""Another time for what was lost: offered, kept true, settled by people, answered once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connectors.memory import Refusal
from connectors.model import Span
from daemon import answering, queries, steering
from daemon.answering import Refused
from daemon.core.words import Proposal, ProposalState
from daemon.journal import State
from daemon.ledger import EVERYBODY
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, kinds, week

DAY = timedelta(days=1)
SUNDAY = week(1) - hours(20)
CARO = "caro@acme.example"


@pytest.fixture
def lost(stage: Stage) -> Stage:
    """The house after Monday's meeting of week 1 was cancelled on the Sunday before."""
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY)
    return stage


def proposal(stage: Stage, now: datetime = SUNDAY) -> Proposal:
    """Return the only proposal as it stands."""
    (one,) = stage.dossier(now).proposals
    return one


def fill(stage: Stage, span: Span, who: str = MAYA) -> str:
    """Let somebody be taken at a time; only the own calendar tells by itself that it changed."""
    return stage.world.meet(who, CARO, span)


def standing(stage: Stage) -> list[datetime]:
    """Return when Maya and Ben meet in week 1, as the next look finds it."""
    stage.tick(SUNDAY + hours(4))
    dossier = stage.dossier(SUNDAY + hours(4))
    return [m.span.start for m in dossier.standing() if week(1) - DAY < m.span.start < week(2)]


def states(stage: Stage, now: datetime) -> list[str]:
    return [shape["state"] for shape in queries.proposals(stage.house, now)]


def test_a_whole_week_away_is_asked_about_once_and_again_when_something_changed(
    stage: Stage,
) -> None:
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    away = stage.world.absent(MAYA, Span(week(1) - hours(10), week(1) + 5 * DAY))
    stage.world.cancel(uid, week(1))
    assert "propose" not in kinds(stage.tick(SUNDAY))
    before = len(stage.world.wire.log)
    stage.tick(SUNDAY + hours(1))
    assert stage.asked(before) == ["calendar.changes"]
    stage.world.delete(away)
    assert "propose" in kinds(stage.tick(SUNDAY + hours(2)))


def test_options_lie_in_the_week_and_are_free_for_both(lost: Stage) -> None:
    fill(lost, Span(week(1) + DAY, week(1) + DAY + hours(6)))
    lost.tick(SUNDAY + hours(1))
    for option in proposal(lost).options:
        assert week(1).date() <= option.span.start.date() <= (week(1) + 4 * DAY).date()
        assert not option.span.overlaps(Span(week(1) + DAY, week(1) + DAY + hours(6)))


def test_a_meeting_that_left_its_week_was_lost_where_it_was(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    away = week(2) + 2 * DAY
    stage.world.move(uid, week(1), Span(away, away + HALF_AN_HOUR))
    stage.tick(SUNDAY)
    (shown,) = queries.proposals(stage.house, SUNDAY)
    assert shown["lost"]["start"] == shown["lost"]["recurrence_id"] == week(1).isoformat()
    (letter,) = [one for one in stage.world.letters if one.to == MAYA]
    assert "on Monday, 9 March 2026, 10:00 is off: moved out of its week" in letter.text
    # People gave that hour up: it is not what they are offered.
    assert week(1) not in [option.span.start for option in proposal(stage).options]


def test_a_meeting_the_people_restored_overtakes_its_proposal(lost: Stage) -> None:
    lost.world.reinstate("event-1", week(1))
    lost.tick(SUNDAY + hours(1))
    assert states(lost, SUNDAY + hours(1)) == ["overtaken"]


def test_a_meeting_the_people_found_themselves_overtakes_the_proposal(lost: Stage) -> None:
    lost.single(week(1) + DAY, BEN, MAYA)
    lost.tick(SUNDAY + hours(1))
    assert states(lost, SUNDAY + hours(1)) == ["overtaken"]
    with pytest.raises(Refused):
        answering.accept(lost.house, proposal(lost).id, SUNDAY + hours(2))


def test_a_proposal_expires_with_its_week_by_the_clock_alone(lost: Stage) -> None:
    assert states(lost, week(1) + 6 * DAY) == ["open"]
    assert states(lost, week(2) - hours(9)) == ["expired"]
    lost.tick(week(2) - hours(9))
    assert proposal(lost).state is ProposalState.EXPIRED


def test_a_declined_proposal_stays_declined_and_no_other_comes(lost: Stage) -> None:
    answering.decline(lost.house, proposal(lost).id, SUNDAY)
    answering.decline(lost.house, proposal(lost).id, SUNDAY)
    turns = lost.every(SUNDAY, week(1) + 4 * DAY, hours(24))
    assert "propose" not in [kind for turn in turns for kind in kinds(turn)]
    assert proposal(lost).state is ProposalState.DECLINED
    with pytest.raises(Refused):
        answering.accept(lost.house, proposal(lost).id, SUNDAY)


def test_only_one_proposal_and_one_letter_for_one_lost_meeting(lost: Stage) -> None:
    turns = lost.every(SUNDAY, week(1) + DAY, hours(3))
    assert "propose" not in [kind for turn in turns for kind in kinds(turn)]
    assert len([x for x in lost.world.letters if x.key.startswith("propose")]) == 1


def test_an_option_that_still_does_keeps_its_number(lost: Stage) -> None:
    before = {option.n: option.span for option in proposal(lost).options}
    fill(lost, before[2])
    lost.tick(SUNDAY + hours(1))
    after = {option.n: option.span for option in proposal(lost).options}
    assert after[1] == before[1]
    assert after[3] == before[3]
    assert set(after) == {1, 3, 4}


def test_no_number_is_ever_given_twice(lost: Stage) -> None:
    read: dict[int, Span] = {}
    for number in range(4):
        now = SUNDAY + hours(1 + number)
        for option in proposal(lost, now).options:
            assert read.setdefault(option.n, option.span) == option.span
        fill(lost, proposal(lost, now).options[-1].span)
        lost.tick(now)
    assert len(read) > 4


def test_open_proposals_stay_apart_when_their_times_are_looked_for_again(stage: Stage) -> None:
    with_ben = stage.weekly()
    with_caro = stage.weekly(guest=CARO, start=FIRST + hours(1))
    stage.tick(week(0) + DAY)
    stage.world.cancel(with_ben, week(1))
    stage.world.cancel(with_caro, week(1) + hours(1))
    stage.tick(SUNDAY)
    for _ in range(3):
        first = [one["options"][0]["start"] for one in queries.proposals(stage.house, SUNDAY)]
        assert len(set(first)) == 2
        for start in map(datetime.fromisoformat, first):
            fill(stage, Span(start, start + HALF_AN_HOUR))
        stage.tick(SUNDAY + hours(0.1))


def test_accepting_books_once_whatever_happens(lost: Stage) -> None:
    chosen = proposal(lost).options[0].span
    booked = answering.accept(lost.house, proposal(lost).id, SUNDAY)
    again = answering.accept(lost.house, proposal(lost).id, SUNDAY + hours(1))
    assert booked == again
    assert booked.state is ProposalState.BOOKED
    assert standing(lost) == [chosen.start]
    assert lost.world.mailed == [BEN]
    lost.tick(SUNDAY + hours(2))
    assert proposal(lost).state is ProposalState.BOOKED


def test_a_booked_time_counts_from_booking_on(lost: Stage) -> None:
    chosen = answering.accept(lost.house, proposal(lost).id, SUNDAY).booked
    assert chosen is not None
    (pair,) = queries.pairs(lost.house, SUNDAY)
    assert [o["outcome"] for o in pair["outcomes"]][1] == "rescued"
    assert pair["next"]["start"] == chosen.span.start.isoformat()


def test_a_booked_time_that_the_next_look_does_not_find_counts_no_more(lost: Stage) -> None:
    answering.accept(lost.house, proposal(lost).id, SUNDAY)
    lost.world.cancel("event-1", week(1))
    lost.tick(SUNDAY)
    (pair,) = queries.pairs(lost.house, SUNDAY)
    assert [o["outcome"] for o in pair["outcomes"]][1] == "missed"


def test_what_an_alert_offers_can_still_be_done(lost: Stage) -> None:
    lost.world.cancel("event-1", week(2))
    lost.tick(SUNDAY + hours(1))
    now = week(2) + DAY
    lost.tick(now)
    (note,) = queries.alerts(lost.house, now)
    (open_one,) = [p for p in queries.proposals(lost.house, now) if p["state"] == "open"]
    assert open_one["id"] in note["text"]
    assert all(
        one["id"] not in note["text"]
        for one in queries.proposals(lost.house, now)
        if one["state"] != "open"
    )
    first = min(open_one["options"], key=lambda option: option["n"])
    assert datetime.fromisoformat(first["start"]) > now
    assert f"--option {first['n']}" in note["text"]


def test_another_option_of_a_booked_proposal_is_refused(lost: Stage) -> None:
    answering.accept(lost.house, proposal(lost).id, SUNDAY, n=2)
    with pytest.raises(Refused, match="option 2"):
        answering.accept(lost.house, proposal(lost).id, SUNDAY, n=1)
    assert lost.world.mailed == [BEN]


def test_a_time_that_is_gone_books_nothing_and_offers_others(lost: Stage) -> None:
    gone = proposal(lost).options[0].span
    fill(lost, gone, BEN)
    with pytest.raises(Refused) as refused:
        answering.accept(lost.house, proposal(lost).id, SUNDAY + hours(1))
    assert refused.value.proposal is not None
    assert gone not in [option.span for option in refused.value.proposal.options]
    assert refused.value.proposal.state is ProposalState.OPEN
    assert standing(lost) == []
    assert lost.world.mailed == []


def test_a_time_that_has_passed_is_gone(lost: Stage) -> None:
    first = min(proposal(lost).options, key=lambda option: option.span)
    with pytest.raises(Refused, match="not free"):
        answering.accept(lost.house, proposal(lost).id, first.span.start, n=first.n)
    assert not lost.world.mailed


@pytest.mark.parametrize("n", [0, 4])
def test_there_are_only_the_options_that_were_offered(lost: Stage, n: int) -> None:
    with pytest.raises(Refused, match=f"no option {n}"):
        answering.accept(lost.house, proposal(lost).id, SUNDAY, n=n)


def test_where_nothing_may_be_written_nothing_is_booked(lost: Stage) -> None:
    lost.settle(write=False)
    with pytest.raises(Refused, match="write = false"):
        answering.accept(lost.house, proposal(lost).id, SUNDAY)
    lost.settle(write=True)
    steering.pause(lost.house, EVERYBODY, None)
    with pytest.raises(Refused, match="paused"):
        answering.accept(lost.house, proposal(lost).id, SUNDAY)
    assert not lost.world.mailed
    steering.resume(lost.house, EVERYBODY)
    assert answering.accept(lost.house, proposal(lost).id, SUNDAY).booked


def test_nothing_is_booked_unseen(lost: Stage) -> None:
    wire = lost.world.wire
    wire.fail(Refusal(), at=wire.count + 1)
    with pytest.raises(Refused, match="busy"):
        answering.accept(lost.house, proposal(lost).id, SUNDAY)
    assert answering.accept(lost.house, proposal(lost).id, SUNDAY).booked


def test_a_failed_booking_can_be_tried_with_another_option(lost: Stage) -> None:
    wire = lost.world.wire
    wire.fail(Refusal(), at=wire.count + _to_book())
    with pytest.raises(Refused):
        answering.accept(lost.house, proposal(lost).id, SUNDAY)
    second = proposal(lost).options[1].span
    assert answering.accept(lost.house, proposal(lost).id, SUNDAY, n=2).booked
    (entry,) = [e for e in queries.entries(lost.house) if e["kind"] == "book"]
    assert entry["state"] == State.DONE
    assert standing(lost) == [second.start]


def test_a_full_week_falls_back_to_the_next(lost: Stage) -> None:
    for day in range(5):
        start = week(1) + day * DAY - hours(2)
        fill(lost, Span(start, start + hours(10)))
    lost.tick(SUNDAY + hours(1))
    full = proposal(lost)
    assert full.options == ()
    assert full.fallback is not None
    assert full.fallback.span is not None
    booked = answering.accept(lost.house, full.id, SUNDAY + hours(2), fallback=True)
    assert booked.booked is not None
    assert booked.booked.n == 0
    assert answering.accept(lost.house, full.id, SUNDAY + hours(3), fallback=True) == booked


def test_a_guest_books_one_new_single_event_of_their_own(stage: Stage) -> None:
    uid = stage.world.meet(BEN, MAYA, Span(FIRST, FIRST + HALF_AN_HOUR), "FREQ=WEEKLY")
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY)
    before = stage.world.event(uid)
    answering.accept(stage.house, proposal(stage).id, SUNDAY)
    answering.accept(stage.house, proposal(stage).id, SUNDAY)
    (made,) = [e for e in stage.world.events.values() if e.organizer == MAYA]
    assert made.rule is None
    assert made.people == {MAYA, BEN}
    assert stage.world.event(uid) == before
    assert stage.world.mailed == [BEN]
    stage.tick(SUNDAY + hours(1))
    assert stage.dossier(SUNDAY + hours(1)).outcomes[1].verdict == "rescued"


def test_auto_books_what_it_proposes_and_tells_in_the_digest(stage: Stage) -> None:
    stage.settle(auto=True)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert kinds(stage.tick(SUNDAY))[-2:] == ["propose", "book"]
    booked = proposal(stage).booked
    assert booked is not None
    assert standing(stage) == [booked.span.start]
    assert not any("accept" in letter.text for letter in stage.world.letters)
    stage.tick(week(1) + hours(8))
    assert any("visavis undo w-" in letter.text for letter in stage.world.letters)


def test_auto_books_nothing_that_starts_too_soon(stage: Stage) -> None:
    stage.settle(auto=True, freeze=timedelta(days=7))
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert "book" not in kinds(stage.tick(SUNDAY))
    assert proposal(stage).state is ProposalState.OPEN


def test_auto_asks_where_somebody_cannot_be_seen(stage: Stage) -> None:
    stage.settle(auto=True)
    stage.world.unseen.add(BEN)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert "book" not in kinds(stage.tick(SUNDAY))
    assert any("accept" in letter.text for letter in stage.world.letters)


def test_auto_asks_where_the_other_organizes(stage: Stage) -> None:
    stage.settle(auto=True)
    uid = stage.world.meet(BEN, MAYA, Span(FIRST, FIRST + HALF_AN_HOUR), "FREQ=WEEKLY")
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert "book" not in kinds(stage.tick(SUNDAY))


def test_what_was_booked_by_itself_and_is_lost_again_stays_lost(stage: Stage) -> None:
    stage.settle(auto=True)
    uid = stage.weekly()
    stage.tick(week(0) + DAY)
    stage.world.cancel(uid, week(1))
    assert "book" in kinds(stage.tick(SUNDAY))
    stage.world.cancel(uid, week(1))
    turns = stage.every(SUNDAY + hours(1), week(1) + 3 * DAY, hours(6))
    assert "book" not in [kind for turn in turns for kind in kinds(turn)]
    assert standing(stage) == []


def _to_book() -> int:
    """Return the number of the request that books, counted from the answer of the owner."""
    look = ("calendar.changes", "calendar.busy", "calendar.hours", "calendar.hours")
    return len((*look, "calendar.find", "calendar.look", "calendar.book"))
