"""All that the store remembers, loaded at once: a tick and every reading command begin with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.model import Entry, Key, Url
from daemon import journal, ledger, registry, shelf
from daemon.core.words import Absence, Excuse, Listed, Meeting, Proposal, Raised, Shelf
from daemon.ledger import EVERYBODY, Known
from daemon.store import Store

BUDGET_SPAN = timedelta(days=7)
"""`mail_budget` counts the mails of this long."""
ASK_AGAIN = timedelta(weeks=1)
"""How long what a directory said of somebody is believed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of every pair, by its id. `mails` are those of the last week, oldest first."""

    pairs: Mapping[str, Known] = field(default_factory=dict)
    meetings: Mapping[str, tuple[Meeting, ...]] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()
    excuses: Mapping[str, tuple[Excuse, ...]] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    alerts: tuple[Raised, ...] = ()
    shelves: Mapping[str, Shelf] = field(default_factory=dict)
    settled: frozenset[Key] = frozenset()
    begun: frozenset[Key] = frozenset()
    done: Mapping[Key, datetime] = field(default_factory=dict)
    made: frozenset[Url] = frozenset()
    paused: frozenset[str] = frozenset()
    listed: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)
    """What went to the owner's task list."""
    unlisted: frozenset[str] = frozenset()
    """The pairs with something that should be there and is not."""
    mails: tuple[tuple[str, datetime], ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    """What directories ever said, by the address asked about."""
    asked: frozenset[str] = frozenset()
    """The addresses that no directory needs to be asked about again yet."""

    def left(self, address: str) -> bool:
        """Whether whoever reads mail at this address asked for no more of it."""
        return bool(address) and ledger.no_mail(address) in self.paused

    def silent(self, pair: str) -> bool:
        """Whether the owner paused this pair, or everything."""
        return not self.paused.isdisjoint({EVERYBODY, pair})


def remember(store: Store, now: datetime) -> Memory:
    """Load the memory; reads only, never waits for a writer."""
    with store.read() as session:
        return Memory(
            pairs={known.pair.id: known for known in ledger.pairs(session)},
            meetings=ledger.meetings(session),
            absences=ledger.absences(session),
            excuses=ledger.excuses(session),
            proposals=ledger.proposals(session),
            alerts=ledger.alerts(session),
            shelves=shelf.shelves(session),
            settled=journal.settled(session),
            begun=journal.begun(session),
            done=journal.done(session),
            made=journal.made(session),
            listed=journal.listed(session),
            unlisted=journal.unlisted(session),
            paused=ledger.paused(session, now),
            mails=journal.mails_since(session, now - BUDGET_SPAN),
            entries=registry.entries(session),
            asked=registry.asked(session, now - ASK_AGAIN),
        )
