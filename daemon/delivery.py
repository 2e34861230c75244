"""Sending what the outbox holds: once each, not in quiet hours, and only while it is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from connectors.errors import ConnectorError, NotFound, NotPermitted, OutcomeUnknown
from connectors.model import Hours, Key, Letter
from connectors.protocol import Messages
from daemon import health, ledger, outbox
from daemon.core.alerting import lasting
from daemon.core.dossier import Dossier
from daemon.core.foresight import FORESIGHT, still_ahead
from daemon.core.policy import Policy
from daemon.core.proposing import as_of
from daemon.core.telling import soon
from daemon.core.words import ProposalState
from daemon.gather import read
from daemon.health import Condition
from daemon.house import MAIL, Account, Failure, House
from daemon.memory import Memory
from daemon.outbox import Delivery, Waiting

log = structlog.get_logger()

EVENING = timedelta(hours=4)
"""How long after work the digest still speaks of tomorrow; later it only brings what waited."""


def deliver(
    house: House,
    memory: Memory,
    dossiers: Sequence[Dossier],
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> list[Failure]:
    """Send every letter that is due; returns what could not be sent."""
    _post_digests(house, memory, dossiers, now)
    with house.store.read() as session:
        letters = outbox.waiting(session)
    pairs = {dossier.pair.id: dossier for dossier in dossiers}
    failed = []
    for letter in letters:
        policy = _policy(house, letter, pairs)
        if policy is None or not policy.write or memory.silent(letter.pair) or stop():
            continue
        if not _quiet(policy, letter, now):
            failed.append(_send(house, letter, pairs.get(letter.pair), now))
    return [failure for failure in failed if failure is not None]


def in_hours(hours: Hours, moment: datetime) -> bool:
    """Whether a wall-clock moment lies in these hours; they may pass midnight."""
    clock = moment.time()
    if hours.start <= hours.end:
        return hours.start <= clock < hours.end
    return clock >= hours.start or clock < hours.end


def last_evening(policy: Policy, now: datetime) -> datetime:
    """Return the last end of a working day that is over, in the owner's zone."""
    day = policy.today(now)
    for back in range(8):
        candidate = day - timedelta(days=back)
        end = datetime.combine(candidate, policy.working_hours.end, ZoneInfo(policy.zone))
        if end <= now and any(d.value == candidate.weekday() for d in policy.working_days):
            return end
    return now


def _send(house: House, waiting: Waiting, dossier: Dossier | None, now: datetime) -> Failure | None:
    channel = house.channels.get(waiting.channel)
    if channel is None:
        return None
    key = waiting.letter.key
    try:
        sent = channel.sent(key) if waiting.begun else False
    except ConnectorError as error:
        return Failure(waiting.account, None, error)
    letter = _current(house, waiting, dossier, now)
    if sent is not False:
        # A letter nobody can look up is sent at most once: silence beats nagging.
        _settle(house, key, Delivery.SENT if sent else Delivery.UNKNOWN)
        return None
    if letter is None:
        _settle(house, key, Delivery.DROPPED)
        return None
    _settle(house, key, Delivery.BEGUN)
    return _handed_over(house, waiting, channel, letter)


def _handed_over(
    house: House, waiting: Waiting, channel: Messages, letter: Letter
) -> Failure | None:
    """Send one letter that is written down as begun, and write down what came of it."""
    key = letter.key
    try:
        channel.send(letter)
    except OutcomeUnknown as error:
        # Stays begun: the next tick looks it up where it can be looked up.
        return Failure(waiting.account, None, error)
    except (NotPermitted, NotFound) as error:
        _settle(house, key, Delivery.FAILED, error.what)
        return Failure(waiting.account, None, error)
    except ConnectorError as error:
        _settle(house, key, Delivery.WAITING, error.what)
        return Failure(waiting.account, None, error)
    log.info("letter.sent", channel=waiting.channel.partition(":")[0], pair=waiting.pair)
    _settle(house, key, Delivery.SENT)
    return None


def _settle(house: House, key: Key, state: Delivery, problem: str = "") -> None:
    with house.store.write() as session:
        outbox.settle(session, [key], state, problem)


def _current(
    house: House, waiting: Waiting, dossier: Dossier | None, now: datetime
) -> Letter | None:
    """Return a letter as it is true now; None where what it is about is over.

    A proposal that waited for the morning is worded anew, with the times that do by now.
    """
    with house.store.read() as session:
        proposal = ledger.proposal(session, waiting.about)
        raised = ledger.alert(session, waiting.about)
        asking = health.health(session, waiting.about)
    if proposal is not None and dossier is not None:
        if proposal.state is not ProposalState.OPEN:
            return None
        words = house.pen.proposal(dossier, as_of(dossier, proposal, now))
        return replace(waiting.letter, subject=words.subject, text=words.text)
    if raised is not None and dossier is not None:
        true = lasting(raised, dossier.streak) and dossier.streak.count >= raised.streak
        return waiting.letter if true else None
    if waiting.letter.key.startswith(FORESIGHT) and dossier is not None:
        return waiting.letter if still_ahead(dossier, waiting.letter.key) else None
    if waiting.about and waiting.about == waiting.account:
        return waiting.letter if asking.state is Condition.SIGN_IN else None
    return waiting.letter


def _quiet(policy: Policy, letter: Waiting, now: datetime) -> bool:
    """Whether the reader's quiet hours hold a letter back; an invitation was asked for just now."""
    if policy.quiet is None or letter.letter.calendar:
        return False
    return in_hours(policy.quiet, now.astimezone(ZoneInfo(policy.zone)))


def _policy(house: House, letter: Waiting, pairs: Mapping[str, Dossier]) -> Policy | None:
    """Return the rules for a letter: its pair's, else its account's; None where that is gone."""
    if letter.pair:
        return pairs[letter.pair].policy if letter.pair in pairs else None
    policies = (one.policy for one in house.accounts if one.name == letter.account)
    return next(policies, None)


def _post_digests(house: House, memory: Memory, dossiers: Sequence[Dossier], now: datetime) -> None:
    """Write one digest a working day for each owner, after work, if there is anything to tell."""
    owners: dict[str, list[Account]] = {}
    for account in house.accounts:
        owners.setdefault(account.owner.address, []).append(account)
    for accounts in owners.values():
        if accounts[0].policy.write and not memory.silent(ledger.EVERYBODY):
            _post_digest(house, accounts, dossiers, now)


def _post_digest(
    house: House, accounts: Sequence[Account], dossiers: Sequence[Dossier], now: datetime
) -> None:
    first, names = accounts[0], {account.name for account in accounts}
    evening = last_evening(first.policy, now)
    name = f"digest:{first.owner.address}:{evening:%Y-%m-%d}"
    mine = [dossier for dossier in dossiers if dossier.account in names]
    with house.store.read() as session:
        if not house.channels or outbox.posted(session, name):
            return
        notes = [note for one in sorted(names) for note in outbox.notes(session, one)]
    pairs = {dossier.pair.id: dossier for dossier in mine}
    untrue = [n for n in notes if _current(house, n, pairs.get(n.pair), now) is None]
    tonight = now - evening < EVENING
    ripe = [n for n in notes if n not in untrue and (tonight or n.at <= evening)]
    words = None
    if ripe or tonight:
        whole = [read(house, dossier) if soon(dossier, now) else dossier for dossier in mine]
        words = house.pen.digest(whole, [note.letter for note in ripe], now)
    if words is None and not untrue:
        return
    with house.store.write() as session:
        outbox.settle(session, [note.letter.key for note in untrue], Delivery.DROPPED)
        if words is None:
            return
        for channel in house.channels:
            to = first.address if channel == MAIL else ""
            letter = Letter(Key(f"{name}>{channel}"), to, words.subject, words.text)
            outbox.post(session, letter, channel, now, account=first.name)
        outbox.settle(session, [note.letter.key for note in ripe], Delivery.SENT)
