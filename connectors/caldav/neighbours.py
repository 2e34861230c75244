"""Other people's calendars on the owner's server, as far as this account may ask of them.

Who somebody is there is told by a search (RFC 3744 9.4), or by the way the server names people:
where the owner's principal bears the owner's mail address, everybody's bears theirs. Whoever is
not found, or can be asked of in part only, is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

from connectors.caldav.availability import REFUSALS, stamp, told
from connectors.caldav.client import Dav
from connectors.caldav.discovery import takes
from connectors.caldav.xml import C, D, Found, free_busy, propfind, searched, time_range
from connectors.errors import NotFound
from connectors.model import Busy, Person, Span

_A_WHILE = timedelta(hours=1)
_HOMES = f"{C}calendar-home-set"
_ADDRESSES = f"{C}calendar-user-address-set"
_KIND = f"{D}resourcetype"
_TRANSPARENCY = f"{C}schedule-calendar-transp"
_CALENDAR = (_KIND, f"{C}supported-calendar-component-set", _TRANSPARENCY)


class Neighbours:
    """The people beside `owner` on a server; where their calendars lie is known for an hour.

    So a look costs one request for each of their calendars, as the protocol wants it.
    """

    def __init__(self, dav: Dav, owner: Person, now: Callable[[], datetime]) -> None:
        self._dav = dav
        self._owner = owner
        self._now = now
        self._known: dict[str, tuple[datetime, tuple[str, ...]]] = {}

    def busy(self, person: Person, here: str, window: Span) -> Busy | None:
        """Tell when somebody is taken, asking from `here`, a path of the owner's; None: unknown."""
        question = free_busy(time_range(stamp(window.start), stamp(window.end)))
        try:
            calendars = self._calendars(person, here)
            answers = [told(self._dav.report(path, question)) for path in calendars]
        except NotFound:
            self._known.pop(person.address, None)  # a calendar went; the others are found anew
            return None
        except REFUSALS:
            return None
        spans = [span for one in answers if one for span in one.spans]
        return Busy(tuple(sorted(spans))) if answers and all(answers) else None

    def _calendars(self, person: Person, here: str) -> tuple[str, ...]:
        """Return the calendars that say when somebody is taken; none for a stranger."""
        until, found = self._known.get(person.address, (self._now(), ()))
        if until <= self._now():
            homes = self._searched(person, here) or self._named_like_the_owner(person, here)
            found = tuple(path for home in homes for path in self._taking(home))
            self._known[person.address] = self._now() + _A_WHILE, found
        return found

    def _searched(self, person: Person, here: str) -> tuple[str, ...]:
        """Ask who has this very address; servers also tell of addresses that contain it."""
        with suppress(*REFUSALS):
            found = self._dav.ask(
                "REPORT", here, searched(person.address, _ADDRESSES, _HOMES)
            ).found
            own = (one for one in found if _has(one, person))
            return tuple(home for one in own for home in one.hrefs(_HOMES))
        return ()

    def _named_like_the_owner(self, person: Person, here: str) -> tuple[str, ...]:
        """Look beside the owner's principal, where that is named by the owner's address."""
        principal = f"{D}current-user-principal"
        with suppress(*REFUSALS):
            path = self._dav.properties(here, principal).href(principal)
            beside, _, name = path.rstrip("/").rpartition("/")
            if self._owner.answers_to(unquote(name)):
                end = "/" if path.endswith("/") else ""
                sibling = f"{beside}/{quote(person.address, safe='@+')}{end}"
                return self._dav.properties(sibling, _HOMES).hrefs(_HOMES)
        return ()

    def _taking(self, home: str) -> Iterator[str]:
        """Yield the calendars in which an event takes somebody's time."""
        with suppress(*REFUSALS):
            for one in self._dav.ask("PROPFIND", home, propfind(*_CALENDAR), depth=1).found:
                transparent = one.has(_TRANSPARENCY, f"{C}transparent")
                if one.has(_KIND, f"{C}calendar") and takes(one, "VEVENT") and not transparent:
                    yield one.path


def _has(found: Found, person: Person) -> bool:
    """Whether a principal says that an address is its own."""
    return f"mailto:{person.address}" in map(str.lower, found.hrefs(_ADDRESSES))
