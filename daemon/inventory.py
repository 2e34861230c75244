"""Every row of the store as JSON values, for `export`: what a new table keeps is in it at once."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeAlias

from daemon.migrations import schema
from daemon.store import Session

Row: TypeAlias = dict[str, Any]

_SECRET = frozenset({"ticket", "watch"})
"""Digests of secrets; they are about nobody."""
_DOCUMENTS = frozenset({"body", "mails", "before", "wish", "receipt"})
"""Columns that hold JSON."""


def tables(session: Session) -> dict[str, list[Row]]:
    """Return all rows by the name of their table."""
    return {
        table.name: [
            {name: _plain(name, value) for name, value in row.items()}
            for row in session.execute(table.select()).mappings()
        ]
        for table in schema.TABLES.sorted_tables
        if table.name not in _SECRET
    }


def _plain(name: str, value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case str() if name in _DOCUMENTS:
            return json.loads(value)
        case _:
            return value
