"""A Google calendar of 5,000 events, beside the raw floor and beside gcal-sync.

Two calendars: a manager's, for which the limits are promised, and that of somebody who meets people
one by one all day, which is only told. All three ask the stand-in for Google over HTTP; what it
answered once it answers from memory, and outside the measured processes. All three keep on disk
what they read. visavis is timed by its whole tick: look, decide, write down; gcal-sync by its
loading, asking and saving.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.standins.google import World, application
from connectors.standins.server import serve
from tests.bench.measure import Figure, environment, looked
from tests.bench.meetings import (
    COACH,
    DESCRIPTION,
    MANAGER,
    MINUTES,
    NOW,
    OWNER,
    Mix,
    meetings,
    settings,
)
from tests.bench.replay import Replay

EVENTS = 5_000
GCAL_SYNC = "gcal-sync==8.0.0"


def run() -> Iterator[Figure]:
    """Yield times of the first look and of one without changes."""
    python = environment("gcal-sync", GCAL_SYNC)
    for who, mix, kept in (("manager", MANAGER, 1.0), ("coach", COACH, inf)):
        with _google(mix) as (base, token), TemporaryDirectory() as folder:
            account = settings(Path(folder), "google", base)
            token_variable = {"VISAVIS_ACCESS_TOKEN_WORK": token}
            ours = looked("ours", str(account), environ=token_variable)
            floor = looked("plain_google", base, token)
            gcal = looked("gcal", base, token, python=python)
        yield Figure(f"{who}: first, floor", "ms", ours.first, floor.first, 1.5 * kept)
        yield Figure(f"{who}: first, gcal-sync", "ms", ours.first, gcal.first, 1.0 * kept)
        yield Figure(f"{who}: no change, gcal-sync", "ms", ours.again, gcal.again, 0.1 * kept)


@contextmanager
def _google(mix: Mix) -> Iterator[tuple[str, str]]:
    """Serve a calendar full of meetings; yields address and token."""
    world = World(lambda: NOW)
    maya = world.person(OWNER)
    for meeting in meetings(EVENTS, mix):
        maya.schedules(
            meeting.title,
            meeting.start,
            minutes=MINUTES,
            guests=meeting.guests,
            rule="FREQ=WEEKLY" if meeting.weekly else None,
            description=DESCRIPTION,
            visibility="private" if meeting.private else "default",
        )
    with serve(Replay(application(world))) as base:
        yield base, world.token(OWNER)
