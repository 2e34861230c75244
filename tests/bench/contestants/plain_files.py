"""The shortest code that does it: icalendar and SQLite. Argument: a folder of .ics files."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from icalendar import Calendar, Component

from tests.bench.measure import show

INSERT = "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)"


def main(folder: str) -> None:
    with TemporaryDirectory() as home:
        database = sqlite3.connect(Path(home) / "events.sqlite")
        database.execute("CREATE TABLE event (uid TEXT PRIMARY KEY, start, title, body)")

        def look() -> None:
            with database:
                for file in Path(folder).iterdir():
                    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
                    database.executemany(INSERT, map(row, events))

        show(look)
        database.close()


def row(event: Component) -> tuple[str, str, str, bytes]:
    start = event.decoded("DTSTART").isoformat()
    return str(event["UID"]), start, str(event["SUMMARY"]), event.to_ical()


if __name__ == "__main__":
    main(*sys.argv[1:])
