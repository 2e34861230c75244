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
        yield office


def document(office: Office) -> File:
    (file,) = office.company.world.drives[MAYA].files.values()
    return file


def test_x(office: Office) -> None:
    office.ben.opens(document(office))
    for h in (24, 20, 16, 8, 2, 1, 0, -0.2, -1):
        turn = office.tick(week(1) - hours(h))
        print(h, [d.kind for d in turn.done], [(f.error.what, f.error.remedy) for f in turn.failed])
    office.ben.closes(document(office))
    for h in (-2, -10, -24):
        turn = office.tick(week(1) - hours(h))
        print(h, [d.kind for d in turn.done], [(f.error.what, f.error.remedy) for f in turn.failed])
    for l in office.stage.world.letters: print(l.subject, '|', l.text[:1500])
    assert 0
