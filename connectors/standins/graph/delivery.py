"""What an organizer's write does to the copies of the others, and the mails that go with it.

Each attendee with a mailbox in this world holds a copy of their own, tied to the others by the uid.
A request carries the organizer's words; what belongs to one copy (categories, showAs, the answer)
is neither sent nor overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.standins.graph.calls import Json
from connectors.standins.graph.items import Changed, Fields, Item, occurrence
from connectors.standins.graph.mails import Mail
from connectors.standins.graph.profile import Kind, Profile
from connectors.standins.graph.writing import OWN_COPY, UNANSWERED, address_of

if TYPE_CHECKING:
    from connectors.standins.graph.world import World

_KEPT = OWN_COPY | {"responseStatus"}
_NOT_SENT = _KEPT | {"transactionId", "isCancelled"}
_ASKED: Json = {
    "showAs": "tentative",
    "responseStatus": {**UNANSWERED, "response": "notResponded"},
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Carries the meetings of one world; `lag` hides the writes from plain reads for a while."""

    world: World
    lag: timedelta = timedelta()

    def store(self, email: str, item: Item) -> None:
        """Write one copy."""
        self.world.mailbox(email).put(item, self.world.now(), self.lag)

    def drop(self, email: str, item: Item) -> None:
        """Delete one copy."""
        self.world.mailbox(email).drop(item.key, self.world.now(), self.lag)

    def whole(self, item: Item) -> None:
        """Bring the copies of all attendees up to the organizer's single event or series."""
        for profile in self.invited(item):
            copy = self.world.mailbox(profile.email).by_uid(item.uid)
            self.store(profile.email, self._copy(item, copy, profile))

    def one(self, item: Item, day: date) -> None:
        """Bring one occurrence of all copies up to the organizer's; a declined one comes back."""
        for profile in self.invited(item):
            if copy := self.world.mailbox(profile.email).by_uid(item.uid):
                own = _own(copy.exceptions[day].fields) if day in copy.exceptions else {}
                changed = item.exceptions[day]
                sent = {**_sent(changed.fields, item, profile), **own}
                exception = Changed(changed.start, changed.end, sent)
                self.store(profile.email, copy.with_exception(day, exception))

    def cancel(self, item: Item, profiles: Iterable[Profile], day: date | None = None) -> None:
        """Mark the copies as cancelled, or one occurrence of them."""
        for profile in profiles:
            copy = self.world.mailbox(profile.email).by_uid(item.uid)
            if copy and day is None:
                self.store(profile.email, replace(copy, fields=_cancelled(copy.fields)))
            elif copy and day:
                self.store(profile.email, self._cancelled_one(copy, day))

    def mail(
        self,
        kind: str,
        item: Item,
        addresses: Iterable[str],
        day: date | None = None,
        comment: str = "",
    ) -> None:
        """Log one mail to each address."""
        fields = occurrence(item, day).fields if day else item.fields
        for address in addresses:
            subject = str(fields.get("subject") or "")
            now = self.world.now()
            self.world.post(Mail(now, kind, item.organizer, address, subject, comment, day))

    def invited(self, item: Item) -> Iterator[Profile]:
        """Yield who holds a copy: attendees with a mailbox, and the members of invited lists."""
        found = {p.email: p for address in self.addresses(item) if (p := self.world.find(address))}
        return iter(found.values())

    def addresses(self, item: Item) -> list[str]:
        """List where mails about a meeting go: lists are resolved, the organizer is left out."""
        organizer = self.world.people[item.organizer].addresses
        resolved = [each for attendee in item.attendees for each in self._readers(attendee)]
        return [address for address in resolved if address not in organizer]

    def _readers(self, attendee: Json) -> tuple[str, ...]:
        """Return who reads mail to an attendee: the members, where it is a list."""
        profile = self.world.find(address_of(attendee))
        if profile and profile.kind is Kind.LIST:
            return profile.members
        return (address_of(attendee),)

    def _copy(self, item: Item, copy: Item | None, profile: Profile) -> Item:
        """Return the attendee's copy: the organizer's words, the attendee's own properties."""
        first = {**_ASKED, "sensitivity": item.fields.get("sensitivity", "normal")}
        own = _own(copy.fields) if copy else first
        return replace(
            item,
            key=copy.key if copy else self.world.number(),
            fields={**_sent(item.fields, item, profile), **own},
            exceptions=_exceptions(item, copy, profile),
            gone=copy.gone if copy else item.gone,
        )

    def _cancelled_one(self, copy: Item, day: date) -> Item:
        """Mark or remove one occurrence; whoever had it off their calendar keeps it off."""
        if not self.world.quirks.cancelled_copy_stays:
            return copy.without(day)
        if day in copy.gone:
            return copy
        was = occurrence(copy, day)
        return copy.with_exception(day, Changed(was.start, was.end, _cancelled(was.fields)))


def _exceptions(item: Item, copy: Item | None, profile: Profile) -> dict[date, Changed]:
    """Return the organizer's exceptions as the attendee has them, with cancelled ones kept."""
    had = copy.exceptions if copy else {}
    kept = {day: changed for day, changed in had.items() if changed.fields.get("isCancelled")}
    for day, changed in item.exceptions.items():
        own = _own(had[day].fields) if day in had else {}
        kept[day] = replace(changed, fields={**_sent(changed.fields, item, profile), **own})
    return kept


def _own(fields: Fields) -> Json:
    """Return what stays an attendee's own whatever the organizer writes."""
    return {name: fields[name] for name in fields if name in _KEPT}


def _sent(fields: Fields, item: Item, profile: Profile) -> Json:
    """Return what a meeting request carries; the answers of others stay with the organizer."""
    sent = {name: fields[name] for name in fields if name not in _NOT_SENT}
    if "attendees" in sent:
        hidden = item.fields.get("hideAttendees")
        sent["attendees"] = [
            _without_answer(attendee)
            for attendee in sent["attendees"]
            if not hidden or address_of(attendee) in profile.addresses
        ]
    return sent


def _without_answer(attendee: Json) -> Json:
    """Hide an answer: an attendee's copy is not told those of the others."""
    kept = {name: value for name, value in attendee.items() if name != "proposedNewTime"}
    return {**kept, "status": UNANSWERED}


def _cancelled(fields: Fields) -> Json:
    """Return the fields of a cancelled copy: free time under a subject that says so."""
    subject = str(fields.get("subject") or "")
    return {**fields, "isCancelled": True, "showAs": "free", "subject": f"Canceled: {subject}"}
