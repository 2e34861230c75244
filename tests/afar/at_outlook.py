"""Maya's house over her Microsoft 365."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from connectors.outlook import word_reading
from connectors.outlook.auth import Ready
from connectors.outlook.calendar import OutlookCalendar
from connectors.outlook.client import Graph
from connectors.outlook.directory import OutlookDirectory
from connectors.outlook.word import WordDocuments
from connectors.outlook.word_design import opened
from connectors.standins.faults import Answer
from connectors.standins.graph import World, application, rules
from connectors.standins.graph.calls import Refused
from tests.afar.faults import BROKEN
from tests.afar.stage import Afar
from tests.crash.story import End
from tests.stage import BEN, FIRST, MAYA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connectors.memory import Wire as Power
    from connectors.model import Person
    from connectors.outlook.client import Query
    from connectors.outlook.wire import Json
    from connectors.standins.graph.drive import File
    from connectors.standins.graph.items import Item
    from daemon.house import Account


def refusing(status: int, code: str, inner: str = "", **headers: str) -> Answer:
    """Return an answer in the shape of Graph; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    said = Refused(status, code, f"Refused: {code}.", inner=inner or None)
    body = said.reply("0", "2026-03-02T09:00:00").content()
    return Answer(status, body, named | {"content-type": "application/json"})


class OnOurPower(Graph):
    """A client whose machine may stop just before or just after a write."""

    power: Power

    def write(
        self, method: str, path: str, body: Json | None = None, *, if_match: str = ""
    ) -> Json:
        write = partial(super().write, method, path, body, if_match=if_match)
        return self.power.write("graph.write", write)

    def upload(
        self, path: str, content: bytes, query: Query | None = None, *, if_match: str = ""
    ) -> Json:
        upload = partial(super().upload, path, content, query, if_match=if_match)
        return self.power.write("graph.upload", upload)


@dataclass(kw_only=True)
class OutlookStage(Afar):
    """Maya and Ben at one Microsoft 365."""

    a_look: ClassVar = "/v1.0/me/calendarView/delta"
    refused: ClassVar = refusing(403, "ErrorAccessDenied")
    missing: ClassVar = refusing(404, "ErrorItemNotFound")
    withheld: ClassVar = refusing(403, "Authorization_RequestDenied")
    passing: ClassVar = {
        **BROKEN,
        "404": missing,
        "409": refusing(409, "nameAlreadyExists"),
        "410": refusing(410, "SyncStateNotFound"),
        "412": refusing(412, "ErrorIrresolvableConflict"),
        "423": refusing(423, "notAllowed", "resourceLocked"),
        "429": refusing(429, "ApplicationThrottled", retry_after="7.5"),
        "500": refusing(500, "ErrorInternalServerError"),
        "503": refusing(503, "ErrorServerBusy"),
        "504": refusing(504, "UnknownError"),
    }
    final: ClassVar = {
        "401": refusing(401, "InvalidAuthenticationToken"),
        "403": refused,
        "403 file": refusing(403, "accessDenied"),
        "403 consent": withheld,
        "507": refusing(507, "quotaLimitReached"),
    }

    def settle_in(self) -> None:
        self.company = World(lambda: self.now)
        self.server.wire = application(self.company)
        self.maya = self.company.person(MAYA, name="Maya Kern")
        self.ben = self.company.person(BEN, name="Ben Ito")

    def _account(self, address: str, owner: Person) -> Account:
        access = Ready(self.company.token(address), "TOKEN")
        graph = OnOurPower(access, self.server.base, timeout=self.timeout)
        graph.power = self.world.wire
        return replace(
            super()._account(address, owner),
            provider="outlook",
            calendar=OutlookCalendar(graph, owner, lambda: self.now),
            documents=WordDocuments(graph),
            directory=OutlookDirectory(graph) if self.directory else None,
            close=graph.close,
        )

    def weekly(self, guest: str = BEN, rule: str = "FREQ=WEEKLY", start: datetime = FIRST) -> str:
        assert rule == "FREQ=WEEKLY"
        repeats = rules.weekly(start.date())
        return self.maya.schedules(
            "Maya / Ben", start, guests=[guest], repeats=repeats, isOnlineMeeting=True
        )

    def cancel(self, uid: str, on: datetime) -> None:
        self.maya.cancels(uid, on=on.date())

    def decline(self, uid: str, on: datetime) -> None:
        self.ben.declines(uid, on=on.date())

    def end(self, uid: str) -> End:
        series, files = self.maya.copy(uid), self._files
        body = str(series.fields["body"]["content"]) if "body" in series.fields else ""
        return End(
            documents=len(files),
            marks=tuple(sorted(mark for file in files for mark in _marks(file))),
            links=tuple((file.path, body.count(f'href="{file.web_url}')) for file in files),
            letters=tuple(sorted(letter.key for letter in self.world.letters)),
            mailed=tuple(f"{mail.kind} to {mail.to}" for mail in self.company.mails),
            standing=tuple(line for item in self._calendar for line in _standing(item)),
        )

    def trash(self) -> None:
        (file,) = self._files
        self.maya.trashes(file)

    @property
    def _files(self) -> list[File]:
        drive = self.company.drives.get(MAYA)
        return list(drive.files.values()) if drive else []

    @property
    def _calendar(self) -> list[Item]:
        items = self.company.mailbox(MAYA).items()
        return sorted(items, key=lambda item: (item.start, item.uid))


def _marks(file: File) -> Iterator[str]:
    found = word_reading.sections(opened(file.newest.content))
    # The rest of a mark is made from the UID, which Exchange chooses for a new meeting.
    return (section.mark.partition("-")[0] for section in found if section.mark)


def _standing(item: Item) -> Iterator[str]:
    """Yield what one event amounts to; its names depend on what else was asked before."""
    yield f"{'series' if item.recurrence else 'single'} {item.start} {item.end}"
    yield from (f"without {day}" for day in sorted(item.gone))
    yield from (f"{day} at {own.start}" for day, own in sorted(item.exceptions.items()))
