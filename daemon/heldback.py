"""What waits although it is decided: for the mail budget, quiet hours, a pause, the digest.

And what was never sent, with why. Shown by `status`, so that silence is never a riddle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon import journal, outbox
from daemon.core.dossier import Dossier
from daemon.core.policy import Policy
from daemon.core.words import Decision
from daemon.delivery import next_evening, policy_of, quiet_until
from daemon.house import House
from daemon.ledger import EVERYBODY
from daemon.memory import BUDGET_SPAN, Memory
from daemon.outbox import Waiting

REMEMBERED = timedelta(weeks=2)
"""How long `status` speaks of letters that were never sent."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One thing that waits: `goes` is when it is free to go, None where that has no date.

    `kind` is that of the decision, or `letter`, or `digest`.
    """

    kind: str
    pair: str | None
    to: tuple[str, ...]
    why: str
    because: str
    since: datetime
    goes: datetime | None


def waiting(
    house: House, memory: Memory, dossiers: Sequence[Dossier], now: datetime
) -> Iterator[HeldBack]:
    """Yield everything that waits, writes first, then letters, then notes for the digest."""
    pairs = {dossier.pair.id: dossier for dossier in dossiers}
    with house.store.read() as session:
        intents, letters = journal.held_back(session), outbox.waiting(session)
        notes = [note for one in house.accounts for note in outbox.notes(session, one.name)]
    for intent in intents:
        yield _over_budget(intent.decision, intent.at, pairs.get(intent.decision.pair), memory)
    for letter in letters:
        yield from _letter(house, memory, letter, pairs, now)
    for note in notes:
        policy = policy_of(house, note, pairs)
        if policy and house.channels and not memory.silent(EVERYBODY):
            why = "what can wait comes in one digest a working day"
            yield _held(note, "digest", why, next_evening(policy, now))


def undelivered(house: House, now: datetime) -> tuple[Waiting, ...]:
    """Return the letters of the last two weeks that did not go out, or maybe not."""
    with house.store.read() as session:
        return outbox.undelivered(session, now - REMEMBERED)


def _over_budget(
    decision: Decision, since: datetime, dossier: Dossier | None, memory: Memory
) -> HeldBack:
    budget = dossier.policy.mail_budget if dossier else 0
    return HeldBack(
        decision.kind,
        decision.pair,
        decision.mails,
        "mail_budget",
        f"{budget} mails to one person in seven days are the most: {decision.because}",
        since,
        _affordable(decision, budget, memory),
    )


def _affordable(decision: Decision, budget: int, memory: Memory) -> datetime | None:
    """Return when enough mails are a week old; None where it is more than a week ever allows."""
    free: list[datetime] = []
    for address, wanted in Counter(decision.mails).items():
        times = [at for whom, at in memory.mails if whom == address]
        over = len(times) + wanted - budget
        if over > len(times):
            return None
        if over > 0:
            free.append(times[over - 1] + BUDGET_SPAN)
    return max(free, default=None)


def _letter(
    house: House, memory: Memory, letter: Waiting, pairs: Mapping[str, Dossier], now: datetime
) -> Iterator[HeldBack]:
    policy = policy_of(house, letter, pairs)
    if policy is None:
        return
    if memory.silent(letter.pair):
        yield _held(letter, "pause", "paused, until `visavis resume`", None)
    elif not policy.write:
        yield _held(letter, "write", "the settings say `write = false`", None)
    elif until := quiet_until(house, policy, letter, pairs.get(letter.pair), now):
        yield _held(letter, "quiet", f"quiet hours, {_hours(policy)}", until)
    else:
        yield _held(letter, "next_look", letter.problem or "sent at the next look", None)


def _held(letter: Waiting, why: str, because: str, goes: datetime | None) -> HeldBack:
    kind = "digest" if why == "digest" else "letter"
    to = (letter.letter.to or "chat",) if kind == "letter" else ()
    return HeldBack(kind, letter.pair or None, to, why, because, letter.at, goes)


def _hours(policy: Policy) -> str:
    return f"{policy.quiet.start:%H:%M}-{policy.quiet.end:%H:%M}" if policy.quiet else ""
