"""The change feed (`calendarView/delta`): it says that something changed, hardly ever what.

A round may begin with empty pages, tell a thing twice, say "removed" of what merely lies outside
the window, and leave a cancelled occurrence out without a word. So only the names count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from connectors.errors import CursorExpired, NotFound
from connectors.model import Cursor, Handle, Span, instant
from connectors.outlook.client import Graph
from connectors.outlook.wire import Json


@dataclass(frozen=True, slots=True)
class Place:
    """How far the feed was read; Graph binds the link to its window, we also to its day.

    The link opens the mailbox's changes to whoever holds a token: keep it as a secret.
    """

    link: str
    day: str

    def cursor(self) -> Cursor:
        """Write it down."""
        return Cursor(json.dumps(asdict(self)))

    @classmethod
    def of(cls, cursor: Cursor, today: date) -> Place:
        """Read it; the first look of a day, and what is no cursor of ours, starts anew."""
        try:
            place = cls(**json.loads(cursor))
        except (ValueError, TypeError) as error:
            raise CursorExpired("the cursor cannot be read") from error
        if place.day != today.isoformat():
            raise CursorExpired("a new day has a new window")
        return place


def begin(graph: Graph, path: str, window: Span, today: date) -> Place:
    """Go through a whole first round, to know where it ends."""
    try:
        return _begin(graph, path, window, today)
    except CursorExpired:
        # Exchange lost the state in the middle of the round; once more is enough or too much.
        return _begin(graph, path, window, today)


def _begin(graph: Graph, path: str, window: Span, today: date) -> Place:
    *_, last = graph.pages(f"{path}/calendarView/delta", edges(window))
    return Place(str(last["@odata.deltaLink"]), today.isoformat())


def since(graph: Graph, place: Place) -> tuple[tuple[Handle, ...], Place]:
    """Return the series touched since, each once: one request where there are none."""
    touched: dict[Handle, None] = {}
    try:
        for page in graph.onward(place.link):
            touched |= dict.fromkeys(_named(page))
    except NotFound as error:
        # The calendar has another id by now: it is looked up before it is read anew.
        raise CursorExpired(error.what) from error
    return tuple(touched), Place(str(page["@odata.deltaLink"]), place.day)


def edges(window: Span) -> dict[str, str]:
    """Return the two ends of a window as Graph's views want them."""
    return {
        name: f"{instant(edge):%Y-%m-%dT%H:%M:%SZ}"
        for name, edge in (("startDateTime", window.start), ("endDateTime", window.end))
    }


def _named(page: Json) -> Iterator[Handle]:
    """Yield the master of each occurrence and exception, and the id of everything else."""
    for entry in page["value"]:
        yield Handle(str(entry.get("seriesMasterId") or entry["id"]))
