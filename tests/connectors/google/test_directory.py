"""The company directory: what an administrator's view tells, and what every colleague sees."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.errors import Unavailable
from connectors.google.directory import GoogleDirectory
from connectors.google.scopes import Scope
from connectors.model import Person
from connectors.standins.faults import Answer
from tests.connectors.google.benches import BEN, MAYA, Company

CLOSED = Answer(403, '{"error": {"code": 403, "errors": [{"reason": "forbidden"}]}}')


@pytest.fixture
def directory(company: Company) -> GoogleDirectory:
    cem = company.world.person(
        "cem@acme.example",
        name="Cem Ay",
        aliases=["C.Ay@acme.example"],
        manager=MAYA.address,
        started="2025-11-03",
    )
    company.ben.manager = MAYA.address
    assert cem.aliases
    return GoogleDirectory(company.google())


CEM = Person("cem@acme.example", "Cem Ay", frozenset({"c.ay@acme.example"}))


def test_an_entry_has_manager_start_and_aliases(directory: GoogleDirectory) -> None:
    entry = directory.entry(Person("cem@acme.example"))
    assert entry is not None
    assert entry.person == CEM
    assert (entry.manager, entry.started) == (MAYA.address, date(2025, 11, 3))
    assert entry.reports == ()


def test_a_manager_has_reports(company: Company, directory: GoogleDirectory) -> None:
    entry = directory.entry(MAYA)
    assert dict(company.wire.log[-1].query)["query"] == f"directManager='{MAYA.address}'"
    assert entry is not None
    assert set(entry.reports) == {BEN.address, CEM.address}
    assert entry.manager is None


def test_nobody_is_known_who_is_not_there(directory: GoogleDirectory) -> None:
    assert directory.entry(Person("zoe@elsewhere.example")) is None


def test_where_the_admin_view_is_closed_colleagues_are_read_once(
    company: Company, directory: GoogleDirectory
) -> None:
    """Facts 10.9: an address is no key of the People API, so all are listed."""
    company.wire.fail(CLOSED, path="/admin/*", times=9)
    company.world.page_cap = 1
    for address in (CEM.address, "c.ay@acme.example"):
        entry = directory.entry(Person(address))
        assert entry is not None
        assert entry.person == CEM
        assert entry.manager == MAYA.address
    listed = [r for r in company.wire.log if r.path == "/v1/people:listDirectoryPeople"]
    assert len(listed) == 3


def test_without_the_scopes_nobody_is_known(company: Company) -> None:
    directory = GoogleDirectory(company.google(scopes=[Scope.EVENTS]))
    assert directory.entry(BEN) is None


def test_a_directory_that_is_down_is_not_an_empty_one(
    company: Company, directory: GoogleDirectory
) -> None:
    company.wire.fail(Answer(500), times=9)
    with pytest.raises(Unavailable):
        directory.entry(BEN)
