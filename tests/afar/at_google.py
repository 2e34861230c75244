"""Maya's house over her Google."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from connectors.google.auth import ready
from connectors.google.calendar import GoogleCalendar
from connectors.google.directory import GoogleDirectory
from connectors.google.docs import GoogleDocs
from connectors.google.service import Google
from connectors.standins.google import World, application
from connectors.standins.google.refusals import refusing
from tests.afar.faults import BROKEN
from tests.afar.stage import Afar
from tests.crash.story import End
from tests.stage import BEN, FIRST, MAYA

if TYPE_CHECKING:
    from datetime import datetime

    from googleapiclient.http import HttpRequest

    from connectors.google.service import Json
    from connectors.memory import Wire as Power
    from connectors.model import Person
    from connectors.standins.google.calendar import Entry
    from connectors.standins.google.drive import File
    from daemon.house import Account

QUOTA = "usageLimits"


class OnOurPower(Google):
    """A client whose machine may stop just before or just after a write."""

    power: Power

    def write(self, request: HttpRequest, if_match: str | None = None) -> Json:
        return self.power.write("google.write", partial(super().write, request, if_match))


CLIENTS: dict[tuple[str, float], OnOurPower] = {}
"""By address and patience: making the methods of an API takes longer than using them."""


@dataclass(kw_only=True)
class GoogleStage(Afar):
    """Maya and Ben at one Google."""

    a_look: ClassVar = "/calendar/v3/calendars/primary/events"
    refused: ClassVar = refusing(403, "forbidden")
    missing: ClassVar = refusing(404, "notFound")
    withheld: ClassVar = refusing(403, "insufficientPermissions")
    passing: ClassVar = {
        **BROKEN,
        "rateLimitExceeded": refusing(403, "rateLimitExceeded", domain=QUOTA),
        "userRateLimitExceeded": refusing(403, "userRateLimitExceeded", domain=QUOTA),
        "quotaExceeded": refusing(403, "quotaExceeded", domain=QUOTA),
        "notFound": missing,
        "conflict": refusing(409, "conflict"),
        "duplicate": refusing(409, "duplicate"),
        "fullSyncRequired": refusing(410, "fullSyncRequired"),
        "updatedMinTooLongAgo": refusing(410, "updatedMinTooLongAgo"),
        "conditionNotMet": refusing(412, "conditionNotMet"),
        "429": refusing(429, "rateLimitExceeded", domain=QUOTA, retry_after="7"),
        "500": refusing(500, "backendError"),
        "503": refusing(503, "backendError"),
    }
    final: ClassVar = {
        "authError": refusing(401, "authError"),
        "forbidden": refused,
        "forbiddenForNonOrganizer": refusing(403, "forbiddenForNonOrganizer"),
        "insufficientPermissions": withheld,
        "accessNotConfigured": refusing(403, "accessNotConfigured"),
        "deleted": refusing(410, "deleted"),
    }

    def settle_in(self) -> None:
        self.company = World(lambda: self.now)
        self.server.wire = application(self.company)
        self.maya = self.company.person(MAYA, name="Maya")
        self.ben = self.company.person(BEN, name="Ben")

    def _account(self, address: str, owner: Person) -> Account:
        google = self._client(address)
        google.power = self.world.wire
        return replace(
            super()._account(address, owner),
            provider="google",
            calendar=GoogleCalendar(google, owner, address, "primary"),
            documents=GoogleDocs(google),
            directory=GoogleDirectory(google) if self.directory else None,
        )

    def _client(self, address: str) -> OnOurPower:
        # The first token of each world is the same one.
        token = self.company.token(address)
        ours = self.server.base, self.timeout
        if ours not in CLIENTS:
            CLIENTS[ours] = OnOurPower(ready(token, "TOKEN"), ours[0], timeout=self.timeout)
        return CLIENTS[ours]

    def weekly(self, guest: str = BEN, rule: str = "FREQ=WEEKLY", start: datetime = FIRST) -> str:
        notes = {"fileUrl": "https://people.example/notes", "title": "Notes"}
        return self.maya.schedules(
            "Maya / Ben",
            start,
            guests=[guest],
            rule=rule,
            attachments=[notes],
            hangoutLink="https://meet.google.com/aaa-bbbb-ccc",
        )

    def cancel(self, uid: str, on: datetime) -> None:
        self.maya.cancels(uid, on=on)

    def decline(self, uid: str, on: datetime) -> None:
        self.ben.declines(uid, on=on)

    def end(self, uid: str) -> End:
        series = self.maya.calendar.entries[uid]
        files = self.company.drive.files.values()
        ranges = [name for file in files for name in file.document.first.ranges.values()]
        return End(
            documents=len(files),
            marks=tuple(sorted(ranges)),
            links=tuple((file.name, _attached(series, file)) for file in files),
            letters=tuple(sorted(letter.key for letter in self.world.letters)),
            mailed=tuple(f"{mail.kind} to {mail.to}" for mail in self.company.mails),
            standing=tuple(
                f"{slot}: {own.get('status')} {own.get('start')}"
                for slot, own in sorted(series.exceptions.items())
            ),
        )

    def trash(self) -> None:
        self._file.trashed = True

    @property
    def _file(self) -> File:
        (file,) = self.company.drive.files.values()
        return file


def _attached(series: Entry, file: File) -> int:
    """Return how often a file hangs on a series; ids depend on what else was asked before."""
    return sum(file.id in one["fileUrl"] for one in series.body.get("attachments", ()))
