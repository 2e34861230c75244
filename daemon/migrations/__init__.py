"""Schema changes, and only here: a migration with Alembic for each, from the first table.

A new database gets the newest tables at once; a test keeps both ways at the same schema. So
Alembic, which takes half a second and 12 MB to load, is there only to migrate.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from connectors.errors import NotPermitted

HEAD = "0006"
"""The newest revision; a test compares it with the scripts."""
UPDATE = "update visavis, or put the backup of before back: deploy/README.md, Restore"
"""The way on with a database that a newer visavis has migrated: there is no way back."""
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Where Alembic notes the revision of a database."""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; where it is, that costs two small queries.

    Raises `NotPermitted` where it is newer than this program.
    """
    with engine.connect() as connection:
        current = revision(connection)
    if current == HEAD:
        return
    if newer(current):
        what = f"the database is of a newer visavis: at revision {current}, not {HEAD}"
        raise NotPermitted(what, UPDATE)
    # As a writing unit: of two programs that open a new store at once the second waits, and
    # then finds nothing to do.
    with engine.execution_options(visavis_write=True).begin() as connection:
        if revision(connection) is None:
            _create(connection)
        else:
            migrate(connection, HEAD)


def newer(revision: str | None) -> bool:
    """Whether a revision is one that this program does not know yet; they are numbered."""
    return revision is not None and revision > HEAD


def migrate(connection: Connection, to: str) -> None:
    """Run the migrations up to a revision, each that the database has not seen."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def revision(connection: Connection) -> str | None:
    """Return the revision of a database; None where it has no tables of ours."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


def _create(connection: Connection) -> None:
    from daemon.migrations.schema import TABLES

    TABLES.create_all(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=HEAD))
