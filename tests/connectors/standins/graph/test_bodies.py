"""The online meeting inside a body; "facts" is the section of the Graph fact sheet."""

import httpx2

from tests.connectors.standins.graph.conftest import (
    Company,
    single,
)


def test_an_online_meeting_lives_in_its_body(graph: httpx2.Client) -> None:
    """Facts 2: losing the block disables the meeting, keeping it does not."""
    made = graph.post("/me/events", json=single(isOnlineMeeting=True)).json()
    address = f"/me/events/{made['id']}"
    content = f"<p>Agenda</p>{made['body']['content']}"

    kept = graph.patch(address, json={"body": {"contentType": "html", "content": content}}).json()
    lost = graph.patch(address, json={"body": {"contentType": "html", "content": "<p/>"}}).json()

    assert made["onlineMeeting"]["joinUrl"] in made["body"]["content"]
    assert kept["onlineMeeting"] == made["onlineMeeting"]
    assert (lost["isOnlineMeeting"], lost["onlineMeeting"]) == (False, None)


def test_an_online_meeting_is_set_once(graph: httpx2.Client) -> None:
    """Facts 2: later changes are ignored."""
    made = graph.post("/me/events", json=single(isOnlineMeeting=True)).json()

    after = graph.patch(f"/me/events/{made['id']}", json={"isOnlineMeeting": False}).json()

    assert after["isOnlineMeeting"]


def test_exchange_may_strip_ids_classes_and_comments(
    company: Company, graph: httpx2.Client
) -> None:
    """Facts 2: unconfirmed; the online-meeting block stays byte for byte."""
    company.behaves(strips_markup=True)
    made = graph.post("/me/events", json=single(isOnlineMeeting=True)).json()
    block = made["body"]["content"]
    mine = f'<div id="a" class="b"><!-- c -->Agenda</div>{block}'

    after = graph.patch(
        f"/me/events/{made['id']}", json={"body": {"contentType": "html", "content": mine}}
    ).json()

    assert after["body"]["content"] == f"<div>Agenda</div>{block}"
    assert after["isOnlineMeeting"]
