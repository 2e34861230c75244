"""Several meetings lost together: DOMAIN 5, the sick day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Busy, Person, Span
from daemon.core.candidates import Loss
from daemon.core.replan import Replan, replan
from daemon.core.slots import Offer, propose
from daemon.core.spans import gaps, utc
from daemon.core.words import FallbackKind
from tests.builders import at, span, weeks
from tests.core.losses import all_but, cancelled, loss

NOW = at(2, "mon", "17:00")
PEOPLE = [Person(f"{name}@acme.example", name) for name in ("ada", "ben", "caro", "dan", "eve")]


def sick_day(free: Sequence[Span], number: int = 5, minutes: int = 30) -> list[Loss]:
    """Return the meetings of Maya's Tuesday, with what is left free of her week."""
    times = [at(2, "tue", clock) for clock in ("09:00", "10:00", "11:00", "14:00", "15:00")]
    return [
        loss(cancelled(start, minutes), owner=all_but(*free), other=person)
        for start, person in list(zip(times, PEOPLE, strict=True))[:number]
    ]


def firsts(plan: Replan) -> list[Span]:
    return [span for offer in plan.offers for span in promised(offer)]


def promised(offer: Offer) -> list[Span]:
    if offer.options:
        return [offer.options[0].span]
    return [offer.fallback.span] if offer.fallback and offer.fallback.span else []


@st.composite
def days(draw: st.DrawFn) -> list[Loss]:
    starts = sorted(draw(st.sets(st.integers(0, 13), max_size=6)))
    hours = ["09", "10", "11", "13", "14", "15", "16"]
    free = [
        span(at(2, "wed" if n < 7 else "fri", f"{hours[n % 7]}:00"), draw(st.integers(20, 60)))
        for n in starts
    ]
    losses = sick_day(free, draw(st.integers(1, 5)), draw(st.sampled_from([25, 30, 45])))
    return [replace(one, streak=draw(st.integers(0, 6))) for one in losses]


@given(days())
def test_no_two_proposals_collide(losses: list[Loss]) -> None:
    plan = replan(losses, NOW)
    assert not any(a.overlaps(b) for a, b in combinations(firsts(plan), 2))


@given(days())
def test_no_further_option_touches_the_first_of_another(losses: list[Loss]) -> None:
    plan = replan(losses, NOW)
    for offer in plan.offers:
        others = [first for other in plan.offers if other is not offer for first in promised(other)]
        assert not any(o.span.overlaps(first) for o in offer.options for first in others)


@given(days())
def test_every_loss_gets_an_offer_like_one_alone(losses: list[Loss]) -> None:
    plan = replan(losses, NOW)
    assert len(plan.offers) == len(losses)
    for one, offer in zip(losses, plan.offers, strict=True):
        assert bool(offer.options) != bool(offer.fallback)
        assert [o.n for o in offer.options] == list(range(1, len(offer.options) + 1))
        # What is impossible alone is impossible together.
        assert propose(one, NOW).options or not offer.options


@given(days())
def test_as_many_are_kept_as_one_by_one_in_any_order(losses: list[Loss]) -> None:
    together = sum(bool(offer.options) for offer in replan(losses, NOW).offers)
    for order in (losses, losses[::-1]):
        assert together >= kept_one_by_one(order)


def kept_one_by_one(losses: list[Loss]) -> int:
    """Count the meetings of full length that fit when each takes its best time in turn."""
    taken: tuple[Span, ...] = ()
    kept = 0
    for one in losses:
        offer = propose(one, NOW, taken)
        if offer.options and offer.options[0].span.length == one.meeting.span.length:
            kept += 1
            taken += (offer.options[0].span,)
    return kept


@given(days())
def test_one_loss_alone_is_proposed_as_ever(losses: list[Loss]) -> None:
    assert replan(losses[:1], NOW).offers == (propose(losses[0], NOW),)


@given(days())
def test_the_plan_does_not_hang_on_the_machine_or_the_run(losses: list[Loss]) -> None:
    assert replan(losses, NOW) == replan(list(losses), NOW)


def test_a_free_week_keeps_everybody_near_the_usual_hour() -> None:
    losses = sick_day([span(at(2, day, "09:00"), 510) for day in ("wed", "thu", "fri")])
    plan = replan(losses, NOW)
    assert plan.proven
    for one, offer in zip(losses, plan.offers, strict=True):
        assert offer.options[0].span.start == one.meeting.span.start + timedelta(days=1)


def test_people_in_their_first_year_come_first() -> None:
    losses = sick_day([span(at(2, "wed", "09:00"))])
    losses[3] = replace(losses[3], first_year=True)
    assert [bool(offer.options) for offer in replan(losses, NOW).offers].index(True) == 3


def test_a_long_streak_comes_first() -> None:
    losses = sick_day([span(at(2, "wed", "09:00"))])
    losses[2] = replace(losses[2], streak=3)
    losses[4] = replace(losses[4], streak=1)
    assert [bool(offer.options) for offer in replan(losses, NOW).offers].index(True) == 2


def test_many_are_kept_rather_than_the_most_urgent_one() -> None:
    room = [span(at(2, "wed", "09:00"), 60)]
    long = replace(sick_day(room, minutes=60)[0], first_year=True, streak=5)
    offers = replan([long, *sick_day(room, 3)[1:]], NOW).offers
    assert [bool(offer.options) for offer in offers] == [False, True, True]


def test_who_is_left_out_gets_what_is_left_around_the_plan() -> None:
    losses = sick_day([span(at(2, "wed", "09:00"), 45), span(at(2, "thu", "09:00"), 30)], 3)
    plan = replan(losses, NOW)
    lengths = sorted(o.options[0].span.length for o in plan.offers if o.options)
    assert lengths == [timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=30)]


def test_fallbacks_next_week_do_not_collide_either() -> None:
    plan = replan(sick_day([]), NOW)
    kinds = {offer.fallback.kind for offer in plan.offers if offer.fallback}
    assert kinds == {FallbackKind.NEXT_WEEK}
    assert len(set(firsts(plan))) == 5


def test_nothing_lost_needs_no_plan() -> None:
    assert replan([], NOW) == Replan((), proven=True, firsts={})


def test_a_time_that_was_told_is_not_taken_for_a_better_one() -> None:
    first, second = sick_day([span(at(2, "wed", "09:00")), span(at(2, "wed", "10:00"))], 2)
    told = replace(second, told=(utc(span(at(2, "wed", "09:00"))),))
    assert [one.start for one in firsts(replan([first, told], NOW))] == [
        at(2, "wed", "10:00"),
        at(2, "wed", "09:00"),
    ]


def test_a_time_that_was_told_gives_way_where_another_meeting_would_find_none() -> None:
    first, second = sick_day([span(at(2, "wed", "09:00")), span(at(2, "wed", "11:00"))], 2)
    first = replace(first, told=(utc(span(at(2, "wed", "09:00"))),))
    tied = gaps([span(at(2, "wed", "09:00"))], weeks(2, 2))
    second = replace(second, partner=replace(second.partner, busy=Busy(tied)))
    assert [one.start for one in firsts(replan([first, second], NOW))] == [
        at(2, "wed", "11:00"),
        at(2, "wed", "09:00"),
    ]
