"""A guest asks the organizer for another time: in the journal, once, and seen when it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.outlook import translate
from connectors.standins.faults import Answer, LostAnswer
from connectors.standins.graph.items import Fields
from daemon import answering, queries, steering
from daemon.answering import Refused
from daemon.core.words import ProposalState
from daemon.journal import State
from tests.office import Office
from tests.stage import BEN, MAYA, Stage, hours, week

DAY = timedelta(days=1)
WEDNESDAY, FRIDAY = week(0) + 2 * DAY, week(0) + 4 * DAY
LATER = WEDNESDAY + hours(1)
ANSWERS = "*/tentativelyAccept"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office.opened(tmp_path) as office:
        yield office


@pytest.fixture
def lost(office: Office) -> str:
    """Maya is Ben's guest; he moved next Monday's meeting into this week, so next week has none."""
    uid = office.hosted_by(office.ben)
    office.well(week(0) + DAY)
    office.ben.moves(uid, FRIDAY, on=week(1).date())
    assert "propose" in office.well(WEDNESDAY)
    office.mailed()
    return uid


def in_his_copy(office: Office, uid: str) -> Fields:
    """Return what Ben's calendar has of Maya's answer to next week's meeting."""
    (fields,) = office.ben.copy(uid).exceptions[week(1).date()].fields["attendees"]
    answer: Fields = fields
    return answer


def asks(office: Office) -> int:
    return sum(request.path.endswith("tentativelyAccept") for request in office.company.wire.log)


def test_the_organizer_is_asked_once_and_nothing_is_booked(office: Office, lost: str) -> None:
    one = office.proposal()
    office.clock.at = LATER
    asked = answering.counter(office.house, one.id, LATER, n=2)
    assert answering.counter(office.house, one.id, LATER, n=2) == asked
    assert (asked.state, asked.booked) == (ProposalState.OPEN, None)
    wished = in_his_copy(office, lost)
    assert wished["status"]["response"] == "tentativelyAccepted"
    start = translate.moment(wished["proposedNewTime"]["start"]["dateTime"])
    assert start == one.options[1].span.start
    assert office.mailed() == [BEN]
    office.well(LATER + hours(1))
    assert office.mailed() == []


def test_it_is_in_the_journal_as_a_write_that_cannot_be_taken_back(
    office: Office, lost: str
) -> None:
    office.clock.at = LATER
    answering.counter(office.house, office.proposal().id, LATER)
    (entry,) = [e for e in queries.entries(office.house) if e["kind"] == "counter"]
    assert (entry["state"], entry["undoable"]) == ("done", False)
    assert entry["after"]["proposed"]["start"]
    assert office.entry("counter").decision.mails == (BEN,)
    (refusal,) = steering.undo(office.house, [office.entry("counter")], LATER).refused
    assert "cannot be undone" in str(refusal[1])
    assert in_his_copy(office, lost)["status"]["response"] == "tentativelyAccepted"


def test_the_organizer_moves_it_and_the_week_is_whole_again(office: Office, lost: str) -> None:
    office.clock.at = LATER
    answering.counter(office.house, office.proposal().id, LATER)
    wanted = office.proposal().options[0].span.start
    office.ben.moves(lost, wanted, on=week(1).date())
    office.well(LATER + hours(1))
    assert office.proposal().state is ProposalState.OVERTAKEN
    outcomes = office.stage.dossier(office.clock.at).outcomes
    (verdict,) = [o.verdict for o in outcomes if o.recurrence_id == week(1)]
    assert verdict in {"moved", "upcoming"}


def test_another_time_after_that_is_a_new_meeting_or_none(office: Office, lost: str) -> None:
    office.clock.at = LATER
    one = office.proposal()
    answering.counter(office.house, one.id, LATER, n=1)
    with pytest.raises(Refused, match="asked already, for option 1"):
        answering.counter(office.house, one.id, LATER, n=2)
    assert answering.accept(office.house, one.id, LATER, n=2).booked
    assert lost


@pytest.mark.usefixtures("lost")
def test_a_power_cut_after_the_answer_mails_nobody_twice(office: Office) -> None:
    office.clock.at = LATER
    wire = office.company.wire
    wire.fail(LostAnswer(), path=ANSWERS)
    with pytest.raises(Refused, match="no answer"):
        answering.counter(office.house, office.proposal().id, LATER)
    assert office.entry("counter").state is State.BEGUN
    office.well(LATER + hours(1))
    office.well(LATER + hours(2))
    assert (asks(office), office.mailed()) == (1, [BEN])
    assert office.entry("counter").state is State.DONE
    assert office.proposal().countered is not None


@pytest.mark.usefixtures("lost")
def test_a_power_cut_before_the_answer_asks_later(office: Office) -> None:
    office.clock.at = LATER
    office.company.wire.fail(Answer(502), path=ANSWERS)
    with pytest.raises(Refused):
        answering.counter(office.house, office.proposal().id, LATER)
    assert office.mailed() == []
    office.well(LATER + hours(1))
    assert office.mailed() == [BEN]


def test_what_maya_declined_and_kept_stays_declined(office: Office) -> None:
    """Facts 3: proposedNewTime exists on decline too."""
    office.company.world.learn(MAYA, keeps_declined=True)
    uid = office.hosted_by(office.ben)
    office.well(week(0) + DAY)
    office.maya.declines(uid, on=week(1).date())
    office.well(WEDNESDAY)
    office.clock.at = LATER
    answering.counter(office.house, office.proposal().id, LATER)
    answer = in_his_copy(office, uid)
    assert answer["status"]["response"] == "declined"
    assert answer["proposedNewTime"]


def negotiable(office: Office, now: datetime = LATER) -> bool:
    (shape,) = queries.proposals(office.house, now)
    found: bool = shape["negotiable"]
    return found


def test_it_is_offered_where_it_works_and_only_there(office: Office, lost: str) -> None:
    letters = office.stage.world.letters
    assert "--option 1 --counter" in letters[-1].text
    assert negotiable(office)
    assert not negotiable(office, FRIDAY + hours(1))  # that meeting is over
    office.ben.changes(lost, allowNewTimeProposals=False)
    office.well(LATER)
    assert not negotiable(office)
    with pytest.raises(Refused, match="no standing meeting"):
        answering.counter(office.house, office.proposal().id, LATER)
    assert BEN not in office.mailed()


def test_nobody_is_asked_about_a_cancelled_meeting(office: Office) -> None:
    uid = office.hosted_by(office.ben)
    office.well(week(0) + DAY)
    office.ben.cancels(uid, on=week(1).date())
    office.well(WEDNESDAY)
    assert not negotiable(office)
    with pytest.raises(Refused, match="no standing meeting"):
        answering.counter(office.house, office.proposal().id, LATER)


def test_an_organizer_moves_the_meeting_and_asks_nobody(office: Office) -> None:
    uid = office.hosted_by(office.maya)
    office.well(week(0) + DAY)
    office.maya.moves(uid, FRIDAY, on=week(1).date())
    office.well(WEDNESDAY)
    assert not negotiable(office)


def test_a_calendar_that_cannot_ask_offers_only_a_new_meeting(stage: Stage) -> None:
    stage.cancel(stage.weekly(), week(1))
    stage.tick(WEDNESDAY)
    (shape,) = queries.proposals(stage.house, WEDNESDAY)
    assert not shape["negotiable"]
    with pytest.raises(Refused, match="no standing meeting"):
        answering.counter(stage.house, shape["id"], WEDNESDAY)


def test_the_time_that_came_with_a_decline_is_offered_first(office: Office) -> None:
    """Facts 3: the organizer's copy has it in attendees[].proposedNewTime."""
    uid = office.hosted_by(office.maya)
    office.well(week(0) + DAY)
    thursday = week(1) + 3 * DAY + hours(4)
    office.ben.declines(uid, on=week(1).date(), instead=thursday)
    office.well(WEDNESDAY)
    first = office.proposal().options[0]
    assert first.span.start == thursday
    assert "proposed with the decline" in first.because


def test_a_time_that_came_with_a_decline_and_is_taken_is_not_offered(office: Office) -> None:
    uid = office.hosted_by(office.maya)
    office.well(week(0) + DAY)
    thursday = week(1) + 3 * DAY + hours(4)
    office.maya.schedules("Board", thursday)
    office.ben.declines(uid, on=week(1).date(), instead=thursday)
    office.well(WEDNESDAY)
    assert thursday not in [option.span.start for option in office.proposal().options]
