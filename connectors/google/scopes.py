"""Which permissions are asked for, by feature: the smallest set that carries it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

_PREFIX = "https://www.googleapis.com/auth/"


class Scope(StrEnum):
    """A permission as Google names it; `calendar.events` alone covers no free/busy and no hours."""

    EVENTS = f"{_PREFIX}calendar.events"
    FREE_BUSY = f"{_PREFIX}calendar.freebusy"
    HABITS = f"{_PREFIX}calendar.calendars.readonly"
    FILES = f"{_PREFIX}drive.file"
    USERS = f"{_PREFIX}admin.directory.user.readonly"
    COLLEAGUES = f"{_PREFIX}directory.readonly"
    TASKS = f"{_PREFIX}tasks"


_WITHOUT = {
    Scope.EVENTS: "the calendar cannot be read",
    Scope.FREE_BUSY: "nobody's free/busy is known, so proposals say that they are not checked",
    Scope.HABITS: "working hours and time zone come from the settings",
    Scope.FILES: "no running document can be made or read",
    Scope.USERS: "the directory tells no manager and no reports",
    Scope.COLLEAGUES: "the directory tells no colleagues",
    Scope.TASKS: "nothing is put on the task list",
}


def wanted(*, documents: bool, directory: bool, tasks: bool = False) -> tuple[Scope, ...]:
    """Return what to ask for; an admin who delegates must list exactly these."""
    scopes = [Scope.EVENTS, Scope.FREE_BUSY, Scope.HABITS]
    scopes += [Scope.FILES] if documents else []
    scopes += [Scope.USERS, Scope.COLLEAGUES] if directory else []
    scopes += [Scope.TASKS] if tasks else []
    return tuple(scopes)


def missing(asked: Collection[Scope], granted: Collection[str]) -> tuple[str, ...]:
    """Say in words what does not work because its box was left empty at the consent."""
    return tuple(f"{scope}: {_WITHOUT[scope]}" for scope in asked if scope not in granted)
