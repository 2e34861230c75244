"""What the stages over HTTP have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from connectors.standins.faults import Exchange, Fault, Wire
from connectors.standins.server import serve
from daemon.answering import Refused
from daemon.render import TemplatePen
from tests.stage import FIRST, Stage

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from connectors.errors import ConnectorError
    from daemon.core.dossier import Dossier
    from daemon.house import Failure, House
    from daemon.tick import Turn
    from tests.crash.story import End

PEN = TemplatePen()
"""One pen for all: compiling its templates takes longer than a whole turn."""


class Server:
    """One address for one world after another: starting servers and clients takes a while."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.base = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.wire is not None
        await self.wire(scope, receive, send)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Server]:
        """Serve on loopback for as long as the block lasts."""
        server = cls()
        with serve(server) as server.base:
            yield server


@dataclass(kw_only=True)
class Afar(Stage, ABC):
    """Maya's house over one provider; `now` is the clock of both."""

    server: Server
    timeout: float = 5
    directory: bool = False
    """Whether the company's directory is asked for people."""
    now: datetime = FIRST - timedelta(days=2)
    uid: str = ""
    """The series of the two, once a test has made it."""
    failed: list[Failure] = field(default_factory=list)
    """Everything that any turn said went wrong."""
    answers: list[Refused] = field(default_factory=list)
    """Why answers of the owner were not carried out."""

    passing: ClassVar[Mapping[str, Fault]]
    """What is over a moment later, by the name of what the provider says."""
    final: ClassVar[Mapping[str, Fault]]
    """What a person has to see to, or what says that a thing is gone."""
    a_look: ClassVar[str]
    """The path of the one request that a look without news is."""
    refused: ClassVar[Fault]
    """A plain 403."""
    missing: ClassVar[Fault]
    """A plain 404."""
    withheld: ClassVar[Fault]
    """A 403 that the owner can do something about."""

    def __post_init__(self) -> None:
        self.settle_in()
        super().__post_init__()

    @abstractmethod
    def settle_in(self) -> None:
        """Make the world and put it behind the server."""

    def wired(self) -> House:
        return replace(super().wired(), pen=PEN)

    @property
    def refusals(self) -> list[ConnectorError | Refused]:
        """What went wrong, in turns and in answers of the owner."""
        return [*(failure.error for failure in self.failed), *self.answers]

    def accept(self, proposal: str, now: datetime) -> None:
        self.now = now
        try:
            super().accept(proposal, now)
        except Refused as refused:
            self.answers.append(refused)
            raise

    def restart(self) -> None:
        self.house.close()
        super().restart()

    def close(self) -> None:
        """End the house; the server stays for the next one."""
        self.house.close()
        self.store.close()

    @property
    def wire(self) -> Wire:
        """The way to the provider."""
        assert self.server.wire is not None
        return self.server.wire

    def tick(self, now: datetime) -> Turn:
        self.now = now
        turn = super().tick(now)
        self.failed += turn.failed
        return turn

    def dossier(self, now: datetime) -> Dossier:
        self.now = now
        return super().dossier(now)

    def requests(self, since: int = 0) -> list[Exchange]:
        """Return what the provider was asked, after so many other requests."""
        return self.wire.log[since:]

    @abstractmethod
    def end(self, uid: str) -> End:
        """Look at the provider as it is, and at the letters."""

    @abstractmethod
    def decline(self, uid: str, on: datetime) -> None:
        """Let Ben say no to one meeting of a series."""

    @abstractmethod
    def trash(self) -> None:
        """Let Maya put the only document into the bin."""
