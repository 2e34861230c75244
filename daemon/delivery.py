"""Sending what the outbox holds: once each, not in quiet hours, and only while it is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from connectors.errors import ConnectorError, NotFound, NotPermitted, OutcomeUnknown
from connectors.model import Hours, Key, Letter, Weekday
from connectors.protocol import Messages
from daemon import health, ledger, outbox, shelf
from daemon.core.alerting import lasting
from daemon.core.dossier import Dossier
from daemon.core.foresight import FORESIGHT, still_ahead
from daemon.core.policy import Policy
from daemon.core.proposing import as_of
from daemon.core.telling import soon
from daemon.core.words import ProposalState, Shelf
from daemon.dossiers import shelved
from daemon.endings import ENDING, still_ends
from daemon.gather import read
from daemon.health import Condition
from daemon.holidays import public
from daemon.house import MAIL, Account, Failure, House
from daemon.mailing import as_sent, to_owner
from daemon.memory import Memory
from daemon.outbox import Delivery, Waiting
from daemon.store import Session

log = structlog.get_logger()

NOBODY_KNOWS = "nobody can know whether it arrived, so it is not sent again"
NO_MORE = "they asked for no more mail"
GONE = "its channel or its account is not in the settings any more"
EVENING = timedelta(hours=4)
"""How long after work the digest still speaks of tomorrow; later it only brings what waited."""
_DAYS = 15
"""Among so many days in a row somebody works on one."""


def deliver(
    house: House,
    memory: Memory,
    dossiers: Sequence[Dossier],
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> list[Failure]:
    """Send every letter that is due; returns what could not be sent."""
    _post_digests(house, memory, dossiers, now)
    letters = _deliverable(house, now)
    pairs = {dossier.pair.id: dossier for dossier in dossiers}
    failed = []
    for letter in letters:
        policy = policy_of(house, letter, pairs)
        if policy is None or not policy.write or memory.silent(letter.pair) or stop():
            continue
        if memory.left(letter.letter.to) and not letter.letter.calendar:
            _settle(house, letter.letter.key, Delivery.DROPPED, NO_MORE)
        elif quiet_until(house, policy, letter, pairs.get(letter.pair), now) is None:
            failed.append(_send(house, letter, pairs.get(letter.pair), now))
    return [failure for failure in failed if failure is not None]


def invite(house: House, pair: str, now: datetime) -> None:
    """Send the invitation that an answer has just caused; what cannot go waits for the tick."""
    for waiting in _deliverable(house, now):
        if waiting.pair == pair and waiting.letter.calendar:
            _send(house, waiting, None, now)


def quiet_until(
    house: House, policy: Policy, waiting: Waiting, dossier: Dossier | None, now: datetime
) -> datetime | None:
    """Return when the reader's quiet hours end, None where they hold nothing back.

    The clock is the reader's own. An invitation was asked for just now.
    """
    if policy.quiet is None or waiting.letter.calendar:
        return None
    other = waiting.letter.to and not to_owner(house.account(waiting.account), waiting.letter)
    clock = dossier.clock if dossier and other else None
    here = now.astimezone(ZoneInfo(clock.zone if clock else policy.zone))
    if not in_hours(policy.quiet, here):
        return None
    end = datetime.combine(here.date(), policy.quiet.end, here.tzinfo)
    return end if end > here else end + timedelta(days=1)


def in_hours(hours: Hours, moment: datetime) -> bool:
    """Whether a wall-clock moment lies in these hours; they may pass midnight."""
    clock = moment.time()
    if hours.start <= hours.end:
        return hours.start <= clock < hours.end
    return clock >= hours.start or clock < hours.end


def last_evening(policy: Policy, now: datetime) -> datetime:
    """Return the last end of a working day that is over, in the owner's zone."""
    day = policy.today(now)
    for back in range(_DAYS):
        candidate = day - timedelta(days=back)
        end = datetime.combine(candidate, policy.working_hours.end, ZoneInfo(policy.zone))
        if end <= now and _works(policy, candidate):
            return end
    return now


def _deliverable(house: House, now: datetime) -> Sequence[Waiting]:
    """Return what waits; what nothing carries any more is closed, and goes elsewhere if it may.

    A target that was taken out of the settings is often the same chat under a new address.
    """
    with house.store.read() as session:
        letters = outbox.waiting(session)
    stranded = [waiting for waiting in letters if _stranded(house, waiting)]
    if not stranded:
        return letters
    accounts = {account.name: account for account in house.accounts}
    with house.store.write() as session:
        for waiting in stranded:
            account = accounts.get(waiting.account)
            state = Delivery.UNKNOWN if waiting.begun else Delivery.DROPPED
            outbox.settle(session, [waiting.letter.key], state, GONE)
            if account and not waiting.begun and to_owner(account, waiting.letter):
                _forwarded(session, house, account, waiting, now)
        return outbox.waiting(session)


def _stranded(house: House, waiting: Waiting) -> bool:
    known = any(account.name == waiting.account for account in house.accounts)
    return not known or waiting.channel not in house.channels


def _forwarded(
    session: Session, house: House, account: Account, waiting: Waiting, now: datetime
) -> None:
    """Write the letter to each present channel that never had it."""
    name = waiting.letter.key.rpartition(">")[0]
    for channel in house.channels:
        to = account.address if channel == MAIL else ""
        letter = replace(waiting.letter, key=Key(f"{name}>{channel}"), to=to)
        outbox.post(
            session,
            letter,
            channel,
            now,
            account=account.name,
            pair=waiting.pair,
            about=waiting.about,
        )


def next_evening(policy: Policy, now: datetime) -> datetime:
    """Return the next end of a working day, in the owner's zone: when the digest is due."""
    days = (now + timedelta(days=n) for n in range(_DAYS))
    ends = (policy.evening(day) for day in days if _works(policy, policy.today(day)))
    return next(end for end in ends if end > now)


def _works(policy: Policy, day: date) -> bool:
    """Whether the owner works on a day: public holidays are free, where the country is known."""
    free = public(policy.country, frozenset({day.year})) if policy.country else {}
    return Weekday(day.weekday()) in policy.working_days and day not in free


def _send(house: House, waiting: Waiting, dossier: Dossier | None, now: datetime) -> Failure | None:
    channel, key = house.channels[waiting.channel], waiting.letter.key
    try:
        sent = channel.sent(key) if waiting.begun else False
    except ConnectorError as error:
        return Failure(waiting.account, None, error)
    letter = _current(house, waiting, dossier, now)
    if sent is not False:
        # A letter nobody can look up is sent at most once: silence beats nagging.
        _settle(house, key, *((Delivery.SENT,) if sent else (Delivery.UNKNOWN, NOBODY_KNOWS)))
        return None
    if letter is None:
        _settle(house, key, Delivery.DROPPED)
        return None
    _settle(house, key, Delivery.BEGUN)
    return _handed_over(house, waiting, channel, as_sent(house, waiting, letter))


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
    return waiting.letter if _still_true(house, waiting, now) else None


def _still_true(house: House, waiting: Waiting, now: datetime) -> bool:
    """Whether what a letter says of the sign-in of its account still holds."""
    account = house.account(waiting.account)
    if waiting.letter.key.startswith(ENDING):
        return still_ends(account, waiting.letter.key, now)
    if waiting.about != account.name:
        return True
    with house.store.read() as session:
        return health.health(session, account.name).state is Condition.SIGN_IN


def policy_of(house: House, letter: Waiting, pairs: Mapping[str, Dossier]) -> Policy | None:
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


def _with_shelf(house: House, dossier: Dossier, written: Mapping[str, Shelf]) -> Dossier:
    known = written.get(dossier.pair.id, dossier.shelf)
    return replace(dossier, shelf=shelved(house, known))


def _post_digest(
    house: House, accounts: Sequence[Account], dossiers: Sequence[Dossier], now: datetime
) -> None:
    first, names = accounts[0], {account.name for account in accounts}
    evening = last_evening(first.policy, now)
    series = f"digest:{first.owner.address}:"
    name = f"{series}{evening:%Y-%m-%d}"
    mine = [dossier for dossier in dossiers if dossier.account in names]
    with house.store.read() as session:
        if not house.channels or outbox.posted(session, name):
            return
        notes = [note for one in sorted(names) for note in outbox.notes(session, one)]
        last = outbox.last_words(session, series)
        # What this very turn wrote is no section of an earlier meeting.
        written = shelf.shelves(session)
    mine = [_with_shelf(house, dossier, written) for dossier in mine]
    pairs = {dossier.pair.id: dossier for dossier in mine}
    untrue = [n for n in notes if _current(house, n, pairs.get(n.pair), now) is None]
    tonight = now - evening < EVENING
    ripe = [n for n in notes if n not in untrue and (tonight or n.at <= evening)]
    words = None
    if ripe or tonight:
        whole = [read(house, dossier) if soon(dossier, now) else dossier for dossier in mine]
        words = house.pen.digest(whole, [note.letter for note in ripe], now)
    if words is not None and words.text == last:
        words = None  # nothing is new since the evening before
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
