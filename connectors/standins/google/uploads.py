"""Multipart uploads: JSON metadata first, then the media.

The client keeps `https` in upload addresses even on loopback; callers rewrite it (facts 12.4).
"""

from __future__ import annotations

import json
from email import message_from_bytes
from typing import cast

from connectors.standins.google.errors import Json


def multipart(content_type: str, body: bytes) -> tuple[Json, str]:
    """Return metadata and text of a `multipart/related` body; raises ValueError if it is none."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = [cast("bytes", part.get_payload(decode=True)) for part in message.walk()][1:]
    if len(parts) != 2:
        raise ValueError(len(parts))
    return json.loads(parts[0]), parts[1].decode()
