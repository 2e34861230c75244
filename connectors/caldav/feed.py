"""What changed in a calendar: by its change feed, else by comparing entity tags.

The cursor holds where the calendar is, so that a look without changes is one request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from connectors.caldav.client import Dav
from connectors.caldav.discovery import CTAG, Place
from connectors.caldav.xml import C, D, Found, multiget, propfind, query, sync
from connectors.errors import CursorExpired, NotFound, NotPermitted, PreconditionFailed, Unavailable
from connectors.ical.source import Source, split
from connectors.model import Cursor, Span

_FORM = 1
_PAGE = 200
"""How many resources are asked for at once."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a cursor holds; `tags` only for a server without a change feed."""

    place: Place
    window: Span
    ctag: str
    token: str
    tags: Mapping[str, str] | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What could not be read, by resource, in one line each."""

    def cursor(self) -> Cursor:
        """Pack it."""
        window = self.window.start.isoformat(), self.window.end.isoformat()
        told = self.ctag, self.token, self.tags, dict(self.wrong)
        packed = _FORM, self.place.packed(), window, told
        return Cursor(json.dumps(packed, separators=(",", ":")))

    @classmethod
    def of(cls, cursor: Cursor) -> Memory:
        """Unpack a cursor; raises `CursorExpired` for one that is not ours or of another form."""
        try:
            form, place, (start, end), told = json.loads(cursor)
            window = Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
            memory = cls(Place(**place), window, *told)
        except (ValueError, TypeError, AttributeError) as error:
            raise CursorExpired("the cursor cannot be read") from error
        if form != _FORM:
            raise CursorExpired("the cursor is of an earlier version")
        return memory


class Resource(NamedTuple):
    """One calendar object as the server has it: its tag, and its text with CRLF line ends."""

    tag: str
    data: bytes

    @property
    def source(self) -> Source:
        """The text in its parts; raises `Broken`."""
        return split(self.data)


class Touched(NamedTuple):
    """What a feed tells: which resources, the calendar's own tag, and how far it was read.

    Where there is no change feed, that is the tags of all resources in place of a token.
    """

    names: tuple[str, ...]
    ctag: str
    token: str
    tags: Mapping[str, str] | None = None


class Collection:
    """The resources of one calendar, known by their names in it."""

    def __init__(self, dav: Dav, place: Place) -> None:
        self._dav = dav
        self.path = place.calendar
        self._syncs = place.syncs

    def everything(self) -> dict[str, Resource]:
        """Read all events in one request, or in pages where the server does not give so much."""
        try:
            found = self._dav.ask("REPORT", self.path, query(), depth=1).found
        except (NotPermitted, Unavailable, PreconditionFailed):
            return self.read(self._tags())
        if any(one.status == 507 for one in found):
            return self.read(self._tags())
        return dict(self._resources(found))

    def within(self, stretch: str) -> dict[str, Resource]:
        """Read the events that the server says overlap a stretch of time."""
        return dict(
            self._resources(self._dav.ask("REPORT", self.path, query(stretch), depth=1).found)
        )

    def read(self, names: Iterable[str]) -> dict[str, Resource]:
        """Read resources, many at once; what is gone is left out."""
        found: dict[str, Resource] = {}
        asked_for = sorted(set(names))
        for start in range(0, len(asked_for), _PAGE):
            asked = multiget(map(self.at, asked_for[start : start + _PAGE]))
            try:
                answer = self._dav.ask("REPORT", self.path, asked, depth=1)
            except NotFound as error:
                # Without the calendar nothing is known of what was in it; a look finds it again.
                raise Unavailable("the calendar is not where it was") from error
            found |= self._resources(answer.found)
        return found

    def at(self, name: str) -> str:
        """Return the path of a resource."""
        return f"{self.path.rstrip('/')}/{name}"

    def now(self) -> Touched:
        """Tell how far the feed goes now, without asking for anything in it."""
        here = self._dav.properties(self.path, f"{D}sync-token", CTAG)
        if self._syncs and (token := here.text(f"{D}sync-token")):
            return Touched((), here.text(CTAG), token)
        return Touched((), here.text(CTAG), "", self._tags())

    def since(self, memory: Memory) -> Touched:
        """Tell what was touched since; raises `CursorExpired`.

        The calendar's own tag is asked for first: of all questions it costs a server least.
        """
        try:
            ctag = self._ctag() if memory.ctag or memory.tags is not None else ""
            if ctag and ctag == memory.ctag:
                return Touched((), ctag, memory.token, memory.tags)
            if memory.tags is None:
                return self._synced(ctag, memory.token)
            return self._compared(ctag, memory.tags)
        except NotFound as error:
            raise CursorExpired("the calendar is not where it was") from error

    def _ctag(self) -> str:
        return self._dav.properties(self.path, CTAG).text(CTAG)

    def _synced(self, ctag: str, token: str) -> Touched:
        """Follow the feed to its end: a server may give a part of it only (507)."""
        names: dict[str, None] = {}
        while True:
            try:
                answer = self._dav.ask("REPORT", self.path, sync(token))
            except (NotPermitted, PreconditionFailed) as error:
                raise CursorExpired(error.what) from error
            names |= dict.fromkeys(filter(None, map(self._name, answer.found)))
            more = any(one.status == 507 for one in answer.found)
            if not more or answer.token == token:
                return Touched(tuple(names), ctag, answer.token or token)
            token = answer.token

    def _compared(self, ctag: str, known: Mapping[str, str]) -> Touched:
        """Compare the tags of all resources."""
        tags = self._tags()
        touched = (name for name in {**known, **tags} if known.get(name) != tags.get(name))
        return Touched(tuple(touched), ctag, "", tags)

    def _tags(self) -> dict[str, str]:
        """Return the entity tag of every resource."""
        found = self._dav.ask("PROPFIND", self.path, propfind(f"{D}getetag"), depth=1).found
        return {name: one.text(f"{D}getetag") for one in found if (name := self._name(one))}

    def _resources(self, found: Iterable[Found]) -> Iterator[tuple[str, Resource]]:
        for one in found:
            data = one.text(f"{C}calendar-data")
            name = self._name(one)
            if name and data:
                # XML has no CR, iCalendar wants it.
                text = "\r\n".join(data.replace("\r\n", "\n").split("\n")) + "\r\n"
                yield name, Resource(one.text(f"{D}getetag"), text.encode())

    def _name(self, found: Found) -> str:
        """Return a resource's name in the calendar; nothing for the calendar itself."""
        name = found.path.rstrip("/").rpartition("/")[2]
        return "" if found.path.rstrip("/") == self.path.rstrip("/") else name


def after(memory: Memory, told: Touched, wrong: Mapping[str, str]) -> Memory:
    """Return the memory after a look: what was touched is wrong only if it still is."""
    kept = {name: words for name, words in memory.wrong.items() if name not in told.names}
    _, ctag, token, tags = told
    return replace(memory, ctag=ctag, token=token, tags=tags, wrong={**kept, **wrong})
