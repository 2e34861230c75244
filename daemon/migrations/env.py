"""Alembic's environment: the engine is handed in, the schema is SQLModel's."""

from __future__ import annotations

from alembic import context

from daemon.migrations.schema import TABLES

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
