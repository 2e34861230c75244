"""Maya's house over a real CalDAV server; her documents lie at home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from icalendar import Calendar, Event

from connectors.caldav import CalDavCalendar, Dav
from connectors.files import MarkdownFolder
from connectors.model import Handle, Span
from connectors.standins.faults import Answer, Wire
from tests.afar.faults import BROKEN
from tests.afar.stage import Afar
from tests.connectors.caldav.bench import CalDavBench
from tests.connectors.caldav.servers import PASSWORD, Server, running
from tests.crash.story import End
from tests.stage import BEN, FIRST, HALF_AN_HOUR

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.memory import Wire as Power
    from connectors.model import Person
    from daemon.house import Account

RUNNING = ExitStack()
"""The servers of this process; the stories have somebody new on them each time."""


@cache
def _server(kind: str) -> Server:
    folder = RUNNING.enter_context(TemporaryDirectory())
    return RUNNING.enter_context(running(kind, Path(folder)))


def refusing(status: int, condition: str = "", **headers: str) -> Answer:
    """Return an answer in the shape of WebDAV; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = f'<error xmlns="DAV:"><{condition}/></error>' if condition else "no"
    return Answer(status, body, named)


class OnOurPower(Dav):
    """A client whose machine may stop just before or just after a write."""

    power: Power

    def put(self, path: str, content: bytes, **how: Any) -> None:  # noqa: ANN401 - as it came
        self.power.write("dav.put", partial(super().put, path, content, **how))

    def delete(self, path: str, *, seen: str) -> None:
        self.power.write("dav.delete", partial(super().delete, path, seen=seen))


@dataclass(kw_only=True)
class CalDavStage(Afar):
    """Maya at a CalDAV server, Ben somewhere else."""

    kind: ClassVar[str]
    a_look: ClassVar = "*"
    refused: ClassVar = refusing(403, "need-privileges")
    missing: ClassVar = refusing(404)
    passing: ClassVar = {
        **BROKEN,
        "404": missing,
        "409": refusing(409),
        "412": refusing(412),
        "423": refusing(423, "lock-token-submitted"),
        "429": refusing(429, retry_after="7"),
        "500": refusing(500),
        "503": refusing(503, retry_after="3"),
    }
    final: ClassVar = {
        "401": refusing(401),
        "403": refused,
        "403 sync": refusing(403, "valid-sync-token"),
        "507": refusing(507, "quota-not-exceeded"),
    }

    def settle_in(self) -> None:
        server = _server(self.kind)
        self.hands = CalDavBench(server)
        self.hands.open.close()
        self.server.wire = Wire(server.gate)
        self.folder = self.home / "agendas"

    def _account(self, address: str, owner: Person) -> Account:
        url = f"{self.server.base}{self.hands.path}"
        dav = OnOurPower(url, username=self.hands.user, password=PASSWORD, timeout=self.timeout)
        dav.power = self.world.wire
        documents = MarkdownFolder(self.folder)
        return replace(
            super()._account(address, owner),
            provider="caldav",
            calendar=CalDavCalendar(dav, owner, "Europe/Berlin", lambda: self.now, name="primary"),
            documents=documents,
            texts=documents,
            close=dav.close,
        )

    def weekly(self, guest: str = BEN, rule: str = "FREQ=WEEKLY", start: datetime = FIRST) -> str:
        assert guest == BEN
        return self.hands.meet(Span(start, start + HALF_AN_HOUR), rule)

    def cancel(self, uid: str, on: datetime) -> None:
        self.hands.cancel(Handle(uid), on)

    def end(self, uid: str) -> End:
        text = self.hands.text(Handle(uid)).replace("\n ", "")
        files = sorted(self.folder.glob("*.md"))
        marks = [mark for file in files for mark in re.findall(r"visavis:(\S+)", file.read_text())]
        mails = [one.to for one in self.world.letters if one.calendar]
        return End(
            documents=len(files),
            # The rest of a mark is made from the UID, which differs from telling to telling.
            marks=tuple(sorted(mark.partition("-")[0] for mark in marks)),
            links=tuple((file.name, _attached(text, file)) for file in files),
            letters=tuple(sorted(letter.key for letter in self.world.letters)),
            mailed=tuple(f"invitation to {one}" for one in mails),
            standing=tuple(sorted(_standing(text))),
        )

    def decline(self, uid: str, on: datetime) -> None:
        self.hands.decline(Handle(uid), on)

    def trash(self) -> None:
        (file,) = self.folder.glob("*.md")
        file.unlink()


class RadicaleStage(CalDavStage):
    """On Radicale, which tells nobody of anything."""

    kind = "radicale"


class XandikosStage(CalDavStage):
    """On xandikos, which invites people itself."""

    kind = "xandikos"

    def end(self, uid: str) -> End:
        mails = [f"invitation to {address}" for address in self.hands.mailed()]
        return replace(super().end(uid), mailed=tuple(mails))


def _attached(text: str, file: Path) -> int:
    """Return how often a file hangs on the series itself; overrides have it too."""
    master = next(e for e in Calendar.from_ical(text).events if "RECURRENCE-ID" not in e)
    return sum(b"ATTACH" in line and file.name.encode() in line for line in _lines(master))


def _lines(event: Event) -> list[bytes]:
    lines: list[bytes] = event.to_ical().replace(b"\r\n ", b"").splitlines()
    return lines


def _standing(text: str) -> Iterator[str]:
    """Yield what the series amounts to."""
    for event in Calendar.from_ical(text).events:
        yield f"{event.get('RECURRENCE-ID', event['DTSTART']).dt} at {event.start}"
    yield from re.findall(r"EXDATE[^\n]*", text)
