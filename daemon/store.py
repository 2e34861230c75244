"""The database: one engine, one way to begin a unit of work, one way to write a page of rows.

SQLite by default, PostgreSQL by URL. Tables live in `mirror`, `ledger`, `journal`; their
history is in `migrations`, and opening a store brings it up to date.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Table, event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session as Session  # noqa: PLC0414 - the one name others may take
from sqlmodel import SQLModel, create_engine

from daemon.migrations import HEAD, revision, upgrade

BUSY = 5.0
"""Seconds a SQLite statement waits for another writer."""
IN_MEMORY = "sqlite://"
PATIENCE = 5
"""Seconds a server has to answer an examination."""


class Store:
    """An open database; `write()` is a unit of work that commits as a whole or not at all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # A database in memory is one connection, which threads may not share at the same time.
        alone = isinstance(engine.pool, StaticPool)
        self._turn: AbstractContextManager[object] = RLock() if alone else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Begin a unit that may write (BEGIN IMMEDIATE on SQLite), commit at the end."""
        with (
            self._turn,
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection(execution_options={"visavis_write": True})
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Begin a unit that only reads and never waits for a writer."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session:
            yield session

    def compact(self) -> bool:
        """Write the database anew, without what was deleted; False where a reader prevented it.

        SQLite leaves nothing behind in its files. PostgreSQL has its log, until it is recycled.
        """
        if self.engine.dialect.name != "sqlite":
            whole = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            with whole.connect() as connection:
                connection.exec_driver_sql("VACUUM FULL")
            return True
        with closing(self.engine.raw_connection()) as files, closing(files.cursor()) as cursor:
            try:
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError:
                return False
            return cursor.fetchone() == (0, 0, 0)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_store(home: Path, database: str = "sqlite", *, create: bool = True) -> Store:
    """Open the database of the settings (`sqlite`, or a SQLAlchemy URL) and migrate it.

    Without `create` a SQLite file that is not there yet stays so: nothing is known then.
    """
    if database == "sqlite":
        file = home / "visavis.sqlite"
        if create:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            # What lies beside it (-wal, -shm) gets the same rights, in a folder open to others too.
            file.touch(mode=0o600)
        database = f"sqlite:///{file}" if create or file.exists() else IN_MEMORY
    store = Store(_engine(database))
    upgrade(store.engine)
    return store


@dataclass(frozen=True, slots=True)
class Fitness:
    """How a database is: its size in bytes, its revision beside the newest, what is damaged."""

    dialect: str
    size: int
    revision: str | None
    newest: str
    damage: str = ""


def fitness(home: Path, database: str = "sqlite") -> Fitness | None:
    """Examine a database as it is, without making or migrating it; None where there is none.

    Raises SQLAlchemy's errors where it cannot be opened or read.
    """
    file = home / "visavis.sqlite"
    if database == "sqlite" and not file.exists():
        return None
    engine = _engine(f"sqlite:///{file}" if database == "sqlite" else database, patience=PATIENCE)
    try:
        with engine.connect() as connection:
            size, damage = _size_and_damage(connection)
            return Fitness(engine.dialect.name, size, revision(connection), HEAD, damage)
    finally:
        engine.dispose()


def upsert(session: Session, model: type[SQLModel], rows: Iterable[Mapping[str, object]]) -> None:
    """Insert rows or overwrite those with the same primary key, a page in one statement."""
    page = list(rows)
    if page:
        session.execute(_upsert(model, session.get_bind().dialect.name), page)


@cache
def _upsert(model: type[SQLModel], dialect: str) -> Executable:
    table: Table = model.__table__  # type: ignore[attr-defined]
    # SQLite and PostgreSQL say it alike; whichever is not used is 2 MB of modules.
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    keys = [column.name for column in table.primary_key]
    rest = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    statement: Executable = (
        insert.on_conflict_do_update(index_elements=keys, set_=rest)
        if rest
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    return statement


def _size_and_damage(connection: Connection) -> tuple[int, str]:
    if connection.dialect.name != "sqlite":
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar()
        return int(size or 0), ""
    pages, each = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
        for name in ("page_count", "page_size")
    )
    check = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    return pages * each, "" if check == "ok" else check


def _engine(url: str, *, patience: int | None = None) -> Engine:
    """Make an engine that never prints what people wrote (`hide_parameters`).

    `patience` is how many seconds a server has to let us in; None leaves it to the driver.
    """
    arguments: dict[str, Any] = {"hide_parameters": True}
    if patience is not None and not url.startswith("sqlite"):
        arguments["connect_args"] = {"connect_timeout": patience}
    if url.startswith("sqlite"):
        arguments["connect_args"] = {"timeout": BUSY, "check_same_thread": False}
    if url == IN_MEMORY:
        arguments["poolclass"] = StaticPool
    engine = create_engine(url, **arguments)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Without this the driver begins by itself, plainly, and 26 % of four writers' units fail.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except UnicodeDecodeError as error:
            # A damaged schema is quoted in the driver's own complaint, which it then cannot read.
            raise sqlite3.DatabaseError("the schema is damaged") from error


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("visavis_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
