"""The story that every sweep tells, told at Google: the whole daemon line over HTTP.

Letters still go to the world in memory, whose wire also counts each write to Google: there the
power can go in our process while Google lives on. Faults on the way are planned on `company.wire`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from googleapiclient.http import HttpRequest

from connectors.google.auth import ready
from connectors.google.calendar import GoogleCalendar
from connectors.google.docs import GoogleDocs
from connectors.google.service import Google, Json
from connectors.memory import Wire
from connectors.model import Person
from connectors.standins.google import World, application
from connectors.standins.google.calendar import Entry
from connectors.standins.google.drive import File
from connectors.standins.server import serve
from daemon.core.dossier import Dossier
from daemon.house import Account, Failure
from daemon.tick import Turn
from tests.connectors.google.benches import Company
from tests.crash.story import End
from tests.stage import BEN, FIRST, Stage


class OnOurPower(Google):
    """A client whose machine may stop just before or just after a write."""

    power: Wire

    def write(self, request: HttpRequest, if_match: str | None = None) -> Json:
        return self.power.write("google.write", partial(super().write, request, if_match))


@dataclass(kw_only=True)
class GoogleStage(Stage):
    """Maya's house over her Google; `now` is the clock of both."""

    company: Company
    timeout: float = 5
    now: datetime = FIRST - timedelta(days=2)
    failed: list[Failure] = field(default_factory=list)
    """Everything that any turn said went wrong."""

    def _account(self, address: str, owner: Person) -> Account:
        token = self.company.world.token(address)
        google = OnOurPower(ready(token, "TOKEN"), self.company.base, timeout=self.timeout)
        google.power = self.world.wire
        self.company.keep(google)
        return replace(
            super()._account(address, owner),
            provider="google",
            calendar=GoogleCalendar(google, owner, address, "primary"),
            documents=GoogleDocs(google),
            close=google.close,
        )

    def weekly(self, guest: str = BEN, rule: str = "FREQ=WEEKLY", start: datetime = FIRST) -> str:
        return self.company.maya.schedules("Maya / Ben", start, guests=[guest], rule=rule)

    def cancel(self, uid: str, on: datetime) -> None:
        self.company.maya.cancels(uid, on=on)

    def tick(self, now: datetime) -> Turn:
        self.now = now
        turn = super().tick(now)
        self.failed += turn.failed
        return turn

    def dossier(self, now: datetime) -> Dossier:
        self.now = now
        return super().dossier(now)


def end_at_google(stage: GoogleStage, uid: str) -> End:
    """Look at Google as it is, and at the letters."""
    company = stage.company
    series = company.maya.calendar.entries[uid]
    files = company.world.drive.files.values()
    ranges = [name for file in files for name in file.document.first.ranges.values()]
    return End(
        documents=len(files),
        marks=tuple(sorted(ranges)),
        links=tuple((file.name, _attached(series, file)) for file in files),
        letters=tuple(sorted(letter.key for letter in stage.world.letters)),
        mailed=tuple(f"{mail.kind} to {mail.to}" for mail in company.world.mails),
        standing=tuple(
            f"{slot}: {own.get('status')} {own.get('start')}"
            for slot, own in sorted(series.exceptions.items())
        ),
    )


def _attached(series: Entry, file: File) -> int:
    """Return how often a file hangs on a series; ids depend on what else was asked before."""
    return sum(file.id in one["fileUrl"] for one in series.body.get("attachments", ()))


@contextmanager
def at_google(folder: Path, timeout: float = 5) -> Iterator[GoogleStage]:
    """Give a Google and a house of its own to one telling."""
    world = World(lambda: stage.now)
    wire = application(world)
    with serve(wire) as base:
        company = Company(base, world, wire)
        stage = GoogleStage(folder, company=company, timeout=timeout)
        try:
            yield stage
        finally:
            stage.store.close()
            company.close()
