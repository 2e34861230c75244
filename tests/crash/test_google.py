"""Google over HTTP: the power goes, or one request breaks, and the end is always the same.

Commits, writes and requests are counted by telling the story once, so that new ones are covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import stamina

from connectors.memory import Cut
from connectors.standins.faults import Answer, Fault, LostAnswer, Reset, Slow, Truncated, html
from connectors.standins.google.refusals import refusing
from tests.conftest import SWEEP
from tests.crash.at_google import GoogleStage, at_google, end_at_google
from tests.crash.conftest import CHUNKS
from tests.crash.story import (
    End,
    Power,
    same_but_for_unsure_letters,
    told_over,
    unfinished,
    unsure,
)
from tests.stage import week

SHORT = 0.5
"""A client's patience in seconds where an answer never comes."""
QUOTA = "usageLimits"
PASSING: Mapping[str, Fault] = {
    "rateLimitExceeded": refusing(403, "rateLimitExceeded", domain=QUOTA),
    "userRateLimitExceeded": refusing(403, "userRateLimitExceeded", domain=QUOTA),
    "quotaExceeded": refusing(403, "quotaExceeded", domain=QUOTA),
    "conflict": refusing(409, "conflict"),
    "fullSyncRequired": refusing(410, "fullSyncRequired"),
    "updatedMinTooLongAgo": refusing(410, "updatedMinTooLongAgo"),
    "conditionNotMet": refusing(412, "conditionNotMet"),
    "429": refusing(429, "rateLimitExceeded", domain=QUOTA, retry_after="7"),
    "500": refusing(500, "backendError"),
    "503": refusing(503, "backendError"),
    "reset": Reset(),
    "timeout": Slow(4 * SHORT),
    "truncated": Truncated(),
    "html": html(),
    "html that says success": html(200),
    "lost": LostAnswer(),
}
"""What is over a moment later."""
FINAL: Mapping[str, Fault] = {
    "authError": refusing(401, "authError"),
    "forbidden": refusing(403, "forbidden"),
    "forbiddenForNonOrganizer": refusing(403, "forbiddenForNonOrganizer"),
    "insufficientPermissions": refusing(403, "insufficientPermissions"),
    "accessNotConfigured": refusing(403, "accessNotConfigured"),
    "notFound": refusing(404, "notFound"),
    "deleted": refusing(410, "deleted"),
}
"""What a person has to see to, or what says that a thing is gone."""

At = Callable[..., GoogleStage]


@dataclass(frozen=True)
class Undisturbed:
    """The end of the story when nothing goes wrong, and how many steps it had."""

    end: End
    commits: int
    writes: int
    requests: int
