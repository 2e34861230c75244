"""Logs are events with fields, as JSON lines on stderr; never a title, a body or a token."""

from __future__ import annotations

import logging
import sys

import structlog


def quiet() -> None:
    """For commands: they say themselves what the owner must know."""
    _configure(logging.CRITICAL)


def events() -> None:
    """For the daemon: one line an event."""
    _configure(logging.INFO)


def _configure(level: int) -> None:
    logging.basicConfig(stream=sys.stderr, level=max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
