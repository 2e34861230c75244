"""Whose calendar a request means, and what the caller may do there.

Everybody owns his primary calendar and sees a colleague's only after it was shared. A calendar
that is hidden and one that does not exist look the same: 404.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectors.standins.google.errors import forbidden, not_found
from connectors.standins.google.rendering import View
from connectors.standins.google.times import zone

if TYPE_CHECKING:
    from connectors.standins.google.calendar import Calendar
    from connectors.standins.google.call import Call


class Access(NamedTuple):
    """A calendar and the caller's role on it: `owner`, `writer` or `reader`."""

    calendar: Calendar
    role: str

    def view(self, call: Call, *, details_of_deleted: bool = False) -> View:
        """Return how this caller sees events of the calendar."""
        if name := call.parameters.get("timeZone"):
            zone(name, "timeZone")
        return View(
            self.calendar,
            self.role,
            name,
            call.parameters.get("maxAttendees"),
            details_of_deleted,
        )


def reading(call: Call) -> Access:
    """Return the calendar named in the path; 404 also where it is only hidden."""
    name = call.parameters["calendarId"]
    if name == "primary" or call.caller.calendar.is_mine(name):
        return Access(call.caller.calendar, "owner")
    person = call.world.find(name)
    role = person.calendar.readers.get(call.caller.email) if person else None
    if person is None or role is None:
        raise not_found()
    return Access(person.calendar, role)


def writing(call: Call) -> Access:
    """Return the calendar named in the path; raises Refusal (403) for mere readers."""
    access = reading(call)
    if access.role == "reader":
        message = "You need to have writer access to this calendar."
        raise forbidden("requiredAccessLevel", message, "calendar")
    return access
