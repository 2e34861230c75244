"""What should be true by now, and is not: all rules over one pair, each a function of its own.

Levels, not edges: the rules say the same thing again until it is done, and the journal's keys
drop what is. A new idea is a new module and one line in `RULES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from connectors.model import Key
from daemon.core.alerting import alerts
from daemon.core.cadence import cadence
from daemon.core.dossier import Dossier
from daemon.core.echo import echo
from daemon.core.foresight import foresight
from daemon.core.listing import listing
from daemon.core.pen import Pen
from daemon.core.planning import Matter, propose
from daemon.core.preparing import agenda, guests, harms, losses, strangers
from daemon.core.proposing import as_proposal
from daemon.core.recapping import recap
from daemon.core.words import Decision, Kind
from daemon.core.worth import worth
from daemon.core.writing import in_writing

Rule = Callable[[Dossier, datetime, Pen], Iterator[Decision]]

RULES: Sequence[Rule] = (
    losses,
    harms,
    agenda,
    guests,
    strangers,
    alerts,
    in_writing,
    recap,
    listing,
    worth,
    cadence,
    echo,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of one look, and those held back because somebody had enough mail."""

    decisions: tuple[Decision, ...]
    held_back: tuple[Decision, ...] = ()


def decide(
    dossiers: Sequence[Dossier], table: Sequence[Matter], now: datetime, pen: Pen
) -> Iterator[Decision]:
    """Yield everything that is not settled yet, pair by pair, in the order to be done.

    `table` has what was lost as it was planned together, so that no two proposals collide.
    Each key once: a calendar can show one series twice (a copy of what the owner organizes).
    """
    wanted: dict[Key, Decision] = {}
    for decision in _called_for(dossiers, table, now, pen):
        wanted.setdefault(decision.key, decision)
    yield from wanted.values()


def _called_for(
    dossiers: Sequence[Dossier], table: Sequence[Matter], now: datetime, pen: Pen
) -> Iterator[Decision]:
    proposed = tuple(propose(table, now, pen))
    for dossier in dossiers:
        for rule in RULES:
            known = _with_offers(dossier, proposed) if rule is alerts else dossier
            yield from (d for d in rule(known, now, pen) if d.key not in dossier.settled)
    yield from proposed
    yield from foresight(dossiers, now, pen)


def _with_offers(dossier: Dossier, proposed: Sequence[Decision]) -> Dossier:
    """Return the dossier with what is offered in this very look, less what is booked by itself."""
    mine = [decision for decision in proposed if decision.pair == dossier.pair.id]
    booked = {decision.occurrence for decision in mine if decision.kind is Kind.BOOK}
    fresh = (
        as_proposal(decision)
        for decision in mine
        if decision.kind is Kind.PROPOSE and decision.occurrence not in booked
    )
    return replace(dossier, proposals=(*dossier.proposals, *fresh))


def within_budget(
    decisions: Iterable[Decision], caused: Iterable[str], budgets: Mapping[str, int]
) -> Decided:
    """Hold back writes whose mails would give another person more than the budget of a week.

    `caused` has one address for each mail of the last seven days; budgets are by pair.
    """
    count = Counter(caused)
    kept: list[Decision] = []
    held: list[Decision] = []
    for decision in decisions:
        wanted = Counter(decision.mails)
        if all(count[a] + wanted[a] <= budgets[decision.pair] for a in wanted):
            count += wanted
            kept.append(decision)
        else:
            held.append(decision)
    return Decided(tuple(kept), tuple(held))


def plan_hash(decisions: Iterable[Decision]) -> str:
    """Name a plan: every decision with its times and its target's version, without reasons."""
    text = "\n".join(
        "\x1f".join(
            (
                decision.key,
                decision.kind,
                decision.times.start.isoformat() if decision.times else "",
                decision.times.end.isoformat() if decision.times else "",
                decision.version or "",
                ",".join(decision.mails),
            )
        )
        for decision in sorted(decisions, key=lambda d: d.key)
    )
    return blake2b(text.encode(), digest_size=8).hexdigest()
