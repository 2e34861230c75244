"""Free/busy, absences and working hours as `getSchedule` and `mailboxSettings` tell them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.model import Busy, Hours, Span, Weekday, WorkingHours, instant
from connectors.outlook import zones
from connectors.outlook.wire import Json

# Elsewhere but at work is no time to keep free; somebody tentative may well come.
_TAKEN = frozenset({"tentative", "busy", "oof"})
_AWAY = "oof"
_STRETCH = timedelta(days=14)
_STEP = timedelta(hours=1)
_TOO_MANY = "5006"
_SHORTEST = timedelta(days=1)
"""Nobody has a thousand meetings a day: who still cannot be told is unknown."""


def stretches(window: Span) -> Iterator[Span]:
    """Cut a window into what may be asked for at once, on Exchange's safe side."""
    start, end = instant(window.start), instant(window.end)
    while start < end:
        until = min(start + _STRETCH, end)
        yield Span(start, until)
        start = until


def halves(entry: Json, stretch: Span) -> tuple[Span, ...]:
    """Return what to ask instead where Exchange found more times than it tells at once (5006)."""
    code = str((entry.get("error") or {}).get("responseCode"))
    if code != _TOO_MANY or stretch.length <= _SHORTEST:
        return ()
    middle = stretch.start + stretch.length / 2
    return Span(stretch.start, middle), Span(middle, stretch.end)


def question(addresses: list[str], stretch: Span) -> Json:
    """Return the body of a `getSchedule`."""
    return {
        "schedules": addresses,
        "startTime": utc(stretch.start),
        # No step of the view, which nobody reads, may be longer than the stretch.
        "endTime": utc(max(stretch.end, stretch.start + _STEP)),
        "availabilityViewInterval": _STEP // timedelta(minutes=1),
    }


def utc(moment: datetime) -> Json:
    """Write a `dateTimeTimeZone` in UTC."""
    return {"dateTime": f"{instant(moment):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}


def busy(entries: Iterable[Json]) -> Busy | None:
    """Return one person's times from the answers for several stretches.

    None where any of them has an error: who cannot be seen is unknown, not free.
    """
    items: list[Json] = []
    for entry in entries:
        if "scheduleItems" not in entry or entry.get("error"):
            return None
        items += entry["scheduleItems"]
    # The view of single letters folds "working elsewhere" into free; the items are the truth.
    # What touches two stretches comes twice and counts once.
    return told(sorted({(str(item["status"]).lower(), span(item)) for item in items}))


def told(times: Iterable[tuple[str, Span]]) -> Busy:
    """Return the taken times by status, as often as they are told."""
    taken = [(status, at) for status, at in times if status in _TAKEN]
    return Busy(
        tuple(sorted(at for _, at in taken)),
        tuple(sorted({at for status, at in taken if status == _AWAY})),
    )


def each(own: Busy, schedule: Busy) -> Busy:
    """Return one's own times event by event, with what only the schedule tells beside them.

    A schedule repeats what it tells, so that two things at once look like one told twice.
    """
    others = (at for at in schedule.spans if at not in own.spans)
    away = {*own.absences, *schedule.absences}
    return Busy(tuple(sorted((*own.spans, *others))), tuple(sorted(away)))


def span(item: Json) -> Span:
    """Read a start and an end, each a `dateTimeTimeZone`."""
    return Span(*(_moment(item[edge]) for edge in ("start", "end")))


def _moment(value: Json) -> datetime:
    """Read a `dateTimeTimeZone`; Exchange answers in UTC, recorded answers in other zones too."""
    read = datetime.fromisoformat(str(value["dateTime"]))
    zone = ZoneInfo(zones.iana(str(value.get("timeZone") or "UTC")) or "UTC")
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def hours(said: Json | None, year: int, near: str) -> WorkingHours | None:
    """Return a working week; `near` is the zone of the mailbox that asks, for odd descriptions."""
    days = (said or {}).get("daysOfWeek")
    if not said or not days:
        return None
    stretch = Hours(*(_time(said[edge]) for edge in ("startTime", "endTime")))
    names = (str(day)[:3].upper() for day in days)
    zone = zones.described(said.get("timeZone") or {}, year, near)
    return WorkingHours(zone, {Weekday[name]: (stretch,) for name in names}) if zone else None


def _time(text: str) -> time:
    """Read a wall time with its seven digits of a second."""
    return time.fromisoformat(text).replace(microsecond=0)
