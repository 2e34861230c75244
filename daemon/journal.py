"""Intents and receipts: what should be written, what was begun, and what was done.

The primary key is the decision's key, so nothing is done twice. Nothing here is ever dropped,
but intents not yet begun are replaced at every tick.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, func, or_
from sqlmodel import Field, Session, SQLModel, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from connectors.model import Handle, Key, Receipt, Span, Url, Version
from daemon.core.keys import WRITTEN
from daemon.core.listing import as_listed
from daemon.core.words import Decision, Kind, Listed


class State(StrEnum):
    """The life of an intent."""

    PENDING = "pending"
    HELD = "held"
    """Held back by the mail budget at the last look; decided again at each."""
    BEGUN = "begun"
    DONE = "done"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNDONE = "undone"


class IntentRow(SQLModel, table=True):
    """One intended write and what came of it; JSON columns hold `Facts`."""

    __tablename__ = "intent"
    # Every look and page asks for these: from the index alone, however long the journal is.
    __table_args__ = (Index("ix_intent_life", "state", "at", "key"),)
    key: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    place: int = 0
    kind: str = Field(index=True)
    pair: str = Field(index=True)
    account: str
    state: str
    because: str
    occurrence: datetime | None = None
    series: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    mails: str = "[]"
    before: str = "null"
    wish: str = "{}"
    receipt: str = "null"
    check_at: datetime | None = Field(default=None, index=True)
    problem: str = ""


class ClosedRow(SQLModel, table=True):
    """A key that must never be planned again, and why (undo, trash, unlink)."""

    __tablename__ = "closed"
    key: str = Field(primary_key=True)
    at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A decision with its life: when it was begun or done, and with what receipt."""

    decision: Decision
    at: datetime
    state: State
    receipt: Receipt | None = None
    problem: str = ""


_PLANNED = (State.PENDING, State.HELD)
"""The states of what was decided and not begun."""
_EACH_MEETING = (Kind.WRITE_SECTION, Kind.RECAP)


def plan(
    session: Session,
    decisions: Collection[Decision],
    now: datetime,
    held_back: Collection[Decision] = (),
) -> None:
    """Replace all intents not yet begun by these; keys that are begun, done or closed stay out."""
    since = {row.key: row.at for row in session.exec(_held())}
    session.execute(delete(IntentRow).where(col(IntentRow.state).in_(_PLANNED)))
    taken = settled(session) if decisions or held_back else ()
    for place, decision in enumerate(decisions):
        if decision.key not in taken:
            session.add(_row(decision, State.PENDING, now, place))
    for place, decision in enumerate(held_back):
        if decision.key not in taken:
            session.add(_row(decision, State.HELD, since.get(decision.key, now), place))


def held_back(session: Session) -> tuple[Intent, ...]:
    """Return what the mail budget held back at the last look, each with when it first did."""
    return tuple(_intent(row) for row in session.exec(_held()))


def _held() -> SelectOfScalar[IntentRow]:
    rows = select(IntentRow).where(IntentRow.state == State.HELD)
    return rows.order_by(col(IntentRow.at), col(IntentRow.place))


def settled(session: Session) -> frozenset[Key]:
    """Return every key that decides nothing any more: begun, done, failed, undone or closed."""
    begun = session.exec(select(IntentRow.key).where(col(IntentRow.state).not_in(_PLANNED)))
    closed = session.exec(select(ClosedRow.key))
    return frozenset(Key(key) for key in (*begun, *closed))


def begun(session: Session) -> frozenset[Key]:
    """Return the keys whose write was begun and not finished."""
    rows = session.exec(select(IntentRow.key).where(IntentRow.state == State.BEGUN))
    return frozenset(Key(key) for key in rows)


def done(session: Session) -> dict[Key, datetime]:
    """Return the keys that were carried out and still stand, each with its moment.

    Without what is written for every single meeting: by far the most, and no rule asks when,
    but for the questions of a meeting in writing.
    """
    asked = or_(col(IntentRow.kind).not_in(_EACH_MEETING), col(IntentRow.key).endswith(WRITTEN))
    rows = session.exec(
        select(IntentRow.key, IntentRow.at).where(IntentRow.state == State.DONE, asked)
    )
    return {Key(key): at for key, at in rows}


def made(session: Session) -> frozenset[Url]:
    """Return where the documents are, or were, that visavis made."""
    rows = session.exec(select(IntentRow.receipt).where(IntentRow.kind == Kind.CREATE_AGENDA))
    receipts = (receipt for row in rows if (receipt := _receipt(row)) is not None)
    return frozenset(Url(str(receipt.after["created"])) for receipt in receipts)


def listed(session: Session) -> dict[str, tuple[Listed, ...]]:
    """Return what went to the task lists by pair, also what failed or was taken off again."""
    found: dict[str, tuple[Listed, ...]] = {}
    for row in session.exec(_tasks().where(IntentRow.state != State.PENDING)):
        found[row.pair] = (*found.get(row.pair, ()), as_listed(json.loads(row.wish)))
    return found


def unlisted(session: Session) -> frozenset[str]:
    """Return the pairs with something that should be on a task list and is not."""
    rows = session.exec(_tasks().where(IntentRow.state == State.PENDING))
    return frozenset(row.pair for row in rows)


def open_intents(session: Session) -> tuple[Intent, ...]:
    """Return what is begun (a power cut left it) or pending, in the order it was written down."""
    rows = session.exec(
        select(IntentRow)
        .where(col(IntentRow.state).in_([State.BEGUN, State.PENDING]))
        .order_by(col(IntentRow.state), col(IntentRow.at), col(IntentRow.place))
    )
    return tuple(_intent(row) for row in rows)


def begin(session: Session, intent: Intent, now: datetime) -> None:
    """Write down that the write is about to happen."""
    known = session.get(IntentRow, intent.decision.key)
    # Written anew: an earlier try of the same key may have wished for another time.
    session.merge(_row(intent.decision, State.BEGUN, now, known.place if known else 0))


def finish(
    session: Session, key: Key, receipt: Receipt, now: datetime, check_in: timedelta | None
) -> None:
    """Write down what was done, and when to compare it once more."""
    row = session.get_one(IntentRow, key)
    row.state, row.at = State.DONE, now
    row.receipt = _receipt_json(receipt)
    row.check_at = now + check_in if check_in is not None and receipt.wrote else None


def settle(session: Session, key: Key, state: State, problem: str = "") -> None:
    """Give an intent another state: unknown, failed, undone, or pending again."""
    row = session.get_one(IntentRow, key)
    row.state, row.problem = state, problem


def close(session: Session, key: Key, because: str, now: datetime) -> None:
    """Never plan this key again; the first reason stays."""
    if session.get(ClosedRow, key) is None:
        session.add(ClosedRow(key=key, at=now, because=because))


def entries(session: Session) -> tuple[Intent, ...]:
    """Return every write there ever was, oldest first."""
    rows = session.exec(_written().order_by(col(IntentRow.at), col(IntentRow.place)))
    return tuple(_intent(row) for row in rows)


def latest(session: Session, first: int, number: int) -> tuple[Intent, ...]:
    """Return so many writes, newest first, after the `first` newest ones."""
    newest = _written().order_by(col(IntentRow.at).desc(), col(IntentRow.place).desc())
    return tuple(_intent(row) for row in session.exec(newest.offset(first).limit(number)))


def counted(session: Session) -> dict[tuple[str, str], int]:
    """Return how many writes there are, by kind and state."""
    each = (IntentRow.kind, IntentRow.state)
    written = col(IntentRow.state).not_in(_PLANNED)
    rows = session.exec(select(*each, func.count()).where(written).group_by(*each))
    return {(kind, state): number for kind, state, number in rows}


def pairs(session: Session) -> dict[Key, str]:
    """Return the pair of every write."""
    rows = session.exec(select(IntentRow.key, IntentRow.pair))
    return {Key(key): pair for key, pair in rows}


def entry(session: Session, key: str) -> Intent | None:
    """Return one write by its key."""
    row = session.get(IntentRow, key)
    return None if row is None or row.state in _PLANNED else _intent(row)


def to_compare(session: Session, now: datetime) -> tuple[Intent, ...]:
    """Return the writes whose second comparison is due."""
    rows = session.exec(
        select(IntentRow).where(col(IntentRow.check_at) <= now, IntentRow.state == State.DONE)
    )
    return tuple(_intent(row) for row in rows)


def compared(session: Session, key: Key) -> None:
    """Write down that the second comparison was made."""
    session.get_one(IntentRow, key).check_at = None


def mails_since(session: Session, since: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return the address of each mail the writes since then have caused, and when; oldest first."""
    rows = session.exec(
        select(IntentRow.mails, IntentRow.at)
        .where(IntentRow.at >= since, col(IntentRow.state).in_([State.DONE, State.UNKNOWN]))
        .order_by(col(IntentRow.at))
    )
    return tuple((address, at) for mails, at in rows for address in json.loads(mails))


def _written() -> SelectOfScalar[IntentRow]:
    return select(IntentRow).where(col(IntentRow.state).not_in(_PLANNED))


def _tasks() -> SelectOfScalar[IntentRow]:
    return select(IntentRow).where(IntentRow.kind == Kind.ADD_TASK)


def _row(decision: Decision, state: State, now: datetime, place: int) -> IntentRow:
    times = decision.times
    return IntentRow(
        key=decision.key,
        at=now,
        place=place,
        kind=decision.kind,
        pair=decision.pair,
        account=decision.account,
        state=state,
        because=decision.because,
        occurrence=decision.occurrence,
        series=decision.series,
        starts=times.start if times else None,
        ends=times.end if times else None,
        mails=json.dumps(decision.mails),
        before=json.dumps(decision.before),
        wish=json.dumps(decision.after),
    )


def _intent(row: IntentRow) -> Intent:
    times = Span(row.starts, row.ends) if row.starts and row.ends else None
    decision = Decision(
        key=Key(row.key),
        kind=Kind(row.kind),
        pair=row.pair,
        account=row.account,
        because=row.because,
        occurrence=row.occurrence,
        series=Handle(row.series) if row.series else None,
        times=times,
        mails=tuple(json.loads(row.mails)),
        before=json.loads(row.before),
        after=json.loads(row.wish),
    )
    return Intent(decision, row.at, State(row.state), _receipt(row.receipt), row.problem)


def _receipt_json(receipt: Receipt) -> str:
    return json.dumps(
        {
            "handle": receipt.handle,
            "version": receipt.version,
            "before": receipt.before,
            "after": receipt.after,
            "kept_before": receipt.kept_before,
            "kept_after": receipt.kept_after,
            "wrote": receipt.wrote,
        }
    )


def _receipt(text: str) -> Receipt | None:
    stored = json.loads(text)
    if stored is None:
        return None
    return Receipt(
        Handle(stored["handle"]),
        Version(stored["version"]),
        stored["before"],
        stored["after"],
        stored["kept_before"],
        stored["kept_after"],
        stored["wrote"],
    )
