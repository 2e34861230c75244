"""calendars.get, calendarList and settings: what a program learns about a person's habits.

All three can be silent about the same person: no working hours without Workspace, no setting
where somebody never changed one. The time zone stands in two of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.standins.google.access import Access, reading
from connectors.standins.google.errors import Json, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.standins.google.call import Call, Method


def calendar(call: Call) -> Json:
    """Answer calendars.get; working hours are absent where the account has none (facts 8.6)."""
    found = reading(call).calendar
    hours = {} if found.working_hours is None else {"workingHours": found.working_hours}
    return {
        "kind": "calendar#calendar",
        "etag": '"calendar"',
        "id": found.owner,
        "summary": found.owner,
        "timeZone": found.timezone,
    } | hours


def calendars(call: Call) -> Json:
    """Answer calendarList.list: one's own calendar and those shared with one."""
    mine = call.caller.calendar
    shared = (
        p.calendar for p in call.world.people.values() if call.caller.email in p.calendar.readers
    )
    items = [_listed(Access(mine, "owner"), primary=True)]
    items += [_listed(Access(c, c.readers[call.caller.email]), primary=False) for c in shared]
    last = {"nextSyncToken": f"list-{call.world.next_serial()}"}
    return {"kind": "calendar#calendarList", "items": items} | last


def listed_calendar(call: Call) -> Json:
    """Answer calendarList.get."""
    access = reading(call)
    return _listed(access, primary=access.role == "owner")


def settings(call: Call) -> Json:
    """Answer settings.list; a setting at its default may be missing (facts 8.7)."""
    items = [_setting(name, value) for name, value in call.caller.calendar.settings.items()]
    last = {"nextSyncToken": f"settings-{call.world.next_serial()}"}
    return {"kind": "calendar#settings", "items": items} | last


def setting(call: Call) -> Json:
    """Answer settings.get."""
    name = call.parameters["setting"]
    if name not in call.caller.calendar.settings:
        raise not_found()
    return _setting(name, call.caller.calendar.settings[name])


def _setting(name: str, value: str) -> Json:
    """One setting."""
    return {"kind": "calendar#setting", "etag": '"setting"', "id": name, "value": value}


def _listed(access: Access, *, primary: bool) -> Json:
    """A calendar as it stands in a person's list."""
    entry: Json = {
        "kind": "calendar#calendarListEntry",
        "etag": '"entry"',
        "id": access.calendar.owner,
        "summary": access.calendar.owner,
        "timeZone": access.calendar.timezone,
        "accessRole": access.role,
    }
    return entry | ({"primary": True} if primary else {})


METHODS: Mapping[str, Method] = {
    "calendar.calendars.get": calendar,
    "calendar.calendarList.list": calendars,
    "calendar.calendarList.get": listed_calendar,
    "calendar.settings.list": settings,
    "calendar.settings.get": setting,
}
