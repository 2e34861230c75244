"""Subscriptions to a mailbox at Graph: a handshake, renewal, and messages about their own life."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.errors import NotFound
from connectors.model import Heard, News, Notice, Url, Watch, instant
from connectors.outlook.calendar import WATCHED, OutlookCalendar
from connectors.outlook.client import Graph

_LIFE = {
    "reauthorizationRequired": News.RENEW,
    "subscriptionRemoved": News.REMOVED,
    "missed": News.CHANGED,
}
LONGEST_ECHO = 1000
"""Characters of a validation token; Microsoft's have about a hundred."""


class OutlookPush:
    """Opens and ends subscriptions; implements `protocol.Push`."""

    def __init__(
        self, graph: Graph, calendar: OutlookCalendar, now: Callable[[], datetime]
    ) -> None:
        self._graph = graph
        self._calendar = calendar
        self._now = now

    def watch(self, callback: Url, secret: str) -> Watch:
        """Subscribe to the mailbox; an older subscription of ours makes room."""
        return self._calendar.watch(callback, secret)

    def renew(self, watch: Watch, callback: Url, secret: str) -> Watch:
        """Let the subscription live on, which also authorizes it again; Graph allows no second."""
        until = {"expirationDateTime": f"{instant(self._now() + WATCHED):%Y-%m-%dT%H:%M:%SZ}"}
        try:
            told = self._graph.write("PATCH", f"/subscriptions/{watch.channel}", until)
        except NotFound:
            return self.watch(callback, secret)
        return replace(watch, expires=datetime.fromisoformat(told["expirationDateTime"]))

    def unwatch(self, watch: Watch) -> None:
        """Delete the subscription."""
        try:
            self._graph.write("DELETE", f"/subscriptions/{watch.channel}")
        except NotFound:
            return

    def heard(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Heard:  # noqa: ARG002 - the protocol's names
        """Read the messages, or the token that shows we listen; what is neither is nothing."""
        if echo := query.get("validationToken"):
            return Heard(echo=echo[:LONGEST_ECHO])
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return Heard()
        return Heard(tuple(_notices(told)))


def _notices(told: Any) -> Iterator[Notice]:  # noqa: ANN401 - anybody may have posted anything
    items = told.get("value") if isinstance(told, dict) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(secret := item.get("clientState"), str):
            yield Notice(secret, _LIFE.get(str(item.get("lifecycleEvent")), News.CHANGED))
