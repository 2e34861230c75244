"""From what TOML gives to values: durations, spans of the day, zones, addresses, paths.

Every parser raises `Wrong` with what is expected. It shows a value only where that cannot hold
a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainValidator, Strict, ValidationInfo

from config.problems import Wrong, nearest, shown
from config.values import DaySpan, Listen

_DURATION = re.compile(r"([0-9]{1,5})([smhdw])")
_ALMOST_DURATION = re.compile(r"\s*([0-9]{1,5})\s*([smhdw])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY_SPAN = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
# "postgresql:" alone would ask SQLAlchemy for another driver than the one visavis ships with.
_DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")

T = TypeVar("T")


def parse_duration(value: object) -> timedelta:
    """Read "30s", "5m", "24h", "90d" or "8w"."""
    if match := _DURATION.fullmatch(_text(value)):
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    almost = _ALMOST_DURATION.match(_text(value))
    guess = almost and f"{almost[1]}{almost[2].lower()}"
    raise Wrong(f'{shown(value)} is no duration such as "30s", "5m", "24h" or "8w"', nearest=guess)


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address never leaves this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("needs text in quotes")
    return value


def _some_text(value: object) -> str:
    if not _text(value).strip():
        raise Wrong("may not be empty")
    return _text(value)


def _some_items(items: tuple[T, ...]) -> tuple[T, ...]:
    # Pydantic's own minimum counts right items alone: one wrong item would be two mistakes.
    if not items:
        raise Wrong("may not be empty")
    return items


def _matching(pattern: str, expected: str) -> Callable[[object], str]:
    """Make a parser that never shows the value: a secret pasted into the wrong key stays one."""
    compiled = re.compile(pattern)

    def parse(value: object) -> str:
        if compiled.fullmatch(_text(value)):
            return _text(value)
        raise Wrong(f"needs {expected}")

    return parse


def _or_none(parse: Callable[[object], T]) -> Callable[[object], T | None]:
    """Let "" say that there is none."""
    return lambda value: None if value == "" else parse(value)


def _some_time(value: object) -> timedelta:
    if not (duration := parse_duration(value)):
        raise Wrong("must be longer than nothing")
    return duration


def _day_span(value: object) -> DaySpan:
    """Read "19:00-08:00"; "24:00" is the midnight that ends the day."""
    match = _DAY_SPAN.fullmatch(_text(value))
    try:
        start, end = match.groups() if match else ("", "")
        span = DaySpan(time.fromisoformat(start), time.fromisoformat(end.replace("24:00", "00:00")))
    except ValueError:
        raise Wrong(f'{shown(value)} is no span of the day such as "09:00-17:30"') from None
    if span.start == span.end != time.min:
        raise Wrong(f"{shown(value)} ends when it starts")
    return span


def _within_day(value: object) -> DaySpan:
    """Read a span that does not pass midnight."""
    span = _day_span(value)
    if span.end <= span.start and span.end != time.min:
        raise Wrong(f"{shown(value)} ends before it starts")
    return span


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value))
    # ZoneInfo looks a name up as a path: folders and ways out of it raise errors of their own.
    except (KeyError, ValueError, OSError):
        guess = nearest(_text(value), available_timezones())
        what = f'{shown(value)} is no IANA zone such as "Europe/Berlin"'
        raise Wrong(what, nearest=guess) from None


def _address(value: object) -> str:
    """Addresses are compared without case, so they are kept in lower case."""
    return _matching(r"[^@\s<>]+@[^@\s<>]+", "an address such as maya@acme.example")(value).lower()


def _url(value: object) -> str:
    """Check an http or https address; a trailing slash may carry meaning and stays."""
    parts = _parts(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Wrong("needs an address such as https://dav.acme.example/")
    if parts.username is not None:
        raise Wrong("a user name in an address ends up in logs; it has a key of its own")
    return _text(value)


def _parts(value: object) -> SplitResult:
    """Split an address; the port is looked at because only then is it checked."""
    try:
        parts = urlsplit(_text(value))
        _ = parts.port
    except ValueError as error:
        raise Wrong(f"is no address: {error}") from None
    return parts


def _private_url(value: object) -> str:
    """Check an address that credentials are sent to."""
    parts = urlsplit(_url(value))
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        secure = parts._replace(scheme="https").geturl()
        raise Wrong("only loopback may be plain http", nearest=secure)
    return _text(value)


def _server(value: object) -> str:
    """Check where a server is; a mail address stands for the server of its host (RFC 6764)."""
    user, _, host = _text(value).partition("@")
    named = bool(user and host) and not {"/", ":"} & {*user, *host}
    return _private_url(f"https://{host}/" if named else value)


def _endpoint(value: object) -> str:
    """Check a root that paths are put after."""
    return _private_url(value).rstrip("/")


def _page(value: object) -> str:
    """Check where people reach the page; behind a proxy at home that may be plain http."""
    return _url(value).rstrip("/")


def _path(value: object, info: ValidationInfo) -> Path:
    """Expand `~`; a relative path starts in the folder of the settings file (the context)."""
    try:
        return _folder(info) / Path(_some_text(value)).expanduser()
    except RuntimeError as error:
        raise Wrong(f"{shown(value)}: {error}") from None


def _folder(info: ValidationInfo) -> Path:
    file: Path | None = info.context
    return file.absolute().parent if file else Path()


def _document(value: object, info: ValidationInfo) -> str:
    """Keep an address on the web; everything else is a Markdown file."""
    return _url(value) if "://" in _some_text(value) else str(_path(value, info))


def _database(value: object) -> str:
    """Check the driver alone: the rest may hold a password, and is SQLAlchemy's to understand."""
    scheme, colon, _ = _text(value).partition("://")
    if value == "sqlite" or (colon and scheme in _DATABASES):
        return _text(value)
    guess = nearest(scheme, _DATABASES[1:] if scheme == "postgresql" else _DATABASES)
    raise Wrong('needs "sqlite" or a URL such as postgresql+psycopg://…', nearest=guess)


def _listen(value: object) -> Listen:
    """Read "127.0.0.1:8765" or "[::1]:8765"."""
    parts = _parts(f"//{_text(value)}")
    if not parts.hostname or parts.port is None or parts.netloc != value:
        raise Wrong('needs a host and a port such as "127.0.0.1:8765"')
    return Listen(parts.hostname, parts.port)


# --- The types of keys, as `config.settings` uses them ---

Many: TypeAlias = Annotated[tuple[T, ...], Strict(strict=False)]
"""A TOML list, kept as a tuple."""
AtLeastOne: TypeAlias = Annotated[Many[T], AfterValidator(_some_items)]

Duration: TypeAlias = Annotated[timedelta, PlainValidator(parse_duration)]
SomeTime: TypeAlias = Annotated[timedelta, PlainValidator(_some_time)]
"""A duration that is not zero."""
WithinDay: TypeAlias = Annotated[DaySpan, PlainValidator(_within_day)]
WithinDayOrNone: TypeAlias = Annotated[DaySpan | None, PlainValidator(_or_none(_within_day))]
DaySpanOrNone: TypeAlias = Annotated[DaySpan | None, PlainValidator(_or_none(_day_span))]
Zone: TypeAlias = Annotated[ZoneInfo, PlainValidator(_zone)]

Name: TypeAlias = Annotated[
    str, PlainValidator(_matching("[a-z0-9-]+", "lower-case letters, digits and hyphens"))
]
Country: TypeAlias = Annotated[
    str, PlainValidator(_matching("[A-Z]{2}", 'an ISO 3166 code in capitals such as "DE"'))
]
Variable: TypeAlias = Annotated[
    str,
    PlainValidator(_matching("([A-Za-z_][A-Za-z0-9_]*)?", "the name of an environment variable")),
]
"""Names an environment variable, never the secret itself; "" names none."""
# Apprise itself says whether it knows a scheme; importing it here would cost every command.
Target: TypeAlias = Annotated[
    str,
    PlainValidator(
        _matching("[A-Za-z][A-Za-z0-9+.-]*://.+", "an Apprise address such as slack://…")
    ),
]
Words: TypeAlias = Annotated[str, PlainValidator(_some_text)]
Address: TypeAlias = Annotated[str, PlainValidator(_address)]
PageUrl: TypeAlias = Annotated[str, PlainValidator(_page)]
PrivateUrl: TypeAlias = Annotated[str, PlainValidator(_server)]
"""Reached through TLS, or on loopback."""
Endpoint: TypeAlias = Annotated[str, PlainValidator(_endpoint)]
FilePath: TypeAlias = Annotated[Path, PlainValidator(_path)]
"""Absolute, if the settings came from a file; nobody looks whether it is there."""
Document: TypeAlias = Annotated[str, PlainValidator(_document)]
Database: TypeAlias = Annotated[str, PlainValidator(_database)]
ListenAddress: TypeAlias = Annotated[Listen, PlainValidator(_listen)]
