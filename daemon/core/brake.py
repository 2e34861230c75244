"""The brake: a look in which most of a calendar vanishes is a fault, not a wish."""

from __future__ import annotations

from connectors.model import Series
from daemon.core.words import Snapshot

FEWEST = 3
"""A small calendar may lose one or two series at once for good reasons."""


def braked(before: Snapshot | None, after: Snapshot) -> tuple[Series, ...]:
    """Return the whole series that vanished, where they are too many to be believed; else nothing.

    Too many is at least three and more than half of the known ones. Single events never count,
    nor does a series that only left the window. As long as the earlier look is kept as `before`,
    the brake lifts by itself when they return.
    """
    known = [series for series in before.series if _stays(series, after)] if before else []
    shown = {series.uid for series in after.series}
    vanished = tuple(series for series in known if series.uid not in shown)
    many = len(vanished) >= FEWEST and 2 * len(vanished) > len(known)
    return vanished if many else ()


def _stays(series: Series, after: Snapshot) -> bool:
    return series.rule is not None and any(
        one.span.overlaps(after.window) for one in series.occurrences
    )
