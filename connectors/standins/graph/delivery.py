"""What an organizer's write does to the copies of the others, and the mails that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.standins.graph.calls import Json
from connectors.standins.graph.items import Changed, Fields, Item, occurrence
from connectors.standins.graph.mails import Mail
from connectors.standins.graph.profile import Kind, Profile
from connectors.standins.graph.writing import OWN_COPY, address_of

if TYPE_CHECKING:
    from connectors.standins.graph.world import World

_KEPT = OWN_COPY | {"responseStatus"}
_NOT_SENT = _KEPT | {"transactionId", "isCancelled"}
_NOBODY: Json = {"response": "none", "time": "0001-01-01T00:00:00Z"}
_ASKED: Json = {
    "showAs": "tentative",
    "responseStatus": {"response": "notResponded", "time": "0001-01-01T00:00:00Z"},
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
                sent = {**_sent(changed.fields, profile), **own}
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
        return (profile for profile in found.values() if profile.email != item.organizer)

    def addresses(self, item: Item) -> list[str]:
        """List where mails about a meeting go: lists are resolved, the organizer is left out."""
        resolved = [each for attendee in item.attendees for each in self._readers(attendee)]
        return [address for address in resolved if address != item.organizer]

    def _readers(self, attendee: Json) -> tuple[str, ...]:
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
            fields={**_sent(item.fields, profile), **own},
            exceptions=_exceptions(item, copy, profile),
            gone=copy.gone if copy else item.gone,
        )

    def _cancelled_one(self, copy: Item, day: date) -> Item:
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
        kept[day] = replace(changed, fields={**_sent(changed.fields, profile), **own})
    return kept


def _own(fields: Fields) -> Json:
    return {name: fields[name] for name in fields if name in _KEPT}


def _sent(fields: Fields, profile: Profile) -> Json:
    """Return what a meeting request carries; the answers of others stay with the organizer."""
    sent = {name: fields[name] for name in fields if name not in _NOT_SENT}
    if "attendees" in sent:
        seen = [
            each
            for each in sent["attendees"]
            if not fields.get("hideAttendees") or _is(profile, each)
        ]
        sent["attendees"] = [_without_answer(attendee) for attendee in seen]
    return sent


def _is(profile: Profile, attendee: Json) -> bool:
    return address_of(attendee) in profile.addresses


def _without_answer(attendee: Json) -> Json:
    kept = {name: value for name, value in attendee.items() if name != "proposedNewTime"}
    return {**kept, "status": _NOBODY}


def _cancelled(fields: Fields) -> Json:
    subject = str(fields.get("subject") or "")
    return {**fields, "isCancelled": True, "showAs": "free", "subject": f"Canceled: {subject}"}
