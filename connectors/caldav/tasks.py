"""The owner's tasks on a CalDAV server: a resource for each, in the list that takes tasks."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urljoin

from connectors import todo
from connectors.caldav.client import Dav
from connectors.caldav.discovery import task_list
from connectors.errors import NotFound, PreconditionFailed
from connectors.model import Handle, Key, Receipt, Task, Version
from connectors.retry import doubted


class CalDavTasks:
    """The first task list of an account; implements `protocol.Tasks`. A handle is a path."""

    def __init__(self, dav: Dav) -> None:
        self._dav = dav

    def add(self, task: Task, key: Key) -> Receipt:
        """Write the resource of a task, unless one of that name is there."""
        path, wrote = urljoin(self._list, f"{todo.sign(key)}.ics"), True
        try:
            self._dav.put(path, todo.vtodo(task, key))
        except PreconditionFailed:
            wrote = False
        return Receipt(Handle(path), Version(""), after=todo.facts(task), wrote=wrote)

    def undo(self, receipt: Receipt) -> None:
        """Delete a task that is as it was put there."""
        try:
            content, tag = doubted(self._dav.fetch)(receipt.handle)
        except NotFound:
            return
        if todo.standing(content) != receipt.after:
            raise PreconditionFailed("the task was ticked or changed since")
        self._dav.delete(receipt.handle, seen=tag)

    @cached_property
    def _list(self) -> str:
        return f"{task_list(self._dav).rstrip('/')}/"
