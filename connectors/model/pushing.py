"""Push: channels on which a provider tells that it is time to look, never what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Watch:
    """A push channel: `channel` and `resource` end it, `expires` says when it must be renewed."""

    channel: str
    resource: str
    expires: datetime


class News(Enum):
    """What a message of a push channel is for; none of them says what changed."""

    NOTHING = "nothing"
    """The channel is open."""
    CHANGED = "changed"
    """It is time to look; also where messages were lost."""
    RENEW = "renew"
    """The channel ends before its time unless it is renewed now."""
    REMOVED = "removed"
    """The channel is gone: another one is needed, and a look."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message; `secret` is what the sender says it is, to be compared before it counts."""

    secret: str
    news: News


@dataclass(frozen=True, slots=True)
class Heard:
    """What was posted to a callback: messages, or a word to `echo` to show that we listen."""

    notices: tuple[Notice, ...] = ()
    echo: str | None = None
