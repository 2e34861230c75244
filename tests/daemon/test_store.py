"""The store on both databases: units of work, pages, time, migrations, silence."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import SQLModel, select

from connectors.model import Cursor, Handle, Series, Span, Version
from daemon import health, ledger, migrations, mirror
from daemon.health import Condition, Health
from daemon.ledger import PauseRow
from daemon.mirror import Feed
from daemon.store import Store, open_store, upsert
from tests.stage import week

SCRIPTS = str(Path(migrations.__file__).parent)


@pytest.fixture
def store(tmp_path: Path, database: str) -> Iterator[Store]:
    store = open_store(tmp_path, database)
    yield store
    store.close()


def test_a_unit_is_written_as_a_whole_or_not_at_all(store: Store) -> None:
    def half_way() -> None:
        with store.write() as session:
            ledger.pause(session, "p-1", None)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    with store.read() as session:
        assert ledger.paused(session, week(0)) == frozenset()


def test_a_page_overwrites_what_has_the_same_key(store: Store) -> None:
    for until in (week(1), week(2)):
        with store.write() as session:
            rows = [{"scope": f"p-{n}", "until": until} for n in range(500)]
            upsert(session, PauseRow, rows)
    with store.read() as session:
        found = session.exec(select(PauseRow)).all()
    assert len(found) == 500
    assert {row.until for row in found} == {week(2)}


def test_an_empty_page_is_no_statement(store: Store) -> None:
    with store.write() as session:
        upsert(session, PauseRow, [])


def test_no_unit_of_four_writers_is_lost(store: Store) -> None:
    def count(_: int) -> None:
        with store.write() as session:
            known = health.health(session, "work")
            health.keep(session, Health("work", Condition.OK, failures=known.failures + 1))

    with store.write() as session:
        health.keep(session, Health("work"))
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(count, range(200)))
    with store.read() as session:
        counted = health.health(session, "work").failures
    # PostgreSQL lets two read the same number; what must never happen is an error.
    assert counted == 200 or store.engine.dialect.name == "postgresql"


def test_moments_come_back_aware_as_the_same_instant(store: Store) -> None:
    # The hour that the autumn clock change repeats: only the instant tells which is meant.
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    with store.write() as session:
        ledger.pause(session, "p-1", second)
    with store.read() as session:
        found = session.get_one(PauseRow, "p-1").until
    assert found is not None
    assert found.tzinfo is not None
    assert found.astimezone(UTC) == second.astimezone(UTC)


def test_reading_never_waits_for_a_writer(store: Store) -> None:
    with store.write() as writing:
        ledger.pause(writing, "p-1", None)
        with store.read() as reading:
            assert ledger.paused(reading, week(0)) == frozenset()


def test_errors_never_print_what_people_wrote(store: Store) -> None:
    twice = [{"scope": "canary"}] * 2
    with store.write() as session, pytest.raises(IntegrityError) as error:
        session.execute(SQLModel.metadata.tables["pause"].insert(), twice)
    # The server itself names the key that is there already; nothing else shows a value.
    assert "canary" not in str(error.value).partition("DETAIL")[0]
    assert "hidden" in str(error.value)


def test_a_new_store_is_at_the_newest_migration(store: Store) -> None:
    assert_newest(store)
    assert ScriptDirectory(SCRIPTS).get_current_head() == migrations.HEAD


def test_an_old_store_is_migrated_to_the_tables_of_a_new_one(tmp_path: Path, database: str) -> None:
    store = open_store(tmp_path, database)
    with store.engine.begin() as connection:
        made = MetaData()
        made.reflect(connection)
        made.drop_all(connection)
        migrations.migrate(connection, "0001")
    store.close()
    store = open_store(tmp_path, database)
    assert_newest(store)
    store.close()


def assert_newest(store: Store) -> None:
    """Let Alembic compare the tables that are with those that the code says."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_opening_again_changes_nothing(tmp_path: Path, database: str) -> None:
    for _ in range(2):
        store = open_store(tmp_path, database)
        tables = set(inspect(store.engine).get_table_names())
        store.close()
    assert tables == {*SQLModel.metadata.tables, "alembic_version"}


def test_two_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as openers:
        stores = list(openers.map(lambda _: open_store(tmp_path), range(4)))
    for store in stores:
        with store.read() as session:
            assert ledger.pairs(session) == ()
        store.close()


def test_what_is_not_there_yet_stays_so_for_a_reading_command(tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", create=False)
    with store.read() as session:
        assert ledger.pairs(session) == ()
    store.close()
    assert not (tmp_path / "home").exists()


def test_a_mirror_gives_back_what_was_kept(store: Store) -> None:
    span = Span(week(0), week(1))
    series = Series(Handle("h"), "u", Version("1"), "Title", "m@x.example", None, "UTC", ())
    feed = Feed(Cursor("7"), span, week(0), "identity")
    with store.write() as session:
        mirror.keep(session, "work", [(series, True)])
        mirror.keep_feed(session, "work", feed)
    with store.read() as session:
        assert mirror.everything(session, "work") == (series,)
        assert mirror.feed(session, "work") == feed
        assert mirror.everything(session, "home") == ()


def test_a_store_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_store(tmp_path / "home").close()
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_a_schema_that_is_damaged_is_an_error_of_the_database(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.close()
    file = tmp_path / "visavis.sqlite"
    content = file.read_bytes()
    assert b"CREATE TABLE" in content
    file.write_bytes(content.replace(b"CREATE TABLE", b"CREATE \xff\xfeBLE"))
    with pytest.raises(DatabaseError):
        open_store(tmp_path)


def test_what_nobody_keeps_can_be_read_by_many_threads_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=False)

    def read(_: int) -> int:
        with store.read() as session:
            return len(health.all_known(session))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(read, range(400))) == 0
    store.close()


def test_a_database_is_nobody_elses_in_a_folder_open_to_all(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    store = open_store(tmp_path)
    with store.write() as session:
        ledger.pause(session, "p-1", None)
        files = [*tmp_path.iterdir()]
        assert len(files) == 3
        assert not any(file.stat().st_mode & 0o077 for file in files)
    store.close()
