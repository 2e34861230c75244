"""A folder of .ics with 5,000 events, beside the shortest code that parses and stores them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Figure, looked
from tests.bench.meetings import DESCRIPTION, OWNER, Meeting, meetings

EVENTS = 5_000
MANY = 28_000
"""Events that make about 20 MB."""


def run() -> Iterator[Figure]:
    """Yield times of a first look and of one without changes, and peaks of memory."""
    for case, events_a_file in (("one a file", 1), ("one file", EVENTS)):
        with TemporaryDirectory() as folder:
            settings = calendar(Path(folder), EVENTS, events_a_file)
            ours = looked("ours", str(settings))
            plain = looked("plain_files", str(settings.parent / "calendar"))
        yield Figure(f"first look, {case}", "ms", ours.first, plain.first)
        yield Figure(f"no change, {case}", "ms", ours.again, plain.again, 0.05)
    yield Figure("peak memory, one file", "MB", ours.peak, plain.peak, 1.5)
    with TemporaryDirectory() as folder:
        settings = calendar(Path(folder), MANY, MANY)
        size = sum(file.stat().st_size for file in (settings.parent / "calendar").iterdir())
        ours = looked("ours", str(settings), times=1)
    yield Figure(f"peak memory, {size / 1e6:.0f} MB in one file", "MB", ours.peak, 400)


def calendar(folder: Path, events: int, events_a_file: int) -> Path:
    """Write calendar files and settings for them; returns the settings file."""
    (folder / "calendar").mkdir()
    written = [_vevent(meeting) for meeting in meetings(events)]
    for first in range(0, events, events_a_file):
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//acme.example//calendar//EN"]
        lines += written[first : first + events_a_file]
        text = "\r\n".join([*lines, "END:VCALENDAR", ""])
        (folder / "calendar" / f"{first}.ics").write_bytes(text.encode())
    settings = folder / "visavis.toml"
    settings.write_text(f"""\
[[account]]
name = "work"
provider = "files"
email = "{OWNER}"
path = "{(folder / "calendar").as_posix()}"
timezone = "Europe/Berlin"
""")
    return settings


def _vevent(meeting: Meeting) -> str:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{meeting.number}@acme.example",
        "DTSTAMP:20260101T000000Z",
        f"DTSTART:{_utc(meeting.start)}",
        f"DTEND:{_utc(meeting.end)}",
        f"SUMMARY:{meeting.title}",
        *_folded(f"DESCRIPTION:{DESCRIPTION}"),
        f"ORGANIZER;CN=Maya:mailto:{OWNER}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{OWNER}",
        *(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{guest}" for guest in meeting.guests),
        *(["RRULE:FREQ=WEEKLY"] if meeting.weekly else []),
        *(["CLASS:PRIVATE"] if meeting.private else []),
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def _folded(line: str) -> Iterator[str]:
    yield line[:75]
    for start in range(75, len(line), 74):
        yield f" {line[start : start + 74]}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
