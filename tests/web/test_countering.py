"""The buttons that ask an organizer for another time: on the owner's page, and behind the link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from daemon import queries
from daemon.house import House
from daemon.links import Links
from daemon.views import Shape
from tests.office import Office
from tests.stage import BEN, week
from tests.web.conftest import PUBLIC, Window

WEDNESDAY, FRIDAY = week(0) + timedelta(days=2), week(0) + timedelta(days=4)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Maya is Ben's guest; he moved next Monday's meeting into this week."""
    with Office.opened(tmp_path) as office:
        uid = office.hosted_by(office.ben)
        office.well(week(0) + timedelta(days=1))
        office.ben.moves(uid, FRIDAY, on=week(1).date())
        office.well(WEDNESDAY)
        office.mailed()
        yield office


@pytest.fixture
def window(office: Office, opened: Callable[[House, datetime], Window]) -> Window:
    links = Links(f"https://{PUBLIC}", lambda: "a secret of this test")
    return opened(replace(office.house, links=links), WEDNESDAY)


def proposal(window: Window) -> Shape:
    (one,) = queries.proposals(window.house, window.now)
    return one


def test_the_owner_asks_with_a_button_and_is_told_what_it_means(
    office: Office, window: Window
) -> None:
    window.entered()
    one = proposal(window)
    path = f"/proposals/{one['id']}/counter"
    assert path in window.text("/proposals")
    answer = window.press(path, {"option": "2"})
    assert answer.headers["location"] == "/proposals?said=asked"
    assert proposal(window)["countered"]["start"] == one["options"][1]["start"]
    shown = window.text("/proposals?said=asked")
    assert path not in shown
    assert "it is theirs to move" in shown
    assert office.mailed() == [BEN]


def test_the_link_in_the_mail_has_the_same_button_once(office: Office, window: Window) -> None:
    headers = {"Host": PUBLIC, "Origin": f"https://{PUBLIC}"}
    where = window.base + proposal(window)["url"].removeprefix(f"https://{PUBLIC}")
    page = httpx2.get(where, headers=headers).text
    (button, *others) = re.findall(r'value="([^"]+)">Ask for it', page)
    assert len(others) == 2
    answer = httpx2.post(where, data={"button": button}, headers=headers)
    assert answer.status_code == 200
    assert "Ask for it" not in answer.text
    assert proposal(window)["countered"]["n"] == 1
    assert httpx2.post(where, data={"button": button}, headers=headers).status_code == 409
    assert office.mailed() == [BEN]


def test_no_button_asks_where_nobody_can_be_asked(office: Office, window: Window) -> None:
    window.now = FRIDAY + timedelta(hours=1)  # that meeting is over
    assert "Ask for it" not in window.entered().text("/proposals")
    assert office.mailed() == []
