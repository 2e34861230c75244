"""The link in the owner's mail: shows a proposal, acts on a button alone, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from daemon import answering, queries
from daemon.house import House
from daemon.links import Links
from daemon.views import Shape
from tests.stage import Stage, hours
from tests.web.conftest import PUBLIC, SUNDAY, Window


@pytest.fixture
def window(lost: Stage, opened: Callable[[House, datetime], Window]) -> Window:
    """The page of a house with a public address; nobody is inside."""
    links = Links(f"https://{PUBLIC}", lambda: "a secret of this test")
    return opened(replace(lost.house, links=links), SUNDAY)


def proposal(window: Window) -> Shape:
    (one,) = queries.proposals(window.house, window.now)
    return one


def path(window: Window) -> str:
    """Return where the mail leads to."""
    url: str = proposal(window)["url"]
    return url.removeprefix(f"https://{PUBLIC}")


def opens(window: Window, where: str) -> httpx2.Response:
    return httpx2.get(window.base + where, headers={"Host": PUBLIC})


def presses(window: Window, where: str, button: str) -> httpx2.Response:
    headers = {"Host": PUBLIC, "Origin": f"https://{PUBLIC}"}
    return httpx2.post(window.base + where, data={"button": button}, headers=headers)


def buttons(page: str) -> list[str]:
    """Return what the buttons carry: one a time, the last one declines."""
    return re.findall(r'name="button" value="([^"]+)"', page)


def test_the_same_proposal_has_the_same_link_at_every_look(window: Window) -> None:
    before = path(window)
    window.now += hours(1)
    assert path(window) == before


def test_opening_the_link_shows_it_and_changes_nothing(window: Window) -> None:
    for _ in range(3):
        answer = opens(window, path(window))
        assert answer.status_code == 200
        assert "ben@acme.example" in answer.text
    assert proposal(window)["state"] == "open"


def test_a_button_books_its_time(window: Window) -> None:
    one, where = proposal(window), path(window)
    second = buttons(opens(window, where).text)[1]
    answer = presses(window, where, second)
    assert answer.status_code == 200
    assert "Booked" in answer.text
    assert proposal(window)["booked"]["start"] == one["options"][1]["start"]


def test_a_button_acts_once(window: Window) -> None:
    where = path(window)
    first, second, *_ = buttons(opens(window, where).text)
    presses(window, where, first)
    written = queries.entries(window.house)
    for button in (first, second):
        assert presses(window, where, button).status_code == 409
    assert queries.entries(window.house) == written
    assert not buttons(opens(window, where).text)


def test_the_last_button_declines(window: Window) -> None:
    where = path(window)
    presses(window, where, buttons(opens(window, where).text)[-1])
    assert proposal(window)["state"] == "declined"


def test_a_button_of_a_proposal_that_changed_since_acts_no_more(
    lost: Stage, window: Window
) -> None:
    where = path(window)
    first = buttons(opens(window, where).text)[0]
    start = datetime.fromisoformat(proposal(window)["options"][0]["start"])
    lost.single(start, guest="caro@acme.example")
    lost.tick(SUNDAY + hours(1))
    answer = presses(window, where, first)
    assert answer.status_code == 409
    assert "changed since" in answer.text
    assert proposal(window)["state"] == "open"


def test_a_button_waits_an_hour_and_a_link_two_weeks(window: Window) -> None:
    where = path(window)
    first = buttons(opens(window, where).text)[0]
    window.now += timedelta(minutes=61)
    assert "expired" in presses(window, where, first).text
    window.now += timedelta(days=16)
    assert opens(window, where).status_code == 404


def test_a_button_nobody_signed_is_none(window: Window) -> None:
    where = path(window)
    first = buttons(opens(window, where).text)[0]
    link = where.rpartition("/")[2]
    for forged in ("", "x", first[:-2], link, first.replace(".", "..")):
        assert presses(window, where, forged).status_code == 409
    assert proposal(window)["state"] == "open"


def test_the_secret_of_another_house_opens_nothing(window: Window) -> None:
    where = path(window)
    foreign = Links(f"https://{PUBLIC}", lambda: "another secret")
    window.house = replace(window.house, links=foreign)
    assert opens(window, where).status_code == 404


def test_without_a_public_address_there_are_no_links(window: Window) -> None:
    where = path(window)
    window.house = replace(window.house, links=None)
    assert proposal(window)["url"] is None
    assert window.get(where).status_code == 404


def test_a_proposal_that_is_closed_says_so(window: Window) -> None:
    where = path(window)
    answering.decline(window.house, proposal(window)["id"], window.now)
    text = opens(window, where).text
    assert "declined" in text
    assert not buttons(text)
