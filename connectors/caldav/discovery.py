"""From the address an owner gives to the calendar that is meant (RFC 6764, RFC 4791, RFC 6638).

The address may be the server's, the principal's, the home of calendars, or the calendar's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urljoin

import structlog

from connectors.caldav.client import Dav, NoWebDav
from connectors.caldav.xml import CS, RADICALE, C, D, Found, propfind
from connectors.errors import ConnectorError, NotFound, NotPermitted
from connectors.ical.zones import iana

log = structlog.get_logger()

PRIMARY = "primary"
"""Whichever calendar the server takes invitations into."""
_WELL_KNOWN = "/.well-known/caldav"
_SELF = (f"{D}resourcetype", f"{D}current-user-principal", f"{C}calendar-home-set")
_PRINCIPAL = (f"{C}calendar-home-set", f"{C}schedule-inbox-URL", f"{C}schedule-outbox-URL")
_PRIVILEGES = f"{D}current-user-privilege-set"
_WRITE = tuple(f"{D}{name}" for name in ("all", "write", "write-content"))
_CALENDAR = (
    f"{D}resourcetype",
    f"{D}displayname",
    f"{D}supported-report-set",
    f"{C}supported-calendar-component-set",
    f"{C}calendar-timezone",
    _PRIVILEGES,
    f"{RADICALE}displayname",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A calendar and what its server offers beside it; paths as the server writes them."""

    calendar: str
    zone: str = ""
    syncs: bool = False
    """Whether it has a change feed (RFC 6578)."""
    dated: bool = False
    """Whether it knows when anything in it last changed, and that costs it less than its tag."""
    schedules: bool = False
    """Whether the server invites guests by itself (RFC 6638)."""
    inbox: str = ""
    outbox: str = ""

    def packed(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Principal:
    homes: tuple[str, ...] = ()
    inbox: str = ""
    outbox: str = ""
    default: str = field(default="")


def discover(dav: Dav, name: str) -> Place:
    """Find the calendar called `name`, by its title or the last part of its path.

    Raises `NotPermitted` where there is none, with the names there are.
    """
    here = _entrance(dav)
    principal = _principal(dav, here)
    if name == PRIMARY and _is_calendar(here):
        chosen = dav.properties(here.path, *_CALENDAR)
    else:
        homes = principal.homes or (here.path,)
        found = [one for home in homes for one in _calendars(dav, home)]
        chosen = _chosen(dav, found, name, principal.default)
    log.info("caldav.calendar", path=chosen.path)
    abilities = dav.abilities(chosen.path)
    return Place(
        calendar=chosen.path,
        zone=_zone(chosen),
        syncs=chosen.has(f"{D}supported-report-set", f"{D}sync-collection"),
        # There a GET returns the whole calendar, so its Last-Modified is that of everything in it.
        dated=f"{RADICALE}displayname" in chosen.props,
        schedules="calendar-auto-schedule" in abilities,
        inbox=principal.inbox,
        outbox=principal.outbox,
    )


def task_list(dav: Dav) -> str:
    """Find where the owner's tasks are: a list of tasks alone, else a calendar that takes them."""
    here = _entrance(dav)
    homes = _principal(dav, here).homes or (here.path,)
    found = [one for home in homes for one in _calendars(dav, home, "VTODO")]
    if not found:
        what = f"no calendar at {dav.url} takes tasks"
        raise NotPermitted(what, "make a task list there, or leave out `tasks`")
    return min(found, key=lambda one: (not _writable(one), takes(one, "VEVENT"))).path


def _entrance(dav: Dav) -> Found:
    """Return what lies at the owner's address, or where the server says that calendars begin."""
    try:
        found = dav.properties(dav.url, *_SELF)
    except (NotFound, NotPermitted, NoWebDav):
        # A web page may well live there, which knows nothing of PROPFIND.
        found = dav.properties(urljoin(dav.url, _WELL_KNOWN), *_SELF)
    if not any(found.has(name, f"{D}href", f"{C}calendar", f"{D}collection") for name in _SELF):
        found = dav.properties(urljoin(dav.url, _WELL_KNOWN), *_SELF)
    return found


def _principal(dav: Dav, here: Found) -> _Principal:
    """Return where the account's calendars and its post are."""
    path = here.href(f"{D}current-user-principal")
    if not path:
        return _Principal(here.hrefs(f"{C}calendar-home-set"))
    try:
        told = dav.properties(path, *_PRINCIPAL)
    except NotFound:
        return _Principal(here.hrefs(f"{C}calendar-home-set"))
    inbox = told.href(f"{C}schedule-inbox-URL")
    default = ""
    if inbox:
        with suppress(ConnectorError):
            default = dav.properties(inbox, f"{C}schedule-default-calendar-URL").href(
                f"{C}schedule-default-calendar-URL"
            )
    homes = told.hrefs(f"{C}calendar-home-set")
    return _Principal(homes, inbox, told.href(f"{C}schedule-outbox-URL"), default)


def _calendars(dav: Dav, home: str, kind: str = "VEVENT") -> Iterator[Found]:
    """Yield the collections of a home that take events, or tasks, in the order of their paths."""
    found = dav.ask("PROPFIND", home, propfind(*_CALENDAR), depth=1).found
    for one in sorted(found, key=lambda one: one.path):
        if _is_calendar(one) and takes(one, kind):
            yield one


def takes(found: Found, kind: str) -> bool:
    """Whether a collection takes a kind of component; one that does not say takes all."""
    kinds = found.props.get(f"{C}supported-calendar-component-set")
    return kinds is None or any(one.get("name") == kind for one in kinds)


def _chosen(dav: Dav, found: list[Found], name: str, default: str) -> Found:
    """Choose by name; else the server's default, else the first that holds anything, the first.

    Of those that may be written, if any: a colleague's shared calendar can lie beside one's own.
    """
    if name != PRIMARY:
        named = (one for one in found if name in {one.text(f"{D}displayname"), _last(one.path)})
        chosen = next(named, None)
    else:
        defaults = (one for one in found if default and _last(one.path) == _last(default))
        own = [one for one in found if _writable(one)] or found
        chosen = next(defaults, None) or (own[0] if len(own) == 1 else None)
        chosen = chosen or next((one for one in own if _holds(dav, one)), next(iter(own), None))
    if chosen is None:
        names = ", ".join(one.text(f"{D}displayname") or _last(one.path) for one in found)
        raise NotPermitted(
            f"there is no calendar {name!r} at {dav.url}"
            if found
            else f"no calendars at {dav.url}",
            f"set `calendar` to one of: {names}" if names else "check `url` in the settings",
        )
    return chosen


def _writable(found: Found) -> bool:
    """Whether events can be put there; a server without rights does not say."""
    return _PRIVILEGES not in found.props or found.has(_PRIVILEGES, *_WRITE)


def _holds(dav: Dav, calendar: Found) -> bool:
    """Whether anything lies in a calendar."""
    found = dav.ask("PROPFIND", calendar.path, propfind(f"{D}getetag"), depth=1).found
    return any(one.path.rstrip("/") != calendar.path.rstrip("/") for one in found)


def _is_calendar(found: Found) -> bool:
    return found.has(f"{D}resourcetype", f"{C}calendar")


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _zone(found: Found) -> str:
    """Return the zone the owner chose for a calendar (IANA), or nothing."""
    for line in found.text(f"{C}calendar-timezone").splitlines():
        if line.startswith("TZID"):
            return iana(line.partition(":")[2]) or ""
    return ""


CTAG = f"{CS}getctag"
"""Changes with everything in a collection, where a server has it."""
