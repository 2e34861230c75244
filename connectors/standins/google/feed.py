"""events.list: whole calendars, searches, and what changed since a sync token.

A token is the number of the last change it has seen. Every write takes a higher number, so the
feed of a calendar is simply all entries above the token, each with all of its exceptions. What
was asked at first is kept with the token: asking otherwise later is refused here, because Google
leaves its outcome undefined.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.standins.google.access import Access, reading
from connectors.standins.google.calendar import Calendar, Entry, Target
from connectors.standins.google.errors import Json, Refusal, invalid
from connectors.standins.google.rendering import family
from connectors.standins.google.times import at, instant, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from connectors.standins.google.call import Call, Method

_NOT_WITH_TOKEN = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
]
_MUST_STAY = ("eventTypes", "singleEvents", "maxAttendees", "timeZone", "showHiddenInvitations")
_HORIZON = timedelta(days=730)
"""How far an endless series is expanded where the request sets no end."""
_UPDATED_HORIZON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SyncToken:
    """How far a feed was read, with what must not change until the next time."""

    serial: int
    generation: int
    fixed: Json

    def __str__(self) -> str:
        """The opaque text a client keeps."""
        return f"CO{self.serial:022d}="


def list_events(call: Call) -> Json:
    """Answer events.list."""
    access = reading(call)
    _refuse_combinations(call)
    if "pageToken" in call.parameters:
        return call.world.pages.next(call.parameters["pageToken"])
    since = _since(call, access.calendar)
    fixed = _fixed(call, access.calendar)
    token = SyncToken(call.world.next_serial(), access.calendar.generation, fixed)
    targets = [t for t in _targets(call, access.calendar, since) if _wanted(call, access, t, since)]
    view = access.view(call, details_of_deleted=call.flag("showDeleted"))
    items = [view.show(target) for target in _ordered(call, access.calendar, targets)]
    size = min(call.parameters.get("maxResults", 250), 2500)
    last = {} if _is_search(call) else {"nextSyncToken": str(token)}
    call.world.sync_tokens[str(token)] = token
    return call.world.pages.first("items", items, size, head=_head(call, access), last=last)


def expanded(call: Call, calendar: Calendar, entry: Entry) -> Iterator[Target]:
    """Yield the occurrences of a series, moved and cancelled ones in their slots."""
    end = call.world.now() + _HORIZON
    if "timeMax" in call.parameters:
        end = instant(call.parameters["timeMax"], parameter="timeMax")
    yield from (Target(entry, name) for name in entry.slots(end, calendar.timezone))


def in_window(call: Call, calendar: Calendar, target: Target) -> bool:
    """Whether it ends after timeMin and starts before timeMax (facts 1.6)."""
    given = call.parameters
    body = target.body
    zone = calendar.timezone
    if "timeMin" in given:
        bound = instant(given["timeMin"], parameter="timeMin")
        if at(moment(body["end"]), zone) <= bound:
            return False
    if "timeMax" in given:
        bound = instant(given["timeMax"], parameter="timeMax")
        return at(moment(body["start"]), zone) < bound
    return True


def _refuse_combinations(call: Call) -> None:
    """Raise Refusal for parameters that must not stand together (facts 1.1 to 1.3 and 1.11)."""
    given = call.parameters
    if "syncToken" in given:
        wrong = next((name for name in _NOT_WITH_TOKEN if name in given), None)
        if wrong:
            raise invalid(f"Sync token cannot be used with {wrong}.", wrong)
        if given.get("showDeleted") is False:
            raise invalid("Deleted events cannot be hidden in a sync.", "showDeleted")
    if given.get("orderBy") == "startTime" and not call.flag("singleEvents"):
        raise invalid(
            "The requested ordering is not available for the particular query.", "orderBy"
        )
    if {"timeMin", "timeMax"} <= given.keys():
        first, last = (instant(given[n], parameter=n) for n in ("timeMin", "timeMax"))
        if last <= first:
            raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.")
    if "updatedMin" in given:
        bound = instant(given["updatedMin"], parameter="updatedMin")
        if bound < call.world.now() - _UPDATED_HORIZON:
            message = "The requested minimum modification time lies too far in the past."
            raise Refusal(410, "updatedMinTooLongAgo", message, "calendar", "updatedMin")


def _since(call: Call, calendar: Calendar) -> int | None:
    """Return the serial a sync token stands for; raises Refusal (410) if it is no good."""
    text = call.parameters.get("syncToken")
    if text is None:
        return None
    token = call.world.sync_tokens.get(text)
    if token is None or token.generation != calendar.generation:
        message = "Sync token is no longer valid, a full sync is required."
        raise Refusal(410, "fullSyncRequired", message, "calendar", "syncToken")
    if token.fixed != _fixed(call, calendar):
        raise invalid("A sync has to ask for the same as its first request.", "syncToken")
    return token.serial


def _fixed(call: Call, calendar: Calendar) -> Json:
    """Return what has to be the same in every request of one sync."""
    return {name: call.parameters.get(name) for name in _MUST_STAY} | {"of": calendar.owner}


def _targets(call: Call, calendar: Calendar, since: int | None) -> Iterator[Target]:
    """Yield what might be listed: masters with their exceptions, or occurrences one by one."""
    types = call.parameters.get("eventTypes")
    for entry in calendar.entries.values():
        if since is not None and entry.serial <= since:
            continue
        if types and entry.body.get("eventType", "default") not in types:
            continue
        if call.flag("singleEvents") and entry.repeats and not entry.gone:
            yield from expanded(call, calendar, entry)
        elif entry.gone:
            yield Target(entry, None)
        else:
            yield from (Target(entry, name) for name in family(entry))


def _wanted(call: Call, access: Access, target: Target, since: int | None) -> bool:
    """Whether a candidate is listed; in a sync everything is, deletions above all (facts 1.3)."""
    if since is not None:
        return True
    if target.gone and not call.flag("showDeleted"):
        alone = call.flag("singleEvents") or target.slot is None
        if alone:
            return False
    if call.flag("singleEvents") and target.entry.gone and target.entry.repeats:
        return False
    return _in_reach(call, access.calendar, target) and _matches(call, target)


def _in_reach(call: Call, calendar: Calendar, target: Target) -> bool:
    """Whether the target, or for a series any occurrence, lies in the window."""
    if target.slot is not None or not target.entry.repeats:
        return in_window(call, calendar, target)
    if not {"timeMin", "timeMax"} & call.parameters.keys():
        return True
    return any(in_window(call, calendar, each) for each in expanded(call, calendar, target.entry))


def _matches(call: Call, target: Target) -> bool:
    """Whether the search words and filters fit."""
    given, body = call.parameters, target.body
    if "iCalUID" in given and body["iCalUID"] != given["iCalUID"]:
        return False
    if "updatedMin" in given and target.entry.updated < instant(given["updatedMin"]):
        return False
    for name in ("private", "shared"):
        shelf = body.get("extendedProperties", {}).get(name, {})
        for wanted in given.get(f"{name}ExtendedProperty", ()):
            key, _, value = wanted.partition("=")
            if shelf.get(key) != value:
                return False
    return all(word in _words(body) for word in given.get("q", "").lower().split())


def _words(body: Json) -> str:
    """Return what `q` looks at, in lower case."""
    people = [*body.get("attendees", []), body["organizer"]]
    found = [body.get(name, "") for name in ("summary", "description", "location")]
    found += [who.get(name, "") for who in people for name in ("email", "displayName")]
    return " ".join(found).lower()


def _ordered(call: Call, calendar: Calendar, targets: list[Target]) -> list[Target]:
    """Sort if asked; otherwise the order is unspecified but stable."""
    match call.parameters.get("orderBy"):
        case "startTime":
            return sorted(targets, key=lambda t: at(moment(t.body["start"]), calendar.timezone))
        case "updated":
            return sorted(targets, key=lambda t: t.entry.updated)
        case _:
            return targets


def _is_search(call: Call) -> bool:
    """Whether the request is a search: those give no sync token."""
    searching = ("orderBy", "q", "iCalUID", "privateExtendedProperty", "sharedExtendedProperty")
    return any(name in call.parameters for name in searching) or "updatedMin" in call.parameters


def _head(call: Call, access: Access) -> Json:
    """What stands above the items of every page."""
    return {
        "kind": "calendar#events",
        "etag": f'"p{call.world.next_serial():014d}"',
        "summary": access.calendar.owner,
        "description": "",
        "updated": stamp(_last_change(call, access.calendar)),
        "timeZone": access.calendar.timezone,
        "accessRole": access.role,
        "defaultReminders": [{"method": "popup", "minutes": 30}],
    }


def _last_change(call: Call, calendar: Calendar) -> datetime:
    """Return when anything in the calendar was last touched."""
    return max((e.updated for e in calendar.entries.values()), default=call.world.now())


METHODS: Mapping[str, Method] = {"calendar.events.list": list_events}
