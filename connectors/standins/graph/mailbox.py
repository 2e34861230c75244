"""One person's mailbox with every version of every item: reads can lag, deltas look back.

Exchange answers a write with the new state while other servers still show the old one; and a delta
token stands for a state of the past. Both fall out of never overwriting anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.standins.graph.calls import Refused
from connectors.standins.graph.items import Item


@dataclass(frozen=True, slots=True)
class Version:
    """An item from one moment on; `item` is None once it was deleted."""

    serial: int
    written: datetime
    visible: datetime
    item: Item | None


@dataclass(slots=True)
class Mailbox:
    """Copies by key; `serial` counts the writes, as Exchange's change numbers do."""

    serial: int = 0
    _history: dict[int, list[Version]] = field(default_factory=dict)

    def put(self, item: Item, now: datetime, lag: timedelta = timedelta()) -> None:
        """Store a new version; plain reads see it only after `lag`."""
        self._write(item.key, item, now, lag)

    def drop(self, key: int, now: datetime, lag: timedelta = timedelta()) -> None:
        """Delete the item; its versions stay for those who look back."""
        self._write(key, None, now, lag)

    def _write(self, key: int, item: Item | None, now: datetime, lag: timedelta) -> None:
        """Append a version; nothing written is ever forgotten."""
        self.serial += 1
        self._history.setdefault(key, []).append(Version(self.serial, now, now + lag, item))

    def item(self, key: int) -> Item:
        """Return the newest version; raises ErrorItemNotFound when it is gone or never was."""
        versions = self._history.get(key)
        if not versions or not versions[-1].item:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found.")
        return versions[-1].item

    def items(self) -> Iterator[Item]:
        """Yield the newest version of all that stands."""
        return (versions[-1].item for versions in self._history.values() if versions[-1].item)

    def seen(self, now: datetime) -> Mailbox:
        """Return the mailbox as plain reads see it: writes inside their lag are not there yet."""
        shown = {key: _visible(versions, now) for key, versions in self._history.items()}
        return replace(self, _history=shown)

    def at(self, serial: int) -> Mailbox:
        """Return the mailbox as it was after that write."""
        then = {
            key: [version for version in versions if version.serial <= serial]
            for key, versions in self._history.items()
        }
        return Mailbox(serial, {key: versions for key, versions in then.items() if versions})

    def by_uid(self, uid: str) -> Item | None:
        """Return the copy of a meeting, if this person has one."""
        return next((item for item in self.items() if item.uid == uid), None)

    def touched(self, since: int) -> list[int]:
        """List the keys written after that serial, the latest last; deleted ones too."""
        last = {key: versions[-1].serial for key, versions in self._history.items()}
        return sorted((key for key in last if last[key] > since), key=lambda key: last[key])

    def version(self, key: int) -> Version:
        """Return the newest version of an item known to exist or to have existed."""
        return self._history[key][-1]

    def first(self, key: int) -> Version:
        """Return the version an item was created with."""
        return self._history[key][0]


def _visible(versions: list[Version], now: datetime) -> list[Version]:
    """Keep what has become visible; a creation always has."""
    return [version for version in versions if version.visible <= now] or versions[:1]
