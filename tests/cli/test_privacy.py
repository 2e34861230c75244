"""`visavis forget` and `rotate-key`, as a user gives them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk, cancelled

SUNDAY = "2026-03-01T14:00:00+01:00"
BEN = "ben@acme.example"


@pytest.fixture
def lived(desk: Desk) -> Desk:
    """A desk after a tick with Ben and Caro: agendas are made, one meeting is lost."""
    desk.meets("ben", more=cancelled("20260223"))
    desk.meets("caro")
    desk.at(SUNDAY)
    assert desk.run("tick").code == 0
    return desk


def documents(desk: Desk) -> list[str]:
    return sorted(one.name for one in (desk.calendar / "agendas").glob("*.md"))


def test_forget_removes_a_person_and_says_what_stays(lived: Desk) -> None:
    lived.configure(f'[[pair]]\nwith = "{BEN}"\nrole = "manager"\n')
    assert len(documents(lived)) == 2
    result = lived.run("forget", BEN, "--yes")
    assert result.code == 0
    assert result.out == ""
    assert "1 documents" in result.err
    assert "stays in your calendar: 1 events" in result.err
    assert f"{lived.settings}, line " in result.err
    assert [one["with"]["address"] for one in lived.ask("pairs")] == ["caro@acme.example"]
    assert lived.ask("explain", BEN) == []
    assert len([one for one in documents(lived) if "ben" in one]) == 0
    for file in (one for one in lived.home.rglob("*") if one.is_file()):
        content = file.read_bytes().lower()
        assert b"ben ode" not in content, file
        assert BEN.encode() not in content, file


def test_a_forgotten_person_stays_forgotten_until_let_in_again(lived: Desk) -> None:
    assert lived.ask("forget", BEN.upper()) == {}
    lived.meets("ben", title="Back again")
    assert lived.run("tick").code == 0
    assert len(lived.ask("pairs")) == 1
    assert lived.run("forget", BEN, "--lift").code == 0
    assert lived.run("tick").code == 0
    assert len(lived.ask("pairs")) == 2


@pytest.mark.parametrize("given", ["Ben", "maya@acme.example"])
def test_who_is_nobody_or_the_owner_is_not_forgotten(lived: Desk, given: str) -> None:
    result = lived.run("forget", given)
    assert result.code == 2
    assert given in result.err
    assert len(lived.ask("pairs")) == 2


def test_the_key_is_changed_under_everything_that_is_sealed(lived: Desk) -> None:
    assert lived.run("forget", BEN).code == 0
    sealed = lived.home / "tokens" / "_forgotten"
    before = sealed.read_text()
    result = lived.run("rotate-key")
    assert result.code == 0
    assert "1 secrets" in result.err
    assert sealed.read_text().partition(".")[0] != before.partition(".")[0]
    assert lived.run("tick").code == 0
    assert len(lived.ask("pairs")) == 1
