"""Letters to the owner and to others: written down with the decision, sent once each.

A letter nobody can look up is sent at most once: silence beats nagging. Notes wait for the
one digest of a working day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from connectors.model import Key, Letter

DIGEST = "digest"
"""The channel of notes that wait for the digest."""


class Delivery(StrEnum):
    """The life of a letter."""

    WAITING = "waiting"
    BEGUN = "begun"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DROPPED = "dropped"
    """Not true any more when it could have been sent."""


class LetterRow(SQLModel, table=True):
    """One letter on one channel; `about` names the proposal or alert that makes it true."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_life", "state", "at"),)
    key: str = Field(primary_key=True)
    channel: str
    at: datetime
    state: str
    account: str
    pair: str = ""
    about: str = ""
    recipient: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    thread: str = ""
    calendar: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that is due, on its channel (`mail`, a chat target, or the digest)."""

    letter: Letter
    channel: str
    account: str
    pair: str
    about: str
    at: datetime
    begun: bool
    problem: str = ""
    """Why it was not sent, where that was tried."""


def post(
    session: Session,
    letter: Letter,
    channel: str,
    at: datetime,
    *,
    account: str,
    pair: str = "",
    about: str = "",
) -> None:
    """Write a letter down; the same key twice is one letter."""
    if session.get(LetterRow, letter.key) is None:
        session.add(
            LetterRow(
                key=letter.key,
                channel=channel,
                at=at,
                state=Delivery.WAITING,
                account=account,
                pair=pair,
                about=about,
                recipient=letter.to,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                thread=letter.thread,
                calendar=letter.calendar,
            )
        )


def waiting(session: Session) -> tuple[Waiting, ...]:
    """Return what is to be sent, oldest first; begun ones were cut off by a power cut."""
    rows = session.exec(
        select(LetterRow)
        .where(
            col(LetterRow.state).in_([Delivery.WAITING, Delivery.BEGUN]),
            LetterRow.channel != DIGEST,
        )
        .order_by(col(LetterRow.at), col(LetterRow.key))
    )
    return tuple(_waiting(row) for row in rows)


def notes(session: Session, account: str) -> tuple[Waiting, ...]:
    """Return the notes that wait for the account's next digest."""
    rows = session.exec(
        select(LetterRow)
        .where(
            LetterRow.channel == DIGEST,
            LetterRow.account == account,
            LetterRow.state == Delivery.WAITING,
        )
        .order_by(col(LetterRow.at), col(LetterRow.key))
    )
    return tuple(_waiting(row) for row in rows)


def posted(session: Session, beginning: str) -> bool:
    """Whether there ever was a letter whose key begins like this."""
    statement = select(LetterRow.key).where(col(LetterRow.key).startswith(beginning)).limit(1)
    return session.exec(statement).first() is not None


def last_words(session: Session, beginning: str) -> str | None:
    """Return the text of the last letter, by key, whose key begins like this."""
    named = select(LetterRow.text).where(col(LetterRow.key).startswith(beginning))
    return session.exec(named.order_by(col(LetterRow.key).desc()).limit(1)).first()


def unknown(session: Session) -> tuple[Waiting, ...]:
    """Return the letters of which nobody can know whether they went out."""
    rows = session.exec(select(LetterRow).where(LetterRow.state == Delivery.UNKNOWN))
    return tuple(_waiting(row) for row in rows)


def undelivered(session: Session, since: datetime) -> tuple[Waiting, ...]:
    """Return the letters since a moment that did not go out, or maybe not, with why."""
    ends = [Delivery.UNKNOWN, Delivery.FAILED, Delivery.DROPPED]
    rows = session.exec(
        select(LetterRow)
        .where(LetterRow.at >= since, col(LetterRow.state).in_(ends), LetterRow.problem != "")
        .order_by(col(LetterRow.at), col(LetterRow.key))
    )
    return tuple(_waiting(row) for row in rows)


def settle(session: Session, keys: Collection[Key], state: Delivery, problem: str = "") -> None:
    """Give letters another state."""
    for key in keys:
        row = session.get_one(LetterRow, key)
        row.state, row.problem = state, problem


def _waiting(row: LetterRow) -> Waiting:
    letter = Letter(
        Key(row.key), row.recipient, row.subject, row.text, row.html, row.thread, row.calendar
    )
    return Waiting(
        letter,
        row.channel,
        row.account,
        row.pair,
        row.about,
        row.at,
        row.state == Delivery.BEGUN,
        row.problem,
    )
