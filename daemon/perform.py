"""One decision, one remote write: the only door through which visavis changes the world.

Every write is begun in the journal, made, compared and finished. After a power cut the same
write is asked for again: connectors look first and write nothing twice.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import cast

import structlog

from connectors import markdown
from connectors.errors import (
    ConnectorError,
    Locked,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
    Unavailable,
    Withheld,
)
from connectors.model import (
    Facts,
    Handle,
    Link,
    Mark,
    Occurrence,
    Receipt,
    Series,
    Span,
    Status,
    Task,
    Url,
    Version,
)
from connectors.protocol import Calendar, Documents, Tasks, created
from daemon import journal, keeping, mirror, shelf
from daemon.core.keys import event_key
from daemon.core.words import Kind
from daemon.house import Account, Failure, House
from daemon.journal import Intent, State

log = structlog.get_logger()

COMPARE_AGAIN = timedelta(minutes=5)
"""Reads may lag behind our write; what it must not have touched is compared once more then."""
SETTLING = timedelta(minutes=2)
"""How long a provider's search may not show a document that was just made."""
ON_CALENDAR = frozenset({Kind.ATTACH_AGENDA, Kind.BOOK})
"""Writes to the calendar that can be taken back; an answer to an invitation cannot."""
ON_DOCUMENTS = frozenset({Kind.CREATE_AGENDA, Kind.SHARE_AGENDA, Kind.WRITE_SECTION})

ON_TASKS = frozenset({Kind.ADD_TASK})


def waits(intent: Intent, now: datetime) -> bool:
    """Whether a power cut is too recent to tell by a search if the document was made."""
    begun = intent.state is State.BEGUN and intent.decision.kind is Kind.CREATE_AGENDA
    return begun and now - intent.at < SETTLING


def perform(house: House, intent: Intent, now: datetime) -> Failure | None:
    """Carry out one intent; returns what went wrong, or None when it is done."""
    decision = intent.decision
    with house.store.write() as session:
        journal.begin(session, intent, now)
    try:
        receipt = _act(house, intent)
        damage = _damage(house, intent, receipt)
    except ConnectorError as error:
        return _failed(house, intent, error, now)
    if damage:
        return _harmed(house, intent, damage, now)
    with house.store.write() as session:
        keeping.remember(session, house, decision, receipt, now)
        check = COMPARE_AGAIN if receipt.kept_after else None
        journal.finish(session, decision.key, receipt, now, check)
    log.info("write.done", kind=decision.kind, pair=decision.pair, wrote=receipt.wrote)
    return None


def compare_again(house: House, intent: Intent, now: datetime) -> Failure | None:
    """Compare once more what a write must have left alone; a person's edit is never reverted."""
    decision, receipt = intent.decision, intent.receipt
    calendar = next((a.calendar for a in house.accounts if a.name == decision.account), None)
    if receipt is None or calendar is None:
        return None
    damage = None
    try:
        version, kept = calendar.guard(receipt.handle, receipt)
        if not _left_alone(receipt.kept_before, kept):
            damage = _taken_back(calendar, receipt, version)
    except NotFound:
        log.info("write.overtaken", kind=decision.kind, pair=decision.pair)
    except ConnectorError as error:
        return Failure(decision.account, decision, error)
    with house.store.write() as session:
        journal.compared(session, decision.key)
    return _harmed(house, intent, damage, now) if damage else None


def _left_alone(before: Facts, now: Facts) -> bool:
    """Whether all is as it was; attachments that came since are a person's, and no harm."""
    was, there = (facts.get("attachments") or [] for facts in (before, now))
    rest = {**before, "attachments": None} == {**now, "attachments": None}
    return rest and set(cast("list[str]", was)) <= set(cast("list[str]", there))


def take_back(house: House, intent: Intent, now: datetime) -> None:
    """Undo one write; raises `PreconditionFailed` where the world changed since."""
    decision, receipt = intent.decision, intent.receipt
    if receipt is None or not undoable(intent):
        raise NotPermitted(f"{decision.key} cannot be undone", "only finished remote writes can")
    if decision.kind in ON_CALENDAR:
        _calendar(house, intent).undo(receipt)
    elif decision.kind in ON_TASKS:
        _tasks(house, intent).undo(receipt)
    else:
        _documents(house, intent).undo(receipt)
    with house.store.write() as session:
        journal.settle(session, decision.key, State.UNDONE)
        journal.close(session, decision.key, "taken back by the owner", now)
        keeping.forget(session, decision)


def undoable(intent: Intent) -> bool:
    """Whether `undo` can take this write back."""
    return (
        intent.state is State.DONE
        and intent.receipt is not None
        and intent.receipt.wrote
        and intent.decision.kind in ON_CALENDAR | ON_DOCUMENTS | ON_TASKS
    )


def _act(house: House, intent: Intent) -> Receipt:  # noqa: PLR0911 - one a case
    match intent.decision.kind:
        case Kind.CREATE_AGENDA:
            return _create(house, intent)
        case Kind.SHARE_AGENDA:
            return _share(house, intent)
        case Kind.ATTACH_AGENDA:
            return _calendar(house, intent).attach(_series(house, intent), _link(house, intent))
        case Kind.WRITE_SECTION:
            return _write(house, intent)
        case Kind.BOOK:
            return _book(house, intent)
        case Kind.COUNTER:
            return _counter(house, intent)
        case Kind.ADD_TASK:
            return _add(house, intent)
        case Kind.PROPOSE | Kind.ALERT | Kind.RECAP | Kind.ADVISE:
            # These are rows and letters of our own, written down as the intent is finished.
            return keeping.NOTHING


def _create(house: House, intent: Intent) -> Receipt:
    wish = intent.decision.after
    return created(_documents(house, intent).create(intent.decision.key, str(wish["title"])))


def _share(house: House, intent: Intent) -> Receipt:
    people = [house.person(address) for address in keeping.texts(intent.decision, "people")]
    return _documents(house, intent).share(_document(house, intent), people)


def _write(house: House, intent: Intent) -> Receipt:
    wish = intent.decision.after
    mark, day = Mark(str(wish["mark"])), date.fromisoformat(str(wish["day"]))
    section = markdown.section(str(wish["markdown"]), mark, day)
    section = replace(section, heading=str(wish["heading"]))
    return _documents(house, intent).write_section(_document(house, intent), section, mark)


def _book(house: House, intent: Intent) -> Receipt:
    series, lost, to = _other_time(house, intent)
    return _calendar(house, intent).book(series, lost, to, intent.decision.key)


def _counter(house: House, intent: Intent) -> Receipt:
    tried = intent.state is State.BEGUN
    since = datetime.fromisoformat(str(intent.decision.after["asked"])) if tried else None
    return _calendar(house, intent).counter(*_other_time(house, intent), since)


def _other_time(house: House, intent: Intent) -> tuple[Series, Occurrence, Span]:
    """Return a lost meeting in its series, and when it should be instead."""
    decision, series = intent.decision, _series(house, intent)
    if decision.occurrence is None or decision.times is None:
        raise NotFound("the lost meeting is not known any more")
    to = Span(*(datetime.fromisoformat(str(decision.after[name])) for name in ("start", "end")))
    lost = series.occurrence(decision.occurrence) or Occurrence(
        decision.occurrence, decision.times, Status.CANCELLED
    )
    return series, lost, to


def _add(house: House, intent: Intent) -> Receipt:
    wish = intent.decision.after
    task = Task(
        str(wish["title"]),
        datetime.fromisoformat(str(wish["made"])),
        str(wish["notes"]),
        date.fromisoformat(str(wish["due"])) if wish["due"] else None,
        Url(str(wish["url"])) if wish["url"] else None,
    )
    return _tasks(house, intent).add(task, intent.decision.key)


def _damage(house: House, intent: Intent, receipt: Receipt) -> NotPermitted | None:
    """Take a write back at once where its own answer shows that it touched more than it should."""
    if receipt.kept_before == receipt.kept_after:
        return None
    try:
        return _taken_back(_calendar(house, intent), receipt, receipt.version)
    except Unavailable:
        return None  # the second comparison, in five minutes, tries once more


def _taken_back(calendar: Calendar, receipt: Receipt, present: Version) -> NotPermitted:
    """Restore what we wrote, only at the version our write returned; say what was done."""
    what = "more of an event changed than was written, and somebody edited it since"
    if present == receipt.version:
        with suppress(PreconditionFailed, NotFound):
            calendar.undo(receipt)
            what = "a write changed more of an event than it should, and was taken back"
    return NotPermitted(what, "visavis does not write to this event again; please look at it")


def _harmed(house: House, intent: Intent, damage: NotPermitted, now: datetime) -> Failure:
    """Never write to that event again; the owner reads of it in the next digest."""
    decision = intent.decision
    with house.store.write() as session:
        journal.close(session, event_key(decision.account, decision.series), damage.what, now)
    return _failed(house, intent, damage, now)


def _failed(house: House, intent: Intent, error: ConnectorError, now: datetime) -> Failure:
    """Write down what went wrong, by what the error says comes next."""
    too_late = isinstance(error, Locked) and _begins(intent, now)
    match error:
        case Locked() if too_late:
            state = State.FAILED
        case Withheld():
            state = State.PENDING
        case NotPermitted():
            state = State.FAILED
        case OutcomeUnknown():
            # Looked up at the next tick: every connector finds its own earlier write.
            state = State.BEGUN
        case _:
            # Also for what cannot be found: the next look says whether it is gone.
            state = State.PENDING
    with house.store.write() as session:
        journal.settle(session, intent.decision.key, state, error.what)
        if too_late:
            keeping.give_up(session, house, intent.decision, _document(house, intent), now)
    log.warning("write.failed", kind=intent.decision.kind, error=type(error).__name__)
    return Failure(intent.decision.account, intent.decision, error)


def _begins(intent: Intent, now: datetime) -> bool:
    """Whether the meeting of a section has begun: until then there is time to try again."""
    times = intent.decision.times
    return times is not None and times.start <= now


def _link(house: House, intent: Intent) -> Link:
    """Return what the invite should lead to: a document we cannot open is linked all the same."""
    url = intent.decision.after.get("url")
    return Link(Url(str(url))) if url else _document(house, intent)


def _document(house: House, intent: Intent) -> Link:
    with house.store.read() as session:
        kept = shelf.shelves(session).get(intent.decision.pair)
    if kept is None or kept.document is None:
        raise PreconditionFailed("the document is not there yet")
    return kept.document


def _series(house: House, intent: Intent) -> Series:
    decision = intent.decision
    with house.store.read() as session:
        found = mirror.known(session, decision.account, [decision.series or Handle("")])
    if not found:
        raise NotFound("the series is not in the calendar any more")
    return found[0]


def _calendar(house: House, intent: Intent) -> Calendar:
    account = house.account(intent.decision.account)
    if account.calendar is None:
        raise _trouble(account)
    return account.calendar


def _documents(house: House, intent: Intent) -> Documents:
    account = house.account(intent.decision.account)
    if account.documents is None:
        raise _trouble(account)
    return account.documents


def _tasks(house: House, intent: Intent) -> Tasks:
    account = house.account(intent.decision.account)
    if account.tasks is None:
        raise _trouble(account)
    return account.tasks


def _trouble(account: Account) -> ConnectorError:
    return account.trouble or NotPermitted(f"account {account.name} is not signed in")
