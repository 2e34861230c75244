"""freebusy.query: bare spans, and errors inside a 200 (facts 8).

The answer has no titles and no reasons: declined and transparent events are gone, private ones
are there, neighbours melt into one span. The meeting one wants to move is busy time like others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.standins.google.calendar import Calendar, Entry, Target
from connectors.standins.google.errors import Json, Refusal, invalid
from connectors.standins.google.times import at, instant, moment, stamp, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from connectors.standins.google.call import Call, Method

Busy = tuple["datetime", "datetime"]
_MOST_CALENDARS = 50


def query(call: Call) -> Json:
    """Answer freebusy.query."""
    start, end = (_bound(call, name) for name in ("timeMin", "timeMax"))
    if end <= start:
        raise invalid("The specified time range is empty.", "timeMax")
    if end - start > call.world.freebusy_limit:
        message = "The requested time range is too long."
        raise Refusal(400, "timeRangeTooLong", message, parameter="timeMax")
    asked = [item.get("id", "") for item in call.body.get("items", ())]
    most = call.body.get("calendarExpansionMax", len(asked))
    if not all(asked) or call.body.get("calendarExpansionMax", 1) > _MOST_CALENDARS:
        raise invalid("Each item needs an id, and at most 50 calendars can be expanded.", "items")
    zone(call.body.get("timeZone", "UTC"), "timeZone")
    calendars: Json = {}
    for number, name in enumerate(asked):
        answer = _failed("tooManyCalendarsRequested")
        if number < most:
            answer = _one(call, name, start, end)
        calendars[name] = answer
    head = {"kind": "calendar#freeBusy", "timeMin": stamp(start), "timeMax": stamp(end)}
    return head | {"calendars": calendars}


def busy(calendar: Calendar, start: datetime, end: datetime) -> list[Busy]:
    """Return when somebody is taken: opaque events he did not decline, merged (facts 8.4)."""
    spans = [
        _span(calendar, target)
        for entry in calendar.entries.values()
        for target in occurrences(calendar, entry, start, end)
        if _takes_time(calendar, target)
    ]
    return _united((max(first, start), min(last, end)) for first, last in spans)


def _bound(call: Call, name: str) -> datetime:
    """Read one end of the asked range; an offset is mandatory."""
    if name not in call.body:
        raise invalid(f"Missing {name} parameter.", name)
    return instant(call.body[name], parameter=name)


def _one(call: Call, name: str, start: datetime, end: datetime) -> Json:
    """Answer for one calendar; what one may not see is not found."""
    person = call.caller if name == "primary" else call.world.find(name)
    if person is None or (person.calendar.free_busy_hidden and person is not call.caller):
        return _failed("notFound")
    spans = busy(person.calendar, start, end)
    return {"busy": [{"start": _utc(first), "end": _utc(last)} for first, last in spans]}


def _failed(reason: str) -> Json:
    """An entry that failed: its empty `busy` means nothing."""
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def occurrences(
    calendar: Calendar, entry: Entry, start: datetime, end: datetime
) -> Iterator[Target]:
    """Yield what stands in the calendar between two instants, cancelled things left out."""
    if entry.gone:
        return
    names = entry.slots(end, calendar.timezone) if entry.repeats else [None]
    for target in (Target(entry, name) for name in names):
        first, last = _span(calendar, target)
        if not target.gone and first < end and start < last:
            yield target


def _span(calendar: Calendar, target: Target) -> Busy:
    """Return when an event is, all-day ones from midnight to midnight of the calendar."""
    first, last = (moment(target.body[name]) for name in ("start", "end"))
    return at(first, calendar.timezone), at(last, calendar.timezone)


def _takes_time(calendar: Calendar, target: Target) -> bool:
    """Whether an event makes its owner busy; unanswered ones do."""
    opaque = target.body.get("transparency") != "transparent"
    return opaque and not _declined(calendar, target.body)


def _declined(calendar: Calendar, body: Json) -> bool:
    """Whether the owner said no."""
    guests = body.get("attendees", ())
    mine = [guest for guest in guests if calendar.is_mine(guest["email"])]
    return any(guest["responseStatus"] == "declined" for guest in mine)


def _united(spans: Iterable[Busy]) -> list[Busy]:
    """Join spans that touch or overlap."""
    united: list[Busy] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _utc(value: datetime) -> str:
    """Write an instant as free/busy answers do: no milliseconds."""
    return stamp(value).replace(".000Z", "Z")


METHODS: Mapping[str, Method] = {"calendar.freebusy.query": query}
