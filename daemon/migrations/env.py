"""Alembic's environment: the engine is handed in, the schema is SQLModel's."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from daemon import health, journal, ledger, mirror, outbox, shelf, tickets

TABLES = (health, journal, ledger, mirror, outbox, shelf, tickets)
"""The modules that hold tables; importing them is what fills the metadata."""

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
