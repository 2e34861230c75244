"""Users, settings, calendars, tasks; "facts" is the section of the Graph fact sheet."""

from datetime import date

import httpx2

from connectors.standins.graph import Kind, Person
from tests.connectors.standins.graph.conftest import WINDOW, Company


def test_who_am_i(graph: httpx2.Client, maya: Person) -> None:
    assert graph.get("/me").json()["mail"] == maya.email
    assert graph.get(f"/users/{maya.email}").json() == graph.get("/me").json()


def test_aliases_and_hiring_date_must_be_asked_for(company: Company, graph: httpx2.Client) -> None:
    """Facts 2, 10: proxyAddresses need a $select."""
    company.world.learn("maya@acme.example", hired=date(2026, 2, 1))
    wanted = "proxyAddresses,employeeHireDate"

    told = graph.get("/me", params={"$select": wanted}).json()

    assert told["proxyAddresses"] == ["SMTP:maya@acme.example", "smtp:maya.k@acme.example"]
    assert told["employeeHireDate"] == "2026-02-01T00:00:00Z"
    assert "proxyAddresses" not in graph.get("/me").json()
    assert graph.get("/me", params={"$select": "proxyAdresses"}).status_code == 400


def test_a_person_is_found_by_an_alias_and_by_id(graph: httpx2.Client) -> None:
    by_alias = graph.get("/users/maya.k@acme.example").json()

    assert graph.get(f"/users/{by_alias['id']}").json()["mail"] == "maya@acme.example"


def test_manager_and_reports(
    company: Company, graph: httpx2.Client, maya: Person, ben: Person
) -> None:
    company.world.learn(ben.email, manager=maya.email)

    reports = graph.get("/me/directReports").json()["value"]

    assert [each["mail"] for each in reports] == [ben.email]
    assert graph.get(f"/users/{ben.email}/manager").json()["mail"] == maya.email
    assert graph.get("/me/manager").status_code == 404


def test_lists_and_outsiders_are_no_users(company: Company, graph: httpx2.Client) -> None:
    """Facts 2: the single attendee may be a list."""
    company.world.person("team@acme.example", kind=Kind.LIST)
    company.world.person("gina@other.example", kind=Kind.OUTSIDER)

    for address in ("team@acme.example", "gina@other.example", "nobody@acme.example"):
        assert graph.get(f"/users/{address}").status_code == 404


def test_a_room_says_so_in_its_mailbox_settings(company: Company) -> None:
    company.world.person("lake@acme.example", kind=Kind.ROOM)
    app = company.client(company.world.app_token())

    settings = app.get("/users/lake@acme.example/mailboxSettings").json()

    assert settings["userPurpose"] == "room"


def test_the_zone_is_spelled_as_it_was_set(company: Company, graph: httpx2.Client) -> None:
    """Facts 7: a Windows or an IANA name."""
    assert graph.get("/me/mailboxSettings").json()["timeZone"] == "W. Europe Standard Time"

    graph.patch("/me/mailboxSettings", json={"timeZone": "Tokyo Standard Time"}).raise_for_status()

    assert graph.get("/me/mailboxSettings").json()["timeZone"] == "Tokyo Standard Time"
    assert company.world.people["maya@acme.example"].timezone == "Asia/Tokyo"


def test_everybody_has_one_calendar_and_it_opens_by_its_id(graph: httpx2.Client) -> None:
    """Facts 2: re-resolve by isDefaultCalendar."""
    (calendar,) = graph.get("/me/calendars").json()["value"]

    assert calendar["isDefaultCalendar"]
    for path in (f"/me/calendars/{calendar['id']}", "/me/calendar", "/me"):
        assert graph.get(f"{path}/calendarView", params=WINDOW).status_code == 200
    assert graph.get("/me/calendars/other/calendarView", params=WINDOW).status_code == 404


def test_zones_can_be_listed_under_both_kinds_of_name(graph: httpx2.Client) -> None:
    """Facts 7."""
    path = "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"

    iana = {each["alias"] for each in graph.get(path).json()["value"]}
    windows = graph.get("/me/outlook/supportedTimeZones()").json()["value"]

    assert "Europe/Berlin" in iana
    assert "W. Europe Standard Time" in {each["alias"] for each in windows}


def test_tasks_go_to_a_list_and_get_done(graph: httpx2.Client) -> None:
    """Facts 6d."""
    (tasks,) = graph.get("/me/todo/lists").json()["value"]
    address = f"/me/todo/lists/{tasks['id']}/tasks"
    link = {"webUrl": "https://x.example", "externalId": "row-1", "applicationName": "visavis"}
    body = {"title": "Write it up", "linkedResources": [link]}

    made = graph.post(address, json=body).json()
    graph.patch(f"{address}/{made['id']}", json={"status": "completed"}).raise_for_status()

    (task,) = graph.get(address).json()["value"]
    assert (task["status"], task["linkedResources"]) == ("completed", [link])
    assert task["completedDateTime"] == {"dateTime": "2026-03-01T08:00:00", "timeZone": "UTC"}
    assert graph.delete(f"{address}/{made['id']}").status_code == 204
    assert graph.get(f"{address}/{made['id']}").status_code == 404


def test_a_list_can_be_made(graph: httpx2.Client) -> None:
    graph.post("/me/todo/lists", json={"displayName": "1:1"}).raise_for_status()

    names = [each["displayName"] for each in graph.get("/me/todo/lists").json()["value"]]
    assert names == ["Tasks", "1:1"]
