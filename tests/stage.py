"""A stage for tests of the daemon: a world in memory, houses that look after it, a clock.

stage = Stage(tmp_path)
uid = stage.weekly()
stage.tick(MONDAY_10 - hours(3))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.errors import ConnectorError
from connectors.memory import MemoryCalendar, MemoryDocuments, MemoryMessages, MemoryTasks, World
from connectors.model import Person, Span, Url
from daemon.answering import accept
from daemon.core.dossier import Dossier
from daemon.core.policy import Policy
from daemon.core.words import Decision
from daemon.desk import last_known
from daemon.house import MAIL, About, Account, House
from daemon.render import TemplatePen
from daemon.store import Store, open_store
from daemon.tick import Turn, tick

MAYA, BEN = "maya@acme.example", "ben@acme.example"
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 3, 2, 10, 0, tzinfo=BERLIN)
"""The Monday of the first meeting: ten o'clock in Berlin."""
HALF_AN_HOUR = timedelta(minutes=30)
SIX_HOURS = timedelta(hours=6)


def week(number: int) -> datetime:
    """Return the Monday meeting of a week by the wall clock; the first week is 0."""
    return FIRST + timedelta(weeks=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@dataclass
class Stage:
    """Maya's house over a world in memory; `address` makes it another person's."""

    home: Path
    world: World = field(default_factory=World)
    address: str = MAYA
    policy: Policy = field(default_factory=lambda: Policy(zone="Europe/Berlin"))
    about: dict[str, About] = field(default_factory=dict)
    database: str = "sqlite"
    mail: bool = True
    accounts: dict[str, Person] = field(default_factory=dict)
    """Accounts by the address they are for, with the human behind; default: one."""
    trouble: dict[str, ConnectorError] = field(default_factory=dict)
    """Why an account, by its address, cannot be reached."""
    calendar: type[MemoryCalendar] = MemoryCalendar
    tasks: bool = False
    """Whether the owner wants own items on the task list."""

    def __post_init__(self) -> None:
        self.accounts = self.accounts or {self.address: Person(self.address)}
        self.store: Store = open_store(self.home, self.database)
        self.house = self.wired()

    def wired(self) -> House:
        """Return the house as wiring would build it anew."""
        accounts = tuple(self._account(*one) for one in self.accounts.items())
        channels = {MAIL: MemoryMessages(self.world)} if self.mail else {}
        return House(self.home, self.store, accounts, TemplatePen(), self.about, channels)

    def _account(self, address: str, owner: Person) -> Account:
        trouble = self.trouble.get(address)
        return Account(
            name="work" if address == self.address else address.partition("@")[0],
            provider="memory",
            address=address,
            owner=owner,
            policy=self.policy,
            identity="1",
            calendar=None if trouble else self.calendar(self.world, address),
            documents=None if trouble else MemoryDocuments(self.world, address),
            tasks=MemoryTasks(self.world, address) if self.tasks else None,
            trouble=trouble,
        )

    def restart(self) -> None:
        """Start anew after a power cut: only the store and the world are left."""
        self.store.close()
        self.store = open_store(self.home, self.database)
        self.house = self.wired()

    def settle(self, **changes: object) -> None:
        """Change the policy."""
        self.policy = replace(self.policy, **changes)  # type: ignore[arg-type]
        self.house = self.wired()

    def weekly(self, guest: str = BEN, rule: str = "FREQ=WEEKLY", start: datetime = FIRST) -> str:
        """Let Maya and Ben meet every Monday at ten, for half an hour."""
        return self.world.meet(MAYA, guest, Span(start, start + HALF_AN_HOUR), rule)

    def single(self, start: datetime, organizer: str = MAYA, guest: str = BEN) -> str:
        """Let the two meet once."""
        return self.world.meet(organizer, guest, Span(start, start + HALF_AN_HOUR))

    def cancel(self, uid: str, on: datetime) -> None:
        """Let Maya cancel one meeting of a series."""
        self.world.cancel(uid, on)

    def tick(self, now: datetime) -> Turn:
        """Take one turn at this moment."""
        return tick(self.house, now)

    def accept(self, proposal: str, now: datetime) -> None:
        """Let Maya take the first time of a proposal."""
        accept(self.house, proposal, now)

    def every(self, start: datetime, until: datetime, step: timedelta = SIX_HOURS) -> list[Turn]:
        """Take a turn at each step of a stretch of time."""
        turns = []
        while start <= until:
            turns.append(self.tick(start.astimezone(UTC)))
            start += step
        return turns

    def asked(self, since: int) -> list[str]:
        """Return the requests from this count on."""
        return self.world.wire.log[since:]

    def subjects(self, to: str = MAYA) -> list[str]:
        """Return the subjects of all letters to somebody, in the order they were sent."""
        return [letter.subject for letter in self.world.letters if letter.to == to]

    def dossier(self, now: datetime) -> Dossier:
        """Return what is known of the only pair."""
        (dossier,) = last_known(self.house, now)[1]
        return dossier

    @property
    def document(self) -> str:
        """The text of the only document."""
        (document,) = (d for d in self.world.documents.values() if not d.trashed)
        return document.text

    @property
    def url(self) -> Url:
        """Where the only document is."""
        (url,) = (url for url, d in self.world.documents.items() if not d.trashed)
        return url


def kinds(turn: Turn | Iterable[Decision]) -> list[str]:
    """Return what was done, by kind."""
    done = turn.done if isinstance(turn, Turn) else turn
    return [str(decision.kind) for decision in done]
