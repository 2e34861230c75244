"""Who an event says is there: its organizer and its guests, with their answers.

Pure.
"""

from __future__ import annotations

from connectors.ical.parts import Fields
from connectors.ical.source import Property
from connectors.model import Attendee, AttendeeKind, Response

_RESPONSES = {response.value.upper(): response for response in Response}
_KINDS = {kind.value.upper(): kind for kind in AttendeeKind}


def address(person: Property) -> str:
    """Return the mail address of an ATTENDEE or ORGANIZER, in lower case."""
    params, value = person.parts()
    scheme, _, rest = value.strip().partition(":")
    if scheme.lower() == "mailto":
        return rest.strip().lower()
    # Some servers name people by a path of their own, and give the mail address beside it.
    return params.get("EMAIL", value).strip().lower()


def attendees(part: Fields) -> tuple[Attendee, ...]:
    """Read who is invited, each address once: the last word on it counts."""
    found = {address(one): _attendee(one) for one in part.get("ATTENDEE", ())}
    return tuple(found.values())


def _attendee(one: Property) -> Attendee:
    """Read one guest; an answer or kind we do not know is the default of RFC 5545."""
    params, _ = one.parts()
    return Attendee(
        address(one),
        params.get("CN", ""),
        _RESPONSES.get(params.get("PARTSTAT", "").upper(), Response.NEEDS_ACTION),
        _KINDS.get(params.get("CUTYPE", "").upper(), AttendeeKind.INDIVIDUAL),
        optional=params.get("ROLE", "").upper() in {"OPT-PARTICIPANT", "NON-PARTICIPANT"},
        comment=params.get("X-RESPONSE-COMMENT", ""),
    )


def organizer(part: Fields) -> str:
    """Return who organizes, not who sent it for them (SENT-BY)."""
    return address(part["ORGANIZER"][0]) if "ORGANIZER" in part else ""
