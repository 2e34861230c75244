"""The owner's list in Google Tasks: the default one, as every Google account has it."""

from __future__ import annotations

from collections.abc import Iterator

from connectors import todo
from connectors.errors import NotFound, PreconditionFailed
from connectors.google.service import Google, Json
from connectors.model import Facts, Handle, Key, Receipt, Task, Version

_LIST = "@default"
_PAGE = 100
_LONGEST_TITLE, _LONGEST_NOTES = 1024, 8192


class GoogleTasks:
    """One person's tasks; implements `protocol.Tasks`.

    Google lets nobody choose an id or search: the notes end with a sign that is looked for.
    """

    def __init__(self, google: Google) -> None:
        self._google = google

    def add(self, task: Task, key: Key) -> Receipt:
        """Put a task on the list, unless it is or was there; finished and deleted ones count."""
        sign = todo.sign(key)
        found = next((one for one in self._all() if sign in one.get("notes", "")), None)
        if found is not None:
            return _receipt(found, wrote=False)
        body = {
            "title": task.title[:_LONGEST_TITLE],
            "notes": todo.notes(task, key)[-_LONGEST_NOTES:],
        }
        if task.due:
            # Google keeps the day alone, whatever time stands there.
            body["due"] = f"{task.due.isoformat()}T00:00:00.000Z"
        tasks = self._google.resource("tasks", "tasks")
        return _receipt(self._google.write(tasks.insert(tasklist=_LIST, body=body)))

    def undo(self, receipt: Receipt) -> None:
        """Delete a task that is as it was put there."""
        tasks = self._google.resource("tasks", "tasks")
        try:
            there = self._google.read(tasks.get(tasklist=_LIST, task=receipt.handle))
        except NotFound:
            return
        if there.get("deleted"):
            return
        if there.get("status") == "completed" or _facts(there) != receipt.after:
            raise PreconditionFailed("the task was ticked or changed since")
        self._google.write(tasks.delete(tasklist=_LIST, task=receipt.handle))

    def _all(self) -> Iterator[Json]:
        tasks = self._google.resource("tasks", "tasks")
        everything = {"showCompleted": True, "showHidden": True, "showDeleted": True}
        for page in self._google.pages(tasks.list, tasklist=_LIST, maxResults=_PAGE, **everything):
            yield from page.get("items", ())


def _receipt(told: Json, *, wrote: bool = True) -> Receipt:
    handle, version = Handle(str(told["id"])), Version(str(told.get("etag", "")))
    return Receipt(handle, version, after=_facts(told), wrote=wrote)


def _facts(told: Json) -> Facts:
    return {"title": told.get("title", ""), "due": told.get("due", "")[:10] or None}
