"""What a company directory knows makes roles, first years and aliases known without settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.memory import MemoryDirectory, Refusal
from connectors.model import Entry, Person
from tests.stage import BEN, FIRST, MAYA, Stage, hours, kinds, week


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    found = Stage(tmp_path)
    found.world.entries[MAYA] = Entry(Person(MAYA), reports=(BEN,))
    aliases = frozenset({"b.ode@acme.example"})
    found.world.entries[BEN] = Entry(Person(BEN, "Ben Ode", aliases), MAYA, (), date(2026, 1, 7))
    (account,) = found.house.accounts
    asking = replace(account, directory=MemoryDirectory(found.world))
    found.house = replace(found.house, accounts=(asking,))
    return found


def asked(stage: Stage) -> int:
    return stage.world.wire.log.count("directory.entry")


def test_a_manager_is_known_by_the_directory_at_the_first_look(stage: Stage) -> None:
    stage.weekly()
    stage.tick(FIRST - hours(24))
    dossier = stage.dossier(FIRST - hours(24))
    assert dossier.pair.role == "manager"
    assert dossier.first_year
    assert "What is in the way" in stage.document


def test_each_person_is_asked_about_once_a_week(stage: Stage) -> None:
    stage.weekly()
    for hour in range(3):
        stage.tick(FIRST - hours(24 - hour))
    assert asked(stage) == 2
    stage.tick(week(1))
    assert asked(stage) == 4


def test_an_alias_of_the_partner_is_the_same_person(stage: Stage) -> None:
    stage.weekly()
    stage.weekly(guest="b.ode@acme.example", start=FIRST.replace(hour=15))
    stage.tick(FIRST - hours(24))
    assert len(stage.dossier(FIRST - hours(24)).series) == 2


def test_a_directory_in_trouble_is_told_and_stops_nothing(stage: Stage) -> None:
    stage.weekly()
    # Feed, document and everything else of the first look come after the directory was asked.
    stage.world.wire.fail(Refusal(), at=stage.world.wire.count + 2)
    turn = stage.tick(FIRST - hours(24))
    assert stage.world.wire.log[1] == "directory.entry"
    assert [failure.error.what for failure in turn.failed] == ["the server is busy"]
    assert len(kinds(turn)) == 4
