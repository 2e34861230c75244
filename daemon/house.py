"""The house as wiring built it: accounts with their connectors, the rules, the store, the pen."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from connectors.errors import ConnectorError, NotPermitted
from connectors.model import Person
from connectors.protocol import (
    Calendar,
    Directory,
    Documents,
    Messages,
    Push,
    Standing,
    Tasks,
    Texts,
)
from daemon.core.pen import Pen
from daemon.core.policy import Policy
from daemon.core.words import Decision, Role
from daemon.links import Links
from daemon.store import Session, Store
from daemon.tombstones import Forgotten, Tombstones, nobody

MAIL = "mail"
"""The channel of mail; every other channel is named by its Apprise address."""

THREADS = 4
"""Accounts looked at side by side; the connectors are synchronous."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account with its connectors. `owner` has the aliases of all accounts of that human.

    `address` is where mail to the owner goes. `identity` is all a mirror depends on besides
    the calendar. `texts` are the same documents, where they are text that the page can serve.
    `tasks` is the owner's own list, where they want one. `trouble` says why the account could not
    be wired, e.g. no sign-in yet.
    """

    name: str
    provider: str
    address: str
    owner: Person
    policy: Policy
    identity: str
    calendar: Calendar | None = None
    documents: Documents | None = None
    texts: Texts | None = None
    directory: Directory | None = None
    tasks: Tasks | None = None
    trouble: ConnectorError | None = None
    push: Push | None = None
    """Where the provider can tell that it is time to look."""
    standing: Callable[[], Standing | None] = lambda: None
    """Tells how the sign-in stands by now, without a request; raises `NotPermitted`."""
    close: Callable[[], None] = lambda: None
    """Ends the connections to the provider."""
    again: Callable[[], Account] | None = None
    """Asks for the calendar's zone, where nobody could tell it yet."""


@dataclass(frozen=True, slots=True)
class About:
    """What the owner told of one pair in the settings (`[[pair]]`), or the directory knows."""

    role: Role | None = None
    cadence: str = ""
    started: date | None = None
    topic: str = ""
    document: str = ""
    tone: str = "auto"
    ignore: bool = False
    policy: Policy | None = None
    zone: str = ""
    """Where the partner works (IANA name)."""
    country: str | None = None
    """Whose public holidays the partner has."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in a tick: with one decision, or with a whole account (None)."""

    account: str
    decision: Decision | None
    error: ConnectorError


@dataclass(frozen=True)
class House:
    """All that one tick works with."""

    home: Path
    store: Store
    accounts: tuple[Account, ...]
    pen: Pen
    about: Mapping[str, About] = field(default_factory=dict)
    """By the partner's address."""
    channels: Mapping[str, Messages] = field(default_factory=dict)
    links: Links | None = None
    """For mail and invites; None without a public address."""
    tombstones: Tombstones | None = None
    """Who was forgotten; None where nobody can be."""
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "look"))
    """Kept from tick to tick, because each thread keeps its connections open."""

    def close(self) -> None:
        """End all threads and connections; the store is closed by whoever opened it."""
        self.threads.shutdown()
        for account in self.accounts:
            account.close()

    def placed(self, names: Container[str]) -> House:
        """Return the house with the zones of these accounts asked for, as far as still needed."""
        if not any(account.again and account.name in names for account in self.accounts):
            return self
        accounts = (a.again() if a.again and a.name in names else a for a in self.accounts)
        return replace(self, accounts=tuple(accounts))

    def person(self, address: str) -> Person:
        """Return the human behind an address, with the aliases we know."""
        owners = (account.owner for account in self.accounts)
        return next((o for o in owners if o.answers_to(address)), Person(address))

    def forgotten(self, session: Session) -> Forgotten:
        """Return the question whether an address was forgotten."""
        return self.tombstones.standing(session) if self.tombstones else nobody

    def account(self, name: str) -> Account:
        """Return an account by its name; `NotPermitted` where the settings dropped it."""
        for account in self.accounts:
            if account.name == name:
                return account
        raise NotPermitted(f"account {name} is not in the settings any more", "put it back")
