"""An Outlook calendar of 5,000 events, beside the raw floor.

Both ask the stand-in for Graph over HTTP; what it answered once it answers from memory, and outside
the measured processes. Both read the change feed to its end, which gives the place to go on from,
then the window, and keep on disk what they read. visavis, timed by its whole tick, also reads the
masters of the series and the words of single meetings of two, which Graph's window leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.standins.graph import World, application, rules
from connectors.standins.server import serve
from tests.bench.measure import Figure, looked
from tests.bench.meetings import DESCRIPTION, MINUTES, NOW, OWNER, meetings, settings
from tests.bench.replay import Replay

EVENTS = 5_000


def run() -> Iterator[Figure]:
    """Yield times of the first look and of one without changes."""
    with _graph() as (base, token), TemporaryDirectory() as folder:
        account = settings(Path(folder), "outlook", base)
        ours = looked("ours", str(account), environ={"VISAVIS_ACCESS_TOKEN_WORK": token})
        floor = looked("plain_graph", base, token)
    yield Figure("first look", "ms", ours.first, floor.first, 1.5)
    yield Figure("no change", "ms", ours.again, floor.first, 0.1)


@contextmanager
def _graph() -> Iterator[tuple[str, str]]:
    """Serve a mailbox full of meetings; yields address and token."""
    world = World(lambda: NOW)
    maya = world.person(OWNER)
    for meeting in meetings(EVENTS):
        maya.schedules(
            meeting.title,
            meeting.start,
            minutes=MINUTES,
            guests=meeting.guests,
            repeats=rules.weekly(meeting.start.date()) if meeting.weekly else None,
            body={"contentType": "html", "content": f"<p>{DESCRIPTION}</p>"},
            sensitivity="private" if meeting.private else "normal",
        )
    with serve(Replay(application(world))) as base:
        yield base, world.token(OWNER)
