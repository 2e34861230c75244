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
from connectors.caldav.failures import Refusal, refused
from connectors.caldav.xml import C, D, Found, multiget, propfind, query, seconds, sync
from connectors.errors import CursorExpired, NotFound, NotPermitted, PreconditionFailed, Unavailable
from connectors.ical.source import Broken, Source, split
from connectors.model import Cursor, Span

_FORM = 2
_PAGE = 200
"""How many resources are asked for at once."""
_MODIFIED = f"{D}getlastmodified"
_SETTLED = 60.0
"""After this many seconds no second change can hide behind the same date (RFC 9110 8.8.2.2)."""
_BELIEVED = 3600.0
"""For how many seconds a date is taken for the whole truth: clocks are set back at times."""


class Mark(NamedTuple):
    """What a calendar as a whole is known by: its own tag, or the date of its last change.

    `told` is when the server told that date, in seconds of the epoch.
    """

    tag: str = ""
    date: str = ""
    told: float = 0.0

    def stands(self, now: Mark) -> bool:
        """Whether nothing changed until `now`."""
        if self.date and self.date == now.date and 0 <= now.told - self.told < _BELIEVED:
            return True
        return bool(self.tag) and self.tag == now.tag


@dataclass(frozen=True, slots=True)
class Memory:
    """What a cursor holds; `tags` of all resources as long as there is no token of a feed."""

    place: Place
    window: Span
    mark: Mark
    token: str
    tags: Mapping[str, str] | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What could not be read, by resource, in one line each."""

    def cursor(self) -> Cursor:
        """Pack it."""
        window = self.window.start.isoformat(), self.window.end.isoformat()
        told = self.mark, self.token, self.tags, dict(self.wrong)
        packed = _FORM, self.place.packed(), window, told
        return Cursor(json.dumps(packed, separators=(",", ":")))

    @classmethod
    def of(cls, cursor: Cursor) -> Memory:
        """Unpack a cursor; raises `CursorExpired` for one that is not ours or of another form."""
        try:
            form, place, (start, end), (mark, *told) = json.loads(cursor)
            window = Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
            memory = cls(Place(**place), window, Mark(*mark), *told)
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
        """The text in its parts; raises `Broken`, also where the server does not show it."""
        if not self.data.strip():
            raise Broken("the server does not show what is in it", 1)
        return split(self.data)


class Touched(NamedTuple):
    """What a feed tells: which resources, the calendar's mark before, and how far it was read.

    Where there is no token yet, or never will be, that is the tags of all resources.
    """

    names: tuple[str, ...]
    mark: Mark
    token: str
    tags: Mapping[str, str] | None = None


class Collection:
    """The resources of one calendar, known by their names in it."""

    def __init__(self, dav: Dav, place: Place) -> None:
        self._dav = dav
        self.path = place.calendar
        self._place = place

    def everything(self) -> dict[str, Resource]:
        """Read all events in one request, or in pages where the server does not give so much."""
        try:
            found = self._dav.ask("REPORT", self.path, query(), depth=1).found
        except (NotPermitted, Unavailable, PreconditionFailed):
            return self.read(self._tags())
        whole = all(one.text(f"{C}calendar-data") for one in found if self._name(one))
        if any(one.status == 507 for one in found) or not whole:
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

    def now(self) -> tuple[Mark, str]:
        """Tell what the calendar is known by now, and how far its feed goes.

        The first token is a file for each event to a server that keeps dates, and minutes for
        whoever waits: it can come with the first change.
        """
        if self._place.dated:
            return self._marked(Mark()), ""
        here = self._dav.properties(self.path, f"{D}sync-token", CTAG)
        return Mark(here.text(CTAG)), here.text(f"{D}sync-token") if self._place.syncs else ""

    def since(self, memory: Memory) -> Touched:
        """Tell what was touched since; raises `CursorExpired`.

        The calendar's own mark is asked for first: of all questions it costs a server least.
        """
        try:
            known = memory.mark
            mark = self._marked(known) if any(known) or memory.tags is not None else known
            if known.stands(mark):
                return Touched((), known if known.date else mark, memory.token, memory.tags)
            if memory.tags is None:
                return self._synced(mark, memory.token)
            return self._compared(mark, memory.tags)
        except NotFound as error:
            raise CursorExpired("the calendar is not where it was") from error

    def _marked(self, known: Mark) -> Mark:
        """Ask for what can be compared with a known mark; for the tag where no date will do."""
        if not self._place.dated:
            return self._asked(CTAG)
        if known.date or not known.tag:
            mark = self._asked(_MODIFIED)
            if mark.date:
                return mark
        return self._asked(CTAG, _MODIFIED)

    def _asked(self, *names: str) -> Mark:
        here, at = self._dav.dated(self.path, *names)
        tag, date, told = here.text(CTAG), here.text(_MODIFIED), at or 0.0
        settled = told - (seconds(date) or told) >= _SETTLED
        return Mark(tag, date, told) if settled else Mark(tag)

    def _synced(self, mark: Mark, token: str) -> Touched:
        """Follow the feed to its end."""
        found, token = self._feed(token)
        names = dict.fromkeys(filter(None, map(self._name, found)))
        return Touched(tuple(names), mark, token)

    def _compared(self, mark: Mark, known: Mapping[str, str]) -> Touched:
        """Compare the tags of all resources; where there is a feed, it begins here."""
        if self._place.syncs:
            found, token = self._feed("")
            tags = dict(self._tagged(found))
        else:
            tags, token = self._tags(), ""
        touched = (name for name in {**known, **tags} if known.get(name) != tags.get(name))
        return Touched(tuple(touched), mark, token, None if token else tags)

    def _feed(self, token: str) -> tuple[list[Found], str]:
        """Read the feed from a token to its end: a server may give a part of it only (507)."""
        found: list[Found] = []
        while True:
            try:
                answer = self._dav.ask("REPORT", self.path, sync(token))
            except (NotPermitted, PreconditionFailed) as error:
                raise CursorExpired(error.what) from error
            found += answer.found
            more = any(one.status == 507 for one in answer.found)
            if not more or answer.token == token:
                return found, answer.token or token
            token = answer.token

    def _tags(self) -> dict[str, str]:
        """Return the entity tag of every resource."""
        found = self._dav.ask("PROPFIND", self.path, propfind(f"{D}getetag"), depth=1).found
        return dict(self._tagged(found))

    def _tagged(self, found: Iterable[Found]) -> Iterator[tuple[str, str]]:
        for one in found:
            if name := self._name(one):
                yield name, one.text(f"{D}getetag")

    def _resources(self, found: Iterable[Found]) -> Iterator[tuple[str, Resource]]:
        for one in found:
            data = one.text(f"{C}calendar-data")
            name = self._name(one)
            if name and (data or _is_hidden(one)):
                # XML has no CR, iCalendar wants it.
                text = "\r\n".join(data.replace("\r\n", "\n").split("\n")) + "\r\n"
                yield name, Resource(one.text(f"{D}getetag"), text.encode())

    def _name(self, found: Found) -> str:
        """Return a resource's name in the calendar; nothing for itself, or a calendar within."""
        if found.path.endswith("/") or found.path == self.path.rstrip("/"):
            return ""
        return found.path.rpartition("/")[2]


def _is_hidden(found: Found) -> bool:
    """Whether a resource is there, and its text is not shown; raises where it may be in a moment.

    Such a resource is an event that cannot be read, which is not one that is gone.
    """
    status = found.refused.get(f"{C}calendar-data", found.status)
    error = refused(Refusal(status), writing=False)
    if isinstance(error, Unavailable):
        raise error
    return not isinstance(error, NotFound)


def after(memory: Memory, told: Touched, wrong: Mapping[str, str]) -> Memory:
    """Return the memory after a look: what was touched is wrong only if it still is."""
    kept = {name: words for name, words in memory.wrong.items() if name not in told.names}
    _, mark, token, tags = told
    return replace(memory, mark=mark, token=token, tags=tags, wrong={**kept, **wrong})
