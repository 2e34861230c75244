"""The owner's desk at one moment, of the last look: each part gets its shape when it is asked for.

No request is made. The store is read once for all parts, so that they speak of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from connectors.model import Series
from daemon import health, heldback, journal, mirror, outbox, views
from daemon.core.alerting import lasting
from daemon.core.dossier import Dossier
from daemon.core.proposing import settled
from daemon.core.words import Proposal, ProposalState, Raised
from daemon.dossiers import dossiers
from daemon.house import Account, House
from daemon.ledger import EVERYBODY
from daemon.look import remembered
from daemon.memory import Memory, remember
from daemon.views import Shape


def last_known(house: House, now: datetime) -> tuple[Memory, tuple[Dossier, ...]]:
    """Return the memory and all pairs as of the last look, judged at this moment."""
    memory = remember(house.store, now)
    looks = {
        account.name: found
        for account in house.accounts
        if (found := remembered(account, house.store)) is not None
    }
    return memory, dossiers(house, looks, memory, now)


class Desk:
    """What is known of everything; nothing on it changes."""

    def __init__(self, house: House, now: datetime) -> None:
        self.house, self.now = house, now
        self.memory, self.dossiers = last_known(house, now)
        self.known = {dossier.pair.id: dossier for dossier in self.dossiers}

    @cached_property
    def standing(self) -> tuple[Proposal, ...]:
        """Every proposal, open and closed, as it stands at this moment; oldest first."""
        return tuple(
            settled(self.known[one.pair], one, self.now)
            if one.pair in self.known and one.state is ProposalState.OPEN
            else one
            for one in self.memory.proposals
        )

    @cached_property
    def waiting(self) -> tuple[Proposal, ...]:
        """The proposals that wait for an answer."""
        return tuple(one for one in self.standing if one.state is ProposalState.OPEN)

    def alerts(self) -> list[Shape]:
        """Show every alert and note, each on the clock of its pair's account."""
        usual = self.house.accounts[0].policy.zone
        zones = {name: dossier.policy.zone for name, dossier in self.known.items()}
        return [
            views.alert(one, self.known.get(one.pair), zones.get(one.pair, usual))
            for one in self.memory.alerts
        ]

    def pairs(self, since: datetime | None = None) -> list[Shape]:
        """Show the one-on-ones; with `since` only their meetings from then on."""
        return [views.pair(dossier, self.now, since) for dossier in self.dossiers]

    @cached_property
    def status(self) -> Shape:
        """Show accounts, what is open, and what waits."""
        zone = self.house.accounts[0].policy.zone
        held_back = heldback.waiting(self.house, self.memory, self.dossiers, self.now)
        undelivered = heldback.undelivered(self.house, self.now)
        with self.house.store.read() as session:
            accounts = [
                views.account(
                    _present(health.health(session, account.name), account),
                    account,
                    paused=EVERYBODY in self.memory.paused,
                )
                for account in self.house.accounts
            ]
            unfinished = len(journal.open_intents(session)) + len(outbox.unknown(session))
        return {
            "now": views.moment(self.now, zone),
            "accounts": accounts,
            "open": {
                "proposals": len(self.waiting),
                "alerts": sum(map(self._lasts, self.memory.alerts)),
                "intents": unfinished,
            },
            "held_back": [views.held_back(one, zone) for one in held_back],
            "undelivered": [views.undelivered(one, zone) for one in undelivered],
        }

    def explain(self, text: str) -> list[Shape]:
        """Say of each series that answers to a title, an address or an id why it is one, or not."""
        return list(self._explained(text.strip().lower()))

    def _explained(self, wanted: str) -> Iterator[Shape]:
        clocks = {d.pair.id: d.clock for d in self.dossiers if d.clock}
        with self.house.store.read() as session:
            for account in self.house.accounts:
                for series in mirror.everything(session, account.name):
                    if _answers(series, wanted):
                        yield views.explanation(series, account, clocks)

    def _lasts(self, raised: Raised) -> bool:
        known = self.known.get(raised.pair)
        return known is not None and lasting(raised, known.streak)


def _present(known: health.Health, account: Account) -> health.Health:
    """Return the health with the trouble that wiring itself met, e.g. no sign-in."""
    if account.trouble is None:
        return known
    return health.Health(
        known.name, health.Condition.SIGN_IN, account.trouble.what, known.last_tick
    )


def _answers(series: Series, wanted: str) -> bool:
    if wanted in {series.uid.lower(), series.handle.lower(), series.organizer}:
        return True
    people = (attendee.address for attendee in series.attendees or ())
    return wanted in people or (not series.private and wanted in series.title.lower())
