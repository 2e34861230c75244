"""Schema changes, and only here: Alembic from the first table."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; a no-op costs one small query."""
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == HEAD:
        return
    _migrate(engine)


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
