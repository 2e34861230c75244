"""Two people and their programs on a folder of calendar files: the hands that change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors.files import FilesCalendar, MarkdownFolder
from connectors.model import Cursor, Handle, Link, Person, Span

MAYA = Person("maya@acme.example", "Maya Kern")
BEN = Person("ben@acme.example", "Ben Ode")
ZONE = "Europe/Berlin"

EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//another program//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:{start}
DTEND;TZID=Europe/Berlin:{end}
{rule}SUMMARY:Maya / Ben
ORGANIZER;CN={host}:mailto:{host}
ATTENDEE;CN=Maya Kern;PARTSTAT=ACCEPTED:mailto:maya@acme.example
ATTENDEE;CN=Ben Ode;PARTSTAT=ACCEPTED:mailto:BEN@acme.example
LOCATION:https://meet.example/abc
END:VEVENT
END:VCALENDAR
"""


def local(moment: datetime) -> str:
    """Write a moment by the wall clock of Berlin, as the files here do."""
    return f"{moment:%Y%m%dT%H%M%S}"


@dataclass
class FilesBench:
    """A folder with one meeting a file; implements `CalendarBench`."""

    path: Path
    owner: Person = MAYA
    partner: Person = BEN
    calendar: FilesCalendar = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = FilesCalendar(self.path, self.owner, ZONE)

    def meet(self, first: Span, rule: str | None = None, *, invited: bool = False) -> Handle:
        number = len(list(self.path.iterdir())) + 1
        uid = f"event-{number}@acme.example"
        text = EVENT.format(
            uid=uid,
            start=local(first.start),
            end=local(first.end),
            rule=f"RRULE:{rule}\n" if rule else "",
            host=(self.partner if invited else self.owner).address,
        )
        self.file(f"event-{number}.ics").write_text(text, newline="\r\n")
        return Handle(f"event-{number}.ics#{uid}")

    def cancel(self, event: Handle, recurrence_id: datetime) -> None:
        self._edit(event, lambda text: before(text, "SUMMARY", f"EXDATE:{_utc(recurrence_id)}"))

    def move(self, event: Handle, recurrence_id: datetime, to: Span) -> None:
        self._edit(
            event, lambda text: without(text, recurrence_id, override(text, recurrence_id, to))
        )

    def decline(self, event: Handle, recurrence_id: datetime) -> None:
        span = Span(recurrence_id, recurrence_id.replace(minute=30))
        self._edit(
            event,
            lambda text: without(
                text,
                recurrence_id,
                override(text, recurrence_id, span).replace(
                    "PARTSTAT=ACCEPTED:mailto:BEN", "PARTSTAT=DECLINED:mailto:BEN"
                ),
            ),
        )

    def rename(self, event: Handle, title: str) -> None:
        self._edit(event, lambda text: text.replace("SUMMARY:Maya / Ben", f"SUMMARY:{title}"))

    def link(self, event: Handle, link: Link) -> None:
        self._edit(event, lambda text: before(text, "SUMMARY", f"ATTACH:{link.url}"))

    def delete(self, event: Handle) -> None:
        self.file(event.partition("#")[0]).unlink()

    def garble(self, event: Handle) -> None:
        self._edit(event, lambda text: text.replace("FREQ=WEEKLY", "FREQ=NEVER"))

    def mend(self, event: Handle) -> None:
        self._edit(event, lambda text: text.replace("FREQ=NEVER", "FREQ=WEEKLY"))

    def expired(self, cursor: Cursor) -> Cursor:
        return Cursor(f"an older form than {cursor[:1]}")

    def mailed(self) -> Sequence[str]:
        return ()

    def file(self, name: str) -> Path:
        return self.path / name

    def _edit(self, event: Handle, change: Callable[[str], str]) -> None:
        file = self.file(event.partition("#")[0])
        text = file.read_bytes().decode().replace("\r\n", "\n")
        file.write_text(change(text), newline="\r\n")


@dataclass
class FolderBench:
    """A folder of documents, with people who edit them; implements `DocumentsBench`."""

    path: Path
    partner: Person = BEN
    documents: MarkdownFolder = field(init=False)

    def __post_init__(self) -> None:
        self.documents = MarkdownFolder(self.path)

    def may_write(self, document: Link, person: Person) -> bool:
        return person.address in self.documents.shared_with(document)

    def note(self, document: Link, line: str) -> None:
        file = self._file(document)
        file.write_text(f"{file.read_text()}{line}\n")

    def tick(self, document: Link, words: str) -> None:
        lines = self._file(document).read_text().splitlines(keepends=True)
        self._file(document).write_text(
            "".join(line.replace("[ ]", "[x]") if words in line else line for line in lines)
        )

    def edit(self, document: Link, change: Callable[[str], str]) -> None:
        """Change a file in an editor of plain text."""
        file = self._file(document)
        file.write_bytes(change(file.read_bytes().decode()).encode())

    def bin(self, document: Link) -> None:
        self._file(document).unlink()

    def text(self, document: Link) -> str:
        return self._file(document).read_text()

    def mailed(self) -> Sequence[str]:
        return ()

    def _file(self, document: Link) -> Path:
        return self.path / document.url.rpartition("/")[2]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def before(text: str, name: str, line: str) -> str:
    """Put a line before the first one of this name: in the master, which stands first."""
    return text.replace(f"{name}:", f"{line}\n{name}:", 1)


def override(text: str, recurrence_id: datetime, to: Span) -> str:
    """Copy the master as calendar programs do for one instance."""
    master = text[text.index("BEGIN:VEVENT") : text.index("END:VEVENT")]
    dropped = ("RRULE", "EXDATE", "DTSTART", "DTEND")
    lines = [line for line in master.splitlines() if not line.startswith(dropped)]
    times = (
        f"RECURRENCE-ID;TZID=Europe/Berlin:{local(recurrence_id)}",
        f"DTSTART;TZID=Europe/Berlin:{local(to.start)}",
        f"DTEND;TZID=Europe/Berlin:{local(to.end)}",
    )
    return "\n".join((*lines, *times, "END:VEVENT", ""))


def without(text: str, recurrence_id: datetime, override: str) -> str:
    """Put an override in, in place of an earlier one of the same instance."""
    parts = text.removesuffix("END:VCALENDAR\n").split("BEGIN:VEVENT\n")
    stamp = f"RECURRENCE-ID;TZID=Europe/Berlin:{local(recurrence_id)}"
    kept = [part for part in parts if stamp not in part]
    return "BEGIN:VEVENT\n".join(kept) + override + "END:VCALENDAR\n"
