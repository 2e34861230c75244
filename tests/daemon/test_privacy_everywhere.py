"""The private note stays private at every provider: what others can open there, searched for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import docx
import pytest
import stamina

from connectors.files import FilesCalendar, MarkdownFolder
from connectors.google.docs import GoogleDocs
from connectors.model import Person
from connectors.protocol import Calendar, Documents
from connectors.standins.google import World, application
from connectors.standins.graph import rules
from connectors.standins.server import serve
from daemon.core.words import Role
from daemon.house import About
from daemon.queries import agenda
from tests.connectors.files.bench import EVENT, local
from tests.connectors.google.benches import Company as Google
from tests.connectors.outlook.bench import Clock, Library
from tests.connectors.outlook.bench import Company as Office
from tests.daemon.test_privacy import secrets
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week

ITEMS = ("[Ben] clean up the alerts by 4 March", "[ ] [Maya] ask legal", "[ ] find a room")


@dataclass
class Scene:
    """A provider with Maya's connectors to it, her hands, and all that others can open there."""

    calendar: Calendar
    documents: Documents
    notes: Callable[[], None]
    cancels: Callable[[datetime], None]
    shared: Callable[[], str]
    clock: Callable[[datetime], None] = lambda _: None


def at_google(stack: ExitStack, _home: Path) -> Scene:
    clock = Clock()
    world = World(clock)
    wire = application(world)
    google = Google(stack.enter_context(serve(wire)), world, wire)
    stack.callback(google.close)
    event = google.maya.schedules("1:1", FIRST, guests=[BEN], rule="FREQ=WEEKLY")

    def page() -> str:
        (document,) = world.drive.files
        return document

    return Scene(
        google.calendar(),
        GoogleDocs(google.google()),
        lambda: google.maya.opens(page()).writes_below("Action items", "\n".join(ITEMS)),
        lambda on: google.maya.cancels(event, on=on),
        lambda: "\n".join(
            [
                google.ben.opens(page()).text,
                *(repr(entry.body) for entry in google.ben.calendar.entries.values()),
            ]
        ),
        lambda now: setattr(clock, "at", now),
    )


def at_microsoft(stack: ExitStack, _home: Path) -> Scene:
    clock = Clock()
    office = Office(stack, clock)
    uid = office.maya.schedules("1:1", FIRST, guests=[BEN], repeats=rules.weekly(FIRST.date()))
    library = Library(office)

    def notes() -> None:
        (file,) = office.world.drives[MAYA].files.values()
        office.maya.writes(file, _noted)

    def shared() -> str:
        files = office.world.drives[MAYA].files.values()
        words = [docx.Document(BytesIO(file.newest.content)) for file in files]
        texts = ["\n".join(t.text or "" for t in word.element.iter() if t.text) for word in words]
        return "\n".join([*texts, repr(office.ben.copy(uid))])

    return Scene(
        office.calendar,
        library.documents,
        notes,
        lambda on: office.maya.cancels(uid, on=on.date()),
        shared,
        lambda now: setattr(clock, "at", now),
    )


def in_files(_stack: ExitStack, home: Path) -> Scene:
    folder = home / "calendar"
    folder.mkdir()
    times = {"start": local(FIRST), "end": local(FIRST + HALF_AN_HOUR)}
    event = folder / "event.ics"
    text = EVENT.format(uid="1@acme.example", rule="RRULE:FREQ=WEEKLY\n", host=MAYA, **times)
    event.write_text(text, newline="\r\n")

    def notes() -> None:
        (document,) = (folder / "agendas").glob("*.md")
        items = "\n".join(f"- {item}" for item in ITEMS)
        document.write_text(f"{document.read_text()}\n{items}\n")

    def cancels(on: datetime) -> None:
        line = f"EXDATE;TZID=Europe/Berlin:{local(on)}\r\nSUMMARY"
        event.write_bytes(event.read_bytes().replace(b"SUMMARY", line.encode(), 1))

    return Scene(
        FilesCalendar(folder, Person(MAYA), "Europe/Berlin"),
        MarkdownFolder(folder / "agendas"),
        notes,
        cancels,
        lambda: "\n".join(file.read_text() for file in folder.rglob("*") if file.is_file()),
    )


def _noted(content: bytes) -> bytes:
    word, saved = docx.Document(BytesIO(content)), BytesIO()
    for item in ITEMS:
        word.add_paragraph(item)
    word.save(saved)
    return saved.getvalue()


@pytest.fixture(params=[at_google, at_microsoft, in_files])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    stamina.set_testing(True, attempts=3)
    with ExitStack() as stack:
        stack.callback(stamina.set_testing, testing=False)
        yield request.param(stack, tmp_path)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REPORT])
def test_nothing_of_a_private_note_can_be_opened_by_the_other(
    scene: Scene, role: Role, tmp_path: Path
) -> None:
    about = About(role=role, topic="public speaking", started=date(2026, 2, 16))
    stage = Stage(tmp_path, about={BEN: about})
    stage.settle(recap_to_both=True, mail_budget=99)
    (account,) = stage.house.accounts
    account = replace(account, calendar=scene.calendar, documents=scene.documents)
    stage.house = replace(stage.house, accounts=(account,))
    private: set[str] = set()
    for number in range(4):
        for now in (week(number) - hours(20), week(number) + hours(2), week(number) + hours(8)):
            scene.clock(now)
            assert [failure.error for failure in stage.tick(now).failed] == []
            note = agenda(stage.house, stage.dossier(now), now)["prep"]
            private |= secrets(iter([str(note)]))
            if number == 0 and now < week(0):
                scene.notes()
        if number == 1:
            scene.cancels(week(2))
            scene.cancels(week(3))
    letters = "\n".join(f"{one.text}{one.html}" for one in stage.world.letters if one.to == BEN)
    shared = f"{scene.shared()}\n{letters}"
    assert "clean up the alerts" in shared
    assert len(private) > 5
    assert [line for line in private if line in shared] == []
    stage.store.close()
