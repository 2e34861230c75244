"""Change notifications: the handshake, renewal, and the posts Graph would send.

Nothing is sent by itself: `notify` posts what happened since the last time, `lifecycle` one of the
three events of a subscription's life. A notice names the mailbox's item and no difference; changes
of an occurrence come under the master's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import httpx2

from connectors.standins.graph import ids
from connectors.standins.graph.asking import Ask, Routes
from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.ids import Name
from connectors.standins.graph.login import TENANT
from connectors.standins.graph.zones import instant, stamp

if TYPE_CHECKING:
    from connectors.standins.graph.mailbox import Version
    from connectors.standins.graph.world import World

# Newer pages allow 10,080 minutes for events, older ones 4,230: the stand-in takes the shorter.
_LONGEST = timedelta(minutes=4230)
_SHORTEST = timedelta(minutes=45)
_RESOURCE = re.compile(r"/?(?:me|users/([^/]+))/(?:calendar/)?events")
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription to the events of a mailbox; `serial` is how far it was told."""

    id: str
    email: str
    serial: int
    properties: Json

    def is_over(self, now: datetime) -> bool:
        """Whether it has expired."""
        return instant(self.properties["expirationDateTime"]) <= now

    def render(self) -> Json:
        """Return the resource; the clientState is shown to its creator only on creation."""
        return {"id": self.id, **self.properties}


def create(ask: Ask) -> Reply:
    """POST: both addresses must echo the validation token before the answer is 201."""
    body = ask.body
    email = _mailbox(ask, body["resource"])
    _check_duplicate(ask.world, email, body)
    for url in {body["notificationUrl"], body.get("lifecycleNotificationUrl")} - {None}:
        _handshake(str(url))
    number = ask.world.number()
    made = Subscription(
        str(uuid5(NAMESPACE_URL, f"subscription:{number}")),
        email,
        ask.world.mailbox(email).serial,
        {**body, "expirationDateTime": _expiry(ask, body["expirationDateTime"])},
    )
    ask.world.subscriptions[made.id] = made
    return Reply(201, made.render())


def listed(ask: Ask) -> Reply:
    """All that have not expired."""
    living = [each for each in ask.world.subscriptions.values() if not each.is_over(ask.now)]
    return Reply(200, {"value": [each.render() for each in living]})


def one(ask: Ask) -> Reply:
    """One subscription."""
    return Reply(200, _named(ask).render())


def renew(ask: Ask) -> Reply:
    """PATCH of the expiry."""
    known = _named(ask)
    expiry = _expiry(
        ask, ask.body.get("expirationDateTime", known.properties["expirationDateTime"])
    )
    renewed = replace(known, properties={**known.properties, "expirationDateTime": expiry})
    ask.world.subscriptions[known.id] = renewed
    return Reply(200, renewed.render())


def reauthorize(ask: Ask) -> Reply:
    """Answer a `reauthorizationRequired` without changing the expiry."""
    _named(ask)
    return Reply(204)


def delete(ask: Ask) -> Reply:
    """End it."""
    del ask.world.subscriptions[_named(ask).id]
    return Reply(204)


def notify(world: World) -> int:
    """Post what happened since the last time; returns how many posts got a 2xx."""
    with world.lock:
        posts = list(_posts(world))
    return sum(_post(url, notices) for url, notices in posts)


def lifecycle(world: World, subscription_id: str, event: str) -> int:
    """Post `reauthorizationRequired`, `subscriptionRemoved` or `missed`; 1 if it got a 2xx."""
    known = world.subscriptions[subscription_id]
    notice = {
        **_notice(known),
        "lifecycleEvent": event,
        "resource": known.properties["resource"],
        "organizationId": TENANT,
    }
    if event == "subscriptionRemoved":
        del world.subscriptions[subscription_id]
    return _post(known.properties["lifecycleNotificationUrl"], [notice])


def _posts(world: World) -> Iterator[tuple[str, list[Json]]]:
    """Yield a post a subscription, with all that happened since its last one."""
    for known in list(world.subscriptions.values()):
        mailbox = world.mailbox(known.email)
        touched = mailbox.touched(known.serial)
        # An occurrence cancelled or moved arrives as an update of its master: never the instance.
        changes = [
            (
                _change(mailbox.first(key), mailbox.version(key), known.serial),
                key,
                mailbox.version(key),
            )
            for key in touched
        ]
        wanted = known.properties["changeType"].split(",")
        notices = [_told(world, known, *each) for each in changes if each[0] in wanted]
        world.subscriptions[known.id] = replace(known, serial=mailbox.serial)
        if notices and not known.is_over(world.now()):
            yield known.properties["notificationUrl"], notices


def _change(first: Version, last: Version, since: int) -> str:
    """Say what became of an item since a serial."""
    if last.item is None:
        return "deleted"
    return "created" if first.serial > since else "updated"


def _told(world: World, known: Subscription, change: str, key: int, version: Version) -> Json:
    """Return one notification: which item, never what is new in it."""
    event = Name(key).encode(immutable=True)
    resource = f"Users/{world.people[known.email].id}/Events/{event}"
    data = {
        "@odata.type": "#Microsoft.Graph.Event",
        "@odata.id": resource,
        "@odata.etag": ids.etag(version.serial),
        "id": event,
    }
    return {**_notice(known), "changeType": change, "resource": resource, "resourceData": data}


def _notice(known: Subscription) -> Json:
    return {
        "subscriptionId": known.id,
        "subscriptionExpirationDateTime": known.properties["expirationDateTime"],
        "clientState": known.properties.get("clientState"),
        "tenantId": TENANT,
    }


def _post(url: str, notices: list[Json]) -> int:
    """Post it; 1 for a 2xx, 0 for everything else (Graph would try again for hours)."""
    try:
        answer = httpx2.post(url, json={"value": notices}, timeout=_PATIENCE, trust_env=False)
    except httpx2.HTTPError:
        return 0
    return int(answer.is_success)


def _handshake(url: str) -> None:
    """Ask the address to echo a token with characters that need decoding, as plain text."""
    echo = "Validation: Testing client application reachability & more"
    try:
        answer = httpx2.post(
            url, params={"validationToken": echo}, timeout=_PATIENCE, trust_env=False
        )
    except httpx2.HTTPError as unreachable:
        raise Refused(
            400, "ValidationError", "Subscription validation request timed out."
        ) from unreachable
    plain = answer.headers.get("content-type", "").startswith("text/plain")
    if (answer.status_code, answer.text, plain) != (200, echo, True):
        message = "Subscription validation request failed. The token must be echoed as plain text."
        raise Refused(400, "ValidationError", message)


def _mailbox(ask: Ask, resource: str) -> str:
    """Return whose events are meant; a person's token reaches only their own mailbox."""
    found = _RESOURCE.fullmatch(resource)
    person = ask.world.find(found.group(1)) if found and found.group(1) else ask.owner
    if found is None or person is None:
        raise Refused(400, "InvalidRequest", f"'{resource}' cannot be subscribed to.")
    if ask.grant.email not in {None, person.email}:
        raise Refused(
            403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
        )
    return person.email


def _check_duplicate(world: World, email: str, body: Json) -> None:
    """Refuse a second subscription to the same changes of the same resource."""
    same = ("resource", "changeType")
    for known in world.subscriptions.values():
        if known.email == email and all(known.properties[name] == body[name] for name in same):
            raise Refused(409, "Conflict", "A subscription like this exists already.")


def _expiry(ask: Ask, wanted: str) -> str:
    """Return the expiry that is granted: at least 45 minutes, and not longer than allowed."""
    until = instant(wanted)
    if until - ask.now > _LONGEST:
        message = "Subscription expiration can only be 4230 minutes in the future."
        raise Refused(400, "InvalidRequest", message)
    return stamp(max(until, ask.now + _SHORTEST))


def _named(ask: Ask) -> Subscription:
    known = ask.world.subscriptions.get(ask.variables["subscription_id"])
    if known is None or known.is_over(ask.now):
        raise Refused(404, "ResourceNotFound", "The object was not found.")
    return known


ROUTES: Routes = {
    ("GET", "/subscriptions"): listed,
    ("POST", "/subscriptions"): create,
    ("GET", "/subscriptions/{subscription-id}"): one,
    ("PATCH", "/subscriptions/{subscription-id}"): renew,
    ("DELETE", "/subscriptions/{subscription-id}"): delete,
    ("POST", "/subscriptions/{subscription-id}/reauthorize"): reauthorize,
}
