"""Tickets to the page: a link that lets its bearer in once, and the session that comes of it.

Made by one process (`visavis open`) and redeemed by another (the daemon). The database holds
digests alone, so that whoever reads it can enter nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CursorResult
from sqlmodel import Field, Session, SQLModel, col, delete


class Purpose(StrEnum):
    """What a ticket is good for."""

    LOGIN = "login"
    SESSION = "session"


class TicketRow(SQLModel, table=True):
    """One ticket that somebody holds."""

    __tablename__ = "ticket"
    digest: str = Field(primary_key=True)
    purpose: str
    expires: datetime = Field(index=True)


def issue(session: Session, purpose: Purpose, now: datetime, expires: datetime) -> str:
    """Return the words of a new ticket, which are told only this once; forgets expired ones."""
    session.execute(delete(TicketRow).where(col(TicketRow.expires) <= now))
    # 256 bits: nobody guesses, so a plain digest keeps them.
    words = secrets.token_urlsafe(32)
    session.add(TicketRow(digest=_digest(purpose, words), purpose=purpose, expires=expires))
    return words


def valid(session: Session, purpose: Purpose, words: str, now: datetime) -> bool:
    """Whether these are the words of a ticket that has not expired."""
    row = session.get(TicketRow, _digest(purpose, words))
    return row is not None and row.expires > now


def redeem(session: Session, purpose: Purpose, words: str, now: datetime) -> bool:
    """Take a ticket away; of two who bring the same words one alone is told True."""
    result = session.execute(
        delete(TicketRow).where(
            col(TicketRow.digest) == _digest(purpose, words), col(TicketRow.expires) > now
        )
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def _digest(purpose: Purpose, words: str) -> str:
    return hashlib.sha256(f"{purpose}\x1f{words}".encode()).hexdigest()
