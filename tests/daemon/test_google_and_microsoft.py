"""A one-on-one of somebody at Google with somebody at Microsoft, over both connectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import stamina

from connectors.model import Person, Span
from connectors.outlook.word import WordDocuments
from connectors.standins.google import World, application
from connectors.standins.graph import rules
from connectors.standins.server import serve
from daemon import answering
from daemon.core.words import Proposal
from tests.connectors.google.benches import Company as Google
from tests.connectors.outlook.bench import Clock
from tests.connectors.outlook.bench import Company as Microsoft
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

DAY = timedelta(days=1)
SUNDAY = week(1) - hours(20)


class Both:
    """Maya's Google, Ben's Microsoft 365, and a house that looks after both."""

    def __init__(self, stack: ExitStack, home: Path) -> None:
        self.now = week(0) + DAY
        world = World(lambda: self.now)
        wire = application(world)
        self.google = Google(stack.enter_context(serve(wire)), world, wire)
        stack.callback(self.google.close)
        self.clock = Clock()
        self.microsoft = Microsoft(stack, self.clock)
        people = {address: Person(address) for address in (MAYA, BEN)}
        self.stage = Stage(home, accounts=people)
        mine, his = self.stage.house.accounts
        mine = replace(mine, calendar=self.google.calendar())
        his = replace(
            his,
            calendar=self.microsoft.of(people[BEN]),
            documents=WordDocuments(self.microsoft.graph(people[BEN])),
        )
        self.stage.house = replace(self.stage.house, accounts=(mine, his))
        stack.callback(self.stage.store.close)

    def meet(self) -> None:
        """Let Maya invite Ben to Mondays at ten; the invitation arrives under the same UID."""
        self.event = self.google.maya.schedules("1:1", FIRST, guests=[BEN], rule="FREQ=WEEKLY")
        self.uid = self.microsoft.maya.schedules(
            "1:1",
            FIRST,
            guests=[BEN],
            repeats=rules.weekly(FIRST.date()),
            uid=f"{self.event}@google.com",
        )
        self.tick(week(0) + DAY)

    def meet_in_outlook(self) -> None:
        """Let Ben invite Maya; she is a guest from elsewhere, on Google."""
        self.event = self.google.maya.is_invited(BEN, "1:1", FIRST, rule="FREQ=WEEKLY")
        repeats, uid = rules.weekly(FIRST.date()), f"{self.event}@google.com"
        self.uid = self.microsoft.ben.schedules(
            "1:1", FIRST, guests=[MAYA], repeats=repeats, uid=uid
        )

    def tick(self, now: datetime) -> list[str]:
        """Take one turn without a failure; return the keys of what was done."""
        self.now = self.clock.at = now
        turn = self.stage.tick(now)
        assert [failure.error for failure in turn.failed] == []
        return [decision.key for decision in turn.done]

    def lose(self) -> Proposal:
        """Cancel Monday's meeting of week 1; return what is proposed."""
        self.google.maya.cancels(self.event, on=week(1))
        self.microsoft.maya.cancels(self.uid, on=week(1).date())
        self.tick(SUNDAY)
        (proposal,) = self.stage.dossier(self.now).proposals
        return proposal

    def book(self, proposal: Proposal) -> Span:
        """Accept the first time; return it."""
        booked = answering.accept(self.stage.house, proposal.id, SUNDAY + hours(1)).booked
        assert booked is not None
        return booked.span


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    stamina.set_testing(True, attempts=3)
    with ExitStack() as stack:
        stack.callback(stamina.set_testing, testing=False)
        yield Both(stack, tmp_path)


def test_the_times_come_from_both_providers(both: Both) -> None:
    both.meet()
    board = Span(week(1) + DAY - hours(1), week(1) + DAY + hours(1))
    dentist = Span(week(1) + 2 * DAY - hours(1), week(1) + 2 * DAY + hours(1))
    both.microsoft.ben.schedules("Board", board.start, minutes=120)
    both.google.maya.schedules("Dentist", dentist.start, minutes=120)
    options = both.lose().options
    assert options
    for option in options:
        assert "cannot be seen" not in option.because
        assert not option.span.overlaps(board)
        assert not option.span.overlaps(dentist)


def test_the_organizers_provider_writes_and_the_other_is_left_alone(both: Both) -> None:
    both.meet()
    proposal = both.lose()
    before = both.microsoft.ben.copy(both.uid)
    booked = both.book(proposal)
    assert both.google.maya.target(both.event, week(1)).body["status"] == "confirmed"
    assert both.microsoft.ben.copy(both.uid) == before
    both.tick(SUNDAY + hours(1.5))
    starts = [meeting.span.start for meeting in both.stage.dossier(both.now).standing()]
    assert booked.start in starts


def test_a_time_that_never_reaches_the_other_side_is_told(both: Both) -> None:
    both.meet()
    both.book(both.lose())
    told = [key for key in both.tick(SUNDAY + hours(3)) if key.startswith("advise:echo")]
    assert len(told) == 1


def test_a_time_that_reaches_the_other_side_is_no_news(both: Both) -> None:
    both.meet()
    booked = both.book(both.lose())
    both.microsoft.maya.schedules("1:1", booked.start, guests=[BEN])
    assert not [key for key in both.tick(SUNDAY + hours(3)) if key.startswith("advise:echo")]


def test_the_organizers_side_keeps_pair_document_and_link(both: Both) -> None:
    both.meet_in_outlook()
    both.tick(week(0) - hours(20))
    dossier = both.stage.dossier(both.now)
    assert (dossier.account, len({held.series.uid for held in dossier.series})) == ("ben", 1)
    (document,) = both.microsoft.world.drives[BEN].files.values()
    assert dossier.shelf.document is not None
    assert dossier.shelf.document.url == document.web_url
    assert not both.stage.world.documents  # Maya's side has none
    body = both.microsoft.ben.copy(both.uid).fields["body"]["content"]
    assert body.count(document.web_url) == 1
    assert "attachments" not in both.google.maya.target(both.event).body


def test_what_is_lost_on_both_sides_is_missed_once_and_rescued_by_the_organizer(
    both: Both,
) -> None:
    both.meet_in_outlook()
    both.tick(week(0) + DAY)
    both.microsoft.ben.cancels(both.uid, on=week(1).date())
    both.google.maya.cancels(both.event, on=week(1))
    both.microsoft.world.mails.clear()
    both.tick(SUNDAY)
    (proposal,) = both.stage.dossier(both.now).proposals
    both.book(proposal)
    assert [mail.to for mail in both.microsoft.world.mails] == [MAYA]
    both.tick(SUNDAY + hours(1.5))
    dossier = both.stage.dossier(both.now)
    assert [str(one.verdict) for one in dossier.outcomes][:2] == ["held", "rescued"]
    assert dossier.streak.count == 0
