"""What company directories said of people, so that each is asked about once a week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter
from sqlmodel import Field, Session, SQLModel, col, select

from connectors.model import Entry
from daemon.store import upsert
from daemon.tombstones import Forgotten, nobody


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


def keep(
    session: Session,
    learnt: Iterable[tuple[str, Entry]],
    at: datetime,
    forgotten: Forgotten = nobody,
) -> None:
    """Write down what a directory said, over what was known; not a word of who was forgotten."""
    rows = (
        {"address": address, "at": at, "body": _codec().dump_json(kept).decode()}
        for address, entry in learnt
        if (kept := _without(entry, forgotten)) is not None
    )
    upsert(session, EntryRow, rows)


def _without(entry: Entry, forgotten: Forgotten) -> Entry | None:
    if any(map(forgotten, (entry.person.address, *entry.person.aliases))):
        return None
    return replace(
        entry,
        manager=None if entry.manager and forgotten(entry.manager) else entry.manager,
        reports=tuple(one for one in entry.reports if not forgotten(one)),
    )


@cache
def _codec() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)
