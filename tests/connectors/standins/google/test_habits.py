"""Free/busy, working hours, settings, push, directory (facts 5, 8, 10.9 and 13.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from googleapiclient.errors import HttpError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.standins.faults import Wire
from connectors.standins.google import Person, World
from connectors.standins.server import serve
from tests.connectors.standins.google.company import Google, march


def free_busy(
    google: Google, who: Person, *ids: str, days: int = 30, **more: object
) -> dict[str, Any]:
    until = date.fromordinal(date(2026, 3, 1).toordinal() + days)
    body = {"timeMin": "2026-03-01T00:00:00Z", "timeMax": f"{until}T00:00:00Z"} | more
    body["items"] = [{"id": each} for each in ids]
    return dict(google.service("calendar", who).freebusy().query(body=body).execute()["calendars"])


def starts(calendar: dict[str, Any]) -> list[str]:
    return [span["start"] for span in calendar["busy"]]


def test_what_cannot_be_seen_is_an_error_inside_200(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 8.3: unknown, not free."""
    ben.hides_free_busy()
    answer = free_busy(google, maya, ben.email, "nobody@x.example")
    for calendar in answer.values():
        assert calendar["errors"] == [{"domain": "global", "reason": "notFound"}]


def test_busy_is_opaque_and_not_declined(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 8.4."""
    ben.declines(weekly, on=date(2026, 3, 10))
    ben.schedules("Lunch", march(3, 12), transparency="transparent")
    ben.schedules("Secret", march(4), visibility="private")
    answer = free_busy(google, maya, ben.email, maya.email, days=16)
    days = {email: [s[8:10] for s in starts(spans)] for email, spans in answer.items()}
    assert days == {ben.email: ["03", "04"], maya.email: ["03", "10"]}


def test_busy_spans_that_touch_are_one(google: Google, maya: Person) -> None:
    """Facts 8.4: spans without titles."""
    maya.schedules("One", march(3, 10), minutes=60)
    maya.schedules("Two", march(3, 11))
    (span,) = free_busy(google, maya, "primary")["primary"]["busy"]
    assert span == {"start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:30:00Z"}


def test_a_long_range_is_refused(google: Google, maya: Person) -> None:
    """Facts 8.2."""
    assert free_busy(google, maya, "primary", days=31)["primary"] == {"busy": []}
    with pytest.raises(HttpError) as error:
        free_busy(google, maya, "primary", days=90)
    assert error.value.error_details[0]["reason"] == "timeRangeTooLong"


def test_more_calendars_than_asked_for_fail_singly(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 8.1 and 8.3."""
    answer = free_busy(google, maya, maya.email, ben.email, calendarExpansionMax=1)
    assert "errors" not in answer[maya.email]
    assert answer[ben.email]["errors"][0]["reason"] == "tooManyCalendarsRequested"


def test_working_hours_are_absent_for_some(google: Google, maya: Person, ben: Person) -> None:
    """Facts 0 and 8.6."""
    hers = google.service("calendar", maya).calendars().get(calendarId="primary").execute()
    monday = hers["workingHours"]["availableTimes"][0]
    assert monday == {"dayOfWeek": "monday", "periodStart": 540, "periodEnd": 1050}
    his = google.service("calendar", ben).calendars().get(calendarId="primary").execute()
    assert "workingHours" not in his
    assert his["timeZone"] == "Europe/Berlin"


def test_a_setting_at_its_default_may_be_missing(google: Google, maya: Person) -> None:
    """Facts 8.7."""
    maya.calendar.settings["weekStart"] = "1"
    settings = google.service("calendar", maya).settings()
    ids = [item["id"] for item in settings.list().execute()["items"]]
    assert ids == ["timezone", "weekStart"]
    assert settings.get(setting="timezone").execute()["value"] == "Europe/Berlin"
    with pytest.raises(HttpError) as error:
        settings.get(setting="locale").execute()
    assert error.value.status_code == 404


def test_the_primary_calendar_is_named_by_the_address(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 10.8."""
    ben.shares_calendar(maya.email)
    items = google.service("calendar", maya).calendarList().list().execute()["items"]
    found = [(item["id"], item["accessRole"], item.get("primary")) for item in items]
    assert found == [(maya.email, "owner", True), (ben.email, "reader", None)]


@pytest.fixture
def hook() -> Iterator[tuple[str, Wire]]:
    async def heard(_request: Request) -> Response:
        return Response(status_code=204)

    wire = Wire(Starlette(routes=[Route("/hook", heard, methods=["POST"])]))
    with serve(wire) as base:
        yield f"{base}/hook", wire


def test_push_says_only_that_something_changed(
    google: Google, world: World, maya: Person, hook: tuple[str, Wire]
) -> None:
    """Facts 5: headers, no body, seven days."""
    address, wire = hook
    body = {"id": "c1", "type": "web_hook", "address": address, "token": "secret"}
    channel = google.events(maya).watch(calendarId="primary", body=body).execute()
    assert int(channel["expiration"]) == int(march(8, 12).timestamp() * 1000)
    assert world.channels["c1"].notify("sync") == 204
    assert world.channels["c1"].notify() == 204
    first, second = wire.log
    assert (first.headers["x-goog-resource-state"], first.body) == ("sync", b"")
    assert second.headers["x-goog-resource-state"] == "exists"
    assert second.headers["x-goog-channel-token"] == "secret"
    assert second.headers["x-goog-resource-id"] == channel["resourceId"]


def test_a_channel_is_stopped_by_both_its_ids(
    google: Google, world: World, maya: Person, hook: tuple[str, Wire]
) -> None:
    """Facts 5."""
    body = {"id": "c1", "type": "web_hook", "address": hook[0]}
    channel = google.events(maya).watch(calendarId="primary", body=body).execute()
    channels = google.service("calendar", maya).channels()
    with pytest.raises(HttpError) as error:
        channels.stop(body={"id": "c1", "resourceId": "other"}).execute()
    assert error.value.status_code == 404
    channels.stop(body={"id": "c1", "resourceId": channel["resourceId"]}).execute()
    assert world.channels == {}


def test_a_channel_needs_https(google: Google, maya: Person) -> None:
    """Facts 5."""
    body = {"id": "c1", "type": "web_hook", "address": "http://visavis.example/hook"}
    with pytest.raises(HttpError) as error:
        google.events(maya).watch(calendarId="primary", body=body).execute()
    assert error.value.status_code == 400


def test_the_directory_knows_manager_reports_and_aliases(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 10.9."""
    users = google.service("admin", maya).users()
    user = users.get(userKey="b@acme.example", projection="full").execute()
    assert user["primaryEmail"] == ben.email
    assert user["aliases"] == ["b@acme.example"]
    assert user["relations"] == [{"type": "manager", "value": maya.email}]
    reports = users.list(customer="my_customer", query=f"directManager='{maya.email}'").execute()
    assert [each["primaryEmail"] for each in reports["users"]] == [ben.email]


def test_users_come_in_pages(google: Google, maya: Person, ben: Person) -> None:
    """Facts 10.9."""
    users = google.service("admin", maya).users()
    request, found = users.list(customer="my_customer", maxResults=1), []
    while request is not None:
        answer = request.execute()
        found += [user["primaryEmail"] for user in answer["users"]]
        request = users.list_next(request, answer)
    assert found == [maya.email, ben.email]


def test_people_join_ids_to_addresses(google: Google, maya: Person, ben: Person) -> None:
    """Facts 9 and 10.9."""
    people = google.service("people", maya).people()
    mask = {"personFields": "emailAddresses"}
    found = people.get(resourceName=f"people/{ben.number}", **mask).execute()
    assert found["emailAddresses"][0] == {"value": ben.email}
    assert people.get(resourceName="people/me", **mask).execute()["emailAddresses"] == [
        {"value": maya.email}
    ]
    listed = people.listDirectoryPeople(
        readMask="names", sources=["DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"]
    ).execute()
    assert [each["names"][0]["displayName"] for each in listed["people"]] == ["Maya K", "Ben"]
