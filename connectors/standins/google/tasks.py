"""Google Tasks: the default list of each person, as far as putting own items there needs it.

Only the day of `due` is kept. Deleted tasks stay, and are shown to whoever asks for them; so are
hidden ones, which is what finished tasks become.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.standins.google.errors import Json, invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.standins.google.call import Call, Method

_MOST = 100


def listed(call: Call) -> Json:
    """Answer tasks.list: 20 a page, at most 100."""
    if "pageToken" in call.parameters:
        return call.world.pages.next(call.parameters["pageToken"])
    items = [task for task in _tasks(call).values() if _shown(call, task)]
    size = min(call.parameters.get("maxResults", 20), _MOST)
    return call.world.pages.first("items", items, size, head={"kind": "tasks#tasks"}, last={})


def insert(call: Call) -> Json:
    """Answer tasks.insert."""
    tasks = _tasks(call)
    if len(call.body.get("title", "")) > 1024 or len(call.body.get("notes", "")) > 8192:
        raise invalid("Invalid task: title or notes are too long.")
    name = f"task{call.world.next_serial():018d}"
    given = {key: call.body[key] for key in ("title", "notes", "status") if key in call.body}
    task = {"kind": "tasks#task", "id": name, "title": "", "status": "needsAction"} | given
    if "due" in call.body:
        task["due"] = f"{call.body['due'][:10]}T00:00:00.000Z"
    tasks[name] = task | {"etag": f'"{call.world.next_serial()}"'}
    return tasks[name]


def get(call: Call) -> Json:
    """Answer tasks.get; deleted ones are still told of."""
    found = _tasks(call).get(call.parameters["task"])
    if found is None:
        raise not_found("Task not found.")
    return found


def delete(call: Call) -> None:
    """Answer tasks.delete."""
    get(call)["deleted"] = True


def _tasks(call: Call) -> dict[str, Json]:
    if call.parameters["tasklist"] != "@default":
        raise not_found("Task list not found.")
    return call.caller.tasks


def _shown(call: Call, task: Json) -> bool:
    if task.get("deleted"):
        return call.flag("showDeleted")
    if task["status"] == "completed":
        # What is finished on the web page is hidden at once.
        return bool(call.parameters.get("showCompleted", True)) and call.flag("showHidden")
    return True


METHODS: Mapping[str, Method] = {
    "tasks.tasks.list": listed,
    "tasks.tasks.insert": insert,
    "tasks.tasks.get": get,
    "tasks.tasks.delete": delete,
}
