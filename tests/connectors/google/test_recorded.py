"""What Google really sent (recorded by others, see `recorded/README.md`), and what each shows."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from googleapiclient.errors import HttpError
from httplib2 import Response as Answer

from connectors.errors import CursorExpired
from connectors.google.failures import translated
from connectors.google.translate import Copy, attendees, families, series, touched
from connectors.model import Handle, Occurrence, Person, Series, Span, Status

RECORDED = Path(__file__).parent / "recorded"
CHICAGO = ZoneInfo("America/Chicago")
OWNER = Copy(Person("test.user@gmail.com"), "test.user@gmail.com")
WINDOW = Span(datetime(2025, 2, 1, tzinfo=CHICAGO), datetime(2025, 5, 1, tzinfo=CHICAGO))


FOLLOWING = "edit_this-and-following_this-and-following"
FOLLOWING_2 = "edit_this-and-following-v2_this-and-following"


def items(name: str) -> list[dict[str, Any]]:
    told = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))["items"]
    return list(told)


def read(name: str) -> dict[str, Series]:
    found = families(items(name)).items()
    return {handle: series(family, OWNER, WINDOW, "UTC") for handle, family in found}


def only(name: str) -> Series:
    (found,) = read(name).values()
    return found


def on(found: Series, month: int, day: int) -> Occurrence:
    return next(o for o in found.occurrences if o.recurrence_id.date() == date(2025, month, day))


def standing(found: Series) -> list[date]:
    kept = (one for one in found.occurrences if one.status is Status.STANDING)
    return [one.span.start.date() for one in kept]


def test_a_new_series_in_a_feed() -> None:
    found = only("recurring_create_create")
    assert (found.rule, found.zone, found.owned) == ("FREQ=DAILY", "America/Chicago", True)
    assert found.attendees == ()
    assert found.occurrences[0].span.start == datetime(2025, 3, 24, 7, 30, tzinfo=CHICAGO)
    assert found.uid == f"{found.handle}@google.com"


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("recurring_delete_all_all-1", "6pbua6vjeic3e73gvponeo1qp6"),
        ("recurring_delete_all_all-2", "0oije1knkkthb56vr149dub9qa"),
    ],
)
def test_a_deleted_series_is_told_by_its_id_alone(name: str, handle: str) -> None:
    assert touched(items(name)) == (handle,)
    assert read(name) == {}


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("recurring_delete_single_delete.single", 25),
        ("recurring_delete_single_delete.single-2", 28),
    ],
)
def test_one_deleted_instance_comes_with_its_series(name: str, day: int) -> None:
    found = only(name)
    assert touched(items(name)) == (found.handle,)
    assert on(found, 3, day).status is Status.CANCELLED
    assert on(found, 3, day).span.length == on(found, 3, day + 1).span.length
    assert len(standing(found)) == len(found.occurrences) - 1


def test_an_instance_beyond_a_shortened_rule_is_a_bare_tombstone() -> None:
    """It names neither series nor slot, so it stands for itself, and cancels nothing."""
    name = "recurring_delete_this-and-following_delete.this-and-following-2"
    found = only(name)
    bare = items(name)[1]
    assert set(bare) == {"kind", "etag", "id", "status"}
    assert touched(items(name)) == (found.handle, bare["id"])
    assert standing(found) == [date(2025, 3, 24), date(2025, 3, 25)]
    assert all(one.status is Status.STANDING for one in found.occurrences)


def test_an_old_cancellation_sent_again_changes_nothing() -> None:
    """The rule was shortened; the instance was cancelled long before."""
    name = "recurring_delete_this-and-following_delete.this-and-following"
    found = only(name)
    assert touched(items(name)) == (found.handle,)
    assert standing(found)[-1] == date(2025, 3, 26)
    cancelled = [one.recurrence_id.date() for one in found.occurrences if one.status != "standing"]
    assert cancelled == [date(2025, 3, 25)]


@pytest.mark.parametrize(
    ("name", "base", "split"),
    [
        ("edit_all_all-1", "68k0p6ackplecqs9fuvbs1fju0", "20250326T123000"),
        ("edit_all_all-2", "68k0p6ackplecqs9fuvbs1fju0", "20250326T123000"),
        (f"{FOLLOWING}-1", "4k3h1bqn0pmn2qmvc7m0b6ip2q", "20250327T123000"),
        (f"{FOLLOWING}-2", "3i234gl45i6i1s8rpui7dleor0", "20250326T131500"),
        (f"{FOLLOWING}-3", "0214krqh7jr2n0bobv19djs5aj", "20250326T141500"),
        (f"{FOLLOWING}-4", "68k0p6ackplecqs9fuvbs1fju0", "20250326T123000"),
        (f"{FOLLOWING_2}-1", "e5srrkr361upjc2be22u6ti4pe", "20250409T120000"),
    ],
)  # fmt: skip
def test_a_split_names_the_series_it_continues(name: str, base: str, split: str) -> None:
    found = read(f"recurring_{name}")
    old, new = found[base], found[f"{base}_R{split}"]
    assert (old.split_from, new.split_from) == (None, base)
    assert new.uid != old.uid
    last, first = standing(old)[-1], standing(new)[0]
    assert (first - last).days == 1


def test_a_split_by_another_program_has_an_unrelated_id() -> None:
    found = read("recurring_edit_this-and-following-v2_this-and-following-0")
    assert [one.split_from for one in found.values()] == [None, None]
    assert len({one.uid for one in found.values()}) == 2


@pytest.mark.parametrize(
    ("name", "hour", "minute"),
    [("single.instance-1", 12, 30), ("single.instance-2", 20, 45)],
)
def test_a_moved_instance_keeps_its_original_start(name: str, hour: int, minute: int) -> None:
    found = only(f"recurring_edit_single_{name}")
    (moved,) = (one for one in found.occurrences if one.moved)
    assert (moved.recurrence_id.hour, moved.recurrence_id.minute) == (7, 30)
    assert (moved.span.start.hour, moved.span.start.minute) == (hour, minute)
    assert moved.handle is not None


def test_an_exception_is_not_a_move() -> None:
    """Edited instances, each with `start` equal to `originalStartTime`."""
    found = only("recurring_edit_single_single.instance-3")
    assert [one.handle is not None for one in found.occurrences].count(True) == 3
    assert not any(one.moved for one in found.occurrences)


def test_an_instance_moved_to_another_day_stays_the_one_it_was() -> None:
    found = read("recurring_edit_this-and-following_this-and-following-2")
    old = found[Handle("3i234gl45i6i1s8rpui7dleor0")]
    assert on(old, 3, 19).span.start == datetime(2025, 3, 20, 16, 30, tzinfo=CHICAGO)
    assert on(old, 3, 15).span.start == datetime(2025, 3, 15, 16, tzinfo=CHICAGO)


def test_a_token_that_expired_asks_for_a_new_baseline() -> None:
    body = (RECORDED / "err_410_fullSyncRequired.json").read_bytes()
    error = HttpError(Answer({"status": "410"}), body)
    assert isinstance(translated(error, writing=False), CursorExpired)


def guest_of(**told: object) -> dict[str, Any]:
    event: dict[str, Any] = items("recurring_create_create")[0]
    guests = [{"email": "test.user@gmail.com", "self": True}, {"email": "ben@acme.example"}]
    return event | {"organizer": {"email": "ben@acme.example"}, "attendees": guests} | told


@pytest.mark.parametrize("hidden", ["attendeesOmitted", "guestsCanSeeOtherGuests"])
def test_either_word_for_a_hidden_list_is_unknown(hidden: str) -> None:
    """Facts 3: never conclude a one-on-one from a list that is not whole."""
    assert len(attendees(guest_of(), OWNER) or ()) == 2
    assert attendees(guest_of(**{hidden: hidden == "attendeesOmitted"}), OWNER) is None


def test_an_organizer_sees_all_guests_whatever_they_see() -> None:
    mine = guest_of(organizer={"email": "test.user@gmail.com"}, guestsCanSeeOtherGuests=False)
    assert len(attendees(mine, OWNER) or ()) == 2
