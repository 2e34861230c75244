"""Logs are events with fields, as JSON lines on stderr; never a title, a body or a token.

Libraries write addresses and bodies into their messages and errors. Of what they say, and of a
mistake of ours, the logs have who said it, what kind it is, and where it happened.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# structlog would load rich for tracebacks in colour, which nobody sees here: 5 MB for ever.
_UNSEEN = "rich" not in sys.modules
if _UNSEEN:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402

if _UNSEEN:
    del sys.modules["rich"]

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails


def quiet() -> None:
    """For commands: they say themselves what the owner must know."""
    _configure(logging.CRITICAL)


def events() -> None:
    """For the daemon: one line an event."""
    # Only the daemon, whose connectors load it anyway.
    from stamina.instrumentation import set_on_retry_hooks  # noqa: PLC0415

    _configure(logging.INFO)
    # Its own hook writes down the arguments of the call, and what the error says.
    set_on_retry_hooks([_tried_again])


def place(error: BaseException) -> str:
    """Return where an error was raised, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def trace(error: BaseException) -> Iterator[str]:
    """Yield the way to an error and its causes, a line each, without what they say."""
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from trace(cause)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield type(error).__qualname__


class Joined(logging.Handler):
    """Lets what libraries log join our events: who, where, how grave, and words without values."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record as an event of ours."""
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().log(
            # Libraries have levels of their own; ours are the tens.
            max(logging.DEBUG, min(record.levelno // 10 * 10, logging.CRITICAL)),
            "library",
            logger=record.name,
            at=f"{record.filename}:{record.lineno}",
            # Words that came without their values may have them built in.
            template=str(record.msg) if record.args else "",
            error=type(error).__name__ if error else None,
        )


def _tried_again(details: RetryDetails) -> None:
    error = type(details.caused_by).__name__
    structlog.get_logger().warning("read.tried_again", error=error, times=details.retry_num)


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
