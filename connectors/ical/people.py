"""Who an event says is there: its organizer and its guests, with their answers.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.ical.parts import Fields
from connectors.ical.source import Property
from connectors.model import Attendee, AttendeeKind, Response

_RESPONSES = {response.value.upper(): response for response in Response}
_KINDS = {kind.value.upper(): kind for kind in AttendeeKind}


def address(person: Property) -> str:
    """Return the mail address of an ATTENDEE or ORGANIZER, in lower case."""
    return _address(*person.parts())


def _address(params: Mapping[str, str], value: str) -> str:
    scheme, _, rest = value.strip().partition(":")
    if scheme.lower() == "mailto":
        return rest.strip().lower()
    # Some servers name people by a path of their own, and give the mail address beside it.
    return params.get("EMAIL", value).strip().lower()


def attendees(part: Fields) -> tuple[Attendee, ...]:
    """Read who is invited, each address once: the last word on it counts."""
    found = map(_attendee, part.get("ATTENDEE", ()))
    return tuple({one.address: one for one in found}.values())


def _attendee(one: Property) -> Attendee:
    """Read one guest; an answer or kind we do not know is the default of RFC 5545."""
    params, value = one.parts()
    return Attendee(
        _address(params, value),
        params.get("CN", ""),
        _RESPONSES.get(params.get("PARTSTAT", "").upper(), Response.NEEDS_ACTION),
        _KINDS.get(params.get("CUTYPE", "").upper(), AttendeeKind.INDIVIDUAL),
        optional=params.get("ROLE", "").upper() in {"OPT-PARTICIPANT", "NON-PARTICIPANT"},
        comment=params.get("X-RESPONSE-COMMENT", ""),
    )


def organizer(part: Fields) -> str:
    """Return who organizes, not who sent it for them (SENT-BY)."""
    return address(part["ORGANIZER"][0]) if "ORGANIZER" in part else ""
