"""A CalDAV server of our own, for the habits of those that cannot be installed for a test.

It keeps one calendar and is right in what it does; how it says so, each test can choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.caldav.xml import C, D

_SPACES = f'xmlns:d="{D[1:-1]}" xmlns:c="{C[1:-1]}"'
_HREF = "<d:href>{}</d:href>"
_FOLDER = "<d:collection/>"


@dataclass(frozen=True)
class Habits:
    """How a server likes it."""

    root: str = "/dav/"
    user: str = "maya"
    calendar: str = "personal/"
    """Its name in the home; some write it without the slash at the end."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Which paths lead on to which others."""
    status: int = 301
    absolute: bool = False
    """Whether addresses are written with scheme and host."""
    spelled: Callable[[str], str] = str
    """How a path is escaped."""
    kept: Callable[[str], str] = str
    """What becomes of the text of an event."""
    page: int = 1000
    """How much of the feed is told at once."""
    feed: bool = True
    fills: bool = True
    """Whether the answer to a query has the events, and not only their names."""
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Other collections of the home, or of the calendar, with what they say of themselves."""


CALENDAR = {
    f"{D}resourcetype": "<d:collection/><c:calendar/>",
    f"{C}supported-calendar-component-set": '<c:comp name="VEVENT"/>',
}


class Server:
    """One such server; `events` are the texts by their names."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.base = ""
        self.events: dict[str, tuple[int, str]] = {}
        self.told: list[tuple[int, str]] = []
        self._numbers = count(1)

    @property
    def home(self) -> str:
        return f"{self.habits.root}calendars/{self.habits.user}/"

    @property
    def path(self) -> str:
        return f"{self.home}{self.habits.calendar}"

    def put(self, name: str, text: str) -> None:
        """Keep an event, as another program would write it."""
        number = next(self._numbers)
        self.events[name] = number, self.habits.kept(text.replace("\r\n", "\n"))
        self.told.append((number, name))

    def drop(self, name: str) -> None:
        """Delete an event."""
        del self.events[name]
        self.told.append((next(self._numbers), name))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._answer(request, await request.body())(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        path = unquote(request.url.path)
        if path in self.habits.moved:
            to = self.habits.moved[path]
            return Response(status_code=self.habits.status, headers={"Location": to})
        name = path.removeprefix(f"{self.path.rstrip('/')}/") if path != self.path else ""
        match request.method:
            case "OPTIONS":
                return Response(headers={"DAV": "1, 3, calendar-access, calendar-auto-schedule"})
            case "PROPFIND":
                return self._found(path, ET.fromstring(body), request.headers["Depth"])
            case "REPORT":
                return self._reported(ET.fromstring(body))
            case "PUT" | "DELETE":
                return self._written(request, name, body.decode())
            case _:
                return Response(status_code=405)

    def _written(self, request: Request, name: str, text: str) -> Response:
        there = f'"{self.events[name][0]}"' if name in self.events else None
        wanted = request.headers.get("If-Match")
        if wanted != there:
            return Response(status_code=412)
        if request.method == "DELETE":
            self.drop(name)
        else:
            self.put(name, text)
        return Response(status_code=204)

    # --- Looking ---

    def _found(self, path: str, asked: ET.Element, depth: str) -> Response:
        known = dict(self._resources())
        if path not in known:
            return Response(status_code=404)
        within = [
            one
            for one in known
            if one == path
            or (depth == "1" and one.rstrip("/").rpartition("/")[0] == path.rstrip("/"))
        ]
        names = [one.tag for one in asked.iterfind(f"{D}prop/*")]
        return self._multistatus(self._one(one, known[one], names) for one in within)

    def _resources(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield every path with its properties."""
        root, home, own = self.habits.root, self.home, self.path
        principal = f"{root}principals/{self.habits.user}/"
        me = {f"{D}current-user-principal": self._href(principal)}
        folder = {f"{D}resourcetype": _FOLDER, **me}
        yield root, folder
        yield home, folder
        inbox = {f"{C}schedule-inbox-URL": self._href(f"{home}inbox/")}
        yield principal, {**folder, **inbox, f"{C}calendar-home-set": self._href(home)}
        yield f"{home}inbox/", {f"{D}resourcetype": f"{_FOLDER}<c:schedule-inbox/>"}
        reports = "<d:sync-collection/>" if self.habits.feed else ""
        token = {f"{D}sync-token": f"{self._last}"} if self.habits.feed else {}
        yield own, CALENDAR | me | token | {f"{D}supported-report-set": reports}
        for name, props in self.habits.beside.items():
            yield f"{home}{name}", props
        for name, (number, _) in self.events.items():
            yield f"{own.rstrip('/')}/{name}", {f"{D}getetag": f'"{number}"'}

    @property
    def _last(self) -> int:
        return max((number for number, _ in self.told), default=0)

    def _reported(self, asked: ET.Element) -> Response:
        match asked.tag.rpartition("}")[2]:
            case "calendar-query":
                return self._multistatus(
                    self._event(name, filled=self.habits.fills) for name in self.events
                )
            case "calendar-multiget":
                paths = [(one.text or "").rpartition("/")[2] for one in asked.iterfind(f"{D}href")]
                return self._multistatus(self._event(unquote(name)) for name in paths)
            case "sync-collection":
                return self._synced(int(asked.findtext(f"{D}sync-token") or 0))
            case _:
                return Response(status_code=501)

    def _synced(self, since: int) -> Response:
        news = [(number, name) for number, name in self.told if number > since]
        now, rest = news[: self.habits.page], news[self.habits.page :]
        parts = [self._event(name, filled=False) for _, name in now]
        if rest:
            full = "<d:status>HTTP/1.1 507 Insufficient Storage</d:status>"
            parts.append(f"<d:response>{self._href(self.path)}{full}</d:response>")
        token = f"<d:sync-token>{now[-1][0] if now else self._last}</d:sync-token>"
        return self._multistatus([*parts, token])

    # --- Saying so ---

    def _event(self, name: str, *, filled: bool = True) -> str:
        path = f"{self.path.rstrip('/')}/{name}"
        if name not in self.events:
            gone = "<d:status>HTTP/1.1 404 Not Found</d:status>"
            return f"<d:response>{self._href(path)}{gone}</d:response>"
        number, text = self.events[name]
        data = {f"{C}calendar-data": f"<![CDATA[{text}]]>"} if filled else {}
        return self._one(path, {f"{D}getetag": f'"{number}"', **data}, [])

    def _one(self, path: str, props: Mapping[str, str], asked: Iterable[str]) -> str:
        missing = {name: "" for name in asked if name not in props}
        found = {name: text for name, text in props.items() if name in asked or not asked}
        parts = _propstat(found, "200 OK") + _propstat(missing, "404 Not Found")
        return f"<d:response>{self._href(path)}{parts}</d:response>"

    def _href(self, path: str) -> str:
        host = self.base if self.habits.absolute else ""
        return _HREF.format(escape(f"{host}{self.habits.spelled(path)}"))

    def _multistatus(self, parts: Iterable[str]) -> Response:
        body = f"<d:multistatus {_SPACES}>{''.join(parts)}</d:multistatus>"
        return Response(body, 207, media_type="application/xml")


def _propstat(props: Mapping[str, str], status: str) -> str:
    if not props:
        return ""
    told = "".join(f"<{start}>{text}</{end}>" for start, end, text in map(_tags, props.items()))
    return f"<d:propstat><d:prop>{told}</d:prop><d:status>HTTP/1.1 {status}</d:status></d:propstat>"


def _tags(prop: tuple[str, str]) -> tuple[str, str, str]:
    """Return how the element of a property begins and ends, and what is in it."""
    space, _, local = prop[0][1:].partition("}")
    return f'p:{local} xmlns:p="{space}"', f"p:{local}", prop[1]
