"""A small company on the stand-in, and clients that hold every answer against the description."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from jsonschema import Draft202012Validator

from connectors.standins.faults import Wire
from connectors.standins.graph import Person, World, application, description
from connectors.standins.server import serve

WINDOW = {"startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2026-04-12T00:00:00Z"}
SECOND = date(2026, 3, 9)
THIRD = date(2026, 3, 16)


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A time in March 2026, on Berlin's clocks."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def view(graph: httpx2.Client, **options: str) -> list[dict[str, Any]]:
    """Read the window page by page."""
    answer = graph.get("/me/calendarView", params={**WINDOW, **options}).raise_for_status().json()
    values: list[dict[str, Any]] = answer["value"]
    while "@odata.nextLink" in answer:
        answer = graph.get(answer["@odata.nextLink"]).raise_for_status().json()
        values += answer["value"]
    return values


def master(graph: httpx2.Client) -> str:
    """The id of the only series."""
    found = graph.get("/me/events").json()["value"]
    (series,) = (each for each in found if each["type"] == "seriesMaster")
    return str(series["id"])


def occurrence(graph: httpx2.Client, day: date) -> dict[str, Any]:
    return next(each for each in view(graph) if each["originalStart"].startswith(day.isoformat()))


class Clock:
    """The world's clock, moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, time: timedelta) -> None:
        self.at += time


def follows_description(response: httpx2.Response) -> None:
    """Fail the test that got an answer the published description does not know."""
    request = response.request
    path = request.url.path.removeprefix("/v1.0")
    if path == request.url.path or response.status_code in {404, 405, 501}:
        return
    said = description.find(request.method, path).said["responses"]
    status = str(response.status_code)
    answer = said.get(status) or said[f"{status[0]}XX"]
    name = answer.get("$ref", "").rpartition("/")[2]
    answer = description.document()["components"]["responses"][name] if name else answer
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    response.read()
    if schema is None:
        return
    components = {"components": description.document()["components"]}
    Draft202012Validator({**schema, **components}).validate(response.json())


@dataclass
class Company:
    """A world being served, with what a test needs to talk to it."""

    clock: Clock
    world: World
    wire: Wire
    base: str
    stack: ExitStack

    def client(self, token: str, **prefer: str) -> httpx2.Client:
        """A Graph client; keyword `prefer` is sent with every request."""
        headers = {"Authorization": f"Bearer {token}", **prefer}
        hooks: Any = {"response": [follows_description]}
        made = httpx2.Client(base_url=f"{self.base}/v1.0", headers=headers, event_hooks=hooks)
        return self.stack.enter_context(made)

    def as_person(self, person: Person, **prefer: str) -> httpx2.Client:
        return self.client(self.world.token(person.email), **prefer)

    def behaves(self, **quirks: Any) -> None:  # noqa: ANN401 - the fields of Quirks
        self.world.quirks = replace(self.world.quirks, **quirks)


@pytest.fixture
def company() -> Iterator[Company]:
    clock = Clock()
    world = World(clock)
    wire = application(world)
    with ExitStack() as stack:
        base = stack.enter_context(serve(wire))
        yield Company(clock, world, wire, base, stack)


@pytest.fixture
def maya(company: Company) -> Person:
    return company.world.person(
        "maya@acme.example", name="Maya Kern", aliases=("maya.k@acme.example",)
    )


@pytest.fixture
def ben(company: Company) -> Person:
    return company.world.person("ben@acme.example", name="Ben Ito")


@pytest.fixture
def graph(company: Company, maya: Person) -> httpx2.Client:
    """Maya's own client."""
    return company.as_person(maya)


@pytest.fixture
def weekly(maya: Person, ben: Person) -> str:
    """Mondays at ten, Berlin time, from 2 March 2026 on; the clocks change on the 29th."""
    return maya.meets(ben.email, "Maya / Ben", at(2))


@pytest.fixture
def his(company: Company, ben: Person) -> httpx2.Client:
    """Ben's own client."""
    return company.as_person(ben)


def mails(company: Company) -> list[tuple[str, str]]:
    return [(mail.kind, mail.to) for mail in company.world.mails]


def single(**more: object) -> dict[str, Any]:
    times = {
        name: {"dateTime": f"2026-03-12T{hour}:00:00", "timeZone": "W. Europe Standard Time"}
        for name, hour in (("start", "14"), ("end", "15"))
    }
    guest = {"emailAddress": {"address": "ben@acme.example"}}
    return {"subject": "Again", **times, "attendees": [guest], **more}
