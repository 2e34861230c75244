"""What settings are made of: the choices of an owner, a span of the day, where to listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Self

from pydantic_core import CoreSchema, core_schema

from config.problems import Wrong, nearest, shown


class Choice(StrEnum):
    """One of a few words; pydantic reads it with `parse`, so that a mistake is told our way."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the choice of this word; raises `Wrong` with all of them and the nearest."""
        words = [str(choice) for choice in cls]
        if value in words:
            return cls(value)
        allowed = ", ".join(map(shown, words))
        raise Wrong(f"{shown(value)} is none of {allowed}", nearest=nearest(str(value), words))

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)


class Weekday(Choice):
    """Days as people shorten them, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Provider(Choice):
    """Who keeps an account's calendar."""

    GOOGLE = "google"
    OUTLOOK = "outlook"
    CALDAV = "caldav"
    FILES = "files"


class DocumentKind(Choice):
    """What a running document is made of."""

    GOOGLE = "google"
    WORD = "word"
    MARKDOWN = "markdown"


class Accept(Choice):
    """Who accepts a proposal: a person, or visavis by itself."""

    ASK = "ask"
    AUTO = "auto"


class Recap(Choice):
    """Who gets the recap."""

    ME = "me"
    BOTH = "both"


class Role(Choice):
    """What the owner is to the other person."""

    MANAGER = "manager"
    REPORT = "report"
    PEER = "peer"


class Cadence(Choice):
    """How often two people mean to meet."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


class Tone(Choice):
    """How an opener is worded; `AUTO` chooses by the facts."""

    PLAIN = "plain"
    GENTLE = "gentle"
    DIRECT = "direct"
    AUTO = "auto"


class Tls(Choice):
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
