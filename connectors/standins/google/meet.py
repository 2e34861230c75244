"""Conference data: a made-up Meet room for each fresh request.

Rooms are never shared between events: Google warns against using one link twice.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.standins.google.errors import Json
    from connectors.standins.google.world import World


def conference(world: World, given: Json, before: Json) -> Json:
    """Return the event fields a `conferenceData` body leads to; a repeated requestId does nothing.

    Rests on facts 4.7 and 4.8; the room is there at once, as seen live.
    """
    request = given.get("createRequest")
    if request is None:
        return {"conferenceData": given}
    known = before.get("conferenceData", {})
    if known.get("createRequest", {}).get("requestId") == request["requestId"]:
        return {name: before[name] for name in ("conferenceData", "hangoutLink")}
    code = _code(f"{request['requestId']}/{world.next_serial()}")
    uri = f"https://meet.google.com/{code}"
    solution = {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"}
    data = {
        "createRequest": request | {"status": {"statusCode": "success"}},
        "entryPoints": [{"entryPointType": "video", "uri": uri, "label": uri[8:]}],
        "conferenceSolution": solution,
        "conferenceId": code,
    }
    return {"conferenceData": data, "hangoutLink": uri}


def _code(seed: str) -> str:
    """Return a code in the familiar form `aaa-bbbb-ccc`."""
    letters = "".join(chr(ord("a") + byte % 26) for byte in hashlib.sha256(seed.encode()).digest())
    return f"{letters[:3]}-{letters[3:7]}-{letters[7:10]}"
