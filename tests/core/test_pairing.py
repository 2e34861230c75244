from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Attendee, EventKind, Person, Response, Series
from daemon.core.pairing import judge, pair_id, single_between
from tests.builders import BEN, CARO, MAYA, at, group, guest, no, room, single, weekly


def test_a_weekly_series_of_the_owner_and_one_guest_is_a_one_on_one() -> None:
    judgement = judge(weekly(), MAYA)
    assert judgement.is_one_on_one
    assert judgement.partner is not None
    assert judgement.partner.address == BEN.address
    assert judgement.because == (
        "repeats every week",
        "one other person: Ben Ode <ben@acme.example>",
    )


ALIAS = Attendee("maya.k@acme.example")
CAPITALS = Attendee("BEN@Acme.example")
EXTERNAL = Attendee("ann@else.example")
ROOM_THAT_DECLINED = replace(room(), response=Response.DECLINED)


@pytest.mark.parametrize(
    "series",
    [
        pytest.param(weekly(organizer=BEN), id="the guest's side"),
        pytest.param(weekly(attendees=(guest(BEN),)), id="an unlisted organizer has one guest"),
        pytest.param(
            weekly(organizer=BEN, attendees=(guest(MAYA),)),
            id="an unlisted organizer invites me alone",
        ),
        pytest.param(weekly(organizer=CARO), id="an assistant arranges it for two"),
        pytest.param(weekly(attendees=(guest(MAYA), guest(BEN), room())), id="with a room"),
        pytest.param(weekly(attendees=(CAPITALS,)), id="addresses in capitals"),
        pytest.param(weekly(attendees=(guest(MAYA), ALIAS, guest(BEN))), id="with my alias"),
        pytest.param(weekly(attendees=(guest(MAYA), EXTERNAL)), id="the other is external"),
        pytest.param(replace(weekly(), private=True), id="private"),
        pytest.param(
            replace(weekly(attendees=(guest(BEN),)), organizer=""),
            id="in my own calendar, without an organizer",
        ),
        pytest.param(weekly(declined={2: no(BEN)}), id="one occurrence declined"),
        pytest.param(weekly(attendees=(guest(BEN), ROOM_THAT_DECLINED)), id="a room declined"),
    ],
)
def test_it_is_a_one_on_one_in_every_shape_of_it(series: Series) -> None:
    assert judge(series, MAYA).is_one_on_one


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (single(at(1)), "does not repeat"),
        (replace(weekly(), all_day=True), "lasts all day"),
        (replace(weekly(), kind=EventKind.OUT_OF_OFFICE), "an absence, not a meeting"),
        (weekly(attendees=None), "attendees are hidden: unknown, not two"),
        (weekly(attendees=()), "nobody else is invited"),
        (weekly(attendees=(guest(MAYA), room())), "nobody else is invited"),
        (
            weekly(attendees=(guest(MAYA), guest(BEN), group())),
            "a group address hides people: team@acme.example",
        ),
        (
            weekly(attendees=(guest(MAYA), group())),
            "a group address hides people: team@acme.example",
        ),
        (
            weekly(attendees=(guest(MAYA), guest(BEN), guest(CARO))),
            "2 other people: Ben Ode <ben@acme.example>, Caro Lind <caro@acme.example>",
        ),
        (
            weekly(organizer=BEN, attendees=(guest(BEN), guest(CARO))),
            "you are neither invited nor the organizer",
        ),
        (weekly(attendees=(no(MAYA), guest(BEN))), "declined for good by you"),
        (
            weekly(attendees=(guest(MAYA), no(BEN))),
            "declined for good by Ben Ode <ben@acme.example>",
        ),
    ],
)
def test_it_is_none_and_says_why(series: Series, reason: str) -> None:
    judgement = judge(series, MAYA)
    assert not judgement.is_one_on_one
    assert judgement.because[0] == reason


def test_a_room_that_calls_the_meeting_is_nobody_to_meet() -> None:
    hall = room()
    series = replace(weekly(attendees=(guest(MAYA), hall)), organizer=hall.address, owned=False)
    assert judge(series, MAYA).because[0] == "nobody else is invited"


@pytest.mark.parametrize("who", [MAYA, BEN])
def test_a_series_declined_for_good_by_either_is_an_ended_one(who: Person) -> None:
    attendees = tuple(no(one) if one is who else guest(one) for one in (MAYA, BEN))
    judgement = judge(weekly(attendees=attendees), MAYA)
    assert judgement.ended
    assert judgement.partner is not None


def test_a_group_meeting_that_somebody_declined_never_was_a_pair() -> None:
    judgement = judge(weekly(attendees=(guest(MAYA), no(BEN), guest(CARO))), MAYA)
    assert not judgement.ended
    assert judgement.partner is None


def test_what_was_left_out_of_the_count_is_named() -> None:
    series = weekly(attendees=(Attendee("maya.k@acme.example"), guest(BEN), room()))
    assert judge(replace(series, private=True), MAYA).because[2:] == (
        "your own alias does not count: maya.k@acme.example",
        "a room does not count: Elbe <room.elbe@acme.example>",
        "private: only address and name are used",
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "repeats every 2 weeks"),
        ("FREQ=MONTHLY;BYDAY=1MO", "repeats every month"),
        ("FREQ=DAILY;INTERVAL=1", "repeats every day"),
        ("RDATE:20260302T090000Z", "repeats by a rule of its own"),
    ],
)
def test_the_rhythm_is_told_in_words(rule: str, words: str) -> None:
    assert judge(weekly(rule=rule), MAYA).because[0] == words


def test_a_single_event_of_exactly_these_two_counts_whoever_called_it() -> None:
    assert single_between(single(at(1)), MAYA, BEN)
    assert single_between(single(at(1), organizer=BEN), MAYA, BEN)


@pytest.mark.parametrize(
    "series",
    [
        weekly(),
        single(at(1), attendees=(guest(MAYA), guest(CARO))),
        single(at(1), attendees=(guest(MAYA), guest(BEN), guest(CARO))),
        single(at(1), attendees=None),
        replace(single(at(1)), all_day=True),
        replace(single(at(1)), kind=EventKind.OUT_OF_OFFICE),
    ],
)
def test_anything_else_is_no_single_meeting_of_the_two(series: Series) -> None:
    assert not single_between(series, MAYA, BEN)


addresses = st.emails()


@given(one=addresses, other=addresses)
def test_a_pair_has_one_name_from_both_sides(one: str, other: str) -> None:
    assert pair_id(one, other) == pair_id(other.lower(), one.lower())


@given(one=addresses, other=addresses, third=addresses)
def test_other_people_have_another_name(one: str, other: str, third: str) -> None:
    if third.lower() not in {one.lower(), other.lower()}:
        assert pair_id(one, other) != pair_id(one, third)


def test_the_name_of_a_pair_never_changes() -> None:
    assert pair_id("maya@acme.example", "Ben@acme.example") == "p-7e5cc571b4"
