"""What settings are made of: the choices of an owner, a span of the day, where to listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Weekday(StrEnum):
    """Days as people shorten them, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Provider(StrEnum):
    """Who keeps an account's calendar."""

    GOOGLE = "google"
    OUTLOOK = "outlook"
    CALDAV = "caldav"
    FILES = "files"


class DocumentKind(StrEnum):
    """What a running document is made of."""

    GOOGLE = "google"
    WORD = "word"
    MARKDOWN = "markdown"


class Accept(StrEnum):
    """Who accepts a proposal: a person, or visavis by itself."""

    ASK = "ask"
    AUTO = "auto"


class Recap(StrEnum):
    """Who gets the recap."""

    ME = "me"
    BOTH = "both"


class Role(StrEnum):
    """What the owner is to the other person."""

    MANAGER = "manager"
    REPORT = "report"
    PEER = "peer"


class Cadence(StrEnum):
    """How often two people mean to meet."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


class Tone(StrEnum):
    """How an opener is worded; `AUTO` chooses by the facts."""

    PLAIN = "plain"
    GENTLE = "gentle"
    DIRECT = "direct"
    AUTO = "auto"


class Tls(StrEnum):
    """How the connection to the mail server is kept private."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Half-open wall-clock time of a day; where `end` is not after `start` it passes midnight."""

    start: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the web page listens; port 0 takes any free one."""

    host: str
    port: int


def token_variable(account: str) -> str:
    """Return the environment variable that may hold a ready bearer token for an account."""
    return "VISAVIS_ACCESS_TOKEN_" + account.upper().replace("-", "_")
