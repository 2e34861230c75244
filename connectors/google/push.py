"""Push channels of a Google calendar: headers without a body, and no renewal but a new channel."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.errors import NotFound
from connectors.google.calendar import GoogleCalendar
from connectors.google.service import Google
from connectors.model import Heard, News, Notice, Url, Watch


class GooglePush:
    """Opens and ends channels; implements `protocol.Push`."""

    def __init__(self, google: Google, calendar: GoogleCalendar) -> None:
        self._google = google
        self._calendar = calendar

    def watch(self, callback: Url, secret: str) -> Watch:
        """Open a channel on the calendar."""
        return self._calendar.watch(callback, secret)

    def renew(self, watch: Watch, callback: Url, secret: str) -> Watch:  # noqa: ARG002 - the protocol's names
        """Open another channel; both tell until the older one is ended."""
        return self.watch(callback, secret)

    def unwatch(self, watch: Watch) -> None:
        """End a channel (channels.stop)."""
        body = {"id": watch.channel, "resourceId": watch.resource}
        try:
            self._google.write(self._google.resource("calendar", "channels").stop(body=body))
        except NotFound:
            return

    def heard(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Heard:  # noqa: ARG002 - the protocol's names
        """Read the headers; the first message of a channel, `sync`, tells nothing."""
        secret = headers.get("x-goog-channel-token", "")
        state = headers.get("x-goog-resource-state", "")
        if not secret or not state:
            return Heard()
        return Heard((Notice(secret, News.NOTHING if state == "sync" else News.CHANGED),))
