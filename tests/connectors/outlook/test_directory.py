"""The company's directory over the stand-in, and the calendar that asks it."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.errors import SignInRequired
from connectors.model import AttendeeKind, Person
from connectors.outlook.auth import Ready
from connectors.outlook.calendar import OutlookCalendar
from connectors.outlook.client import Graph
from connectors.outlook.directory import OutlookDirectory
from connectors.standins.graph import Kind, rules
from connectors.standins.graph.login import Grant
from daemon.core.pairing import judge
from tests.connectors.outlook.bench import BEN, MAYA, Company
from tests.contract.stage import FIRST, MONDAY, WEEKLY, WINDOW

CEM = Person("cem@acme.example")


@pytest.fixture
def company(bench: Company) -> Company:
    """Maya leads Ben and Cem; Ben came in February and has another address."""
    bench.world.learn(
        BEN.address,
        manager=MAYA.address,
        hired=date(2026, 2, 1),
        aliases=("b.ito@acme.example",),
        timezone="Asia/Tokyo",
    )
    bench.world.person(CEM.address, manager=MAYA.address)
    return bench


def organisation(company: Company) -> Graph:
    access = Ready(company.world.app_token(), "VISAVIS_ACCESS_TOKEN_WORK")
    graph = Graph(access, company.base, mailbox=MAYA.address)
    company.stack.callback(graph.close)
    return graph


def test_a_person_is_told_in_one_request(company: Company) -> None:
    directory = OutlookDirectory(company.graph(MAYA))
    company.asked()
    ben = directory.entry(BEN)
    assert ben is not None
    assert (ben.manager, ben.started) == (MAYA.address, date(2026, 2, 1))
    assert (ben.person.name, ben.person.aliases) == ("Ben Ito", frozenset({"b.ito@acme.example"}))
    assert len(company.asked()) == 1


def test_who_leads_has_reports_and_perhaps_no_manager(company: Company) -> None:
    maya = OutlookDirectory(company.graph(MAYA)).entry(MAYA)
    assert maya is not None
    assert (maya.manager, maya.reports) == (None, (BEN.address, CEM.address))
    assert maya.zone == "Europe/Berlin"


def test_other_peoples_settings_are_for_organisations(company: Company) -> None:
    """Facts 10: a person reads the own mailbox settings only."""
    zones = [
        OutlookDirectory(graph).entry(BEN) for graph in (company.graph(MAYA), organisation(company))
    ]
    assert [entry and entry.zone for entry in zones] == [None, "Asia/Tokyo"]


def test_a_stranger_is_not_known(company: Company) -> None:
    assert OutlookDirectory(company.graph(MAYA)).entry(Person("who@elsewhere.example")) is None


def test_a_refused_token_is_no_unknown_person(company: Company) -> None:
    graph = Graph(Ready("nonsense", "VISAVIS_ACCESS_TOKEN_WORK"), company.base)
    with pytest.raises(SignInRequired):
        OutlookDirectory(graph).entry(BEN)
    graph.close()


# --- As the calendar's address book ---------------------------------------------------------------


def calendar(company: Company, graph: Graph) -> OutlookCalendar:
    return OutlookCalendar(graph, MAYA, company.clock, book=OutlookDirectory(graph))


def invite(company: Company, *guests: str) -> str:
    repeats = rules.weekly(FIRST.start.date())
    return company.maya.schedules("Us", MONDAY, guests=guests, repeats=repeats)


def test_an_alias_is_the_person(company: Company) -> None:
    """Facts 2: compare addresses with proxyAddresses."""
    invite(company, "b.ito@acme.example")
    (series,) = calendar(company, company.graph(MAYA)).baseline(WINDOW).series
    assert {one.address for one in series.attendees or ()} == {MAYA.address, BEN.address}


def test_a_room_invited_as_a_person_is_a_room(company: Company) -> None:
    company.world.person("blue@acme.example", kind=Kind.ROOM)
    uid = invite(company, BEN.address, "blue@acme.example")
    fields = company.maya.copy(uid).fields["attendees"]
    plain = [{**one, "type": "required"} for one in fields]
    company.maya.changes(uid, attendees=plain)
    (series,) = calendar(company, organisation(company)).baseline(WINDOW).series
    kinds = {one.address: one.kind for one in series.attendees or ()}
    assert kinds["blue@acme.example"] is AttendeeKind.ROOM
    assert kinds[BEN.address] is AttendeeKind.INDIVIDUAL


@pytest.fixture
def lists(company: Company) -> Company:
    """A list of the company that Ben is on, and a shared mailbox."""
    company.world.person("team@acme.example", kind=Kind.LIST, members=(BEN.address,))
    company.world.person("desk@acme.example", kind=Kind.SHARED)
    return company


def partner(found: OutlookCalendar, owner: Person = MAYA) -> Person | None:
    """Return with whom the only series is a one-on-one."""
    (series,) = found.baseline(WINDOW).series
    return judge(series, owner).partner


def test_a_list_of_the_company_is_no_person(lists: Company) -> None:
    """Facts 2: a distribution list can be the single attendee."""
    invite(lists, "team@acme.example")
    found = calendar(lists, lists.graph(MAYA))
    assert partner(found) is None
    (series,) = found.baseline(WINDOW).series
    assert "a group address hides people" in judge(series, MAYA).because[0]


def test_who_came_by_a_list_has_no_one_on_one(lists: Company) -> None:
    """Ben's copy names the list alone; with or without the directory, nobody knows who comes."""
    invite(lists, "team@acme.example")
    graph = lists.graph(BEN)
    plain = OutlookCalendar(graph, BEN, lists.clock)
    book = OutlookCalendar(graph, BEN, lists.clock, book=OutlookDirectory(graph))
    assert [partner(plain, BEN), partner(book, BEN)] == [None, None]


def test_a_shared_mailbox_is_no_person(lists: Company) -> None:
    invite(lists, "desk@acme.example")
    assert partner(calendar(lists, organisation(lists))) is None


def test_somebody_of_another_company_is_a_person_nobody_knows(lists: Company) -> None:
    """Of another company's addresses the directory knows none, whoever stands behind them."""
    invite(lists, "who@elsewhere.example")
    assert partner(calendar(lists, lists.graph(MAYA))) == Person("who@elsewhere.example")


def test_a_directory_that_may_not_be_asked_makes_nobody_a_list(lists: Company) -> None:
    """Without consent it refuses every name, so it says nothing of any."""
    invite(lists, BEN.address)
    rights = frozenset({"Calendars.ReadWrite", "MailboxSettings.Read", "User.Read"})
    token = lists.world.login.issue(Grant(MAYA.address, rights))
    graph = Graph(Ready(token, "VISAVIS_ACCESS_TOKEN_WORK"), lists.base)
    lists.stack.callback(graph.close)
    assert partner(calendar(lists, graph)) == BEN


def test_an_address_is_asked_about_once(company: Company) -> None:
    event = company.meet(FIRST, WEEKLY)
    book = calendar(company, company.graph(MAYA))
    book.baseline(WINDOW)
    company.asked()
    book.read([event], WINDOW)
    batches = [request.json["requests"] for request in company.asked()]
    assert not any("/users/" in part["url"] for parts in batches for part in parts)
