"""Logs are events with fields, as JSON lines on stderr; never a title, a body or a token."""

from __future__ import annotations

import logging
import re
import sys

import structlog

_VALUES = re.compile(r"\S*(?:@|://)\S*")
"""Addresses and URLs, as a library that builds its message itself may have them in it."""


def quiet() -> None:
    """For commands: they say themselves what the owner must know."""
    _configure(logging.CRITICAL)


def events() -> None:
    """For the daemon: one line an event."""
    _configure(logging.INFO)


class Joined(logging.Handler):
    """Lets what libraries log join our events: who, how grave, and the message without values."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record as an event of ours."""
        template = _VALUES.sub("…", str(record.msg))
        trouble = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log = structlog.get_logger()
        log.log(record.levelno, "library", logger=record.name, template=template, error=trouble)


def _configure(level: int) -> None:
    libraries = logging.getLogger()
    libraries.setLevel(max(level, logging.WARNING))
    if not any(isinstance(handler, Joined) for handler in libraries.handlers):
        libraries.addHandler(Joined())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
