"""What visavis remembers of each pair, for ever: meetings, evidence, proposals, alerts, pauses.

Values are kept as JSON of the core's own words, beside the columns that are searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlmodel import Field, Session, SQLModel, col, delete, select

from daemon.core.words import (
    Absence,
    Excuse,
    Level,
    Meeting,
    Pair,
    Proposal,
    ProposalState,
    Raised,
)
from daemon.store import upsert

T = TypeVar("T")
EVERYBODY = "*"
"""The scope of a pause that stops all writing and telling."""


class PairRow(SQLModel, table=True):
    """A pair as it was last seen; it stays when its series end."""

    __tablename__ = "pair"
    id: str = Field(primary_key=True)
    account: str
    since: datetime
    body: str


class MeetingRow(SQLModel, table=True):
    """One meeting of a pair; `series` is the iCalUID."""

    __tablename__ = "meeting"
    pair: str = Field(primary_key=True)
    series: str = Field(primary_key=True)
    recurrence_id: datetime = Field(primary_key=True)
    body: str


class AbsenceRow(SQLModel, table=True):
    """Evidence that somebody was away."""

    __tablename__ = "absence"
    person: str = Field(primary_key=True)
    starts: datetime = Field(primary_key=True)
    ends: datetime = Field(primary_key=True)
    body: str


class ExcuseRow(SQLModel, table=True):
    """Days in which misses of a pair do not count."""

    __tablename__ = "excuse"
    id: int | None = Field(default=None, primary_key=True)
    pair: str = Field(index=True)
    body: str


class ProposalRow(SQLModel, table=True):
    """A proposal with its life."""

    __tablename__ = "proposal"
    id: str = Field(primary_key=True)
    pair: str = Field(index=True)
    at: datetime
    state: str = Field(index=True)
    body: str


class AlertRow(SQLModel, table=True):
    """An alert or quiet note as it was raised; whether it is open is asked of the streak."""

    __tablename__ = "alert"
    id: str = Field(primary_key=True)
    pair: str = Field(index=True)
    at: datetime
    level: str
    streak: int
    first_missed: datetime
    text: str


class PauseRow(SQLModel, table=True):
    """No writing and telling for a pair, or for everybody, until a moment or for good."""

    __tablename__ = "pause"
    scope: str = Field(primary_key=True)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A pair with the account it is listed under and when visavis first saw it."""

    pair: Pair
    account: str
    since: datetime


def pairs(session: Session) -> tuple[Known, ...]:
    """Return every pair there ever was."""
    return tuple(
        Known(_load(Pair, row.body), row.account, row.since)
        for row in session.exec(select(PairRow).order_by(col(PairRow.id)))
    )


def keep_pairs(session: Session, known: Iterable[Known]) -> None:
    """Write pairs over what was known of them."""
    upsert(
        session,
        PairRow,
        (
            {
                "id": one.pair.id,
                "account": one.account,
                "since": one.since,
                "body": _dump(Pair, one.pair),
            }
            for one in known
        ),
    )


def meetings(session: Session) -> dict[str, tuple[Meeting, ...]]:
    """Return the history of every pair, oldest first."""
    found: dict[str, list[Meeting]] = {}
    rows = select(MeetingRow.pair, MeetingRow.body).order_by(col(MeetingRow.recurrence_id))
    for pair, body in session.exec(rows):
        found.setdefault(pair, []).append(_load(Meeting, body))
    return {pair: tuple(history) for pair, history in found.items()}


def keep_meetings(session: Session, histories: Mapping[str, Iterable[Meeting]]) -> None:
    """Write meetings, by the id of their pair, over what was known of them."""
    upsert(
        session,
        MeetingRow,
        (
            {
                "pair": pair,
                "series": meeting.series,
                "recurrence_id": meeting.recurrence_id,
                "body": _dump(Meeting, meeting),
            }
            for pair, history in histories.items()
            for meeting in history
        ),
    )


def absences(session: Session) -> tuple[Absence, ...]:
    """Return all evidence of absence, earliest first."""
    bodies = session.exec(select(AbsenceRow.body).order_by(col(AbsenceRow.starts)))
    return tuple(_load(Absence, body) for body in bodies)


def keep_absences(session: Session, seen: Iterable[Absence]) -> None:
    """Add evidence; the same absence of the same person is kept once."""
    upsert(
        session,
        AbsenceRow,
        (
            {
                "person": absence.person,
                "starts": absence.span.start,
                "ends": absence.span.end,
                "body": _dump(Absence, absence),
            }
            for absence in seen
        ),
    )


def drop_absences(session: Session, called_off: Iterable[Absence]) -> None:
    """Forget evidence of absences that did not come to pass."""
    for absence in called_off:
        row = session.get(AbsenceRow, (absence.person, absence.span.start, absence.span.end))
        if row is not None:
            session.delete(row)


def excuses(session: Session) -> dict[str, tuple[Excuse, ...]]:
    """Return the excuses given, by pair."""
    found: dict[str, list[Excuse]] = {}
    for row in session.exec(select(ExcuseRow).order_by(col(ExcuseRow.id))):
        found.setdefault(row.pair, []).append(_load(Excuse, row.body))
    return {pair: tuple(given) for pair, given in found.items()}


def excuse(session: Session, pair: str, given: Excuse) -> None:
    """Remember an excuse; the same one twice is one."""
    if given not in excuses(session).get(pair, ()):
        session.add(ExcuseRow(pair=pair, body=_dump(Excuse, given)))


def proposals(session: Session) -> tuple[Proposal, ...]:
    """Return every proposal, open and closed, oldest first."""
    bodies = session.exec(
        select(ProposalRow.body).order_by(col(ProposalRow.at), col(ProposalRow.id))
    )
    return tuple(_load(Proposal, body) for body in bodies)


def proposal(session: Session, proposal_id: str) -> Proposal | None:
    """Return one proposal by its id."""
    row = session.get(ProposalRow, proposal_id)
    return None if row is None else _load(Proposal, row.body)


def keep_proposal(session: Session, proposal: Proposal, at: datetime) -> None:
    """Write a proposal over what was known of it; its first moment stays."""
    row = session.get(ProposalRow, proposal.id)
    if row is None:
        row = ProposalRow(id=proposal.id, pair=proposal.pair, at=at, state="", body="")
    row.state, row.body = proposal.state, _dump(Proposal, proposal)
    session.add(row)


def close_proposal(session: Session, proposal_id: str, state: ProposalState) -> None:
    """Give a proposal its last state."""
    row = session.get_one(ProposalRow, proposal_id)
    proposal = replace(_load(Proposal, row.body), state=state)
    row.state, row.body = state, _dump(Proposal, proposal)


def open_proposals(session: Session) -> tuple[Proposal, ...]:
    """Return the proposals that still wait for an answer."""
    rows = session.exec(
        select(ProposalRow)
        .where(ProposalRow.state == ProposalState.OPEN)
        .order_by(col(ProposalRow.at), col(ProposalRow.id))
    )
    return tuple(_load(Proposal, row.body) for row in rows)


def alerts(session: Session) -> tuple[Raised, ...]:
    """Return every alert and note, oldest first."""
    rows = session.exec(select(AlertRow).order_by(col(AlertRow.at), col(AlertRow.id)))
    return tuple(
        Raised(r.id, r.pair, Level(r.level), r.streak, r.first_missed, r.text, r.at) for r in rows
    )


def alert(session: Session, alert_id: str) -> Raised | None:
    """Return one alert by its id."""
    return next((raised for raised in alerts(session) if raised.id == alert_id), None)


def raise_alert(session: Session, raised: Raised) -> None:
    """Remember an alert; the same one twice is one."""
    if session.get(AlertRow, raised.id) is None:
        session.add(
            AlertRow(
                id=raised.id,
                pair=raised.pair,
                at=raised.at,
                level=raised.level,
                streak=raised.streak,
                first_missed=raised.first_missed,
                text=raised.text,
            )
        )


def no_mail(address: str) -> str:
    """Name the scope of somebody who asked for no more mail."""
    return f"mail:{address.lower()}"


def paused(session: Session, now: datetime) -> frozenset[str]:
    """Return the scopes that are paused at this moment."""
    rows = session.exec(select(PauseRow))
    return frozenset(row.scope for row in rows if row.until is None or now < row.until)


def pause(session: Session, scope: str, until: datetime | None) -> None:
    """Pause a pair or everybody until a moment, or until `resume`."""
    upsert(session, PauseRow, [{"scope": scope, "until": until}])


def resume(session: Session, scope: str) -> None:
    """End a pause."""
    session.execute(delete(PauseRow).where(col(PauseRow.scope) == scope))


def _dump(kind: type[T], value: T) -> str:
    return _codec(kind).dump_json(value).decode()


@lru_cache(maxsize=32_768)
def _load(kind: type[T], body: str) -> T:
    """Read a value; most are the same at every turn, and frozen ones can be shared.

    Room for a hundred pairs over six years: where not all fit, none is ever found.
    """
    value: T = _codec(kind).validate_json(body)
    return value


def _codec(kind: type[T]) -> TypeAdapter[T]:
    """Return the codec of one of the core's words, built at its first use."""
    if kind not in _CODECS:
        _CODECS[kind] = TypeAdapter(kind)
    return _CODECS[kind]


_CODECS: dict[type, TypeAdapter[Any]] = {}
