"""The raw floor: httpx2 and SQLite. Arguments: an address of an API and a token."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from connectors.outlook.wire import INSTANCE
from tests.bench.measure import show
from tests.bench.meetings import NOW

INSERT = "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)"


def main(base: str, token: str) -> None:
    with TemporaryDirectory() as home, httpx2.Client(timeout=30) as client:
        database = sqlite3.connect(Path(home) / "events.sqlite")
        database.execute("CREATE TABLE event (id TEXT PRIMARY KEY, start, title, body)")
        client.headers["Authorization"] = f"Bearer {token}"
        client.headers["Prefer"] = "odata.maxpagesize=200"
        edges = (NOW - timedelta(weeks=8), NOW + timedelta(weeks=5))
        start, end = (f"{edge:%Y-%m-%dT%H:%M:%SZ}" for edge in edges)
        view = f"{base}/v1.0/me/calendarView"
        window = f"?startDateTime={start}&endDateTime={end}"

        def pages(first: str) -> Iterator[dict[str, Any]]:
            asked: str | None = first
            while asked:
                page = client.get(asked).raise_for_status().json()
                yield page
                asked = page.get("@odata.nextLink")

        def look() -> None:
            # The feed has to be read to its end once, and says too little of occurrences.
            *_, last = pages(f"{view}/delta{window}")
            assert last["@odata.deltaLink"]
            with database:
                for page in pages(f"{view}{window}&$top=500&$select={INSTANCE}"):
                    database.executemany(INSERT, map(row, page["value"]))

        show(look)
        database.close()


def row(item: dict[str, Any]) -> tuple[str, str, str, str]:
    return item["id"], item["start"]["dateTime"], item["subject"], json.dumps(item)


if __name__ == "__main__":
    main(*sys.argv[1:])
