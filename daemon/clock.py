"""The one place that reads the clock.

`VISAVIS_NOW` (RFC 3339 with offset) freezes it for one command; everything below takes the
moment as an argument.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime


class FrozenClockError(ValueError):
    """`VISAVIS_NOW` is not a moment."""


def frozen() -> datetime | None:
    """Return the moment `VISAVIS_NOW` names, or None; raises `FrozenClockError`."""
    text = os.environ.get("VISAVIS_NOW", "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FrozenClockError(_remedy(text)) from error
    # At the ends of what can be counted there is no week before or after.
    if moment.tzinfo is None or not 1971 <= moment.year <= 2999:
        raise FrozenClockError(_remedy(text))
    return moment


def now() -> datetime:
    """Return the present moment, aware, in UTC unless the clock is frozen elsewhere."""
    return frozen() or datetime.now(UTC)


def _remedy(text: str) -> str:
    return f"VISAVIS_NOW={text!r} is no moment: write it like 2026-03-02T09:00:00+01:00"
