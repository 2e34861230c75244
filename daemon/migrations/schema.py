"""The newest schema: every module that holds tables, whose import fills SQLModel's metadata."""

from __future__ import annotations

from sqlmodel import SQLModel

from daemon import (
    health,
    journal,
    ledger,
    mirror,
    outbox,
    registry,
    shelf,
    tickets,
    tombstones,
    watches,
)

MODULES = (
    health,
    journal,
    ledger,
    mirror,
    outbox,
    registry,
    shelf,
    tickets,
    tombstones,
    watches,
)
TABLES = SQLModel.metadata
