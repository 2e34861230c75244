"""Who gets which copy and which mail; "facts" is the section of the Graph fact sheet."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from connectors.standins.graph import Kind, Person
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


def test_the_link_in_the_body_of_a_series_costs_one_mail(
    company: Company, graph: httpx2.Client, his: httpx2.Client, ben: Person
) -> None:
    """Facts 0.3, 3."""
    body = {"contentType": "html", "content": '<a href="https://x.example">Agenda</a>'}

    graph.patch(f"/me/events/{master(graph)}", json={"body": body}).raise_for_status()

    assert mails(company) == [("update", ben.email)]
    assert all("x.example" in each["body"]["content"] for each in view(his))


def test_a_changed_series_mails_once_more_for_each_exception(
    company: Company, graph: httpx2.Client, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 3."""
    maya.moves(weekly, at(10, 15), on=SECOND)
    maya.moves(weekly, at(18, 15), on=THIRD)
    company.world.mails.clear()

    graph.patch(f"/me/events/{master(graph)}", json={"subject": "New"}).raise_for_status()

    assert mails(company) == [("update", ben.email)] * 3


@pytest.mark.parametrize(
    "own",
    [
        {"categories": ["Blue"]},
        {"showAs": "free"},
        {"sensitivity": "private"},
        {"isReminderOn": False},
    ],
)
def test_properties_of_the_own_copy_are_silent(
    company: Company, graph: httpx2.Client, his: httpx2.Client, own: dict[str, Any]
) -> None:
    """Facts 3: MAPI logic."""
    graph.patch(f"/me/events/{master(graph)}", json=own).raise_for_status()

    assert mails(company) == []
    ((name, value),) = own.items()
    assert all(each[name] != value for each in view(his))


def test_attendees_alone_mail_only_those_who_changed(
    company: Company, graph: httpx2.Client, ben: Person
) -> None:
    """Facts 3."""
    eve = company.world.person("eve@acme.example", name="Eve")
    both = [{"emailAddress": {"address": each}} for each in (ben.email, eve.email)]

    graph.patch(f"/me/events/{master(graph)}", json={"attendees": both}).raise_for_status()
    graph.patch(f"/me/events/{master(graph)}", json={"attendees": both[1:]}).raise_for_status()

    assert mails(company) == [("invitation", eve.email), ("cancellation", ben.email)]


def test_who_is_no_longer_invited_has_a_cancelled_copy(
    graph: httpx2.Client, his: httpx2.Client
) -> None:
    graph.patch(f"/me/events/{master(graph)}", json={"attendees": []}).raise_for_status()

    assert all(each["isCancelled"] for each in view(his))


def test_an_answer_cannot_be_given_for_somebody(graph: httpx2.Client, ben: Person) -> None:
    """Facts 3."""
    said = {"emailAddress": {"address": ben.email}, "status": {"response": "accepted"}}

    answer = graph.patch(f"/me/events/{master(graph)}", json={"attendees": [said]}).json()

    assert answer["attendees"][0]["status"]["response"] == "none"


def test_a_room_is_a_resource_and_reads_no_mail(company: Company, graph: httpx2.Client) -> None:
    """Facts 2; rooms answer by themselves."""
    company.world.person("lake@acme.example", name="Lake", kind=Kind.ROOM)
    room = {"emailAddress": {"address": "lake@acme.example"}, "type": "resource"}

    made = graph.post("/me/events", json=single(attendees=[room])).json()

    assert mails(company) == []
    assert made["attendees"][0]["type"] == "resource"


def test_an_organizer_among_the_attendees_gets_no_mail(
    company: Company, graph: httpx2.Client, ben: Person
) -> None:
    """Facts 2: Outlook clients may add the organizer, by whatever alias."""
    both = [{"emailAddress": {"address": each}} for each in ("maya.k@acme.example", ben.email)]

    made = graph.post("/me/events", json=single(attendees=both)).json()

    assert len(made["attendees"]) == 2
    assert mails(company) == [("invitation", ben.email)]


def test_a_list_reaches_its_members(company: Company, graph: httpx2.Client, ben: Person) -> None:
    """Facts 2: the single "attendee" may be a list."""
    everyone = "team@acme.example"
    company.world.person(everyone, name="Team", kind=Kind.LIST, members=(ben.email,))

    graph.post("/me/events", json=single(attendees=[{"emailAddress": {"address": everyone}}]))

    assert mails(company) == [("invitation", ben.email)]


def test_the_same_transaction_makes_one_event(
    company: Company, graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 2: what the second POST answers is unconfirmed."""
    first = graph.post("/me/events", json=single(transactionId="t1")).json()
    again = graph.post("/me/events", json=single(transactionId="t1"))
    company.behaves(duplicate_transaction="conflict")
    refused = graph.post("/me/events", json=single(transactionId="t1"))

    theirs = his.get("/me/events", params={"$filter": f"iCalUId eq '{first['iCalUId']}'"}).json()
    assert first["transactionId"] == "t1"
    assert "transactionId" not in theirs["value"][0]
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert refused.status_code == 409
    assert mails(company) == [("invitation", "ben@acme.example")]
    assert graph.patch(f"/me/events/{first['id']}", json={"transactionId": "t2"}).status_code == 400


def test_a_moved_occurrence_moves_in_both_calendars(
    company: Company, graph: httpx2.Client, his: httpx2.Client, ben: Person
) -> None:
    """Facts 4: PATCH before cancelling."""
    lost = occurrence(graph, SECOND)["id"]
    times = {each: single()[each] for each in ("start", "end")}

    answer = graph.patch(f"/me/events/{lost}", json=times).json()

    assert answer["type"] == "exception"
    assert occurrence(his, SECOND)["start"]["dateTime"] == "2026-03-12T13:00:00.0000000"
    assert mails(company) == [("update", ben.email)]


def test_an_attendees_edit_stays_local_until_the_next_update(
    company: Company, graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 3."""
    his.patch(f"/me/events/{master(his)}", json={"subject": "Mine", "categories": ["Red"]})
    assert view(graph)[0]["subject"] == "Maya / Ben"

    graph.patch(f"/me/events/{master(graph)}", json={"subject": "Ours"})

    assert (view(his)[0]["subject"], view(his)[0]["categories"]) == ("Ours", ["Red"])
    assert len(mails(company)) == 1


def test_a_cancelled_occurrence_is_marked_in_the_attendees_copy(
    company: Company, graph: httpx2.Client, his: httpx2.Client, ben: Person
) -> None:
    """Facts 2, 3: 202, one mail with the comment; the copy is present, isCancelled."""
    lost = occurrence(graph, SECOND)["id"]

    answer = graph.post(f"/me/events/{lost}/cancel", json={"comment": "Ill today"})

    assert answer.status_code == 202
    assert occurrence(his, SECOND)["isCancelled"]
    assert [(each.to, each.comment, each.day) for each in company.world.mails] == [
        (ben.email, "Ill today", SECOND)
    ]


def test_it_stays_marked_when_the_series_changes(
    graph: httpx2.Client, his: httpx2.Client, maya: Person, weekly: str
) -> None:
    maya.cancels(weekly, on=SECOND)

    graph.patch(f"/me/events/{master(graph)}", json={"subject": "New"}).raise_for_status()

    assert occurrence(his, SECOND)["isCancelled"]
    assert len(view(his)) == 6


def test_or_it_is_gone_from_the_attendees_copy(
    company: Company, graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 2: unconfirmed, clients may remove it by themselves."""
    company.behaves(cancelled_copy_stays=False)

    graph.post(f"/me/events/{occurrence(graph, SECOND)['id']}/cancel", json={})

    assert len(view(his)) == 5


def test_what_an_attendee_deleted_stays_deleted_when_the_series_changes(
    graph: httpx2.Client, his: httpx2.Client
) -> None:
    his.delete(f"/me/events/{occurrence(his, SECOND)['id']}")

    graph.patch(f"/me/events/{master(graph)}", json={"subject": "New"})

    assert [each["subject"] for each in view(his)] == ["New"] * 5


def test_only_an_organizer_cancels(company: Company, his: httpx2.Client) -> None:
    """Facts 3."""
    answer = his.post(f"/me/events/{master(his)}/cancel", json={})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "You need to be an organizer to cancel a meeting."
    assert mails(company) == []


def test_an_organizers_delete_mails_a_cancellation(
    company: Company, graph: httpx2.Client, his: httpx2.Client, ben: Person
) -> None:
    """Facts 3: afterwards it looks like a cancel."""
    assert graph.delete(f"/me/events/{master(graph)}").status_code == 204

    assert mails(company) == [("cancellation", ben.email)]
    assert all(each["isCancelled"] for each in view(his))


def test_an_attendees_delete_tells_nobody(
    company: Company, graph: httpx2.Client, his: httpx2.Client
) -> None:
    """Facts 3: a vanished occurrence that is no cancellation."""
    his.delete(f"/me/events/{occurrence(his, SECOND)['id']}")

    graph.patch(f"/me/events/{master(graph)}", json={"categories": ["Blue"]})
    assert (len(view(his)), len(view(graph))) == (5, 6)
    assert occurrence(graph, SECOND)["attendees"][0]["status"]["response"] == "none"
    assert mails(company) == []


def test_if_match_may_be_honoured_or_not(company: Company, graph: httpx2.Client) -> None:
    """Facts 2: unconfirmed for events."""
    address = f"/me/events/{master(graph)}"
    old = graph.get(address).json()["@odata.etag"]
    graph.patch(address, json={"subject": "1"})
    stale = {"If-Match": old}

    assert graph.patch(address, json={"subject": "2"}, headers=stale).status_code == 200
    company.behaves(event_if_match=True)
    refused = graph.patch(address, json={"subject": "3"}, headers=stale)
    assert (refused.status_code, refused.json()["error"]["code"]) == (
        412,
        "ErrorIrresolvableConflict",
    )


def test_hidden_attendees_see_themselves_alone(
    company: Company, graph: httpx2.Client, his: httpx2.Client, ben: Person
) -> None:
    """Facts 2: hideAttendees."""
    eve = company.world.person("eve@acme.example")
    both = [{"emailAddress": {"address": each}} for each in (ben.email, eve.email)]

    made = graph.post("/me/events", json=single(attendees=both, hideAttendees=True)).json()

    copies = his.get("/me/events", params={"$filter": f"iCalUId eq '{made['iCalUId']}'"}).json()
    (seen,) = copies["value"][0]["attendees"]
    assert seen["emailAddress"]["address"] == ben.email


def test_a_private_meeting_is_private_on_both_sides(
    graph: httpx2.Client, his: httpx2.Client
) -> None:
    made = graph.post("/me/events", json=single(sensitivity="private")).json()

    copies = his.get("/me/events", params={"$filter": f"iCalUId eq '{made['iCalUId']}'"}).json()

    assert copies["value"][0]["sensitivity"] == "private"


def test_somebody_elsewhere_gets_mail_and_keeps_the_same_uid(
    company: Company, his: httpx2.Client, ben: Person
) -> None:
    """A meeting organized outside this tenant, with the uid the other side gave it."""
    gina = company.world.person("gina@other.example", kind=Kind.OUTSIDER)

    gina.schedules("Us two", at(4), guests=[ben.email], uid="abc@google.example")
    his.post(f"/me/events/{occurrence_of(his, 'abc@google.example')}/accept", json={})

    assert mails(company) == [("invitation", ben.email), ("accepted", gina.email)]


def occurrence_of(client: httpx2.Client, uid: str) -> str:
    found = client.get("/me/events", params={"$filter": f"iCalUId eq '{uid}'"}).json()["value"]
    return str(found[0]["id"])


def test_an_end_before_the_start_is_refused(graph: httpx2.Client) -> None:
    body = single()

    assert graph.post("/me/events", json={**body, "end": body["start"]}).status_code == 400


def test_a_whole_day_begins_at_midnight(graph: httpx2.Client) -> None:
    assert graph.post("/me/events", json=single(isAllDay=True)).status_code == 400


def test_time_is_counted_from_the_worlds_clock(company: Company, graph: httpx2.Client) -> None:
    company.clock.passes(timedelta(days=1))

    made = graph.post("/me/events", json=single()).json()

    assert made["createdDateTime"] == "2026-03-02T08:00:00Z"
