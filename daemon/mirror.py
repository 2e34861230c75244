"""The last known world and how far each feed was read; can be dropped and read again any time.

Every series of a calendar is kept, because the brake counts them and `explain` shows them,
but a look without changes loads only those that matter to a pair.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func
from sqlmodel import Field, Session, SQLModel, col, delete, select

from connectors.model import Cursor, Handle, Series, Span
from daemon.store import upsert


class FeedRow(SQLModel, table=True):
    """How far the feed of one account was read, and the window its mirror is true for."""

    __tablename__ = "feed"
    account: str = Field(primary_key=True)
    cursor: str
    window_start: datetime
    window_end: datetime
    looked_at: datetime
    zone: str = ""
    unread: str = "{}"
    identity: str


class SeriesRow(SQLModel, table=True):
    """One event as it was last read; `body` is the `Series` as JSON."""

    __tablename__ = "series"
    account: str = Field(primary_key=True)
    handle: str = Field(primary_key=True)
    instances: int
    matters: bool = Field(index=True)
    body: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Where the next look begins.

    `identity` names everything a mirror depends on besides the calendar (addresses, version of
    the translation): another identity means a clean read.
    """

    cursor: Cursor
    window: Span
    looked_at: datetime
    identity: str
    zone: str = ""
    """The calendar's zone as the provider told it at the last whole read."""
    unread: Mapping[Handle, str] = field(default_factory=dict)
    """A line for each event that is there and could not be read when it was last looked at."""


def feed(session: Session, account: str) -> Feed | None:
    """Return how far the feed was read, or None before the first look."""
    row = session.get(FeedRow, account)
    if row is None:
        return None
    window = Span(row.window_start, row.window_end)
    unread: dict[Handle, str] = json.loads(row.unread)
    return Feed(Cursor(row.cursor), window, row.looked_at, row.identity, row.zone, unread)


def keep_feed(session: Session, account: str, feed: Feed) -> None:
    """Remember where the next look begins."""
    row = {
        "account": account,
        "cursor": feed.cursor,
        "window_start": feed.window.start,
        "window_end": feed.window.end,
        "looked_at": feed.looked_at,
        "zone": feed.zone,
        "unread": json.dumps(dict(feed.unread)),
        "identity": feed.identity,
    }
    upsert(session, FeedRow, [row])


def that_matter(session: Session, account: str) -> tuple[Series, ...]:
    """Return the series that concern a pair (one-on-ones, single meetings of two, absences)."""
    return _series(session, account, col(SeriesRow.matters).is_(True))


def everything(session: Session, account: str) -> tuple[Series, ...]:
    """Return every series of the calendar."""
    return _series(session, account)


def known(session: Session, account: str, handles: Collection[Handle]) -> tuple[Series, ...]:
    """Return the series with these handles, as far as they are known."""
    return _series(session, account, col(SeriesRow.handle).in_(handles)) if handles else ()


def size(session: Session) -> tuple[int, int]:
    """Return how many recurring series are known, with how many occurrences."""
    counted = session.exec(
        select(func.count(), func.coalesce(func.sum(SeriesRow.instances), 0)).where(
            SeriesRow.instances > 0
        )
    )
    series, occurrences = counted.one()
    return series, int(occurrences)


def keep(session: Session, account: str, series: Iterable[tuple[Series, bool]]) -> None:
    """Write series over what was known of them; the flag says whether it matters to a pair."""
    upsert(session, SeriesRow, (_row(account, one, matters=matters) for one, matters in series))


def forget(session: Session, account: str, handles: Collection[Handle] | None = None) -> None:
    """Drop these series of the account, or all of them."""
    statement = delete(SeriesRow).where(col(SeriesRow.account) == account)
    if handles is not None:
        statement = statement.where(col(SeriesRow.handle).in_(handles))
    session.execute(statement)


def read_again(session: Session, account: str) -> None:
    """Let the next look read the whole calendar."""
    row = session.get(FeedRow, account)
    if row is not None:
        row.identity = ""


def _series(session: Session, account: str, *which: ColumnElement[bool]) -> tuple[Series, ...]:
    statement = select(SeriesRow.body).where(SeriesRow.account == account, *which)
    return tuple(map(_read, session.exec(statement)))


def _row(account: str, series: Series, *, matters: bool) -> dict[str, object]:
    return {
        "account": account,
        "handle": series.handle,
        "instances": len(series.occurrences) if series.rule else 0,
        "matters": matters,
        "body": _codec().dump_json(series).decode(),
    }


@lru_cache(maxsize=8192)
def _read(body: str) -> Series:
    """Read a series; most are the same at every look, and a frozen value can be shared."""
    return _codec().validate_json(body)


@cache
def _codec() -> TypeAdapter[Series]:
    return TypeAdapter(Series)
