"""Maya's house over her Outlook and her OneDrive, both played over HTTP, and Ben beside her.

office = stack.enter_context(Office.opened(tmp_path))
uid = office.hosted_by(office.ben)
office.tick(week(0) + hours(24))
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import stamina

from connectors.outlook.word import WordDocuments
from connectors.standins.graph import Person as Colleague
from connectors.standins.graph import rules
from daemon.core.words import Proposal
from daemon.house import House
from daemon.journal import Intent, entries
from daemon.tick import Turn
from tests.connectors.outlook.bench import MAYA, Clock, Company
from tests.stage import FIRST, Stage


class Office:
    """The company, its clock, and the house that looks after Maya."""

    def __init__(self, stack: ExitStack, home: Path) -> None:
        self.clock = Clock()
        self.company = Company(stack, self.clock)
        self.maya, self.ben = self.company.maya, self.company.ben
        self.stage = Stage(home)
        stack.callback(self.stage.store.close)
        (account,) = self.stage.house.accounts
        account = replace(
            account,
            calendar=self.company.calendar,
            documents=WordDocuments(self.company.graph(MAYA)),
        )
        self.stage.house = replace(self.stage.house, accounts=(account,))

    @classmethod
    @contextmanager
    def opened(cls, home: Path) -> Iterator[Office]:
        """Open it for one test; what fails is tried again at once."""
        stamina.set_testing(True, attempts=3)
        with ExitStack() as stack:
            stack.callback(stamina.set_testing, testing=False)
            yield cls(stack, home)

    @property
    def house(self) -> House:
        return self.stage.house

    def hosted_by(self, host: Colleague) -> str:
        """Let one of the two invite the other to Mondays at ten; return the uid."""
        guest = self.ben if host.email == self.maya.email else self.maya
        repeats = rules.weekly(FIRST.date())
        return host.schedules("1:1", FIRST, guests=[guest.email], repeats=repeats)

    def tick(self, now: datetime) -> Turn:
        """Take one turn at this moment, which is the company's too."""
        self.clock.at = now
        return self.stage.tick(now)

    def well(self, now: datetime) -> list[str]:
        """Take one turn in which nothing fails; return the kinds of what was done."""
        turn = self.tick(now)
        assert [failure.error for failure in turn.failed] == []
        return [str(decision.kind) for decision in turn.done]

    def proposal(self) -> Proposal:
        """Return the only proposal, as the store has it."""
        (one,) = self.stage.dossier(self.clock.at).proposals
        return one

    def entry(self, kind: str) -> Intent:
        """Return the only write of this kind."""
        with self.house.store.read() as session:
            (one,) = [each for each in entries(session) if each.decision.kind == kind]
        return one

    def mailed(self) -> list[str]:
        """Return to whom Exchange mailed, and forget it."""
        found = [mail.to for mail in self.company.world.mails]
        self.company.world.mails.clear()
        return found
