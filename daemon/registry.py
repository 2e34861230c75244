"""What company directories said of people, so that each is asked about once a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter
from sqlmodel import Field, Session, SQLModel, col, select

from connectors.model import Entry
from daemon.store import upsert


class EntryRow(SQLModel, table=True):
    """A person by the address they were asked about; `body` is the `Entry` as JSON."""

    __tablename__ = "entry"
    address: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    body: str


def entries(session: Session) -> dict[str, Entry]:
    """Return what was ever learnt, by the address that was asked about."""
    return {row.address: _codec().validate_json(row.body) for row in session.exec(select(EntryRow))}


def asked(session: Session, since: datetime) -> frozenset[str]:
    """Return the addresses that were asked about since a moment."""
    rows = session.exec(select(EntryRow.address).where(col(EntryRow.at) >= since))
    return frozenset(rows)


def keep(session: Session, learnt: Iterable[tuple[str, Entry]], at: datetime) -> None:
    """Write down what a directory said, over what was known."""
    rows = (
        {"address": address, "at": at, "body": _codec().dump_json(entry).decode()}
        for address, entry in learnt
    )
    upsert(session, EntryRow, rows)


@cache
def _codec() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)
