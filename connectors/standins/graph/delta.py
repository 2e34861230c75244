"""`calendarView/delta`: says that something changed, hardly ever what.

A round begins with an empty page, may repeat an event, sends a touched series whole with thin
occurrences, leaves cancelled ones out without a word, and says "removed" also of events that merely
lie outside the window. The page of the manual still promises full events.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from connectors.standins.graph.asking import Ask, Routes
from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.events import window
from connectors.standins.graph.ids import Name
from connectors.standins.graph.items import Instance, Item, instances, whole
from connectors.standins.graph.mailbox import Mailbox
from connectors.standins.graph.zones import instant, stamp

_PAGE = 10
_FIRST_PAGE = -1
_NOTHING = -1


@dataclass(frozen=True, slots=True)
class Token:
    """Where a round stands: bound to its mailbox, its window and the state it began with.

    `since` is the state known before the round (-1: nothing yet), `until` the state it tells;
    `page` is -1 for the empty page a round begins with. In a delta token both states are the same.
    """

    email: str
    start: str
    end: str
    since: int
    until: int
    page: int
    generation: int

    def encode(self) -> str:
        """Write the token, opaque to the client."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Token:
        """Read a token; anything else is a bad request."""
        try:
            return cls(**json.loads(base64.urlsafe_b64decode(text)))
        except (ValueError, TypeError, binascii.Error) as broken:
            raise Refused(400, "BadRequest", "Badly formed token.") from broken

    @property
    def window(self) -> tuple[datetime, datetime]:
        """The window the round was begun with."""
        return instant(self.start), instant(self.end)


def delta(ask: Ask) -> Reply:
    """Answer one page of a round: a nextLink until the last page, which has the deltaLink."""
    token = _token(ask)
    if token.generation != ask.world.delta_generation or token.email != ask.owner.email:
        code = ask.world.quirks.sync_state_code
        raise Refused(410, code, "The sync state generation is not found; a full sync is needed.")
    if token.page == _FIRST_PAGE:
        return _answer(ask, [], replace(token, page=0))
    size = ask.prefer.page or _PAGE
    changes = Changes(ask, token).told()
    # The same event may come twice in a round: a page begins with the end of the one before.
    begin = max(token.page * size - 1, 0)
    values = changes[begin : (token.page + 1) * size]
    if (token.page + 1) * size < len(changes):
        return _answer(ask, values, replace(token, page=token.page + 1))
    return _answer(ask, values, None, replace(token, since=token.until, page=0))


def _token(ask: Ask) -> Token:
    """Return where this request stands: inside a round, after one, or at a first beginning."""
    if skip := ask.query.get("$skiptoken"):
        return Token.decode(skip)
    serial = ask.world.mailbox(ask.owner.email).serial
    first = _FIRST_PAGE if ask.world.quirks.empty_first_page else 0
    if known := ask.query.get("$deltatoken"):
        return replace(Token.decode(known), until=serial)
    if {"startDateTime", "endDateTime"} - set(ask.query):
        raise Refused(400, "ErrorInvalidParameter", "startDateTime and endDateTime are required.")
    start, end = map(stamp, window(ask))
    generation = ask.world.delta_generation
    return Token(ask.owner.email, start, end, _NOTHING, serial, first, generation)


def _answer(
    ask: Ask, values: list[Json], next_page: Token | None, done: Token | None = None
) -> Reply:
    """Return a page with exactly one link: onward, or to the next round."""
    body: Json = {"value": values}
    if next_page:
        body["@odata.nextLink"] = ask.link(_skiptoken=next_page.encode())
    if done:
        body["@odata.deltaLink"] = ask.link(_deltatoken=done.encode())
    return Reply(200, body)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one round tells of the items written between two states of a mailbox."""

    ask: Ask
    token: Token

    def told(self) -> list[Json]:
        """Return the entries: a touched series comes whole, in no useful order."""
        mailbox = self.ask.world.mailbox(self.ask.owner.email).at(self.token.until)
        before = mailbox.at(self.token.since)
        standing = {item.key: item for item in mailbox.items()}
        touched = mailbox.touched(self.token.since)
        return [
            entry
            for key in touched
            for entry in self._entries(mailbox, standing.get(key), before, key)
        ]

    def _entries(
        self, mailbox: Mailbox, item: Item | None, before: Mailbox, key: int
    ) -> list[Json]:
        """Return what is told of one touched item: its instances in the window, or a removal."""
        found = list(instances(item, *self.token.window)) if item else []
        if not found:
            # Also for events outside the window: "removed" is not "cancelled".
            return [self._removed(key)] if self.token.since != _NOTHING else []
        masters = [whole(item)] if item and item.recurrence else []
        shown = (masters if self.ask.world.quirks.masters_in_delta else []) + found
        entries = [self._entry(mailbox, instance) for instance in shown]
        return entries + self._removed_occurrences(item, before)

    def _entry(self, mailbox: Mailbox, instance: Instance) -> Json:
        """Write an instance: an occurrence thin, everything else nearly full."""
        renderer = self.ask.renderer(mailbox)
        if instance.type == "occurrence":
            return renderer.thin(instance)
        return {"@odata.type": "#microsoft.graph.event", **renderer.event(instance)}

    def _removed_occurrences(self, item: Item | None, before: Mailbox) -> list[Json]:
        """Return `@removed` for occurrences cancelled since, in worlds that send it."""
        if item is None or not self.ask.world.quirks.removed_occurrences:
            return []
        known = next((each for each in before.items() if each.key == item.key), None)
        gone = item.gone - (known.gone if known else frozenset())
        return [self._removed(item.key, day) for day in sorted(gone)]

    def _removed(self, key: int, day: date | None = None) -> Json:
        """Return a removal: an id and a reason that is always the same."""
        name = Name(key, day).encode(immutable=self.ask.prefer.immutable_ids)
        entry = {"@odata.type": "#microsoft.graph.event", "id": name}
        return {**entry, "@removed": {"reason": "deleted"}}


ROUTES: Routes = {("GET", "/calendarView/delta"): delta}
