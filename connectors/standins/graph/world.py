"""The whole state of the stand-in: people, mailboxes, drives, and the mails Exchange sent.

All of it is reached under one lock, because a test's own thread and the server's share it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from typing import Any

from connectors.standins.graph.calls import Refused
from connectors.standins.graph.drive import Drive
from connectors.standins.graph.login import Login
from connectors.standins.graph.mailbox import Mailbox
from connectors.standins.graph.mails import Mail
from connectors.standins.graph.people import Person
from connectors.standins.graph.profile import Kind, Profile
from connectors.standins.graph.quirks import Quirks
from connectors.standins.graph.subscriptions import Subscription
from connectors.standins.graph.todo import TodoLists


@dataclass(slots=True)
class World:
    """Build one with a clock, add people, and serve it with `app.graph(world)`."""

    now: Callable[[], datetime]
    quirks: Quirks = field(default_factory=Quirks)
    lock: RLock = field(default_factory=RLock)
    people: dict[str, Profile] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    drives: dict[str, Drive] = field(default_factory=dict)
    todo: dict[str, TodoLists] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    login: Login = field(init=False)
    delta_generation: int = 1
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.login = Login(self)

    def person(self, email: str, *, name: str = "", **facts: Any) -> Person:  # noqa: ANN401 - see Profile
        """Let somebody, a room or a list live here; `facts` are further fields of `Profile`."""
        profile = Profile(email, name or email.partition("@")[0].title(), **facts)
        self.people[email] = profile
        self.mailboxes[email] = Mailbox()
        self.drives[email] = Drive(self, email)
        self.todo[email] = TodoLists(self)
        return Person(self, email)

    def find(self, address: str) -> Profile | None:
        """Return who reads that address, by any alias or object id."""
        wanted = address.lower()
        return next(
            (
                person
                for person in self.people.values()
                if wanted in person.addresses or wanted == person.id
            ),
            None,
        )

    def learn(self, email: str, **facts: Any) -> None:  # noqa: ANN401 - see Profile
        """Change what is known of a person: a new manager, other hours, a closed mailbox."""
        self.people[email] = replace(self.people[email], **facts)

    def mailbox(self, email: str) -> Mailbox:
        """Return the mailbox of a main address."""
        return self.mailboxes[email]

    def number(self) -> int:
        """Return a number not given out before: keys of items and files."""
        return next(self._numbers)

    def post(self, mail: Mail) -> None:
        """Log a mail, if a human would read it."""
        reader = self.find(mail.to)
        if reader is None or reader.is_human:
            self.mails.append(mail)

    def expire_delta_tokens(self) -> None:
        """Let Exchange lose its sync state: every delta and skip token answers 410."""
        with self.lock:
            self.delta_generation += 1

    def token(self, email: str) -> str:
        """Return a ready bearer token of a person, with every delegated permission, for ever."""
        return self.login.ready(email)

    def app_token(self) -> str:
        """Return a ready bearer token with application permissions, for ever."""
        return self.login.ready(None)


def known(world: World, address: str) -> Profile:
    """Return the person of an address; raises the directory's 404."""
    person = world.find(address)
    if person is None or person.kind in {Kind.LIST, Kind.OUTSIDER}:
        message = f"Resource '{address}' does not exist."
        raise Refused(404, "Request_ResourceNotFound", message)
    return person
