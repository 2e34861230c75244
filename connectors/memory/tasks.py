"""The task list of one person of the world."""

from __future__ import annotations

from connectors import todo
from connectors.errors import PreconditionFailed
from connectors.memory.world import World
from connectors.model import Handle, Key, Receipt, Task, Version


class MemoryTasks:
    """The tasks in `World.tasks` of one address; implements `protocol.Tasks`."""

    def __init__(self, world: World, address: str) -> None:
        self._world = world
        self._tasks = world.tasks.setdefault(address, {})

    def add(self, task: Task, key: Key) -> Receipt:
        """Put a task on the list, unless it was there."""
        there = self._world.wire.read("tasks.look", lambda: self._tasks.get(key))
        if there is None:
            self._world.wire.write("tasks.add", lambda: self._tasks.update({key: task}))
        return Receipt(Handle(key), Version(""), after=todo.facts(task), wrote=there is None)

    def undo(self, receipt: Receipt) -> None:
        """Take a task off that nobody ticked."""
        key = Key(receipt.handle)
        there = self._world.wire.read("tasks.look", lambda: self._tasks.get(key))
        if there is None:
            return
        if key in self._world.ticked or todo.facts(there) != receipt.after:
            raise PreconditionFailed("the task was ticked or changed since")
        self._world.wire.write("tasks.undo", lambda: self._tasks.pop(key))
