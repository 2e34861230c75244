"""Events and calendarView; the number after "facts" is the section of the Graph fact sheet."""

from datetime import date, timedelta

import httpx2
import pytest

from connectors.standins.graph import Person
from connectors.standins.graph.zones import CUSTOM
from tests.connectors.standins.graph.conftest import (
    SECOND,
    THIRD,
    WINDOW,
    Company,
    at,
    master,
    occurrence,
    view,
)

HOUR = (("start", "10:00"), ("end", "11:00"))
pytestmark = pytest.mark.usefixtures("weekly")


def test_a_window_holds_instances_and_never_a_master(graph: httpx2.Client) -> None:
    """Facts 2."""
    assert {each["type"] for each in view(graph)} == {"occurrence"}
    assert len(view(graph)) == 6


def test_events_holds_masters_and_single_events(graph: httpx2.Client, maya: Person) -> None:
    """Facts 2."""
    maya.schedules("Focus", at(3))

    found = graph.get("/me/events").json()["value"]

    assert sorted(each["type"] for each in found) == ["seriesMaster", "singleInstance"]
    assert {each["seriesMasterId"] for each in found} == {None}
    assert {each["seriesMasterId"] for each in view(graph)} == {None, master(graph)}


def test_times_are_utc_with_seven_digits_and_no_offset(
    graph: httpx2.Client,
) -> None:
    """Facts 2; ten o'clock in Berlin on both sides of the clock change."""
    starts = [each["start"] for each in view(graph)]

    assert starts[0] == {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}
    assert starts[-1] == {"dateTime": "2026-04-06T08:00:00.0000000", "timeZone": "UTC"}


def test_a_preferred_zone_may_have_either_name(
    company: Company,
    maya: Person,
) -> None:
    """Facts 2."""
    for name in ("W. Europe Standard Time", "Europe/Berlin"):
        graph = company.as_person(maya, Prefer=f'outlook.timezone="{name}"')
        assert {each["start"]["dateTime"][11:] for each in view(graph)} == {"10:00:00.0000000"}
        assert view(graph)[0]["start"]["timeZone"] == name


def test_the_preferred_zone_does_not_move_the_window(
    company: Company,
    maya: Person,
) -> None:
    """Facts 1: start and end are read with the offset in the value."""
    graph = company.as_person(maya, Prefer='outlook.timezone="Tokyo Standard Time"')
    edges = {"startDateTime": "2026-03-02T09:29:00", "endDateTime": "2026-03-02T09:31:00"}

    assert len(graph.get("/me/calendarView", params=edges).json()["value"]) == 1


def test_an_unknown_zone_is_refused(company: Company, maya: Person) -> None:
    graph = company.as_person(maya, Prefer='outlook.timezone="Middle-earth"')

    assert graph.get("/me/calendarView", params=WINDOW).status_code == 400


def test_ids_come_in_two_kinds_and_both_open_the_event(
    company: Company, maya: Person, weekly: str
) -> None:
    """Facts 2: Prefer IdType=ImmutableId, per request, case-sensitive."""
    plain = company.as_person(maya)
    immutable = company.as_person(maya, Prefer='IdType="ImmutableId"')

    assert master(plain) != master(immutable)
    for name in (master(plain), master(immutable)):
        assert plain.get(f"/me/events/{name}").json()["iCalUId"] == weekly
    assert plain.get(f"/me/events/{master(plain).swapcase()}").status_code in {400, 404}


def test_the_page_size_is_the_clients_wish(company: Company, maya: Person) -> None:
    """Facts 1, 2: odata.maxpagesize, @odata.nextLink."""
    graph = company.as_person(maya, Prefer="odata.maxpagesize=4")

    first = graph.get("/me/calendarView", params=WINDOW).json()

    assert len(first["value"]) == 4
    assert len(view(graph)) == 6


def test_select_leaves_id_and_etag(graph: httpx2.Client) -> None:
    assert set(view(graph, **{"$select": "subject,start"})[0]) == {
        "@odata.etag",
        "id",
        "subject",
        "start",
    }


def test_select_of_an_unknown_property_is_refused(graph: httpx2.Client) -> None:
    answer = graph.get("/me/calendarView", params={**WINDOW, "$select": "nonsense"})

    assert answer.status_code == 400


def test_stamps_cannot_be_selected_in_a_window(graph: httpx2.Client) -> None:
    """Facts 2."""
    answer = graph.get("/me/calendarView", params={**WINDOW, "$select": "createdDateTime"})

    assert answer.status_code == 400


def test_a_body_can_be_read_as_text(company: Company, maya: Person, weekly: str) -> None:
    """Facts 2: the answer says that the preference was applied."""
    maya.changes(weekly, body={"contentType": "html", "content": "<p>Bring &amp; share</p>"})
    graph = company.as_person(maya, Prefer='outlook.body-content-type="text"')

    answer = graph.get(f"/me/events/{master(graph)}")

    assert answer.json()["body"] == {"contentType": "text", "content": "Bring & share"}
    assert "text" in answer.headers["Preference-Applied"]


def test_only_the_organizer_is_the_organizer(
    company: Company,
    graph: httpx2.Client,
    ben: Person,
) -> None:
    """Facts 2: and is usually not among the attendees."""
    hers, his = view(graph)[0], view(company.as_person(ben))[0]

    assert (hers["isOrganizer"], his["isOrganizer"]) == (True, False)
    assert [each["emailAddress"]["address"] for each in hers["attendees"]] == [ben.email]
    assert hers["organizer"] == his["organizer"]


def test_both_copies_share_the_masters_uid_and_nothing_else(
    company: Company,
    graph: httpx2.Client,
    ben: Person,
) -> None:
    """Facts 2."""
    hers = graph.get(f"/me/events/{master(graph)}").json()
    client = company.as_person(ben)
    his = client.get(f"/me/events/{master(client)}").json()

    assert hers["iCalUId"] == his["iCalUId"]
    assert hers["id"] != his["id"]
    assert client.get(f"/me/events/{hers['id']}").status_code == 404


def test_uids_of_occurrences_may_differ_or_be_shared(
    company: Company, graph: httpx2.Client, weekly: str
) -> None:
    """Facts 2: unconfirmed, so the client must not depend on it."""
    assert len({each["iCalUId"] for each in view(graph)}) == 6
    company.behaves(occurrence_uids=False)
    assert {each["iCalUId"] for each in view(graph)} == {weekly}


def test_a_moved_occurrence_is_an_exception_that_knows_where_it_was(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 1, 2."""
    maya.moves(weekly, at(11, 15), on=SECOND)

    moved = occurrence(graph, SECOND)

    assert moved["type"] == "exception"
    assert moved["start"]["dateTime"] == "2026-03-11T14:00:00.0000000"
    assert moved["originalStart"] == "2026-03-09T09:00:00Z"


def test_an_exception_may_get_another_id(
    company: Company, graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 2: unconfirmed; rows are keyed by uid and original start."""
    company.behaves(exception_ids_change=True)
    before = occurrence(graph, SECOND)["id"]

    maya.moves(weekly, at(11, 15), on=SECOND)

    assert occurrence(graph, SECOND)["id"] != before


def test_a_cancelled_occurrence_leaves_no_object_behind(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 0.2, 2."""
    lost = occurrence(graph, SECOND)

    maya.cancels(weekly, on=SECOND)

    assert len(view(graph)) == 5
    assert graph.get(f"/me/events/{lost['id']}").status_code == 404


def test_cancelled_occurrences_are_named_only_by_the_master_and_only_when_selected(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 2: OID.<master id>.<original date>."""
    maya.cancels(weekly, on=SECOND)
    name = master(graph)

    asked = graph.get(f"/me/events/{name}", params={"$select": "cancelledOccurrences"}).json()

    assert asked["cancelledOccurrences"] == [f"OID.{name}.2026-03-09"]
    assert "cancelledOccurrences" not in graph.get(f"/me/events/{name}").json()
    everything = view(graph, **{"$select": "cancelledOccurrences,subject"})
    assert all("cancelledOccurrences" not in each for each in everything)


def test_exception_occurrences_need_select_and_expand(
    graph: httpx2.Client, maya: Person, weekly: str
) -> None:
    """Facts 2; cancelled ones are not among them."""
    maya.moves(weekly, at(11, 15), on=SECOND)
    maya.cancels(weekly, on=THIRD)
    address = f"/me/events/{master(graph)}"
    both = {"$select": "subject,exceptionOccurrences", "$expand": "exceptionOccurrences"}

    assert len(graph.get(address, params=both).json()["exceptionOccurrences"]) == 1
    for one in ("$select", "$expand"):
        assert "exceptionOccurrences" not in graph.get(address, params={one: both[one]}).json()


def test_instances_come_exceptions_first(graph: httpx2.Client, maya: Person, weekly: str) -> None:
    """Recorded answer graph_docs_instances_with_exception."""
    maya.moves(weekly, at(18, 15), on=THIRD)

    found = graph.get(f"/me/events/{master(graph)}/instances", params=WINDOW).json()["value"]

    assert [each["type"] for each in found] == ["exception", *["occurrence"] * 5]


def test_a_custom_zone_names_no_zone(graph: httpx2.Client, maya: Person, weekly: str) -> None:
    """Facts 2: originalStartTimeZone of a legacy custom zone."""
    maya.forgets_zone(weekly)

    assert view(graph)[0]["originalStartTimeZone"] == CUSTOM
    assert view(graph)[0]["start"]["dateTime"] == "2026-03-02T09:00:00.0000000"


def test_whole_days_are_the_same_day_in_every_zone(company: Company, maya: Person) -> None:
    maya.is_out_of_office(date(2026, 3, 9), date(2026, 3, 10))

    for name in ("UTC", "Tokyo Standard Time"):
        found = view(company.as_person(maya, Prefer=f'outlook.timezone="{name}"'))
        (away,) = (each for each in found if each["isAllDay"])
        assert away["start"]["dateTime"] == "2026-03-09T00:00:00.0000000"
        assert away["end"]["dateTime"] == "2026-03-11T00:00:00.0000000"


def test_a_read_may_lag_behind_a_write(
    company: Company,
    graph: httpx2.Client,
) -> None:
    """Facts 2: PATCH answers with the new state while GET still shows the old one."""
    company.behaves(read_lag=timedelta(minutes=3))
    name = master(graph)

    written = graph.patch(f"/me/events/{name}", json={"subject": "New"}).json()

    assert written["subject"] == "New"
    assert graph.get(f"/me/events/{name}").json()["subject"] == "Maya / Ben"
    company.clock.passes(timedelta(minutes=3))
    assert graph.get(f"/me/events/{name}").json()["subject"] == "New"


def test_a_new_event_is_seen_at_once(company: Company, graph: httpx2.Client) -> None:
    company.behaves(read_lag=timedelta(minutes=3))
    times = {name: {"dateTime": f"2026-03-03T{hour}:00", "timeZone": "UTC"} for name, hour in HOUR}

    made = graph.post("/me/events", json={"subject": "x", **times}).json()

    assert graph.get(f"/me/events/{made['id']}").status_code == 200


def test_an_extended_property_is_seen_only_when_asked_for(
    graph: httpx2.Client,
) -> None:
    """Facts 2: not echoed, read by $expand, filterable, its name with its case."""
    name = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name visavis"
    marked = {"singleValueExtendedProperties": [{"id": name, "value": "x1"}]}

    answer = graph.patch(f"/me/events/{master(graph)}", json=marked).json()

    expand = {"$expand": f"singleValueExtendedProperties($filter=id eq '{name}')"}
    seen = graph.get(f"/me/events/{master(graph)}", params=expand).json()
    match = f"singleValueExtendedProperties/any(p: p/id eq '{name}' and p/value eq 'x1')"
    assert "singleValueExtendedProperties" not in answer
    assert seen["singleValueExtendedProperties"] == [{"id": name, "value": "x1"}]
    assert len(graph.get("/me/events", params={"$filter": match}).json()["value"]) == 1
    other = match.replace("visavis", "Visavis")
    assert graph.get("/me/events", params={"$filter": other}).json()["value"] == []


def test_an_event_is_found_by_its_uid(graph: httpx2.Client, maya: Person, weekly: str) -> None:
    maya.schedules("Focus", at(3))

    answer = graph.get("/me/events", params={"$filter": f"iCalUId eq '{weekly}'"})

    assert [each["subject"] for each in answer.json()["value"]] == ["Maya / Ben"]


def test_unknown_paths_options_and_fields_are_refused(
    graph: httpx2.Client,
) -> None:
    """The strict half of the description."""
    event = {"subject": "x", "start": {"dateTime": "2026-03-02T10:00:00", "timeZone": "UTC"}}
    event["end"] = {"dateTime": "2026-03-02T11:00:00", "timeZone": "UTC"}

    assert graph.get("/me/nonsense").status_code == 404
    assert graph.get("/me/calendarView", params={**WINDOW, "$nonsense": "id"}).status_code == 400
    assert graph.get("/me/calendarView").status_code == 400
    empty = {**WINDOW, "endDateTime": WINDOW["startDateTime"]}
    assert graph.get("/me/calendarView", params=empty).status_code == 400
    assert graph.post("/me/events", json={**event, "nonsense": "x"}).status_code == 400
    assert graph.post("/me/events", json={**event, "iCalUId": "x"}).status_code == 400
    assert (
        graph.patch(f"/me/events/{master(graph)}", json={"isCancelled": False}).status_code == 400
    )
    assert graph.put(f"/me/events/{master(graph)}", json={}).status_code == 405
