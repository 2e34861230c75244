"""The link to the running document in an invitation: one line, written once, on the master alone.

There is no silent write: each guest is mailed once, and once more for each exception. An
attachment or an extension would cost no less, and on an occurrence it would make more exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.errors import NotPermitted, PreconditionFailed
from connectors.model import (
    Attendee,
    AttendeeKind,
    Facts,
    Handle,
    Link,
    Person,
    Receipt,
    Series,
    Url,
    Version,
)
from connectors.outlook import bodies, translate
from connectors.outlook.client import Graph
from connectors.outlook.reading import Reader
from connectors.outlook.translate import Eyes
from connectors.outlook.wire import Json


class Invitations:
    """Reads and writes the bodies of one calendar's invitations."""

    def __init__(self, graph: Graph, reader: Reader) -> None:
        self._graph = graph
        self._reader = reader

    def guard(self, event: Handle) -> tuple[Version, Facts]:
        """Read what a write must leave alone."""
        found = self._reader.whole(event)
        return translate.version(found), kept(found, self._reader.eyes([found]))

    def attach(self, target: Series, link: Link) -> Receipt:
        """Put the line on top of the body, unless the link is there already, whoever put it."""
        event = self._reader.whole(target.handle)
        if bodies.has(event, link.url):
            return self._receipt(event, event, link)
        if not event.get("isOrganizer"):
            raise NotPermitted("only the organizer can put a link into the invitation")
        html = bodies.with_line(bodies.content(event), link)
        return self._receipt(event, self._write(event, html), link)

    def detach(self, receipt: Receipt) -> None:
        """Take the line out again, unless people took it out or wrote in it."""
        event = self._reader.whole(receipt.handle)
        url = Url(str(receipt.after["link"]))
        if not bodies.has(event, url):
            return
        html = bodies.without_line(bodies.content(event), url)
        if html is None:
            raise PreconditionFailed("somebody wrote in the line with the link since")
        self._write(event, html)

    def _write(self, event: Json, html: str) -> Json:
        """Send the whole body back, as HTML: read as text it would lose the online meeting."""
        body = {"body": {"contentType": "html", "content": html}}
        path, known = self._reader.event(event["id"]), translate.version(event)
        return self._graph.write("PATCH", path, body, if_match=known)

    def _receipt(self, before: Json, after: Json, link: Link) -> Receipt:
        eyes = self._reader.eyes([before])
        others = [one.url for one in bodies.links(before) if one.url != link.url]
        return Receipt(
            handle=Handle(before["id"]),
            version=translate.version(after),
            before={"links": others},
            after={"links": [link.url, *others], "link": link.url},
            kept_before=kept(before, eyes),
            kept_after=kept(after, eyes),
            wrote=before is not after,
        )


def mails(series: Series, owner: Person) -> tuple[str, ...]:
    """Foresee the mails of an attachment: one a guest for the series and for each exception."""
    if not series.owned:
        return ()
    exceptions = sum(one.handle is not None for one in series.occurrences)
    return guests(series.organizer, series.attendees or (), owner) * (1 + exceptions)


def guests(organizer: str, invited: Sequence[Attendee], owner: Person) -> tuple[str, ...]:
    """Return who else reads what Exchange mails about a meeting; a room does not."""
    readers = {AttendeeKind.INDIVIDUAL, AttendeeKind.GROUP}
    people = dict.fromkeys((organizer, *(one.address for one in invited if one.kind in readers)))
    return tuple(address for address in people if not owner.answers_to(address))


def kept(event: Json, eyes: Eyes) -> Facts:
    """Return what a write must leave alone; a line above the online-meeting block is none of it."""
    invited = translate.people(event, eyes)
    return {
        "attendees": sorted(one.address for one in invited or ()),
        "join": (event.get("onlineMeeting") or {}).get("joinUrl"),
        "private": translate.is_private(event),
        "meeting_block": bodies.block(event),
    }
