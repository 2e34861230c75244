"""Free/busy and working hours; "facts" is the section of the Graph fact sheet."""

from datetime import date, time
from typing import Any

import httpx2
import pytest

from connectors.standins.graph import Kind, Person
from tests.connectors.standins.graph.conftest import Company, at

DAY = {
    "startTime": {"dateTime": "2026-03-02T08:00:00", "timeZone": "Europe/Berlin"},
    "endTime": {"dateTime": "2026-03-02T18:00:00", "timeZone": "Europe/Berlin"},
}


def ask(graph: httpx2.Client, *addresses: str, whose: str = "/me", **more: Any) -> httpx2.Response:  # noqa: ANN401
    body = {"schedules": list(addresses), **DAY, **more}
    return graph.post(f"{whose}/calendar/getSchedule", json=body)


def first(answer: httpx2.Response) -> dict[str, Any]:
    entry: dict[str, Any] = answer.json()["value"][0]
    return entry


def test_busy_time_comes_without_id_and_without_other_peoples_words(
    graph: httpx2.Client, ben: Person
) -> None:
    """Facts 7: the own meeting must be subtracted by its time."""
    ben.schedules("Secret", at(2, 9), minutes=60)

    (item,) = first(ask(graph, ben.email))["scheduleItems"]

    assert item == {
        "status": "busy",
        "start": {"dateTime": "2026-03-02T08:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"},
    }


def test_the_owner_sees_the_words_of_what_is_not_private(
    graph: httpx2.Client, maya: Person
) -> None:
    maya.schedules("Focus", at(2, 9))
    maya.schedules("Doctor", at(2, 11), sensitivity="private")

    items = first(ask(graph, maya.email))["scheduleItems"]

    assert [each.get("subject") for each in items] == ["Focus", None]
    assert [each["isPrivate"] for each in items] == [False, True]


def test_the_view_folds_working_elsewhere_into_free(graph: httpx2.Client, ben: Person) -> None:
    """Facts 7: the items tell the truth."""
    shown = {8: "tentative", 9: "busy", 10: "oof", 11: "workingElsewhere", 12: "free"}
    for hour, status in shown.items():
        ben.schedules("x", at(2, hour), minutes=60, showAs=status)

    entry = first(ask(graph, ben.email, availabilityViewInterval=60))

    assert entry["availabilityView"] == "1230000000"
    assert [each["status"] for each in entry["scheduleItems"]] == list(shown.values())[:4]


def test_items_may_begin_before_the_period_and_overlap(graph: httpx2.Client, ben: Person) -> None:
    """Facts 7."""
    ben.schedules("a", at(2, 7), minutes=120)
    ben.schedules("b", at(2, 8), minutes=60)

    starts = [each["start"]["dateTime"] for each in first(ask(graph, ben.email))["scheduleItems"]]

    assert starts == ["2026-03-02T06:00:00.0000000", "2026-03-02T07:00:00.0000000"]


def test_a_person_who_cannot_be_seen_is_an_error_inside_a_200(
    company: Company, graph: httpx2.Client, ben: Person
) -> None:
    """Facts 7: unknown, not free."""
    gina = company.world.person("gina@other.example", kind=Kind.OUTSIDER)

    seen, unseen, nobody = ask(graph, ben.email, gina.email, "nobody@acme.example").json()["value"]

    assert "error" not in seen
    assert unseen["error"]["responseCode"] == "ErrorMailRecipientNotFound"
    assert "scheduleItems" not in nobody


def test_twenty_addresses_are_enough(graph: httpx2.Client, ben: Person) -> None:
    """Facts 7."""
    assert ask(graph, *[ben.email] * 20).status_code == 200
    assert ask(graph, *[ben.email] * 21).status_code == 400


def test_the_period_has_a_limit(graph: httpx2.Client, ben: Person) -> None:
    """Facts 7."""
    late = {"dateTime": "2026-06-02T08:00:00", "timeZone": "UTC"}

    assert ask(graph, ben.email, endTime=late).status_code == 400


def test_more_than_a_thousand_entries_are_one_persons_error(
    graph: httpx2.Client, ben: Person
) -> None:
    """Facts 7: 5006, shorten the period."""
    for _ in range(1001):
        ben.schedules("x", at(2))

    assert first(ask(graph, ben.email))["error"]["responseCode"] == "5006"


def test_personal_accounts_have_none(company: Company) -> None:
    """Facts 0.6, 7."""
    kim = company.world.person("kim@outlook.example", kind=Kind.PERSONAL)

    assert ask(company.as_person(kim), kim.email).status_code == 403


def test_it_works_with_application_permissions(company: Company, maya: Person, ben: Person) -> None:
    """Facts 0.6."""
    app = company.client(company.world.app_token())

    assert ask(app, ben.email, whose=f"/users/{maya.email}").status_code == 200


def test_working_hours_name_their_zone_the_windows_way(graph: httpx2.Client, ben: Person) -> None:
    """Facts 7."""
    hours = first(ask(graph, ben.email))["workingHours"]

    assert hours["timeZone"] == {"name": "W. Europe Standard Time"}
    assert (hours["startTime"], hours["endTime"]) == ("09:00:00.0000000", "17:30:00.0000000")


@pytest.mark.parametrize(
    ("zone", "bias", "daylight"),
    [("America/Los_Angeles", 480, (2, 3)), ("Europe/Berlin", -60, (5, 3))],
)
def test_or_describe_it_with_a_reversed_bias(
    company: Company, graph: httpx2.Client, zone: str, bias: int, daylight: tuple[int, int]
) -> None:
    """Facts 7: UTC = local + bias; year 0 is every year, 5 is the last of the month."""
    lee = company.world.person("lee@acme.example", timezone=zone, custom_hours_zone=True)

    described = first(ask(graph, lee.email))["workingHours"]["timeZone"]

    assert (described["name"], described["bias"]) == ("Customized Time Zone", bias)
    offset = described["daylightOffset"]
    assert (offset["dayOccurrence"], offset["month"], offset["year"]) == (*daylight, 0)
    assert (offset["time"], offset["daylightBias"]) == ("02:00:00.0000000", -60)


def test_a_zone_without_summer_time_has_a_bias_alone(
    company: Company, graph: httpx2.Client
) -> None:
    """Facts 7: India Standard Time."""
    lee = company.world.person("lee@acme.example", timezone="Asia/Kolkata", custom_hours_zone=True)

    described = first(ask(graph, lee.email))["workingHours"]["timeZone"]

    assert described["bias"] == -330
    assert "daylightOffset" not in described


def test_absence_is_out_of_office(graph: httpx2.Client, ben: Person) -> None:
    """Facts 7: oof."""
    ben.is_out_of_office(date(2026, 3, 2), date(2026, 3, 3))

    assert first(ask(graph, ben.email))["scheduleItems"][0]["status"] == "oof"


def test_parameters_come_in_either_case(graph: httpx2.Client, ben: Person) -> None:
    """Facts 11."""
    body = {"Schedules": [ben.email], "StartTime": DAY["startTime"], "EndTime": DAY["endTime"]}

    assert graph.post("/me/calendar/getSchedule", json=body).status_code == 200


def test_hours_are_the_persons_own(company: Company, graph: httpx2.Client) -> None:
    lee = company.world.person("lee@acme.example", hours=(time(7), time(15)), workdays=("monday",))

    hours = first(ask(graph, lee.email))["workingHours"]

    assert (hours["startTime"], hours["daysOfWeek"]) == ("07:00:00.0000000", ["monday"])
