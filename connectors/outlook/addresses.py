"""What an address book says of the people in events: aliases, rooms, groups. Opt-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from connectors.outlook.translate import Card
from connectors.outlook.wire import Json


class AddressBook(Protocol):
    """Whoever can be asked what stands behind an address."""

    def cards(self, events: Iterable[Json]) -> Mapping[str, Card]:
        """Return what is known of the people in these events, by address in lower case."""
