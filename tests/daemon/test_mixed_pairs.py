"""Maya and Ben at two providers: each world has a copy of its own, and mail between them is slow.

Ben's provider tells of cancelled meetings, as Google does, or leaves them out, as Graph does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.memory import MemoryCalendar, MemoryDocuments, World
from connectors.model import Attendee, Person, Response, Span
from daemon import answering
from daemon.core.words import Proposal, Role
from daemon.house import About
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week

DAY = timedelta(days=1)
CARO = "caro@acme.example"
UID = "event-1"
SUNDAY = week(1) - hours(20)


class Worlds:
    """Two providers and the house that looks after both people."""

    def __init__(self, home: Path, *, tombstones: bool) -> None:
        self.mine, self.his = World(), World(tombstones=tombstones)
        people = {address: Person(address) for address in (MAYA, BEN)}
        self.stage = Stage(home, world=self.mine, accounts=people)
        mine, his = self.stage.house.accounts
        at_his = replace(
            his, calendar=MemoryCalendar(self.his, BEN), documents=MemoryDocuments(self.his, BEN)
        )
        self.stage.house = replace(self.stage.house, accounts=(mine, at_his))
        # Neither provider shows the other's people.
        self.mine.unseen.add(BEN)
        self.his.unseen.add(MAYA)

    def meet(self, organizer: str = MAYA) -> None:
        guest = BEN if organizer == MAYA else MAYA
        for world in (self.mine, self.his):
            world.meet(organizer, guest, Span(FIRST, FIRST + HALF_AN_HOUR), "FREQ=WEEKLY")
        self.stage.tick(week(0) + DAY)

    def lose(self) -> Proposal:
        """Cancel Monday's meeting of week 1 on both sides; return what is proposed."""
        for world in (self.mine, self.his):
            world.cancel(UID, week(1))
        self.stage.tick(SUNDAY)
        (proposal,) = self.stage.dossier(SUNDAY).proposals
        return proposal

    def book(self, proposal: Proposal) -> Span:
        """Accept the first option; return its time."""
        answering.accept(self.stage.house, proposal.id, SUNDAY + hours(1))
        return proposal.options[0].span

    def arrives(self, booked: Span) -> None:
        """Let the invitation of the new time reach Ben's calendar."""
        self.his.move(UID, week(1), booked)

    def told(self) -> list[str]:
        return [x.text for x in self.mine.letters if "does not show it" in x.text]


@pytest.fixture(params=[True, False], ids=["tombstones", "omissions"])
def worlds(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Worlds]:
    worlds = Worlds(tmp_path, tombstones=request.param)
    yield worlds
    worlds.stage.store.close()


def test_two_copies_are_one_pair_listed_under_the_organizer(worlds: Worlds) -> None:
    worlds.meet(BEN)
    dossier = worlds.stage.dossier(week(0) + DAY)
    assert dossier.account == "ben"
    assert [str(one.verdict) for one in dossier.outcomes][:1] == ["held"]


def test_the_times_of_both_come_from_their_own_providers(worlds: Worlds) -> None:
    worlds.meet()
    morning = Span(week(1) + DAY - hours(1), week(1) + DAY + hours(2))
    worlds.his.meet(BEN, CARO, morning)
    worlds.mine.meet(MAYA, CARO, Span(week(1) + 2 * DAY - hours(1), week(1) + 2 * DAY + hours(2)))
    proposal = worlds.lose()
    assert not any("cannot be seen" in option.because for option in proposal.options)
    for option in proposal.options:
        assert not option.span.overlaps(morning)
        assert option.span.start != week(1) + 2 * DAY


@pytest.mark.parametrize("organizer", [MAYA, BEN])
def test_only_the_organizers_provider_is_written_to(worlds: Worlds, organizer: str) -> None:
    worlds.meet(organizer)
    proposal = worlds.lose()
    mine, his = len(worlds.mine.touched), len(worlds.his.touched)
    worlds.book(proposal)
    written = (len(worlds.mine.touched) - mine, len(worlds.his.touched) - his)
    assert written == ((1, 0) if organizer == MAYA else (0, 1))


def test_what_is_booked_stands_although_the_other_copy_is_behind(worlds: Worlds) -> None:
    worlds.meet()
    booked = worlds.book(worlds.lose())
    now = SUNDAY + hours(2)
    worlds.stage.tick(now)
    assert [m.span.start for m in worlds.stage.dossier(now).standing()][1] == booked.start


def test_an_answer_to_the_lost_time_is_none_to_the_booked_one(worlds: Worlds) -> None:
    worlds.meet()
    no = Attendee(BEN, response=Response.DECLINED)
    for world in (worlds.mine, worlds.his):
        world.answer(UID, no, week(1))
    worlds.stage.tick(SUNDAY)
    (proposal,) = worlds.stage.dossier(SUNDAY).proposals
    booked = worlds.book(proposal)
    now = SUNDAY + hours(2)
    worlds.stage.tick(now)
    assert [m.span.start for m in worlds.stage.dossier(now).standing()][1] == booked.start
    worlds.arrives(booked)
    worlds.his.answer(UID, no, week(1))
    worlds.stage.tick(now + hours(1))
    found = worlds.stage.dossier(now + hours(1))
    assert [m.span.start for m in found.standing()][1] == week(2)


def test_a_copy_that_catches_up_is_no_news(worlds: Worlds) -> None:
    worlds.meet()
    worlds.arrives(worlds.book(worlds.lose()))
    worlds.stage.every(SUNDAY + hours(2), week(1) + hours(8), hours(1))
    assert worlds.told() == []


def test_a_copy_that_stays_behind_is_told_once(worlds: Worlds) -> None:
    worlds.meet()
    worlds.book(worlds.lose())
    worlds.stage.every(SUNDAY + hours(1.5), week(1) + 2 * DAY, hours(1))
    (text,) = worlds.told()
    assert "ben's own calendar does not show it" in text


def test_what_is_cancelled_again_is_lost_again(worlds: Worlds) -> None:
    worlds.meet()
    worlds.arrives(worlds.book(worlds.lose()))
    worlds.mine.cancel(UID, week(1))
    now = SUNDAY + hours(3)
    worlds.stage.tick(now)
    assert [m.span.start for m in worlds.stage.dossier(now).standing()][1:2] == [week(2)]


@pytest.mark.parametrize("organizer", [MAYA, BEN])
def test_what_the_settings_say_of_the_other_holds_whoever_organizes(
    worlds: Worlds, organizer: str
) -> None:
    told = {BEN: About(role=Role.MANAGER, topic="public speaking")}
    worlds.stage.house = replace(worlds.stage.house, about=told)
    worlds.meet(organizer)
    dossier = worlds.stage.dossier(week(0) + DAY)
    assert dossier.topic == "public speaking"
    assert dossier.pair.role == (Role.MANAGER if organizer == MAYA else Role.REPORT)
