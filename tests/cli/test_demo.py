"""The demo, from beginning to end: the figures that the contract promises, and the story."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk


@pytest.mark.parametrize("where", [(), ("--caldav",)], ids=["google", "caldav"])
def test_the_demo_shows_what_it_promises(desk: Desk, where: tuple[str, ...]) -> None:
    counts = desk.ask("demo", "--once", *where)
    assert counts["weeks"] == 8
    promised = {
        "pairs": 6,
        "agendas": 6,
        "attached": 6,
        "cancellations": 4,
        "proposals": 4,
        "booked": 1,
        "alerts": 1,
    }
    assert {name: counts[name] for name in promised if counts[name] < promised[name]} == {}
    assert counts.keys() == {*promised, "weeks", "recaps", "seconds"}


def test_the_story_is_told_and_ends_by_itself_where_nobody_watches(desk: Desk) -> None:
    told = desk.run("demo")
    assert told.code == 0
    for chapter in (
        "What was found",
        "Action items",
        "sick day",
        "booked:",
        "3 times in a row",
        "journal",
        "it stays so",
    ):
        assert chapter in told.out
