"""What can be told of a message that Apprise could not send: Apprise itself only says False.

Apprise logs why, and the answer's status or the broken connection of each request can be read
from its log and urllib3's. Both also hold tokens and words, so what is caught here reaches no
other log. A service that is not reached through HTTP leaves no evidence: then nobody can know.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.plain import one_line

_APPRISE = logging.getLogger("apprise")
_URLLIB3 = logging.getLogger("urllib3.connectionpool")
# The level of a logger is everybody's: two senders at once would restore each other's.
_one_at_a_time = threading.Lock()

# How requests says that no request ever left. A url in the same text has no blanks.
_NEVER_CONNECTED = re.compile(
    r"\(Caused by ((NewConnection|NameResolution|ConnectTimeout)Error\("
    r"|SSLError\(SSLCertVerificationError\()"
)


class Evidence(logging.Filter):
    """The log of one thread while Apprise works, and what follows from it."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self._levels = {log.name: log.getEffectiveLevel() for log in (_APPRISE, _URLLIB3)}
        self._connections = 0
        self._refusals = 0
        self._doubt = False
        self.reason = "no reason given"

    @property
    def surely_not_sent(self) -> bool:
        """Whether every request is known to have been refused, or never to have left."""
        return not self._doubt and 0 < self._refusals >= self._connections

    def filter(self, record: logging.LogRecord) -> bool:
        """Take this thread's records; let those of others pass as they would without us."""
        if record.thread != self._thread:
            return record.levelno >= self._levels[record.name]
        if record.name == _URLLIB3.name:
            self._hear(record)
        elif record.levelno >= logging.WARNING:
            self.reason = one_line(record.getMessage()).rstrip(".")
        elif _NEVER_CONNECTED.search(text := record.getMessage()):
            self._refusals += 1
        elif "Exception" in text:
            self._doubt = True
        return False

    def _hear(self, record: logging.LogRecord) -> None:
        """Note a new connection, or the status of an answer."""
        match record.args:
            case (_, _, _, _, _, _, int(status), _):
                # 503 is busy or closed; after any other 5xx the message may be on its way.
                refused = 400 <= status < 500 or status == 503
                self._refusals += refused
                self._doubt |= not refused
            case (int(), _, _):
                self._connections += 1
            case _:
                pass


@contextmanager
def listening() -> Iterator[Evidence]:
    """Gather the evidence of what this thread does with Apprise."""
    with _one_at_a_time:
        evidence = Evidence()
        levels = {log: log.level for log in (_APPRISE, _URLLIB3)}
        for log in levels:
            log.addFilter(evidence)
            log.setLevel(logging.DEBUG)
        try:
            yield evidence
        finally:
            for log, level in levels.items():
                log.setLevel(level)
                log.removeFilter(evidence)
