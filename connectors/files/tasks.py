"""The owner's task list as VTODO files beside the calendar files, one for each task."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from connectors import todo
from connectors.errors import NotFound, PreconditionFailed
from connectors.files import disk
from connectors.model import Handle, Key, Receipt, Task, Version


class TaskFolder:
    """A folder of task files; implements `protocol.Tasks`. A handle is a file's name."""

    def __init__(self, path: Path) -> None:
        self._folder = path

    def add(self, task: Task, key: Key) -> Receipt:
        """Write the file of a task, unless one of that name is there."""
        name, content = f"{todo.sign(key)}.ics", todo.vtodo(task, key)
        wrote = disk.create(self._folder / name, content)
        return Receipt(Handle(name), _version(content), after=todo.facts(task), wrote=wrote)

    def undo(self, receipt: Receipt) -> None:
        """Delete the file, if nobody touched it."""
        path = self._folder / receipt.handle
        try:
            there = disk.read(path)
        except NotFound:
            return
        if _version(there) != receipt.version:
            raise PreconditionFailed("the task was ticked or changed since")
        disk.remove(path, there)


def _version(content: bytes) -> Version:
    return Version(blake2b(content, digest_size=16).hexdigest())
