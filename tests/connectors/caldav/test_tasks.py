"""Tasks on real CalDAV servers: the contract, the right list, a calendar that overlooks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from icalendar import Calendar, Todo

from connectors.caldav import CalDavTasks, Dav
from connectors.model import Span
from tests.connectors.caldav.bench import NOW, CalDavBench
from tests.connectors.caldav.servers import PASSWORD
from tests.contract.tasks import DRAFT, KEY, TasksContract

_LIST = b"""<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>
<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>
</d:prop></d:set></c:mkcalendar>"""


@dataclass
class TasksOnServer:
    """Somebody's tasks, and another program that shows and ticks them."""

    dav: CalDavBench

    def __post_init__(self) -> None:
        server = self.dav.server
        connected = Dav(f"{server.url}{self.dav.path}", username=self.dav.user, password=PASSWORD)
        self.dav.open.callback(connected.close)
        self.tasks = CalDavTasks(connected)

    def shown(self) -> Sequence[tuple[str, str]]:
        found = [self.task(text) for text in self.there().values()]
        return [(str(one["SUMMARY"]), one.DUE.isoformat() if one.DUE else "") for one in found]

    def tick(self, title: str) -> None:
        path, text = self.find(title)
        ticked = text.replace("NEEDS-ACTION", "COMPLETED").encode()
        assert self.dav.server.ask(self.dav.user, "PUT", path, ticked).is_success

    def delete(self, title: str) -> None:
        path, _ = self.find(title)
        assert self.dav.server.ask(self.dav.user, "DELETE", path).is_success

    def find(self, title: str) -> tuple[str, str]:
        found = self.there().items()
        return next((p, t) for p, t in found if str(self.task(t)["SUMMARY"]) == title)

    def there(self) -> dict[str, str]:
        home = self.dav.path.rstrip("/").rpartition("/")[0]
        body = b'<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>'
        found: dict[str, str] = {}
        for place in (self.dav.path, f"{home}/todo/"):
            told = self.dav.server.ask(self.dav.user, "PROPFIND", place, body, {"Depth": "1"})
            for part in told.text.split("href>")[1::2]:
                path = part.removesuffix("</D:").removesuffix("</ns0:").removesuffix("</")
                if path.endswith(".ics"):
                    found[path] = self.dav.server.ask(self.dav.user, "GET", path).text
        return found

    def task(self, text: str) -> Todo:
        (found,) = Calendar.from_ical(text).walk("VTODO")
        assert isinstance(found, Todo)
        return found


class TestCalDavTasks(TasksContract):
    """Every claim of the contract, on each server."""

    @pytest.fixture
    def bench(self, bench: CalDavBench) -> TasksOnServer:
        return TasksOnServer(bench)


@pytest.fixture
def listed(bench: CalDavBench) -> CalDavBench:
    """Somebody with a list for tasks alone beside the calendar."""
    home = bench.path.rstrip("/").rpartition("/")[0]
    made = bench.server.ask(bench.user, "MKCALENDAR", f"{home}/todo/", _LIST)
    assert made.status_code == 201
    return bench


def test_a_list_for_tasks_alone_is_preferred(listed: CalDavBench) -> None:
    home = listed.path.rstrip("/").rpartition("/")[0]
    server = listed.server
    dav = Dav(f"{server.url}{home}/", username=listed.user, password=PASSWORD)
    listed.open.callback(dav.close)
    assert f"{home}/todo/" in CalDavTasks(dav).add(DRAFT, KEY).handle


def test_a_task_is_nothing_to_the_calendar(bench: CalDavBench) -> None:
    TasksOnServer(bench).tasks.add(DRAFT, KEY)
    seen = bench.calendar.baseline(Span(NOW, NOW + timedelta(weeks=1)))
    assert (seen.series, seen.problems) == ((), ())
