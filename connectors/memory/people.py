"""How the people of the world are reached, and what their company knows of them."""

from __future__ import annotations

from connectors.memory.world import World
from connectors.model import Entry, Key, Letter, Person


class MemoryMessages:
    """A channel that keeps every letter in `World.letters`; implements `protocol.Messages`.

    It sends what it is given, twice if asked twice, as mail does. Without `traceable` nobody can
    look up later what went out.
    """

    def __init__(self, world: World, *, traceable: bool = True) -> None:
        self._world = world
        self._traceable = traceable

    def send(self, letter: Letter) -> None:
        """Send one letter."""
        self._world.wire.write("messages.send", lambda: self._world.letters.append(letter))

    def sent(self, key: Key) -> bool | None:
        """Tell whether a letter went out; None where this channel keeps no record."""
        if not self._traceable:
            return None
        return self._world.wire.read(
            "messages.sent", lambda: any(letter.key == key for letter in self._world.letters)
        )


class MemoryDirectory:
    """The company's list of people, from `World.entries`; implements `protocol.Directory`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def entry(self, person: Person) -> Entry | None:
        """Look a person up by any of their addresses."""
        return self._world.wire.read("directory.entry", lambda: self._entry(person))

    def _entry(self, person: Person) -> Entry | None:
        entries = self._world.entries.items()
        return next((entry for address, entry in entries if person.answers_to(address)), None)
