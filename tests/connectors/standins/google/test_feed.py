"""events.list: pages, sync tokens, tombstones (facts 1, 2 and 13.1 to 13.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from connectors.standins.google import Person, World
from tests.connectors.standins.google.company import BERLIN, Google, march

BARE = {"kind", "etag", "id", "status"}


def listed(google: Google, who: Person, **parameters: object) -> list[dict[str, Any]]:
    answer = google.events(who).list(calendarId="primary", **parameters).execute()
    return list(answer["items"])


def synced(google: Google, who: Person, **parameters: object) -> str:
    answer = google.events(who).list(calendarId="primary", **parameters).execute()
    return str(answer["nextSyncToken"])


def reason(error: pytest.ExceptionInfo[HttpError]) -> tuple[int, str]:
    return error.value.status_code, error.value.error_details[0]["reason"]


def test_the_sync_token_stands_on_the_last_page_only(google: Google, maya: Person) -> None:
    """Facts 1.4."""
    for day in range(2, 7):
        maya.schedules(f"Day {day}", march(day))
    events = google.events(maya)
    request = events.list(calendarId="primary", maxResults=2)
    pages = []
    while request is not None:
        pages.append(request.execute())
        request = events.list_next(request, pages[-1])
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert ["nextSyncToken" in page for page in pages] == [False, False, True]
    assert ["nextPageToken" in page for page in pages] == [True, True, False]


def test_pages_may_be_empty_and_go_on(google: Google, world: World, maya: Person) -> None:
    """Facts 1.4: a first page with no items was seen."""
    world.empty_pages = True
    maya.schedules("Alone", march(2))
    first = google.events(maya).list(calendarId="primary").execute()
    assert first["items"] == []
    token = first["nextPageToken"]
    second = google.events(maya).list(calendarId="primary", pageToken=token).execute()
    assert [item["summary"] for item in second["items"]] == ["Alone"]
    assert "nextSyncToken" in second


def test_pages_may_be_shorter_than_asked(google: Google, world: World, maya: Person) -> None:
    """Facts 1.4."""
    world.page_cap = 1
    maya.schedules("One", march(2))
    maya.schedules("Two", march(3))
    page = google.events(maya).list(calendarId="primary", maxResults=2500).execute()
    assert len(page["items"]) == 1
    assert "nextPageToken" in page


def test_a_lost_page_can_be_asked_for_again(google: Google, world: World, maya: Person) -> None:
    """Facts 1.4: a page token names a page, not a position that moves."""
    world.page_cap = 1
    maya.schedules("One", march(2))
    maya.schedules("Two", march(3))
    token = google.events(maya).list(calendarId="primary").execute()["nextPageToken"]
    twice = [listed(google, maya, pageToken=token) for _ in range(2)]
    assert twice[0] == twice[1] != []


@pytest.mark.usefixtures("weekly")
def test_a_sync_without_changes_is_empty(google: Google, maya: Person) -> None:
    """Facts 1.4."""
    token = synced(google, maya)
    answer = google.events(maya).list(calendarId="primary", syncToken=token).execute()
    assert answer["items"] == []
    assert answer["nextSyncToken"] != token


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iCalUID", "x"),
        ("orderBy", "updated"),
        ("privateExtendedProperty", "a=b"),
        ("q", "x"),
        ("sharedExtendedProperty", "a=b"),
        ("timeMin", "2026-01-01T00:00:00Z"),
        ("timeMax", "2026-01-01T00:00:00Z"),
        ("updatedMin", "2026-02-28T00:00:00Z"),
        ("showDeleted", False),
    ],
)
def test_a_sync_token_forbids_filters(
    google: Google, maya: Person, name: str, value: object
) -> None:
    """Facts 1.2 and 1.3."""
    token = synced(google, maya)
    with pytest.raises(HttpError) as error:
        listed(google, maya, syncToken=token, **{name: value})
    assert error.value.status_code == 400


def test_a_sync_must_ask_for_the_same_as_before(google: Google, maya: Person) -> None:
    """Facts 1.2 and 1.15: else "undefined behaviour", here told at once."""
    token = synced(google, maya, eventTypes=["default"])
    assert listed(google, maya, eventTypes=["default"], syncToken=token) == []
    with pytest.raises(HttpError) as error:
        listed(google, maya, syncToken=token)
    assert error.value.status_code == 400


@pytest.mark.parametrize("broken", ["expired", "corrupted"])
def test_a_bad_sync_token_is_gone(google: Google, maya: Person, broken: str) -> None:
    """Facts 1.11, first meaning of 410."""
    token = synced(google, maya)
    if broken == "expired":
        maya.calendar.expire_tokens()
    with pytest.raises(HttpError) as error:
        listed(google, maya, syncToken=token if broken == "expired" else token + "x")
    assert reason(error) == (410, "fullSyncRequired")
    assert error.value.error_details[0]["location"] == "syncToken"


def test_too_old_an_updated_min_is_gone(google: Google, maya: Person) -> None:
    """Facts 1.11, second meaning of 410."""
    with pytest.raises(HttpError) as error:
        listed(google, maya, updatedMin="2025-01-01T00:00:00Z")
    assert reason(error) == (410, "updatedMinTooLongAgo")


def test_deleting_twice_is_gone(google: Google, maya: Person) -> None:
    """Facts 1.11, third meaning of 410."""
    event = maya.schedules("Once", march(2))
    google.events(maya).delete(calendarId="primary", eventId=event).execute()
    with pytest.raises(HttpError) as error:
        google.events(maya).delete(calendarId="primary", eventId=event).execute()
    assert reason(error) == (410, "deleted")


def test_a_cancelled_occurrence_comes_with_its_slot_only(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 2.4 and the recorded single deletion: six fields, and the master again unchanged."""
    token = synced(google, maya)
    maya.cancels(weekly, on=date(2026, 3, 10))
    master, cancelled = listed(google, maya, syncToken=token)
    assert master["id"] == weekly
    assert master["etag"] == cancelled["etag"]
    assert cancelled.keys() == BARE | {"recurringEventId", "originalStartTime"}
    assert cancelled["originalStartTime"]["dateTime"] == "2026-03-10T10:00:00+01:00"


def test_a_deleted_series_leaves_a_bare_id(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.4: nothing says that it was a series."""
    tokens = {who: synced(google, who) for who in (maya, ben)}
    maya.cancels(weekly)
    for who, token in tokens.items():
        (tombstone,) = listed(google, who, syncToken=token)
        assert tombstone.keys() == BARE
        assert (tombstone["id"], tombstone["status"]) == (weekly, "cancelled")


def test_the_organizer_still_reads_what_he_deleted(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.5, except in a sync that did not ask for deleted events."""
    maya.cancels(weekly)
    assert listed(google, maya, showDeleted=True)[0]["summary"] == "Maya / Ben"
    assert listed(google, ben, showDeleted=True)[0].keys() == BARE
    assert listed(google, maya) == []


def test_a_cancelled_occurrence_shows_though_deleted_ones_are_hidden(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 1.9."""
    maya.cancels(weekly, on=date(2026, 3, 10))
    assert [item["status"] for item in listed(google, maya)] == ["confirmed", "cancelled"]
    expanded = listed(google, maya, singleEvents=True, timeMax="2026-03-31T00:00:00Z")
    assert [item["start"]["dateTime"][8:10] for item in expanded] == ["03", "17", "24"]


def test_deleted_series_are_not_expanded(google: Google, maya: Person, weekly: str) -> None:
    """Facts 1.10."""
    maya.cancels(weekly)
    assert listed(google, maya, singleEvents=True, showDeleted=True) == []


def test_old_cancellations_are_sent_again(google: Google, maya: Person, weekly: str) -> None:
    """The recorded deltas: a change of the series brings all its exceptions along."""
    maya.cancels(weekly, on=date(2026, 3, 10))
    token = synced(google, maya)
    maya.changes(weekly, summary="Renamed")
    items = listed(google, maya, syncToken=token)
    assert [item["status"] for item in items] == ["confirmed", "cancelled"]


def test_instance_ids_tell_nothing_by_default(google: Google, maya: Person, weekly: str) -> None:
    """Facts 0 and 2.2."""
    maya.cancels(weekly, on=date(2026, 3, 10))
    cancelled = listed(google, maya)[1]
    assert weekly not in cancelled["id"]
    assert "2026" not in cancelled["id"]
    found = google.events(maya).get(calendarId="primary", eventId=cancelled["id"]).execute()
    assert found["originalStartTime"] == cancelled["originalStartTime"]


def test_instance_ids_may_have_the_old_shape(google: Google, world: World) -> None:
    """Facts 2.2 and 2.8: named after the old half, even in the new half of a split."""
    world.opaque_ids = False
    zoe = world.person("zoe@acme.example")
    event = zoe.schedules("Gym", march(3), rule="FREQ=WEEKLY")
    half = zoe.splits(event, on=date(2026, 3, 17))
    assert half == f"{event}_R20260317T090000"
    zoe.cancels(half, on=date(2026, 3, 24))
    cancelled = listed(google, zoe)[-1]
    assert cancelled["id"] == f"{event}_20260324T090000Z"
    found = google.events(zoe).get(calendarId="primary", eventId=cancelled["id"]).execute()
    assert found["recurringEventId"] == half


def test_a_split_resets_what_comes_after_it(google: Google, maya: Person, weekly: str) -> None:
    """Facts 2.8: the old half ends, the moved occurrence is back in its slot."""
    maya.moves(weekly, march(26), on=date(2026, 3, 24))
    token = synced(google, maya)
    half = maya.splits(weekly, on=date(2026, 3, 17))
    old, beyond, new = listed(google, maya, syncToken=token)
    assert old["recurrence"] == ["RRULE:FREQ=WEEKLY;UNTIL=20260317T085959Z"]
    assert beyond.keys() == BARE  # recorded: an occurrence beyond the new end names no series
    assert (new["id"], new["iCalUID"]) == (half, f"{half}@google.com")
    window = {"timeMin": "2026-03-15T00:00:00Z", "timeMax": "2026-03-31T00:00:00Z"}
    days = [e["start"]["dateTime"][8:10] for e in listed(google, maya, singleEvents=True, **window)]
    assert days == ["17", "24"]


def test_a_split_by_another_program_has_an_unrelated_id(
    google: Google, maya: Person, ben: Person, weekly: str
) -> None:
    """Facts 2.8: properties are copied, so two series carry the same private key."""
    maya.changes(weekly, extendedProperties={"private": {"k": "v"}})
    half = maya.splits(weekly, on=date(2026, 3, 17), named_after_old=False)
    assert weekly not in half
    found = listed(google, maya, privateExtendedProperty="k=v")
    assert [item["id"] for item in found] == [weekly, half]
    assert [item["id"] for item in listed(google, ben)] == [weekly, half]


def test_an_excluded_date_has_no_exception(google: Google, maya: Person, weekly: str) -> None:
    """Facts 2.6."""
    maya.excludes(weekly, on=date(2026, 3, 10))
    (master,) = listed(google, maya)
    assert master["recurrence"] == ["RRULE:FREQ=WEEKLY", "EXDATE:20260310T090000Z"]
    expanded = listed(google, maya, singleEvents=True, timeMax="2026-03-20T00:00:00Z")
    assert [item["start"]["dateTime"][8:10] for item in expanded] == ["03", "17"]


def test_an_exdate_beside_every_occurrence_does_nothing(
    google: Google, maya: Person, weekly: str
) -> None:
    """Facts 2.6."""
    lines = ["RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE:20260310T100000Z"]
    google.events(maya).patch(
        calendarId="primary", eventId=weekly, body={"recurrence": lines}
    ).execute()
    assert len(listed(google, maya, singleEvents=True)) == 2


@pytest.mark.usefixtures("weekly")
def test_the_wall_clock_holds_over_the_change_to_summer_time(google: Google, maya: Person) -> None:
    """Facts 2.1."""
    window = {"timeMin": "2026-03-22T00:00:00Z", "timeMax": "2026-04-04T00:00:00Z"}
    starts = [e["start"]["dateTime"] for e in listed(google, maya, singleEvents=True, **window)]
    assert starts == ["2026-03-24T10:00:00+01:00", "2026-03-31T10:00:00+02:00"]


def test_the_window_compares_end_with_min_and_start_with_max(google: Google, maya: Person) -> None:
    """Facts 1.6."""
    maya.schedules("Ten", march(2))
    inside = {"timeMin": "2026-03-02T10:29:00+01:00", "timeMax": "2026-03-02T10:01:00+01:00"}
    assert len(listed(google, maya, timeMin=inside["timeMin"])) == 1
    assert listed(google, maya, timeMin="2026-03-02T10:30:00+01:00") == []
    assert listed(google, maya, timeMax="2026-03-02T10:00:00+01:00") == []
    with pytest.raises(HttpError) as error:
        listed(google, maya, timeMin="2026-03-02T10:30:00")
    assert error.value.status_code == 400


def test_a_windowed_baseline_still_gives_an_unbounded_feed(google: Google, maya: Person) -> None:
    """Facts 1.7."""
    window = {"timeMin": "2026-03-01T00:00:00Z", "timeMax": "2026-03-31T00:00:00Z"}
    token = synced(google, maya, **window)
    maya.schedules("Far away", datetime(2027, 1, 1, 10, tzinfo=BERLIN))
    assert len(listed(google, maya, syncToken=token)) == 1


def test_all_event_types_come_unless_filtered(google: Google, maya: Person) -> None:
    """Facts 1.15."""
    maya.schedules("Review", march(2))
    maya.is_out_of_office(march(9, 9), march(9, 17))
    maya.schedules("Home", date(2026, 3, 4), eventType="workingLocation")
    assert len(listed(google, maya)) == 3
    away = listed(google, maya, eventTypes=["outOfOffice"])
    assert [item["eventType"] for item in away] == ["outOfOffice"]
    assert len(listed(google, maya, eventTypes=["default", "outOfOffice"])) == 2


def test_start_order_needs_single_events(google: Google, maya: Person) -> None:
    """Facts 1.1."""
    maya.schedules("Late", march(5))
    maya.schedules("Early", march(4))
    with pytest.raises(HttpError) as error:
        listed(google, maya, orderBy="startTime")
    assert error.value.status_code == 400
    ordered = listed(google, maya, orderBy="startTime", singleEvents=True)
    assert [item["summary"] for item in ordered] == ["Early", "Late"]


def test_events_are_found_by_uid_and_by_words(google: Google, maya: Person, weekly: str) -> None:
    """Facts 1.1 and 2.3."""
    maya.schedules("Something else", march(2))
    for search in ({"iCalUID": f"{weekly}@google.com"}, {"q": "ben@acme"}):
        assert [item["id"] for item in listed(google, maya, **search)] == [weekly]


@pytest.mark.usefixtures("weekly")
def test_a_cut_guest_list_holds_only_oneself(google: Google, ben: Person) -> None:
    """Facts 3, attendeesOmitted: never a one-on-one by itself."""
    (event,) = listed(google, ben, maxAttendees=1)
    assert [guest["email"] for guest in event["attendees"]] == [ben.email]
    assert event["attendeesOmitted"] is True


def test_times_come_in_the_zone_of_the_calendar(google: Google, world: World, maya: Person) -> None:
    """Facts 2.1: the offset is the reader's, the name of the zone the event's."""
    kim = world.person("kim@acme.example", timezone="America/New_York")
    maya.schedules("Call", march(3), guests=[kim.email])
    (event,) = listed(google, kim)
    assert event["start"] == {
        "dateTime": "2026-03-03T04:00:00-05:00",
        "timeZone": "Europe/Berlin",
    }
