"""One turn, a straight line: look, decide, write down, act.

`plan` is the same line with the first two parts alone: nothing is written, here or anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from connectors.errors import ConnectorError, SignInRequired, Unavailable
from connectors.model import Entry
from daemon import endings, health, journal, keeping, ledger, mirror, registry, shelf
from daemon.core.decide import Decided, decide, within_budget
from daemon.core.dossier import Dossier
from daemon.core.foresight import ahead
from daemon.core.keys import key
from daemon.core.planning import Matter, planned, refreshed
from daemon.core.proposing import brought_up, settled, with_proposals
from daemon.core.wanting import excused
from daemon.core.words import Absence, Decision, Kind, Meeting, Proposal, Shelf
from daemon.delivery import deliver
from daemon.dossiers import absences_seen, called_off, dossiers
from daemon.gather import gather
from daemon.health import Condition
from daemon.house import Account, Failure, House
from daemon.inquiry import Learnt, inquire
from daemon.ledger import Known
from daemon.look import Braked, Look, look, remembered
from daemon.memory import Memory, remember
from daemon.perform import compare_again, perform, waits
from daemon.store import Session

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one look found and what it calls for; nothing of it is written yet."""

    memory: Memory
    looks: Mapping[str, Look]
    dossiers: tuple[Dossier, ...] = ()
    decisions: tuple[Decision, ...] = ()
    held_back: tuple[Decision, ...] = ()
    absences: tuple[Absence, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    failures: tuple[Failure, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a whole turn looked at, did, and could not do."""

    foreseen: Foreseen
    done: tuple[Decision, ...]
    failed: tuple[Failure, ...]


def foresee(
    house: House,
    now: datetime,
    due: Callable[[Account], bool] = lambda _: True,
    asked: Collection[str] = (),
    *,
    acts: bool = False,
) -> Foreseen:
    """Look at every account that is due, and decide; remote reads only.

    An account that cannot be looked at is taken as it was, and nothing is decided for it.
    `asked` are pairs whose open proposals the owner is about to answer: read afresh. A turn that
    `acts` need not know what it would do if it might write.
    """
    looks, failures = _looks(house, now, due)
    memory, found, shown, learnt = _recalled(house, looks, now)
    gathered = gather(
        house,
        (dossier for dossier in found if dossier.account in looks),
        lambda d: d.pair.id in asked or not looks[d.account].quiet,
        lambda d: memory.silent(d.pair.id) or (acts and not d.policy.write),
        now,
    )
    table = planned(gathered.dossiers, now, memory.silent)
    fresh = tuple(refreshed(table))
    standing = [with_proposals(dossier, fresh, now) for dossier in gathered.dossiers]
    decided = _decided(house, memory, standing, table, now)
    return Foreseen(
        memory,
        looks,
        _replaced(found, standing),
        decided.decisions,
        decided.held_back,
        (*absences_seen(house, looks), *gathered.absences),
        (*shown, *fresh),
        (*failures, *learnt.failures, *gathered.failures),
        learnt.entries,
    )


def tick(
    house: House,
    now: datetime,
    due: Callable[[Account], bool] = lambda _: True,
    stop: Callable[[], bool] = lambda: False,
) -> Turn:
    """Take one whole turn; the caller holds `act.lock`."""
    return carry_out(house, foresee(house, now, due, acts=True), now, stop)


def look_only(house: House, now: datetime) -> Foreseen:
    """Look and keep what was seen, without deciding anything; the caller holds `act.lock`."""
    foreseen = foresee(house, now)
    with house.store.write() as session:
        keep(session, house, foreseen, now)
    return foreseen


def carry_out(
    house: House, foreseen: Foreseen, now: datetime, stop: Callable[[], bool] = lambda: False
) -> Turn:
    """Write down what was foreseen, act on it, and send what is to be sent."""
    writing = frozenset(d.pair.id for d in foreseen.dossiers if d.policy.write)
    ends = tuple(endings.ahead(map(house.account, foreseen.looks), now))
    with house.store.write() as session:
        keep(session, house, foreseen, now)
        wanted, held_back = (
            [decision for decision in decided if decision.pair in writing]
            for decided in (foreseen.decisions, foreseen.held_back)
        )
        journal.plan(session, wanted, now, held_back)
        _asked(session, foreseen, now)
        for ending in ends:
            endings.tell(session, house, ending, now)
    done, failed = act(house, foreseen.memory, writing, now, stop)
    failed += deliver(house, foreseen.memory, foreseen.dossiers, now, stop)
    told = tuple(_in_its_zone(decision, foreseen.decisions) for decision in done)
    return Turn(foreseen, told, (*foreseen.failures, *failed))


def act(
    house: House,
    memory: Memory,
    writing: frozenset[str],
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[list[Decision], list[Failure]]:
    """Carry out what the journal holds, one write at a time; stops between two writes.

    After a failure the rest of that pair waits for the next tick: a link to a document that
    could not be shared must not go out.
    """
    done: list[Decision] = []
    failed: list[Failure] = []
    with house.store.read() as session:
        intents, to_compare = journal.open_intents(session), journal.to_compare(session, now)
    held = {pair for pair in memory.pairs if memory.silent(pair)}
    for intent in intents:
        decision = intent.decision
        if stop() or decision.pair in held or decision.pair not in writing:
            continue
        failure = None if waits(intent, now) else perform(house, intent, now)
        if failure:
            failed.append(failure)
        elif not waits(intent, now):
            done.append(decision)
            continue
        held.add(decision.pair)
    for intent in to_compare:
        if not stop() and intent.decision.pair in writing - held:
            failed += filter(None, [compare_again(house, intent, now)])
    return done, failed


def _in_its_zone(done: Decision, decided: Iterable[Decision]) -> Decision:
    """Return what was done with its meeting on the clock of its series: the journal keeps UTC."""
    for one in decided:
        if (one.key, one.occurrence, one.times) == (done.key, done.occurrence, done.times):
            return replace(done, occurrence=one.occurrence, times=one.times)
    return done


def _looks(
    house: House, now: datetime, due: Callable[[Account], bool]
) -> tuple[dict[str, Look], list[Failure]]:
    looks: dict[str, Look] = {}
    failures: list[Failure] = []
    accounts = [account for account in house.accounts if due(account)]
    side_by_side = house.threads.map if len(accounts) > 1 else map
    found = side_by_side(lambda account: _look(house, account, now), accounts)
    for account, result in zip(accounts, found, strict=True):
        if isinstance(result, Look):
            looks[account.name] = result
            failures += [Failure(account.name, None, Unreadable(p)) for p in result.problems]
        else:
            failures.append(Failure(account.name, None, result))
    return looks, failures


def _look(house: House, account: Account, now: datetime) -> Look | ConnectorError:
    """Look at one account; whatever goes wrong there never stops the others."""
    with house.store.read() as session:
        released = health.health(session, account.name).release_brake
        forgotten = house.forgotten(session)
    try:
        return look(account, house.store, now, release_brake=released, forgotten=forgotten)
    except Braked as error:
        return Stopped(str(error), f"visavis resume --brake {account.name}")
    except ConnectorError as error:
        return error


class Unreadable(ConnectorError):
    """A part of a calendar that could not be read; the rest was."""

    usually = "export it again, or mend it where it was written"


class Stopped(ConnectorError):
    """The brake stopped an account."""


def _remembered(house: House, looks: Mapping[str, Look]) -> dict[str, Look]:
    """Return the last look at each account that was not looked at now."""
    others = [account for account in house.accounts if account.name not in looks]
    found = ((account.name, remembered(account, house.store)) for account in others)
    return {name: one for name, one in found if one is not None}


def _recalled(
    house: House, looks: Mapping[str, Look], now: datetime
) -> tuple[Memory, tuple[Dossier, ...], tuple[Proposal, ...], Learnt]:
    """Return what is known of all pairs, whoever was looked at, and what is new in that."""
    known = {**looks, **_remembered(house, looks)}
    memory = remember(house.store, now)
    shown = tuple(_shown(memory, looks))
    memory = replace(memory, proposals=brought_up(memory.proposals, shown))
    found = dossiers(house, known, memory, now)
    learnt = inquire(house, (d for d in found if d.account in looks), memory.asked)
    if learnt.entries:
        memory = replace(memory, entries={**memory.entries, **learnt.entries})
        found = dossiers(house, known, memory, now)
    return memory, found, shown, learnt


def _shown(memory: Memory, looks: Mapping[str, Look]) -> Iterator[Proposal]:
    """Yield the booked proposals whose calendar was read since: now the calendar is believed."""
    for proposal in memory.proposals:
        known = memory.pairs.get(proposal.pair)
        if proposal.unseen and known and known.account in looks:
            yield replace(proposal, unseen=False)


def _decided(
    house: House,
    memory: Memory,
    standing: Sequence[Dossier],
    table: Sequence[Matter],
    now: datetime,
) -> Decided:
    """Decide for every pair that is not paused, as far as other people's mails allow."""
    awake = [dossier for dossier in standing if not memory.silent(dossier.pair.id)]
    caused = (address for address, _ in memory.mails)
    return within_budget(decide(awake, table, now, house.pen), caused, _budgets(standing))


def _budgets(found: Iterable[Dossier]) -> dict[str, int]:
    return {dossier.pair.id: dossier.policy.mail_budget for dossier in found}


def _replaced(all_of_them: Sequence[Dossier], some: Iterable[Dossier]) -> tuple[Dossier, ...]:
    better = {dossier.pair.id: dossier for dossier in some}
    return tuple(better.get(dossier.pair.id, dossier) for dossier in all_of_them)


def keep(session: Session, house: House, foreseen: Foreseen, now: datetime) -> None:
    """Keep what was seen, in the caller's transaction: mirror, cursors, ledger, health."""
    for name, found in foreseen.looks.items():
        _mirror(session, house.account(name), found)
    _pairs(session, foreseen)
    registry.keep(session, foreseen.entries.items(), now, house.forgotten(session))
    ledger.keep_absences(session, _unknown(foreseen))
    ledger.drop_absences(session, called_off(house, foreseen.looks, foreseen.memory, now))
    for proposal in foreseen.proposals:
        ledger.keep_proposal(session, proposal, now)
    known = {proposal.id: proposal.state for proposal in foreseen.memory.proposals}
    for dossier in foreseen.dossiers:
        for proposal in dossier.proposals:
            state = settled(dossier, proposal, now).state
            if state is not known[proposal.id]:
                ledger.close_proposal(session, proposal.id, state)
    _health(session, house, foreseen, now)


def _asked(session: Session, foreseen: Foreseen, now: datetime) -> None:
    """Remember what free/busy told: what stands in the way of next week, which weeks are full."""
    proposed = {(d.pair, d.occurrence) for d in foreseen.decisions if d.kind is Kind.PROPOSE}
    for dossier in foreseen.dossiers:
        if dossier.sight.busy is not None:
            pair = dossier.pair.id
            full = (m for m in excused(dossier, now) if (pair, m.recurrence_id) not in proposed)
            seen = [replace(meeting, asked=now) for meeting in (*ahead(dossier, now), *full)]
            ledger.keep_meetings(session, {pair: seen})


def _mirror(session: Session, account: Account, found: Look) -> None:
    if found.whole:
        mirror.forget(session, account.name)
    elif found.gone:
        mirror.forget(session, account.name, found.gone)
    matter = {series.handle for series in found.after.series}
    mirror.keep(session, account.name, ((s, s.handle in matter) for s in found.fresh))
    mirror.keep_feed(session, account.name, found.feed)


def _pairs(session: Session, foreseen: Foreseen) -> None:
    """Keep pairs, their new or changed meetings, and documents the two already had."""
    memory = foreseen.memory
    known = (Known(dossier.pair, dossier.account, dossier.since) for dossier in foreseen.dossiers)
    ledger.keep_pairs(session, (one for one in known if memory.pairs.get(one.pair.id) != one))
    ledger.keep_meetings(session, {d.pair.id: _news(d, memory) for d in foreseen.dossiers})
    for dossier in foreseen.dossiers:
        document, known_shelf = dossier.shelf.document, memory.shelves.get(dossier.pair.id, Shelf())
        if dossier.shelf.adopted and document and document != known_shelf.document:
            shelf.put(session, dossier.pair.id, dossier.account, document, adopted=True)


def _news(dossier: Dossier, memory: Memory) -> list[Meeting]:
    before = memory.meetings.get(dossier.pair.id, ())
    if dossier.meetings == before:  # as at most looks: the very same values
        return []
    known = frozenset(before)
    return [meeting for meeting in dossier.meetings if meeting not in known]


def _unknown(foreseen: Foreseen) -> tuple[Absence, ...]:
    known = {(a.person, a.span) for a in foreseen.memory.absences}
    return tuple(a for a in foreseen.absences if (a.person, a.span) not in known)


def _health(session: Session, house: House, foreseen: Foreseen, now: datetime) -> None:
    for name, found in foreseen.looks.items():
        known = health.health(session, name)
        trouble = "; ".join((*found.problems, Unreadable.usually)) if found.problems else ""
        every = house.account(name).policy.look_every
        health.keep(session, replace(known.well(now, every), problem=trouble))
    for failure in foreseen.failures:
        if failure.account not in foreseen.looks:
            known = health.health(session, failure.account)
            error = failure.error
            wait = error.retry_after if isinstance(error, Unavailable) else None
            condition = _condition(error)
            health.keep(session, known.ill(condition, error.what, now, wait))
            if condition is Condition.SIGN_IN:
                _ask_to_sign_in(session, house, failure, now)


def _ask_to_sign_in(session: Session, house: House, failure: Failure, now: datetime) -> None:
    """Ask the owner once for each time the account stopped: its last good look names it."""
    account = house.account(failure.account)
    last = mirror.feed(session, account.name)
    keeping.tell(
        session,
        house,
        account,
        key("sign_in", account.name, last.looked_at if last else "never"),
        house.pen.sign_in(account.name, failure.error.what, failure.error.remedy),
        now=now,
        about=account.name,
    )


def _condition(error: ConnectorError) -> Condition:
    match error:
        case SignInRequired():
            return Condition.SIGN_IN
        case Stopped():
            return Condition.BRAKED
        case _:
            return Condition.UNREACHABLE
