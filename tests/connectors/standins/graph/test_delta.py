"""calendarView/delta and its traps; "facts" is the section of the Graph fact sheet."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from connectors.standins.graph import Person
from tests.connectors.standins.graph.conftest import (
    SECOND,
    THIRD,
    WINDOW,
    Company,
    at,
    master,
    occurrence,
)

pytestmark = pytest.mark.usefixtures("weekly")
FIRST = "/me/calendarView/delta"


def pages(graph: httpx2.Client, link: str = FIRST) -> list[dict[str, Any]]:
    """Follow a round to its end; the last page has the deltaLink."""
    found = [graph.get(link, params=WINDOW if link == FIRST else None).raise_for_status().json()]
    while "@odata.nextLink" in found[-1]:
        found.append(graph.get(found[-1]["@odata.nextLink"]).raise_for_status().json())
    return found


def round_of(graph: httpx2.Client, link: str = FIRST) -> tuple[list[dict[str, Any]], str]:
    found = pages(graph, link)
    return [each for page in found for each in page["value"]], found[-1]["@odata.deltaLink"]


def test_a_round_begins_with_an_empty_page(company: Company, graph: httpx2.Client) -> None:
    """Facts 1: an empty page is not the end, only a deltaLink is."""
    assert pages(graph)[0]["value"] == []
    company.behaves(empty_first_page=False)
    assert pages(graph)[0]["value"] != []


def test_an_occurrence_is_thin(graph: httpx2.Client) -> None:
    """Facts 1: no subject, no attendees, no isCancelled."""
    entries, _ = round_of(graph)

    assert len(entries) == 6
    kept = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert all(set(each) == kept for each in entries)


def test_single_events_and_exceptions_are_nearly_full(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1."""
    maya.schedules("Focus", at(3))
    maya.moves(weekly, at(11, 15), on=SECOND)

    entries, _ = round_of(graph)

    full = {each["type"]: each["subject"] for each in entries if "subject" in each}
    assert full == {"singleInstance": "Focus", "exception": "Maya / Ben"}


def test_a_master_may_be_among_them(company: Company, graph: httpx2.Client) -> None:
    """Facts 1: unconfirmed."""
    assert "seriesMaster" not in {each["type"] for each in round_of(graph)[0]}
    company.behaves(masters_in_delta=True)
    assert "seriesMaster" in {each["type"] for each in round_of(graph)[0]}


def test_nothing_new_is_an_empty_round_with_a_new_link(graph: httpx2.Client) -> None:
    _, link = round_of(graph)

    assert round_of(graph, link)[0] == []


def test_a_change_of_one_occurrence_sends_the_whole_series_again(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1."""
    _, link = round_of(graph)
    maya.moves(weekly, at(11, 15), on=SECOND)

    assert len(round_of(graph, link)[0]) == 6


def test_a_cancelled_occurrence_is_simply_absent(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1."""
    _, link = round_of(graph)
    lost = occurrence(graph, SECOND)["id"]
    maya.cancels(weekly, on=SECOND)

    entries, _ = round_of(graph, link)

    assert len(entries) == 5
    assert lost not in {each["id"] for each in entries}


def test_or_it_is_removed_by_its_own_id(
    company: Company, graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1: unconfirmed; and only what was cancelled since."""
    company.behaves(removed_occurrences=True)
    maya.cancels(weekly, on=THIRD)
    _, link = round_of(graph)
    lost = occurrence(graph, SECOND)["id"]
    maya.cancels(weekly, on=SECOND)

    entries, _ = round_of(graph, link)

    removed = [each["id"] for each in entries if "@removed" in each]
    assert removed == [lost]


def test_a_deleted_series_is_removed_by_its_masters_id(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1."""
    _, link = round_of(graph)
    name = master(graph)
    maya.deletes(weekly)

    (entry,) = round_of(graph, link)[0]

    assert (entry["id"], entry["@removed"]) == (name, {"reason": "deleted"})


def test_removed_is_also_said_of_things_outside_the_window(
    graph: httpx2.Client, maya: Person
) -> None:
    """Facts 1: "removed" is not "cancelled"."""
    _, link = round_of(graph)
    maya.schedules("Summer", datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Europe/Berlin")))

    (entry,) = round_of(graph, link)[0]

    assert entry["@removed"] == {"reason": "deleted"}
    assert graph.get(f"/me/events/{entry['id']}").json()["subject"] == "Summer"


def test_a_round_over_an_empty_mailbox_counts_as_one(company: Company) -> None:
    """What comes later is a change like any other, also outside the window."""
    eve = company.world.person("eve@acme.example")
    graph = company.as_person(eve)
    _, link = round_of(graph)
    eve.schedules("Summer", datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Europe/Berlin")))

    (entry,) = round_of(graph, link)[0]

    assert "@removed" in entry


def test_an_event_may_come_twice_in_a_round(company: Company, maya: Person) -> None:
    """Facts 1: the last one wins."""
    graph = company.as_person(maya, Prefer="odata.maxpagesize=2")

    names = [each["id"] for each in round_of(graph)[0]]

    assert (len(names), len(set(names))) == (8, 6)


@pytest.mark.parametrize("option", ["$select", "$expand", "$filter", "$orderby", "$search"])
def test_options_are_refused(graph: httpx2.Client, option: str) -> None:
    """Facts 1."""
    assert graph.get(FIRST, params={**WINDOW, option: "subject"}).status_code == 400


def test_the_first_request_needs_its_window(graph: httpx2.Client) -> None:
    """Facts 1."""
    assert graph.get(FIRST).status_code == 400


@pytest.mark.parametrize("code", ["SyncStateNotFound", "syncStateNotFound", "resyncRequired"])
def test_a_dead_token_is_gone(company: Company, graph: httpx2.Client, code: str) -> None:
    """Facts 1: compare without case; links of a running round die the same way."""
    first = graph.get(FIRST, params=WINDOW).json()["@odata.nextLink"]
    _, link = round_of(graph)
    company.behaves(sync_state_code=code)
    company.world.expire_delta_tokens()

    for dead in (first, link):
        answer = graph.get(dead)
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, code)
    assert len(round_of(graph)[0]) == 6


def test_a_token_belongs_to_its_mailbox(
    company: Company, graph: httpx2.Client, ben: Person
) -> None:
    """Facts 1: the tracking is per calendar."""
    _, link = round_of(graph)

    assert company.as_person(ben).get(link).status_code == 410


def test_a_token_keeps_the_window_it_was_made_for(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1."""
    short = {**WINDOW, "endDateTime": "2026-03-10T00:00:00Z"}
    page = graph.get(FIRST, params=short).json()
    _, link = round_of(graph, page["@odata.nextLink"])
    maya.changes(weekly, subject="New")

    assert len(round_of(graph, link)[0]) == 2


def test_a_round_tells_the_state_it_began_with(company: Company, maya: Person, weekly: str) -> None:
    """What happens while pages are read belongs to the next round, and is not lost."""
    graph = company.as_person(maya, Prefer="odata.maxpagesize=3")
    page = graph.get(FIRST, params=WINDOW).json()
    maya.cancels(weekly, on=SECOND)

    before, link = round_of(graph, page["@odata.nextLink"])

    assert len({each["id"] for each in before}) == 6
    assert len({each["id"] for each in round_of(graph, link)[0]}) == 5


def test_both_kinds_of_id_work_with_one_token(company: Company, maya: Person) -> None:
    """Facts 1."""
    _, link = round_of(company.as_person(maya))
    maya.schedules("Focus", at(3))
    immutable = company.as_person(maya, Prefer='IdType="ImmutableId"')

    (entry,) = round_of(immutable, link)[0]

    assert immutable.get(f"/me/events/{entry['id']}").json()["id"] == entry["id"]
