"""Schema changes, and only here: Alembic from the first table."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; a no-op costs two small queries."""
    # Alembic itself takes 0.1 s and 8 MB to load, so it is asked only to migrate.
    if _revision(engine) != HEAD:
        _migrate(engine)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # As a writing unit: of two programs that open a new store at once the second waits, and
    # then finds nothing to do.
    writing = engine.execution_options(visavis_write=True)
    with writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


HEAD = "0002"
"""The newest revision; a test compares it with the scripts."""
