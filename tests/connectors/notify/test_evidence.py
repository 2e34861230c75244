"""Only a request known to have been refused, or never to have left, is surely not sent."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from connectors.notify.evidence import listening

HTTP, APPRISE = logging.getLogger("urllib3.connectionpool"), logging.getLogger("apprise")


def connects() -> None:
    HTTP.debug("Starting new HTTP connection (%d): %s:%s", 1, "chat.acme.example", "80")


def answers(status: int) -> Callable[[], None]:
    words = ("http", "chat.acme.example", 80, "POST", "/", "HTTP/1.1", status, None)
    return lambda: HTTP.debug('%s://%s:%s "%s %s %s" %s %s', *words)


def breaks(cause: str) -> Callable[[], None]:
    return lambda: APPRISE.debug("Socket Exception: %s", cause)


UNKNOWN_NAME = breaks("Max retries exceeded with url: / (Caused by NameResolutionError('…'))")
CUT = breaks("('Connection aborted.', RemoteDisconnected('…'))")
FEIGNED = breaks("Read timed out with url: /?q=(Caused%20by%20NewConnectionError(")


@pytest.mark.parametrize(
    ("story", "sure"),
    [
        ([], False),
        ([connects, answers(503)], True),
        ([connects, UNKNOWN_NAME], True),
        ([connects, answers(404), connects, UNKNOWN_NAME], True),
        ([connects, CUT], False),
        ([connects, FEIGNED], False),
        ([connects, answers(200), connects, answers(503)], False),
        # One of two requests has no end that anybody told.
        ([connects, connects, answers(503)], False),
        # A second request over the connection that refused the first.
        ([connects, answers(429), CUT], False),
    ],
)
def test_evidence_is_of_every_request_or_of_none(
    story: list[Callable[[], None]],
    sure: bool,  # noqa: FBT001 - a column of the table
) -> None:
    with listening() as evidence:
        for happens in story:
            happens()
    assert evidence.surely_not_sent is sure


def test_the_last_warning_is_the_reason_and_logging_is_as_before() -> None:
    levels = [HTTP.level, APPRISE.level]
    with listening() as evidence:
        APPRISE.warning("Failed to send:\nerror=%s.", 503)
    assert evidence.reason == "Failed to send: error=503"
    assert [HTTP.level, APPRISE.level] == levels
    assert not [*HTTP.filters, *APPRISE.filters]
