"""Events and calendarView: reading with $select and paging, writing, answering.

The same handlers serve `/me`, `/users/{id}` and the default calendar under all its names. Reads go
through what is visible by now, which may lag behind the writes; a write answers with the new state.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from connectors.standins.graph import ids
from connectors.standins.graph.asking import Ask, Handler, Routes, page
from connectors.standins.graph.calendar import instance
from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.ids import Name
from connectors.standins.graph.items import Fields, Instance, Item, instances, whole
from connectors.standins.graph.rendering import Shape, by_start
from connectors.standins.graph.zones import instant, zone

_PAGE = 10
_LARGEST_PAGE = 1000
_BY_UID = re.compile(r"iCalUId eq '([^']+)'", re.IGNORECASE)
_BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/any\((\w+):\s*\1/id eq '([^']+)' and \1/value eq '([^']*)'\)",
    re.IGNORECASE,
)


def view(ask: Ask) -> Reply:
    """`calendarView`: instances that share a moment with the window; never masters."""
    mailbox = ask.world.mailbox(ask.owner.email).seen(ask.now)
    start, end = window(ask)
    found = [each for item in mailbox.items() for each in instances(item, start, end)]
    return _collection(ask, sorted(found, key=by_start))


def series_instances(ask: Ask) -> Reply:
    """`instances` of one series, exceptions first."""
    mailbox = ask.world.mailbox(ask.owner.email).seen(ask.now)
    item = mailbox.item(named(ask).key)
    return _collection(ask, list(instances(item, *window(ask))))


def listed(ask: Ask) -> Reply:
    """`events`: single events and masters, by `$filter` on uid or one extended property."""
    mailbox = ask.world.mailbox(ask.owner.email).seen(ask.now)
    fits = _filter(ask.query.get("$filter", ""))
    return _collection(ask, [whole(item) for item in mailbox.items() if fits(item)])


def one(ask: Ask) -> Reply:
    """GET of an event of any type, by its id."""
    name = named(ask)
    mailbox = ask.world.mailbox(ask.owner.email).seen(ask.now)
    return _told(ask, ask_event(ask, instance(mailbox, name)))


def ask_event(ask: Ask, found: Instance) -> Json:
    """Return one event in the shape the request wants."""
    mailbox = ask.world.mailbox(ask.owner.email).seen(ask.now)
    return Shape.parse(ask.query).of(found, ask.renderer(mailbox), alone=True)


def create(ask: Ask) -> Reply:
    """POST: a new event; a known transactionId answers with the event it made."""
    item = ask.calendar.create(ask.body)
    return Reply(201, ask.renderer(ask.calendar.mailbox).event(whole(item)))


def update(ask: Ask) -> Reply:
    """PATCH: answers with the new state, even while plain reads still show the old one."""
    name = named(ask)
    _check_version(ask, name)
    ask.calendar.update(name, ask.body)
    mailbox = ask.calendar.mailbox
    return Reply(200, ask.renderer(mailbox).event(instance(mailbox, name)))


def delete(ask: Ask) -> Reply:
    """DELETE: 204, with a cancellation mail where the owner organizes."""
    ask.calendar.delete(named(ask))
    return Reply(204)


def cancel(ask: Ask) -> Reply:
    """POST cancel: 202 for the organizer, 400 for everybody else."""
    ask.calendar.cancel(named(ask), ask.given("comment") or "")
    return Reply(202)


def _answering(answer: str) -> Handler:
    """Return the handler of one of the three answers."""

    def respond(ask: Ask) -> Reply:
        send = ask.given("sendResponse")
        ask.calendar.respond(
            named(ask),
            answer,
            ask.given("comment") or "",
            send=True if send is None else send,
            proposal=ask.given("proposedNewTime"),
        )
        return Reply(202)

    return respond


def window(ask: Ask) -> tuple[datetime, datetime]:
    """Return the window asked for; it does not depend on `Prefer: outlook.timezone`."""
    start, end = instant(ask.query["startDateTime"]), instant(ask.query["endDateTime"])
    if end <= start:
        raise Refused(400, "ErrorInvalidParameter", "The window ends before it starts.")
    return start, end


def named(ask: Ask) -> Name:
    """Return what the event id in the path says."""
    return Name.decode(ask.variables["event_id"])


def _collection(ask: Ask, found: list[Instance]) -> Reply:
    """Return a page of events in the wanted shape."""
    _check_options(ask)
    shape = Shape.parse(ask.query)
    renderer = ask.renderer(ask.world.mailbox(ask.owner.email).seen(ask.now))
    top = int(ask.query.get("$top", ask.prefer.page or _PAGE))
    if not 1 <= top <= _LARGEST_PAGE and "$top" in ask.query:
        message = "The limit for $top query is between 1 and 1000."
        raise Refused(400, "ErrorInvalidUrlQuery", message)
    size = min(top, _LARGEST_PAGE)
    return _told(ask, page(ask, [shape.of(each, renderer) for each in found], size))


def _check_options(ask: Ask) -> None:
    """Refuse what the stand-in would otherwise silently ignore."""
    zone(ask.prefer.timezone)
    if unplayed := {"$count", "$search"} & set(ask.query):
        raise Refused(400, "ErrorInvalidUrlQuery", f"The stand-in does not play '{min(unplayed)}'.")
    if ask.query.get("$orderby", "start/dateTime") not in {"start/dateTime", "start/dateTime asc"}:
        raise Refused(400, "ErrorInvalidUrlQuery", "Only $orderby=start/dateTime is played.")
    stamps = {"createdDateTime", "lastModifiedDateTime"} & set(
        ask.query.get("$select", "").split(",")
    )
    if stamps and "calendarView" in ask.call.path:
        raise Refused(400, "ErrorInvalidProperty", f"'{min(stamps)}' cannot be selected here.")


def _filter(text: str) -> Callable[[Item], bool]:
    """Return the test a `$filter` means; the two that are played, and no silent third."""
    if not text:
        return lambda _item: True
    if by_uid := _BY_UID.fullmatch(text):
        return lambda item: item.uid == by_uid.group(1)
    if by_property := _BY_PROPERTY.fullmatch(text):
        wanted = {"id": by_property.group(2), "value": by_property.group(3)}
        return lambda item: wanted in _properties(item.fields)
    raise Refused(400, "ErrorInvalidUrlQueryFilter", f"The stand-in does not play '{text}'.")


def _properties(fields: Fields) -> list[Json]:
    """Return id and value of each extended property; names are compared with their case."""
    kept = fields.get("singleValueExtendedProperties", ())
    return [{"id": each["id"], "value": each["value"]} for each in kept]


def _check_version(ask: Ask, name: Name) -> None:
    """Answer 412 to a stale If-Match, if this world honours it."""
    given = ask.call.headers.get("if-match")
    if given is None or not ask.world.quirks.event_if_match or given == "*":
        return
    if given != ids.etag(ask.calendar.mailbox.version(name.key).serial):
        message = "The change key passed does not match the current change key of the item."
        raise Refused(412, "ErrorIrresolvableConflict", message)


def _told(ask: Ask, body: Json) -> Reply:
    """Answer, and say that the body's type was honoured."""
    prefers = ask.prefer.text_body
    applied = {"Preference-Applied": 'outlook.body-content-type="text"'} if prefers else {}
    return Reply(200, body, applied)


ROUTES: Routes = {
    ("GET", "/calendarView"): view,
    ("GET", "/events"): listed,
    ("POST", "/events"): create,
    ("GET", "/events/{event-id}"): one,
    ("PATCH", "/events/{event-id}"): update,
    ("DELETE", "/events/{event-id}"): delete,
    ("GET", "/events/{event-id}/instances"): series_instances,
    ("POST", "/events/{event-id}/cancel"): cancel,
    ("POST", "/events/{event-id}/accept"): _answering("accepted"),
    ("POST", "/events/{event-id}/decline"): _answering("declined"),
    ("POST", "/events/{event-id}/tentativelyAccept"): _answering("tentativelyAccepted"),
}
