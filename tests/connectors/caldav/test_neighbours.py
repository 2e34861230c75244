"""Somebody else's free/busy at real servers: who they are there, and what their calendars tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import unquote

import pytest

from connectors.caldav import CalDavCalendar, Dav
from connectors.caldav.availability import stamp
from connectors.model import Busy, Person, Span
from connectors.standins.faults import Altered, Answer
from tests.connectors.caldav.bench import NOW
from tests.connectors.caldav.servers import PASSWORD, Server, running
from tests.connectors.files.bench import ZONE
from tests.contract.stage import DAY, FIRST, STRANGER, WINDOW

HOUR = timedelta(hours=1)
_NUMBERS = count(1)
_SET = (
    '<d:propertyupdate xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
    "<d:set><d:prop>{}</d:prop></d:set></d:propertyupdate>"
)


@dataclass
class Neighbourhood:
    """Maya and Ben on one server; Maya looks, through a clock that the test turns on."""

    server: Server
    home: str
    """The path of somebody's calendars, by the name that the server knows them by."""
    by_address: bool
    """Whether that name is their mail address."""
    now: datetime = NOW
    maya: Person = field(init=False)
    ben: Person = field(init=False)
    calendar: CalDavCalendar = field(init=False)

    def __post_init__(self) -> None:
        number = next(_NUMBERS)
        self.maya, self.ben = (Person(f"{name}{number}@acme.example") for name in ("maya", "ben"))
        for person in (self.maya, self.ben):
            self.opens(person, "open")
        user = self.name(self.maya)
        url = f"{self.server.url}{self.home.format(user)}open/"
        self.dav = Dav(url, username=user, password=PASSWORD)
        self.calendar = CalDavCalendar(self.dav, self.maya, ZONE, lambda: self.now, name="primary")

    def name(self, person: Person) -> str:
        return person.address if self.by_address else person.address.partition("@")[0]

    def opens(self, person: Person, calendar: str) -> None:
        """Make another calendar of a person, who is known by their address."""
        user = self.name(person)
        href = f"<d:href>mailto:{person.address.title()}</d:href>"
        told = _SET.format(f"<c:calendar-user-address-set>{href}</c:calendar-user-address-set>")
        self.server.ask(user, "PROPPATCH", f"/{user}/", told.encode())
        self.does(person, "MKCALENDAR", f"{calendar}/")

    def takes(self, person: Person, span: Span, more: str = "", calendar: str = "open") -> None:
        """Put an event into a calendar, with some more lines."""
        text = (
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//another program//EN\nBEGIN:VEVENT\n"
            f"UID:{next(_NUMBERS)}@acme.example\nDTSTAMP:{stamp(NOW)}\nSUMMARY:Private\n"
            f"DTSTART:{stamp(span.start)}\nDTEND:{stamp(span.end)}\n{more}"
            "END:VEVENT\nEND:VCALENDAR\n"
        )
        self.does(person, "PUT", f"{calendar}/{next(_NUMBERS)}.ics", text.replace("\n", "\r\n"))

    def does(self, person: Person, method: str, path: str, body: str = "") -> None:
        user = self.name(person)
        answer = self.server.ask(user, method, f"{self.home.format(user)}{path}", body.encode())
        assert answer.is_success, answer.text

    def asked(self, *people: Person) -> list[str]:
        """Return by which requests Maya asks for people."""
        before = len(self.server.wire.log)
        self.calendar.busy(people, WINDOW)
        return [f"{one.method} {unquote(one.path)}" for one in self.server.wire.log[before:]]


@contextmanager
def neighbourhood(
    server: Server, home: str, *, by_address: bool = False
) -> Iterator[Neighbourhood]:
    """Let two move in."""
    found = Neighbourhood(server, home, by_address)
    yield found
    found.dav.close()
    server.wire.clear()


@pytest.fixture(scope="module")
def by_name(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A xandikos that finds people by a search, and has no post that could be asked."""
    with running("xandikos", tmp_path_factory.mktemp("by-name"), shared=True) as server:
        server.gate.hidden = (b"schedule-outbox",)
        yield server


@pytest.fixture(scope="module")
def by_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Radicale where people sign in by mail address; it answers each search with nobody."""
    with running("radicale", tmp_path_factory.mktemp("by-address"), shared=True) as server:
        yield server


@pytest.fixture
def searching(by_name: Server) -> Iterator[Neighbourhood]:
    """At a server that finds people by a search."""
    with neighbourhood(by_name, "/{}/calendars/") as there:
        yield there


@pytest.fixture
def naming(by_address: Server) -> Iterator[Neighbourhood]:
    """At a server that names people by their addresses."""
    with neighbourhood(by_address, "/{}/", by_address=True) as there:
        yield there


@pytest.fixture(params=["searching", "naming"])
def there(request: pytest.FixtureRequest) -> Neighbourhood:
    """Each of the two."""
    found: Neighbourhood = request.getfixturevalue(request.param)
    return found


def test_somebody_is_taken_by_what_takes_their_time(there: Neighbourhood) -> None:
    for day, more in enumerate(
        ("", "STATUS:TENTATIVE\n", "STATUS:CANCELLED\n", "TRANSP:TRANSPARENT\n")
    ):
        there.takes(there.ben, FIRST.starting(FIRST.start + day * DAY), more)
    taken = (FIRST, FIRST.starting(FIRST.start + DAY))
    assert there.calendar.busy([there.ben], WINDOW) == {there.ben: Busy(taken)}


def test_all_calendars_of_somebody_count(there: Neighbourhood) -> None:
    there.opens(there.ben, "open-too")
    there.takes(there.ben, FIRST.starting(FIRST.start + HOUR))
    there.takes(there.ben, FIRST, calendar="open-too")
    found = there.calendar.busy([there.ben], WINDOW)
    assert found == {there.ben: Busy((FIRST, FIRST.starting(FIRST.start + HOUR)))}


def test_a_calendar_that_takes_nobodys_time_does_not_count(searching: Neighbourhood) -> None:
    searching.opens(searching.ben, "open-birthdays")
    searching.takes(searching.ben, FIRST, calendar="open-birthdays")
    searching.server.wire.fail(Altered(_birthdays_take_none), path="/ben*", method="PROPFIND")
    assert searching.calendar.busy([searching.ben], WINDOW) == {searching.ben: Busy()}


def _birthdays_take_none(body: bytes) -> bytes:
    before, name, after = body.partition(b"open-birthdays")
    return before + name + after.replace(b"opaque", b"transparent", 1)


def test_who_is_known_costs_one_request_a_calendar_for_an_hour(there: Neighbourhood) -> None:
    there.asked(STRANGER)  # the account's own place is known from then on
    found = there.asked(there.ben)
    path = f"REPORT {there.home.format(there.name(there.ben))}"
    there.now += HOUR - timedelta(seconds=1)
    again = there.asked(there.ben)
    assert again
    assert all(one.startswith(path) for one in again)
    there.now += timedelta(seconds=1)
    assert there.asked(there.ben) == found


def test_a_stranger_is_unknown_and_not_looked_for_at_every_turn(there: Neighbourhood) -> None:
    assert there.calendar.busy([STRANGER], WINDOW) == {}
    assert there.asked(STRANGER) == []


def test_an_address_within_another_is_somebody_else(there: Neighbourhood) -> None:
    inner = Person(there.ben.address.removeprefix("b"))
    assert there.calendar.busy([inner, there.ben], WINDOW) == {there.ben: Busy()}


def test_somebody_with_a_calendar_that_may_not_be_asked_is_unknown(naming: Neighbourhood) -> None:
    naming.opens(naming.ben, "closed")
    assert naming.calendar.busy([naming.ben], WINDOW) == {}


def test_somebody_with_a_calendar_that_is_refused_is_unknown(there: Neighbourhood) -> None:
    assert there.calendar.busy([there.ben], WINDOW) == {there.ben: Busy()}
    home = there.home.format(there.name(there.ben))
    there.server.wire.fail(Answer(403), path=f"{home}open*")
    assert there.calendar.busy([there.ben], WINDOW) == {}


@pytest.mark.parametrize("answer", [Answer(200), Altered(lambda body: body[: len(body) // 2])])
def test_an_answer_that_tells_nothing_does_not_tell_that_somebody_is_free(
    there: Neighbourhood, answer: Answer | Altered
) -> None:
    there.takes(there.ben, FIRST)
    there.server.wire.fail(answer, when=lambda one: b"free-busy-query" in one.body)
    assert there.calendar.busy([there.ben], WINDOW) == {}


def test_somebody_whose_calendar_went_is_looked_for_anew(there: Neighbourhood) -> None:
    there.opens(there.ben, "open-too")
    there.takes(there.ben, FIRST)
    there.calendar.busy([there.ben], WINDOW)
    there.does(there.ben, "DELETE", "open-too/")
    assert there.calendar.busy([there.ben], WINDOW) == {}
    assert there.calendar.busy([there.ben], WINDOW) == {there.ben: Busy((FIRST,))}


def test_who_signs_in_by_a_name_tells_nothing_of_others_names(by_address: Server) -> None:
    with neighbourhood(by_address, "/{}/") as there:
        assert not [one for one in there.asked(there.ben) if "ben" in one]


def test_whom_the_post_does_not_tell_of_is_found_by_a_search(searching: Neighbourhood) -> None:
    searching.takes(searching.ben, FIRST)
    searching.server.gate.hidden = ()
    searching.server.wire.fail(Answer(403), method="POST")
    try:
        found = searching.calendar.busy([searching.ben], WINDOW)
    finally:
        searching.server.gate.hidden = (b"schedule-outbox",)
    assert found == {searching.ben: Busy((FIRST,))}
    assert "POST" in {one.method for one in searching.server.wire.log}
