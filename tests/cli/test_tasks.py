"""Own items on the own task list, as the installed program puts them there, at each provider."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import docx
import pytest

from connectors.standins.google import World
from connectors.standins.graph import World as Office
from connectors.standins.graph import application, rules
from connectors.standins.server import serve
from tests.cli.conftest import SUNDAY, Desk

# A browser is left running, as it would be.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

AFTER = SUNDAY + timedelta(days=1, hours=2)
MINE = "[ ] [Maya] ask legal by Friday"
OFFICE = """
home = "{home}"
[[account]]
name = "office"
provider = "outlook"
email = "maya@acme.example"
tasks = true
endpoint = "{base}"
"""


def test_google_tasks_are_asked_for_written_and_taken_back(google: Desk, world: World) -> None:
    with google.settings.open("a") as settings:
        settings.write("tasks = true\n")
    maya = world.find("maya@acme.example")
    assert maya is not None
    google.ask("login", "work")
    google.ask("tick")
    (document,) = world.drive.files
    maya.opens(document).writes_below("Action items", MINE)
    world.now = lambda: AFTER
    google.at(AFTER.isoformat())
    foreseen = [d["kind"] for d in google.ask("plan")["decisions"]]
    assert [d["kind"] for d in google.ask("tick")["done"]] == foreseen == ["recap", "add_task"]
    (task,) = maya.tasks.values()
    assert (task["title"], task["due"][:10]) == ("ask legal", "2026-03-06")
    assert google.ask("tick")["done"] == []
    (entry,) = (e for e in google.ask("journal") if e["kind"] == "add_task")
    google.ask("undo", entry["id"])
    assert task["deleted"]
    assert google.ask("plan")["decisions"] == []


def test_without_the_setting_google_is_not_asked_for_tasks(google: Desk, world: World) -> None:
    google.ask("login", "work")
    grants = world.sign_in._access.values()
    assert not any(scope.endswith("/tasks") for grant in grants for scope in grant.scopes)


def test_microsoft_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(lambda: SUNDAY)
    maya = office.person("maya@acme.example", name="Maya Kern")
    ben = office.person("ben@acme.example", name="Ben Ode")
    monday = SUNDAY + timedelta(days=1)
    maya.schedules("1:1", monday, guests=[ben.email], repeats=rules.weekly(monday.date()))
    monkeypatch.setenv("VISAVIS_ACCESS_TOKEN_OFFICE", office.token(maya.email))
    with serve(application(office)) as base:
        desk.settings.write_text(OFFICE.format(home=desk.home.as_posix(), base=base))
        desk.at(SUNDAY.isoformat())
        desk.ask("tick")
        (file,) = office.drives[maya.email].files.values()
        maya.writes(file, _noted)
        office.now = lambda: AFTER
        desk.at(AFTER.isoformat())
        desk.ask("tick")
        lists = office.todo[maya.email]
        (task,) = (task for tasks in lists.tasks.values() for task in tasks.values())
        assert task["title"] == "ask legal"
        assert task["dueDateTime"]["dateTime"].startswith("2026-03-06")


def _noted(content: bytes) -> bytes:
    """Write an item at the end of the document, as people do in Word."""
    word, saved = docx.Document(BytesIO(content)), BytesIO()
    word.add_paragraph(MINE)
    word.save(saved)
    return saved.getvalue()
