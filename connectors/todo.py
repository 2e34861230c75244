"""What a task of ours carries in any list: where it comes from, and the key it is found by again.

Pure. Also the task as iCalendar has it (VTODO, RFC 5545 3.6.2), for whoever keeps such files.
"""

from __future__ import annotations

from datetime import UTC
from hashlib import blake2b

from icalendar import Calendar, Todo

from connectors.model import Facts, Key, Task

_PRODUCT = "-//visavis//one-on-ones//EN"


def sign(key: Key) -> str:
    """Return the words that name the task of a key; they stay the same for ever."""
    return f"visavis-{blake2b(key.encode(), digest_size=8).hexdigest()}"


def notes(task: Task, key: Key, *, link: bool = True) -> str:
    """Return what stands below the title: the notes, the document's address, the sign."""
    lines = (task.notes.strip(), task.link if link else None, sign(key))
    return "\n".join(line for line in lines if line)


def facts(task: Task) -> Facts:
    """Return what a receipt says was put on the list."""
    return {"title": task.title, "due": task.due.isoformat() if task.due else None}


def vtodo(task: Task, key: Key) -> bytes:
    """Write a task as a calendar object of its own; the same task gives the same bytes."""
    todo = Todo()
    todo.add("uid", f"{sign(key)}@visavis")
    todo.add("dtstamp", task.made.astimezone(UTC))
    todo.add("summary", task.title)
    if task.notes.strip():
        todo.add("description", task.notes.strip())
    todo.add("status", "NEEDS-ACTION")
    if task.due:
        todo.add("due", task.due)
    if task.link:
        todo.add("url", task.link)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add_component(todo)
    return bytes(calendar.to_ical())


def standing(content: bytes) -> Facts | None:
    """Return what a calendar object still has to be done; None once it is done, or no task."""
    for found in Calendar.from_ical(content).walk("VTODO"):
        if isinstance(found, Todo) and found.get("status") != "COMPLETED":
            due = found.DUE
            return {"title": str(found.get("summary")), "due": due.isoformat() if due else None}
    return None
