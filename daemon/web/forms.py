"""Forms as browsers send them, without files; those of a session carry a sign of it."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_FIELDS = 20


async def form(request: Request) -> dict[str, str]:
    """Read the fields of a form; of a name given twice the last counts."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "a form is expected here")
    body = await request.body()
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise HTTPException(400, "this form cannot be read") from error
    return dict(fields)


def csrf(request: Request) -> str:
    """Return what every form of this session carries; empty where there is none."""
    words = getattr(request.state, "session", "")
    return hmac.digest(words.encode(), b"form", "sha256").hex() if words else ""


class Forged(Exception):
    """A form that no page of this session has shown."""


async def checked(request: Request) -> dict[str, str]:
    """Return the fields of a form that this session was shown; raises `Forged`."""
    fields = await form(request)
    if not hmac.compare_digest(fields.get("csrf", "").encode(), csrf(request).encode()):
        raise Forged
    return fields
