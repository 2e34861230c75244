"""The To Do requests."""

from __future__ import annotations

from connectors.standins.graph.asking import Ask, Routes, page
from connectors.standins.graph.calls import Reply
from connectors.standins.graph.todo import TodoLists

_PAGE = 100


def lists(ask: Ask) -> Reply:
    """All lists."""
    return Reply(200, page(ask, list(_todo(ask).lists.values()), _PAGE))


def create_list(ask: Ask) -> Reply:
    """A new list."""
    return Reply(201, _todo(ask).create_list(ask.body["displayName"]))


def tasks(ask: Ask) -> Reply:
    """The tasks of a list."""
    return Reply(200, page(ask, list(_todo(ask).of(_list(ask)).values()), _PAGE))


def create(ask: Ask) -> Reply:
    """A new task, perhaps with linked resources."""
    return Reply(201, _todo(ask).create(_list(ask), ask.body))


def one(ask: Ask) -> Reply:
    """One task."""
    return Reply(200, _todo(ask).task(_list(ask), _task(ask)))


def change(ask: Ask) -> Reply:
    """PATCH of a task: done, renamed, due."""
    return Reply(200, _todo(ask).change(_list(ask), _task(ask), ask.body))


def delete(ask: Ask) -> Reply:
    """A task thrown away."""
    _todo(ask).task(_list(ask), _task(ask))
    del _todo(ask).of(_list(ask))[_task(ask)]
    return Reply(204)


def _todo(ask: Ask) -> TodoLists:
    return ask.world.todo[ask.owner.email]


def _list(ask: Ask) -> str:
    return ask.variables["todoTaskList_id"]


def _task(ask: Ask) -> str:
    return ask.variables["todoTask_id"]


ROUTES: Routes = {
    ("GET", "/todo/lists"): lists,
    ("POST", "/todo/lists"): create_list,
    ("GET", "/todo/lists/{todoTaskList-id}/tasks"): tasks,
    ("POST", "/todo/lists/{todoTaskList-id}/tasks"): create,
    ("GET", "/todo/lists/{todoTaskList-id}/tasks/{todoTask-id}"): one,
    ("PATCH", "/todo/lists/{todoTaskList-id}/tasks/{todoTask-id}"): change,
    ("DELETE", "/todo/lists/{todoTaskList-id}/tasks/{todoTask-id}"): delete,
}
