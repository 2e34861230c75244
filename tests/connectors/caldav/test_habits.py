"""How other servers say the same: a look, its news, writes, and the writes taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import md5
from urllib.parse import quote

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.caldav import CalDavCalendar, Dav
from connectors.caldav.xml import D
from connectors.errors import SignInRequired
from connectors.model import Handle, Series
from connectors.standins.server import serve
from tests.connectors.caldav.bench import now
from tests.connectors.caldav.habits import CALENDAR, Habits, Server
from tests.connectors.files.bench import EVENT, MAYA, ZONE, local
from tests.contract.stage import AGENDA, FIRST, KEY, SECOND, TUESDAY, WINDOW, instance, urls

READ = {f"{D}current-user-privilege-set": "<d:privilege><d:read/></d:privilege>"}


def _escaped(path: str) -> str:
    return quote(path, safe="/")


def _without_extensions(text: str) -> str:
    lines = text.replace("\n ", "").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("X-"))


def _in_another_order(text: str) -> str:
    """Return a text as a server writes it anew: a stamp, and all lines of an event sorted."""
    head, *events = text.replace("\n ", "").split("BEGIN:VEVENT\n")
    parts = [one.partition("END:VEVENT\n") for one in events]
    anew = (
        "".join((*sorted(own.splitlines(keepends=True)), "LAST-MODIFIED:20260311T000000Z\n"))
        for own, _, _ in parts
    )
    rest = [rest for _, _, rest in parts]
    bodies = zip(anew, rest, strict=True)
    return head + "".join(f"BEGIN:VEVENT\n{own}END:VEVENT\n{rest}" for own, rest in bodies)


SERVERS = {
    "a page in front, and a colleague's calendar first": Habits(
        root="/remote.php/dav/",
        moved={"/.well-known/caldav": "/remote.php/dav/"},
        beside={"a-shared-one/": CALENDAR | READ, "a-shared-one/x.ics": {f"{D}getetag": "1"}},
    ),
    "whole addresses, and a number for a name": Habits(
        root="/", user="271828", absolute=True, calendar="0A-1B/", kept=_in_another_order
    ),
    "another place, everything escaped": Habits(
        root="/SOGo/dav/",
        user="maya@acme.example",
        moved={"/": "/SOGo/dav/", "/.well-known/caldav": "/"},
        status=302,
        spelled=_escaped,
    ),
    "calendars within calendars, news one by one": Habits(
        moved={"/.well-known/caldav": "/dav/"},
        calendar="Calendar",
        page=1,
        beside={"Calendar/Sub/": CALENDAR},
        kept=_without_extensions,
    ),
    "neither a feed nor texts in a query": Habits(
        feed=False, fills=False, moved={"/.well-known/caldav": "/dav/"}
    ),
}


class Digesting:
    """A server that wants to hear a digest of the password (RFC 7616), never the password."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = Headers(scope=scope).get("Authorization", "")
        told = dict(re.findall(r'(\w+)="?([^",]+)', said.removeprefix("Digest ")))
        rest = ":".join(told.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        mine = _md5("maya:dav:an app password"), _md5(f"{scope['method']}:{told.get('uri')}")
        if said.startswith("Digest ") and told["response"] == _md5(f"{mine[0]}:{rest}:{mine[1]}"):
            await self._app(scope, receive, send)
            return
        challenge = 'Digest realm="dav", qop="auth", nonce="1234", algorithm=MD5'
        await Response(status_code=401, headers={"WWW-Authenticate": challenge})(
            scope, receive, send
        )


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def running(habits: Habits) -> Iterator[tuple[Server, CalDavCalendar]]:
    server = Server(habits)
    with serve(server) as server.base, closing(Dav(server.base, username="maya")) as dav:
        yield server, CalDavCalendar(dav, MAYA, ZONE, now, name="primary")


def _event(number: int) -> str:
    return EVENT.format(
        uid=f"event-{number}@acme.example",
        start=local(FIRST.start),
        end=local(FIRST.end),
        rule="RRULE:FREQ=WEEKLY\n",
        host=MAYA.address,
    )


@pytest.mark.parametrize("habits", SERVERS.values(), ids=SERVERS)
def test_a_look_its_news_and_writes_taken_back(habits: Habits) -> None:
    with running(habits) as (server, calendar):
        for number in (1, 2, 3):
            server.put(f"event {number}@home.ics", _event(number))
        base = calendar.baseline(WINDOW)
        one, two, three = sorted(one.handle for one in base.series)
        server.put("event 2@home.ics", _event(2).replace("SUMMARY:Maya / Ben", "SUMMARY:Us two"))
        server.drop("event 3@home.ics")
        changes = calendar.changes(base.cursor)
        assert set(changes.handles) == {two, three}
        fresh = calendar.read(changes.handles, WINDOW)
        assert (list(fresh), fresh[two].title) == ([two], "Us two")
        assert calendar.changes(changes.cursor).handles == ()
        _write_and_take_back(calendar, one)


def _write_and_take_back(calendar: CalDavCalendar, event: Handle) -> None:
    before = _series(calendar, event)
    attached = calendar.attach(before, AGENDA)
    assert urls(_series(calendar, event)) == [AGENDA.url]
    assert not calendar.attach(before, AGENDA).wrote
    booked = calendar.book(before, instance(before, SECOND), TUESDAY, KEY)
    assert instance(_series(calendar, event), SECOND).span == TUESDAY
    assert not calendar.book(before, instance(before, SECOND), TUESDAY, KEY).wrote
    calendar.undo(booked)
    calendar.undo(attached)
    after = _series(calendar, event)
    assert (after.occurrences, after.links) == (before.occurrences, before.links)


def _series(calendar: CalDavCalendar, event: Handle) -> Series:
    return calendar.read([event], WINDOW)[event]


@pytest.mark.parametrize("password", ["an app password", "guessed"])
def test_a_server_that_wants_a_digest_gets_one(password: str) -> None:
    server = Server(Habits(root="/"))
    server.put("one.ics", _event(1))
    with (
        serve(Digesting(server)) as url,
        closing(Dav(url, username="maya", password=password)) as dav,
    ):
        calendar = CalDavCalendar(dav, MAYA, ZONE, now, name="primary")
        if password == "guessed":
            with pytest.raises(SignInRequired):
                calendar.baseline(WINDOW)
        else:
            (series,) = calendar.baseline(WINDOW).series
            assert calendar.attach(series, AGENDA).wrote
