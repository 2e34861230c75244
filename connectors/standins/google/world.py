"""The state behind the stand-in: people, clock, mails, sign-ins and what they all share.

One world is one Google: a test makes its own, the demo lives in one for eight weeks. Nothing in
it knows about HTTP, so people can act before a server runs and after it has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from connectors.standins.google.drive import Drive
from connectors.standins.google.pages import Pages
from connectors.standins.google.people import Person
from connectors.standins.google.sign_in import SignIn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from connectors.standins.google.calendar import Entry
    from connectors.standins.google.channels import Channel
    from connectors.standins.google.feed import SyncToken


class Mail(NamedTuple):
    """A mail Google would have sent to one person."""

    to: str
    kind: str
    """`invitation`, `update`, `cancellation`, `response` or `share`."""
    about: str
    """Id of the event or file."""
    at: datetime


@dataclass
class World:
    """Everything the stand-in knows. `now` is the clock: change it to travel in time.

    The rest are Google's choices that a client must survive either way: `opaque_ids` for instance
    ids, `empty_pages` before every full page, `page_cap` for pages shorter than asked,
    `freebusy_limit` for the longest range, `list_lag` between a file's creation and its listing.
    """

    now: Callable[[], datetime]
    opaque_ids: bool = True
    empty_pages: bool = False
    page_cap: int | None = None
    freebusy_limit: timedelta = timedelta(days=60)
    list_lag: timedelta = timedelta(0)
    mails: list[Mail] = field(default_factory=list)
    channels: dict[str, Channel] = field(default_factory=dict)
    sync_tokens: dict[str, SyncToken] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    sign_in: SignIn = field(default_factory=SignIn)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Give the world its shared shelves."""
        self.drive = Drive(self)
        self.pages = Pages(self)

    def person(
        self,
        email: str,
        *,
        name: str = "",
        timezone: str = "Europe/Berlin",
        aliases: Collection[str] = (),
        working_hours: tuple[str, str] | None = None,
        manager: str | None = None,
        started: str | None = None,
    ) -> Person:
        """Add somebody with a Google account; hours as `("09:00", "17:30")`, Monday to Friday."""
        person = Person(self, email, name or email.partition("@")[0].title(), timezone)
        person.calendar.aliases = tuple(aliases)
        person.manager, person.started = manager, started
        if working_hours:
            person.works(*working_hours)
        self.people[email] = person
        return person

    def find(self, address: str) -> Person | None:
        """Return who has this address or alias; None for anybody without a Google account."""
        address = address.lower()
        by_alias = (p for p in self.people.values() if address in p.aliases)
        return self.people.get(address) or next(by_alias, None)

    def token(self, email: str, scopes: Collection[str] | None = None) -> str:
        """Return a bearer token that is good until revoked; default scopes: what visavis asks."""
        return self.sign_in.ready(email, scopes)

    def next_serial(self) -> int:
        """Return the next number of the one sequence all versions and sync tokens come from."""
        return next(self._numbers)

    def touch(self, entry: Entry) -> None:
        """Give an entry a new version."""
        entry.serial, entry.updated = self.next_serial(), self.now()

    def mail(self, to: str, kind: str, about: str) -> None:
        """Note a mail."""
        self.mails.append(Mail(to, kind, about, self.now()))
