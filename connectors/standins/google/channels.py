"""events.watch and channels.stop: push that only says "look" (facts 5).

Notifications carry headers and no body. They leave when a test or the demo calls `notify`, never
by themselves: Google drops, bundles and delays them, so nothing may rest on their coming.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx2

from connectors.standins.google.access import reading
from connectors.standins.google.errors import Json, invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.standins.google.call import Call, Method

DEFAULT_TTL = 604_800
"""Seven days, in seconds."""
_LONGEST_TOKEN = 256


@dataclass(slots=True)
class Channel:
    """One subscription."""

    id: str
    resource: str
    address: str
    token: str
    owner: str
    expires: datetime
    messages: int = 0

    def notify(self, state: str = "exists") -> int:
        """Tell the subscriber that something changed; return his answer's status."""
        self.messages += 1
        headers = {
            "X-Goog-Channel-ID": self.id,
            "X-Goog-Channel-Token": self.token,
            "X-Goog-Channel-Expiration": self.expires.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "X-Goog-Resource-ID": self.resource,
            "X-Goog-Resource-URI": f"https://www.googleapis.com/calendar/v3/{self.resource}",
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(self.messages),
        }
        return httpx2.post(self.address, headers=headers, timeout=5).status_code


def watch(call: Call) -> Json:
    """Open a channel on a calendar. The first `sync` message is sent by `Channel.notify`."""
    owner = reading(call).calendar.owner
    wanted = call.body
    if wanted.get("type") != "web_hook" or not wanted.get("id") or len(wanted["id"]) > 64:
        raise invalid("A channel needs an id of at most 64 characters and the type web_hook.")
    if len(wanted.get("token", "")) > _LONGEST_TOKEN:
        raise invalid("A channel's token has at most 256 characters.")
    if not wanted.get("address", "").startswith(("https://", "http://127.0.0.1")):
        raise invalid(f"WebHook callback must be HTTPS: {wanted.get('address')}")
    if wanted["id"] in call.world.channels:
        raise invalid(f"Channel id {wanted['id']} not unique")
    expires = _expiry(call)
    channel = Channel(
        wanted["id"],
        f"calendar-{owner}",
        wanted["address"],
        wanted.get("token", ""),
        owner,
        expires,
    )
    call.world.channels[channel.id] = channel
    return {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource,
        "resourceUri": f"https://www.googleapis.com/calendar/v3/calendars/{owner}/events",
        "token": channel.token,
        "expiration": str(int(expires.timestamp() * 1000)),
    }


def stop(call: Call) -> None:
    """Close a channel; only with both of its ids."""
    channel = call.world.channels.get(call.body.get("id", ""))
    if channel is None or channel.resource != call.body.get("resourceId"):
        raise not_found("Channel not found for project.")
    del call.world.channels[channel.id]


def _expiry(call: Call) -> datetime:
    """Return when a channel ends: as asked, else after the default of seven days."""
    if "expiration" in call.body:
        return datetime.fromtimestamp(int(call.body["expiration"]) / 1000, UTC)
    ttl = int(call.body.get("params", {}).get("ttl", DEFAULT_TTL))
    return call.world.now().astimezone(UTC) + timedelta(seconds=ttl)


METHODS: Mapping[str, Method] = {
    "calendar.events.watch": watch,
    "calendar.channels.stop": stop,
}
