"""What the owner of a mailbox can do to a meeting, through the API or by hand in Outlook.

There is no way to change a meeting silently: whatever an organizer writes beside the properties of
the own copy mails the others. An attendee's edits stay in the attendee's copy until the organizer's
next update. Answers are known to the organizer's copy alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.standins.graph import ids, zones
from connectors.standins.graph.calls import Json, Refused
from connectors.standins.graph.delivery import Delivery
from connectors.standins.graph.ids import Name
from connectors.standins.graph.items import (
    Changed,
    Fields,
    Instance,
    Item,
    neighbours,
    occurrence,
    whole,
)
from connectors.standins.graph.mails import Mail
from connectors.standins.graph.writing import (
    OWN_COPY,
    UNANSWERED,
    Writer,
    address_of,
    new_item,
    timed,
    times,
)

if TYPE_CHECKING:
    from connectors.standins.graph.mailbox import Mailbox
    from connectors.standins.graph.profile import Profile
    from connectors.standins.graph.world import World

_DUPLICATE = {"conflict": 409, "refused": 400}
_SHOWN = {"accepted": "busy", "tentativelyAccepted": "tentative", "declined": "free"}


def instance(mailbox: Mailbox, name: Name) -> Instance:
    """Return what an id names; 404 where it stands no longer."""
    item = mailbox.item(name.key)
    if name.day is None:
        return whole(item)
    if name.day not in item.exceptions and name.day not in item.days(name.day):
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found.")
    return occurrence(item, name.day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The one calendar of a person."""

    world: World
    email: str
    lag: timedelta = timedelta()

    @property
    def mailbox(self) -> Mailbox:
        """The copies in it, as they truly are."""
        return self.world.mailbox(self.email)

    @property
    def _delivery(self) -> Delivery:
        return Delivery(self.world, self.lag)

    @property
    def _writer(self) -> Writer:
        return Writer(self.world.find, self.world.number, self.world.quirks.strips_markup)

    @property
    def _me(self) -> Profile:
        return self.world.people[self.email]

    def create(self, body: Json, uid: str | None = None) -> Item:
        """Make an event and invite its attendees; the same transactionId makes it once."""
        if earlier := self._earlier(body.get("transactionId")):
            return earlier
        key = self.world.number()
        answer = {**UNANSWERED, "response": "organizer"}
        fields = {**self._writer.fields(body, {}), "responseStatus": answer}
        item = new_item(key, uid or ids.ical_uid(key), self.email, body, fields)
        self._delivery.store(self.email, item)
        self._delivery.whole(item)
        self._delivery.mail("invitation", item, self._delivery.addresses(item))
        return item

    def _earlier(self, transaction: str | None) -> Item | None:
        """Return the event this transaction already made, or refuse it, as the quirk says."""
        if transaction is None:
            return None
        made = (i for i in self.mailbox.items() if i.fields.get("transactionId") == transaction)
        earlier = next(made, None)
        status = _DUPLICATE.get(self.world.quirks.duplicate_transaction)
        if earlier and status:
            raise Refused(status, "ErrorDuplicateTransactionId", "The transaction was seen before.")
        return earlier

    def update(self, name: Name, body: Json) -> None:
        """Change an event, a series, or one occurrence, which makes an exception of it."""
        target = instance(self.mailbox, name)
        if name.day is None:
            self._update_whole(target.item, body)
        else:
            self._update_one(target, name.day, body)

    def _update_whole(self, item: Item, body: Json) -> None:
        """Write a single event or a master; to another time, people answer anew."""
        after = timed(replace(item, fields=self._writer.fields(body, item.fields)), body)
        if (after.start, after.end) != (item.start, item.end):
            after = replace(after, fields=_unanswered(after.fields))
        self._delivery.store(self.email, after)
        # By the properties named, not by whether they differ: the harsher of two unknowns.
        if self._sends(item) and set(body) - OWN_COPY:
            self._delivery.whole(after)
            self._mail_update(item, after, everybody=set(body) != {"attendees"})

    def _update_one(self, target: Instance, day: date, body: Json) -> None:
        """Write one occurrence; only what differs from the series is kept with it."""
        if "recurrence" in body:
            message = "An occurrence has no recurrence of its own."
            raise Refused(400, "ErrorInvalidRequest", message)
        start, end = times(body, target.start, target.end)
        fields = self._writer.fields(body, target.fields)
        if (start, end) != (target.start, target.end):
            _check_crossing(target.item, day, start, end)
            fields = _unanswered(fields)
        # The rest goes on following the series when the series is changed.
        own = {
            name: value for name, value in fields.items() if target.item.fields.get(name) != value
        }
        after = target.item.with_exception(day, Changed(start, end, own))
        self._delivery.store(self.email, after)
        if self._sends(after) and set(body) - OWN_COPY:
            self._delivery.one(after, day)
            self._delivery.mail("update", after, self._delivery.addresses(after), day)

    def _sends(self, item: Item) -> bool:
        """Whether edits of this copy reach the others: those of an attendee stay local."""
        return item.organizer == self.email

    def _mail_update(self, before: Item, after: Item, *, everybody: bool) -> None:
        """Mail as Exchange does: all, or the changed attendees; and once more per exception."""
        old, new = self._delivery.addresses(before), self._delivery.addresses(after)
        stayed = [address for address in new if address in old]
        removed = [address for address in old if address not in new]
        self._delivery.mail("invitation", after, [each for each in new if each not in old])
        self._delivery.mail("cancellation", before, removed)
        profiles = (self.world.find(address) for address in removed)
        self._delivery.cancel(before, [profile for profile in profiles if profile])
        if everybody:
            for day in (None, *after.exceptions):
                self._delivery.mail("update", after, stayed, day)

    def cancel(self, name: Name, comment: str = "") -> None:
        """Cancel as organizer: gone here without an object left, marked or gone at the others."""
        target = instance(self.mailbox, name)
        if not self._sends(target.item):
            message = "You need to be an organizer to cancel a meeting."
            raise Refused(400, "ErrorInvalidRequest", message)
        item = target.item
        self._remove(item, name.day)
        self._delivery.cancel(item, self._delivery.invited(item), name.day)
        addresses = self._delivery.addresses(item)
        self._delivery.mail("cancellation", item, addresses, name.day, comment)

    def delete(self, name: Name) -> None:
        """Delete: an organizer's delete mails a cancellation, an attendee's tells nobody."""
        target = instance(self.mailbox, name)
        if self._sends(target.item):
            self.cancel(name)
        else:
            self._remove(target.item, name.day)

    def _remove(self, item: Item, day: date | None) -> None:
        """Take it off this calendar: an item is dropped, a day of a series leaves no object."""
        if day is None:
            self._delivery.drop(self.email, item)
        else:
            self._delivery.store(self.email, item.without(day))

    def respond(
        self,
        name: Name,
        answer: str,
        comment: str = "",
        *,
        send: bool = True,
        proposal: Json | None = None,
    ) -> None:
        """Answer an invitation: `accepted`, `tentativelyAccepted` or `declined`."""
        target = instance(self.mailbox, name)
        if self._sends(target.item):
            message = "You can't respond to this meeting because you're the meeting organizer."
            raise Refused(400, "ErrorInvalidRequest", message)
        _check_proposal(target, proposal, send=send)
        self._answer_here(target, answer)
        if send:
            self._answer_there(target, answer, proposal)
            self.world.post(self._answer_mail(target, answer, comment))

    def _answer_here(self, target: Instance, answer: str) -> None:
        """Note the answer in the own copy; what was declined leaves the calendar."""
        if answer == "declined" and not self._me.keeps_declined:
            self._remove(target.item, target.day)
            return
        said = {"responseStatus": self._status(answer), "showAs": _SHOWN[answer]}
        self._delivery.store(self.email, _with_fields(target, {**_own_fields(target), **said}))

    def _answer_there(self, target: Instance, answer: str, proposal: Json | None) -> None:
        """Note the answer in the organizer's copy, the only one that knows all answers."""
        theirs = self.world.mailbox(target.item.organizer)
        copy = theirs.by_uid(target.item.uid)
        if copy is None:
            return
        there = occurrence(copy, target.day) if target.day else whole(copy)
        said: Json = {"status": self._status(answer)}
        if proposal:
            said["proposedNewTime"] = proposal
        attendees = [
            {**attendee, **said} if address_of(attendee) in self._me.addresses else attendee
            for attendee in there.fields["attendees"]
        ]
        answered = _with_fields(there, {**_own_fields(there), "attendees": attendees})
        self._delivery.store(target.item.organizer, answered)

    def _answer_mail(self, target: Instance, answer: str, comment: str) -> Mail:
        """Return the mail to the organizer; the comment of an automatic reply travels in it."""
        subject, to = str(target.fields.get("subject") or ""), target.item.organizer
        return Mail(self.world.now(), answer, self.email, to, subject, comment, target.day)

    def _status(self, answer: str) -> Json:
        return {"response": answer, "time": zones.stamp(self.world.now())}


def _own_fields(target: Instance) -> Fields:
    """Return the fields of this very instance: for an exception only those that differ."""
    if target.day is None:
        return target.fields
    changed = target.item.exceptions.get(target.day)
    return changed.fields if changed else {}


def _with_fields(target: Instance, fields: Fields) -> Item:
    """Return the item in which this very instance has these fields."""
    if target.day is None:
        return replace(target.item, fields=fields)
    return target.item.with_exception(target.day, Changed(target.start, target.end, fields))


def _unanswered(fields: Fields) -> Fields:
    """Forget the answers: they were given to another time."""
    attendees = [
        {
            "type": each["type"],
            "emailAddress": each["emailAddress"],
            "status": UNANSWERED,
        }
        for each in fields.get("attendees", ())
    ]
    return {**fields, "attendees": attendees}


def _check_crossing(item: Item, day: date, start: datetime, end: datetime) -> None:
    """Refuse to move an occurrence to or past the day of the one before or after it."""
    before, after = neighbours(item, day)
    too_early = before and start.date() <= before.start.date()
    too_late = after and end.astimezone(UTC) > after.start.replace(hour=0, minute=0).astimezone(UTC)
    if too_early or too_late:
        message = "Modified occurrence is crossing or overlapping adjacent occurrence."
        raise Refused(400, "ErrorOccurrenceCrossingBoundary", message)


def _check_proposal(target: Instance, proposal: Json | None, *, send: bool) -> None:
    """Refuse a proposal the organizer does not allow, or would never receive."""
    allowed = target.fields.get("allowNewTimeProposals", True)
    if proposal and not (allowed and send):
        message = "A new time can only be proposed in an answer that is sent, where it is allowed."
        raise Refused(400, "ErrorInvalidRequest", message)
