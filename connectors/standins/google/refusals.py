"""Google's refusals as faults for the wire: what a client must survive.

For errors the stand-in has no reason to give by itself: quotas, back-end trouble, policies.
"""

from __future__ import annotations

import json

from connectors.standins.faults import Answer
from connectors.standins.google.errors import Refusal


def refusing(status: int, reason: str, *, domain: str = "global", **headers: str) -> Answer:
    """Return an answer in the shape of Calendar and Drive: `refusing(403, "quotaExceeded")`.

    Header names are written with underscores: `retry_after="7"`.
    """
    body = json.dumps(Refusal(status, reason, f"Refused: {reason}.", domain).listed)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, named | {"content-type": "application/json; charset=UTF-8"})


def refusing_plainly(status: int, message: str) -> Answer:
    """Return an answer in the shape of Docs, which has no reason to read."""
    body = json.dumps(Refusal(status, "", message).plain)
    return Answer(status, body, {"content-type": "application/json; charset=UTF-8"})
