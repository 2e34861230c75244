"""The raw floor: Google's own client and SQLite. Arguments: an address of an API and a token."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httplib2
from googleapiclient.discovery import build

from tests.bench.measure import show

INSERT = "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)"


def main(base: str, token: str) -> None:
    with TemporaryDirectory() as home:
        database = sqlite3.connect(Path(home) / "events.sqlite")
        database.execute("CREATE TABLE event (id TEXT PRIMARY KEY, start, title, body)")
        wire = httplib2.Http()
        options = {"api_endpoint": f"{base}/calendar/v3/"}
        events = build("calendar", "v3", http=wire, client_options=options).events()

        def pages() -> Iterator[dict[str, Any]]:
            asked = events.list(calendarId="primary", maxResults=2500)
            while asked is not None:
                asked.headers["authorization"] = f"Bearer {token}"
                page = asked.execute()
                yield page
                asked = events.list_next(asked, page)

        def look() -> None:
            with database:
                for page in pages():
                    database.executemany(INSERT, map(row, page["items"]))

        show(look)
        database.close()
        wire.close()


def row(item: dict[str, Any]) -> tuple[str, str, str, str]:
    return item["id"], item["start"]["dateTime"], item["summary"], json.dumps(item)


if __name__ == "__main__":
    main(*sys.argv[1:])
