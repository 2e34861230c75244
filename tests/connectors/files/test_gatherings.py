"""Gatherings that do not repeat are passed over by their bytes; what counts never is."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.ical.reading import Reader
from connectors.ical.source import split
from connectors.model import Handle
from tests.connectors.files.test_translate import MAYA, TIMES, WINDOW

READER = Reader(MAYA, "Europe/Berlin", lambda name, uid: Handle(f"{name}#{uid}"))
MAYAS = "ATTENDEE;CN=Maya:mailto:Maya.K@acme.example"
BEN, CARA = "ATTENDEE:mailto:ben@acme.example", "ATTENDEE;CN=Cara:MAILTO:cara@acme.example"
LINES = (
    MAYAS,
    BEN,
    CARA,
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:BEN@acme.example",
    "ATTENDEE;CUTYPE=ROOM;CN=Blue:mailto:blue@acme.example",
    "ATTENDEE;CN=Staff;CUTYPE=GROUP:mailto:staff@acme.example",
    "ATTENDEE;CN=Green;\n CUTYPE=ROOM:mailto:green@acme.example",
    "ATTENDEE;CN=Ben:mailto:ben@acme.ex\n ample",
    'ATTENDEE;CN="Dee: here":mailto:dee@acme.example',
    "ATTENDEE;EMAIL=ben@acme.example:urn:uuid:7",
    "ORGANIZER:mailto:maya@acme.example",
    "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
    "RRULE:FREQ=WEEKLY",
    f"BEGIN:VALARM\nACTION:EMAIL\n{BEN}\n{CARA}\nEND:VALARM",
)


def told(*lines: str) -> tuple[list[str], list[str]]:
    """Return what a baseline tells of an event, and what it would without passing anything over."""
    event = "\n".join(("BEGIN:VEVENT", "UID:one", *TIMES, *lines, "END:VEVENT"))
    source = split(f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n".encode())
    quick, _ = READER.told("a.ics", source, WINDOW)
    full, _ = READER.all("a.ics", source, source.events, WINDOW)
    return [one.uid for one in quick], [one.uid for one in full.values() if READER.tells(one)]


@given(st.lists(st.sampled_from(LINES), unique=True, max_size=6))
@example([BEN, CARA, "RRULE:FREQ=WEEKLY"])
@example([BEN, LINES[-1]])
def test_what_a_full_reading_tells_is_told(lines: list[str]) -> None:
    quick, full = told(*lines)
    assert quick == full


def test_a_gathering_is_not_even_read() -> None:
    """Its broken date is nobody's problem, as it is none of our business."""
    event = f"BEGIN:VEVENT\nUID:one\nDTSTART:soon\n{BEN}\n{CARA}\nEND:VEVENT"
    source = split(f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n".encode())
    assert READER.told("a.ics", source, WINDOW) == ([], {})
