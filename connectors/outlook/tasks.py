"""The list of the owner in Microsoft To Do, the built-in one; Graph opens it to people alone."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from connectors import todo
from connectors.errors import NotFound, PreconditionFailed
from connectors.model import Facts, Handle, Key, Receipt, Task, Version
from connectors.outlook.client import Graph
from connectors.outlook.wire import Json


class OutlookTasks:
    """One person's tasks; implements `protocol.Tasks`.

    A handle is list and task. Nothing promises that linked resources can be searched, so the
    body ends with a sign that is looked for; the link to the document is a linked resource.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def add(self, task: Task, key: Key) -> Receipt:
        """Put a task on the list, unless it is there, finished or not."""
        known, sign = self._list(), todo.sign(key)
        found = next((one for one in self._all(known) if sign in _body(one)), None)
        if found is not None:
            return _receipt(known, found, wrote=False)
        return _receipt(known, self._graph.write("POST", self._tasks(known), _wish(task, key)))

    def undo(self, receipt: Receipt) -> None:
        """Delete a task that is as it was put there."""
        known, _, task = receipt.handle.partition("/")
        path = f"{self._tasks(known)}/{quote(task, safe='')}"
        try:
            there = self._graph.read(path)
        except NotFound:
            return
        if there.get("status") == "completed" or _facts(there) != receipt.after:
            raise PreconditionFailed("the task was ticked or changed since")
        self._graph.write("DELETE", path)

    def _list(self) -> str:
        """Return the id of the list that To Do shows as "Tasks"."""
        for page in self._graph.pages(self._graph.mine("/todo/lists")):
            for one in page["value"]:
                if one.get("wellknownListName") == "defaultList":
                    return str(one["id"])
        raise NotFound("Microsoft To Do has no built-in list", "open To Do once in a browser")

    def _all(self, known: str) -> Iterator[Json]:
        for page in self._graph.pages(self._tasks(known)):
            yield from page["value"]

    def _tasks(self, known: str) -> str:
        return self._graph.mine(f"/todo/lists/{quote(known, safe='')}/tasks")


def _wish(task: Task, key: Key) -> Json:
    body = {"contentType": "text", "content": todo.notes(task, key, link=False)}
    wish: Json = {"title": task.title, "body": body}
    if task.due:
        # A day, not a moment: To Do shows no time.
        wish["dueDateTime"] = {"dateTime": f"{task.due.isoformat()}T00:00:00", "timeZone": "UTC"}
    if task.link:
        linked = {"applicationName": "visavis", "displayName": "Notes", "webUrl": task.link}
        wish["linkedResources"] = [linked]
    return wish


def _receipt(known: str, told: Json, *, wrote: bool = True) -> Receipt:
    handle = Handle(f"{known}/{told['id']}")
    return Receipt(handle, Version(""), after=_facts(told), wrote=wrote)


def _facts(told: Json) -> Facts:
    due = (told.get("dueDateTime") or {}).get("dateTime") or ""
    return {"title": told.get("title"), "due": str(due)[:10] or None}


def _body(told: Json) -> str:
    return str((told.get("body") or {}).get("content") or "")
