"""What machines may watch: numbers without a name or an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import httpx2

from daemon import queries
from daemon.house import House
from tests.stage import Stage, hours, week
from tests.web.conftest import SUNDAY, Window


def test_the_numbers_are_those_of_the_house(window: Window) -> None:
    text = httpx2.get(window.base + "/metrics").text
    assert "visavis_pairs 1.0" in text
    assert 'visavis_proposals{state="open"} 1.0' in text
    assert 'visavis_outcomes{outcome="missed"} 1.0' in text
    assert 'visavis_accounts{provider="memory",state="ok"} 1.0' in text
    assert "visavis_last_look_age_seconds 0.0" in text
    assert "process_resident_memory_bytes" in text


def test_nobody_is_named(lost: Stage, window: Window) -> None:
    lost.tick(week(2) - hours(3))
    text = httpx2.get(window.base + "/metrics").text
    (pair,) = queries.pairs(lost.house, SUNDAY)
    for name in ("@", "work", "maya", "ben", pair["id"], pair["series"][0]["id"]):
        assert name not in text
    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {"provider", "state", "outcome", "kind"}


def test_a_house_before_its_first_look_has_numbers(
    stage: Stage, opened: Callable[[House, datetime], Window]
) -> None:
    text = opened(stage.house, SUNDAY).text("/metrics")
    assert "visavis_pairs 0.0" in text
    assert 'state="never"' in text


def test_health_is_the_daemons_and_its_databases(window: Window) -> None:
    answer = httpx2.get(window.base + "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    with window.house.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE account RENAME TO gone")
    assert httpx2.get(window.base + "/healthz").status_code == 503
