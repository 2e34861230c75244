"""Microsoft To Do: the task lists of one person, as far as mirroring own items needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.standins.graph.calls import Json, Refused
from connectors.standins.graph.zones import stamp

if TYPE_CHECKING:
    from connectors.standins.graph.world import World

_NEW: Json = {
    "status": "notStarted",
    "importance": "normal",
    "isReminderOn": False,
    "body": {"content": "", "contentType": "text"},
    "linkedResources": [],
}


@dataclass(slots=True)
class TodoLists:
    """Lists by id, each with its tasks by id; everybody has the built-in list."""

    world: World
    lists: dict[str, Json] = field(default_factory=dict)
    tasks: dict[str, dict[str, Json]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.create_list("Tasks", "defaultList")

    def create_list(self, name: str, known_as: str = "none") -> Json:
        """Make a list."""
        made = self._id()
        facts = {"isOwner": True, "isShared": False, "wellknownListName": known_as}
        self.lists[made] = {"id": made, "displayName": name, **facts}
        self.tasks[made] = {}
        return self.lists[made]

    def of(self, list_id: str) -> dict[str, Json]:
        """Return the tasks of a list."""
        if list_id not in self.tasks:
            raise Refused(404, "ErrorItemNotFound", "The list was not found.")
        return self.tasks[list_id]

    def create(self, list_id: str, body: Json) -> Json:
        """Make a task."""
        made = self._id()
        now = stamp(self.world.now())
        stamps = {"createdDateTime": now, "lastModifiedDateTime": now}
        self.of(list_id)[made] = {**_NEW, **body, "id": made, **stamps}
        return self.task(list_id, made)

    def task(self, list_id: str, task_id: str) -> Json:
        """Return a task, with the etag of its last change."""
        found: dict[str, Any] | None = self.of(list_id).get(task_id)
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The task was not found.")
        return found

    def change(self, list_id: str, task_id: str, body: Json) -> Json:
        """Change a task; what is completed gets its time."""
        now = stamp(self.world.now())
        changed = {**self.task(list_id, task_id), **body, "lastModifiedDateTime": now}
        if body.get("status") == "completed":
            changed.setdefault("completedDateTime", {"dateTime": now[:-1], "timeZone": "UTC"})
        self.of(list_id)[task_id] = changed
        return changed

    def _id(self) -> str:
        return f"AAMkAGU5todo{self.world.number():09d}="
