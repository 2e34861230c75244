"""Patterns, and what changes them; "facts" is the section of the Graph fact sheet."""

import json
from typing import Any

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
    view,
)


@pytest.fixture(autouse=True)
def _quiet(company: Company, weekly: str) -> None:
    """The invitation to the series is old news."""
    assert weekly
    company.world.mails.clear()


def weekly_from(day: str, zone: str) -> dict[str, Any]:
    bounds = {"type": "noEnd", "startDate": day, "recurrenceTimeZone": zone}
    return {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["friday"]}, "range": bounds}


def test_an_occurrence_cannot_pass_its_neighbour(
    company: Company, graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 4: ErrorOccurrenceCrossingBoundary, also for the neighbour's own day."""
    times = {
        "start": {"dateTime": "2026-03-16T15:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-16T15:30:00", "timeZone": "Europe/Berlin"},
    }
    address = f"/me/events/{occurrence(graph, SECOND)['id']}"

    refused = graph.patch(address, json=times)
    maya.cancels(weekly, on=THIRD)

    earlier = json.loads(json.dumps(times).replace("03-16", "03-02"))
    assert graph.patch(address, json=earlier).status_code == 400
    assert refused.json()["error"]["code"] == "ErrorOccurrenceCrossingBoundary"
    assert graph.patch(address, json=times).status_code == 200
    assert len(mails(company)) == 2


def test_another_pattern_drops_the_exceptions(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 4: rewriting the master is no way to bring occurrences back."""
    maya.moves(weekly, at(10, 15), on=SECOND)
    maya.cancels(weekly, on=THIRD)

    maya.moves(weekly, at(2, 11))

    assert {each["type"] for each in view(graph)} == {"occurrence"}
    assert len(view(graph)) == 5


def test_a_series_keeps_the_wall_clock_of_its_own_zone(graph: httpx2.Client) -> None:
    """Facts 2: range.recurrenceTimeZone, whatever zone the start was written in."""
    repeats = weekly_from("2026-03-20", "Europe/Berlin")
    times = {
        name: {"dateTime": f"2026-03-20T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "09"), ("end", "10"))
    }

    graph.post("/me/events", json={"subject": "x", **times, "recurrence": repeats})

    starts = [each["start"]["dateTime"] for each in view(graph) if each["subject"] == "x"]
    assert [start[5:13] for start in starts] == ["03-20T09", "03-27T09", "04-03T08", "04-10T08"]


def test_a_new_start_of_a_series_changes_the_time_of_day_alone(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    maya.moves(weekly, at(25, 11))

    starts = [each["start"]["dateTime"] for each in view(graph)]
    assert [start[5:13] for start in starts][:2] == ["03-02T10", "03-09T10"]
    assert graph.get(f"/me/events/{master(graph)}").json()["start"]["dateTime"] == starts[0]


def test_the_same_pattern_again_changes_nothing(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 4."""
    maya.moves(weekly, at(10, 15), on=SECOND)
    address = f"/me/events/{master(graph)}"

    graph.patch(address, json={"recurrence": graph.get(address).json()["recurrence"]})

    assert occurrence(graph, SECOND)["type"] == "exception"


def test_a_split_makes_another_series(graph: httpx2.Client, maya: Person, weekly: str) -> None:
    other = maya.splits(weekly, on=THIRD, to=at(17, 11))

    listed = graph.get("/me/events").json()["value"]
    assert {each["iCalUId"] for each in listed} == {weekly, other}
    assert len(view(graph)) == 2 + 4
