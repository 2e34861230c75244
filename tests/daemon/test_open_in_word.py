"""Somebody has the document open in Word: tried at every look until the meeting, then said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import Locked
from connectors.standins.graph.drive import File
from tests.office import Office
from tests.stage import MAYA, hours, week

DAY = timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Maya and Ben have met once; their document has one section."""
    with Office.opened(tmp_path) as office:
        office.hosted_by(office.maya)
        office.well(week(0) - hours(20))
        office.well(week(0) + hours(1))
        office.company.asked()
        yield office


def document(office: Office) -> File:
    (file,) = office.company.world.drives[MAYA].files.values()
    return file


def tries(office: Office) -> int:
    """Return how often the file was asked to be written since the last time."""
    return sum(asked.method == "PUT" for asked in office.company.asked())


def test_it_is_written_at_the_first_look_after_it_was_closed(office: Office) -> None:
    before = document(office).newest
    office.ben.opens(document(office))
    for early in (24, 12, 3, 0.5):
        turn = office.tick(week(1) - hours(early))
        assert [type(failure.error) for failure in turn.failed] == [Locked]
        assert "somebody has the document open" in turn.failed[0].error.remedy
    assert tries(office) == 4
    assert document(office).newest == before
    office.ben.closes(document(office))
    assert office.well(week(1) - hours(0.2)) == ["write_section"]
    assert not any("could not be written" in letter.text for letter in office.stage.world.letters)


def test_when_the_meeting_has_begun_it_is_said_once_and_not_tried_again(office: Office) -> None:
    office.ben.opens(document(office))
    office.tick(week(1) - hours(1))
    turn = office.tick(week(1) + hours(0.1))
    assert [type(failure.error) for failure in turn.failed] == [Locked]
    office.company.asked()
    office.ben.closes(document(office))
    for late in (0.2, 0.4, 9, 24):
        office.well(week(1) + hours(late))
    assert tries(office) == 0
    (told,) = [x.text for x in office.stage.world.letters if "could not be written" in x.text]
    assert "somebody had it open in Word until the meeting began" in told
    assert document(office).web_url in told
    assert "Action items" in told


def test_the_next_meeting_has_its_section_all_the_same(office: Office) -> None:
    office.ben.opens(document(office))
    office.tick(week(1) + hours(0.1))
    office.ben.closes(document(office))
    assert "write_section" in office.well(week(2) - hours(20))
