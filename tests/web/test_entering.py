"""Who comes in: by a link from the terminal, once, for as long as the session lasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx2
import pytest
from sqlalchemy import text

from daemon.house import House
from tests.stage import Stage
from tests.web.conftest import SUNDAY, Window

OWNED = ("/", "/pairs/x", "/pairs/x/agenda", "/pairs/x/document", "/proposals", "/alerts")
ALSO_OWNED = ("/journal", "/plan", "/series", "/accounts", "/api/status", "/api/plan", "/nowhere")
ASKED_BY_SCRIPTS = ("/revision",)


@pytest.fixture
def door(lost: Stage, opened: Callable[[House, datetime], Window]) -> Window:
    """The page before anybody entered."""
    return opened(lost.house, SUNDAY)


def test_a_link_lets_in_once(door: Window) -> None:
    link = door.link()
    assert door.client.get(link).headers["location"] == "/"
    assert "ben@acme.example" in door.text("/")
    assert httpx2.get(link).status_code == 401


def test_who_only_looks_ahead_takes_nothing(door: Window) -> None:
    link = door.link()
    for method, headers in (("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"})):
        answer = httpx2.request(method, link, headers=headers)
        assert (answer.status_code, dict(answer.cookies)) == (204, {})
    assert door.client.get(link).status_code == 303


def test_a_link_waits_ten_minutes(door: Window) -> None:
    link = door.link()
    door.now += timedelta(minutes=11)
    assert door.client.get(link).status_code == 401


def test_a_guessed_link_lets_nobody_in(door: Window) -> None:
    door.link()
    assert door.get("/enter/guessed").status_code == 401


def test_without_a_session_a_page_says_how_to_get_one_and_nothing_else(door: Window) -> None:
    for path in OWNED + ALSO_OWNED + ASKED_BY_SCRIPTS:
        answer = door.get(path)
        assert answer.status_code == 401, path
        assert "visavis open" in answer.text
        assert "ben@" not in answer.text.lower()


def test_the_cookie_is_for_this_page_alone_and_no_script_reads_it(door: Window) -> None:
    cookie = door.client.get(door.link()).headers["set-cookie"].lower()
    port = door.where.rpartition(":")[2]
    assert cookie.startswith(f"visavis-{port}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_session_ends_after_thirty_days(door: Window) -> None:
    door.entered()
    door.now += timedelta(days=29)
    assert door.get("/").status_code == 200
    door.now += timedelta(days=2)
    assert door.get("/").status_code == 401


def test_who_leaves_is_outside_even_with_the_old_cookie(door: Window) -> None:
    door.entered()
    cookies = dict(door.client.cookies)
    assert door.press("/leave").status_code == 303
    assert httpx2.get(door.base + "/", cookies=cookies).status_code == 401


def test_the_database_holds_no_words_that_let_anybody_in(door: Window) -> None:
    link = door.link()
    door.entered()
    secrets = {link.rpartition("/")[2], *dict(door.client.cookies).values()}
    with door.house.store.read() as session:
        kept = " ".join(str(row) for row in session.execute(text("SELECT * FROM ticket")))
    assert kept
    assert not any(secret in kept for secret in secrets)
