"""The settings of the mailbox that is looked after: zone and working hours, read when needed."""

from __future__ import annotations

from connectors.errors import NotFound, NotPermitted
from connectors.model import WorkingHours
from connectors.outlook import schedules, zones
from connectors.outlook.client import Graph
from connectors.outlook.wire import Json


class Mailbox:
    """Asked once, and again after `forget`; without the permission to read them there are none."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._settings: Json | None = None

    def forget(self) -> None:
        """Ask again when next needed: people travel."""
        self._settings = None

    def zone(self) -> str:
        """Return the IANA zone, or nothing for one that nobody knows."""
        return zones.iana(str(self._said.get("timeZone") or ""))

    def hours(self, year: int) -> WorkingHours | None:
        """Return the owner's working week; often in a zone that is only described."""
        return schedules.hours(self._said.get("workingHours"), year, self.zone())

    @property
    def _said(self) -> Json:
        if self._settings is None:
            try:
                self._settings = self._graph.read(self._graph.mine("/mailboxSettings"))
            except (NotPermitted, NotFound):
                self._settings = {}
        return self._settings
