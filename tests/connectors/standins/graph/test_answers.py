"""Answers, and other times proposed; "facts" is the section of the Graph fact sheet."""

import httpx2
import pytest

from connectors.standins.graph import Person
from tests.connectors.standins.graph.conftest import (
    SECOND,
    THIRD,
    Company,
    at,
    mails,
    master,
    occurrence,
    single,
    view,
)


@pytest.fixture(autouse=True)
def _quiet(company: Company, weekly: str) -> None:
    """The invitation to the series is old news."""
    assert weekly
    company.world.mails.clear()


def test_only_the_organizers_copy_knows_the_answers(
    company: Company, graph: httpx2.Client, his: httpx2.Client, maya: Person
) -> None:
    """Facts 2."""
    his.post(f"/me/events/{master(his)}/accept", json={"comment": "Gladly"})

    assert view(graph)[0]["attendees"][0]["status"]["response"] == "accepted"
    assert view(his)[0]["attendees"][0]["status"]["response"] == "none"
    assert view(his)[0]["responseStatus"]["response"] == "accepted"
    assert mails(company) == [("accepted", maya.email)]


def test_what_is_declined_leaves_the_calendar(
    company: Company, graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 3; the organizer sees it at that occurrence alone."""
    his.post(f"/me/events/{occurrence(his, SECOND)['id']}/decline", json={})

    assert len(view(his)) == 5
    assert occurrence(graph, SECOND)["attendees"][0]["status"]["response"] == "declined"
    assert occurrence(graph, THIRD)["attendees"][0]["status"]["response"] == "none"
    assert len(mails(company)) == 1


def test_or_it_stays_where_people_keep_declined_events(
    company: Company, his: httpx2.Client, ben: Person
) -> None:
    """Facts 3: unconfirmed."""
    company.world.learn(ben.email, keeps_declined=True)

    his.post(f"/me/events/{occurrence(his, SECOND)['id']}/decline", json={})

    assert occurrence(his, SECOND)["responseStatus"]["response"] == "declined"


def test_another_time_is_proposed_and_taken(
    company: Company,
    graph: httpx2.Client,
    his: httpx2.Client,
    maya: Person,
    ben: Person,
    weekly: str,
) -> None:
    """Facts 3: the organizer sees it in attendees[].proposedNewTime and PATCHes the times."""
    slot = {each: single()[each] for each in ("start", "end")}
    decline = {"comment": "Thursday?", "sendResponse": True, "proposedNewTime": slot}

    his.post(f"/me/events/{occurrence(his, SECOND)['id']}/decline", json=decline).raise_for_status()
    seen = occurrence(graph, SECOND)["attendees"][0]
    maya.moves(weekly, at(12, 14), on=SECOND)

    assert seen["proposedNewTime"]["start"]["dateTime"] == "2026-03-12T14:00:00"
    assert "proposedNewTime" not in occurrence(graph, SECOND)["attendees"][0]
    lost = his.get(f"/me/events/{master(his)}", params={"$select": "cancelledOccurrences"}).json()
    assert lost["cancelledOccurrences"] == []
    assert occurrence(his, SECOND)["start"]["dateTime"] == "2026-03-12T13:00:00.0000000"
    assert mails(company) == [("declined", maya.email), ("update", ben.email)]


def test_a_proposal_needs_leave_and_an_answer_that_is_sent(
    graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 3; and accept has no proposal at all."""
    slot = {each: single()[each] for each in ("start", "end")}
    address = f"/me/events/{occurrence(his, SECOND)['id']}"
    silent = {"sendResponse": False, "proposedNewTime": slot}

    assert his.post(f"{address}/decline", json=silent).status_code == 400
    shouted = {"SendResponse": False, "ProposedNewTime": slot}
    assert his.post(f"{address}/decline", json=shouted).status_code == 400
    assert his.post(f"{address}/accept", json={"proposedNewTime": slot}).status_code == 400
    graph.patch(f"/me/events/{master(graph)}", json={"allowNewTimeProposals": False})
    assert (
        his.post(f"{address}/tentativelyAccept", json={"proposedNewTime": slot}).status_code == 400
    )


def test_an_answer_can_be_kept_to_oneself(
    company: Company, graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 3."""
    his.post(f"/me/events/{master(his)}/accept", json={"sendResponse": False})

    assert view(graph)[0]["attendees"][0]["status"]["response"] == "none"
    assert mails(company) == []


def test_people_answer_by_hand_as_programs_do(
    company: Company, graph: httpx2.Client, ben: Person, weekly: str
) -> None:
    ben.accepts(weekly)
    ben.hesitates(weekly, on=SECOND, instead=at(12, 14))
    ben.declines(weekly, on=THIRD, comment="On leave")

    answers = [each["attendees"][0]["status"]["response"] for each in view(graph)][:4]
    assert answers == ["accepted", "tentativelyAccepted", "declined", "accepted"]
    proposed = occurrence(graph, SECOND)["attendees"][0]["proposedNewTime"]
    assert proposed["end"]["dateTime"] == "2026-03-12T14:30:00.0000000"
    assert [mail.comment for mail in company.world.mails] == ["", "", "On leave"]
