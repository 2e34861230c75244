"""The options that many commands share, and the house they work in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from daemon.house import House

Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The settings file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
With = Annotated[str, typer.Argument(metavar="WITH", help="Address, pair id, or part of a name.")]

PATIENCE = 30.0
"""Seconds a command waits for another one (DESIGN 5)."""


@dataclass(frozen=True, slots=True)
class Open:
    """A house that a command works in, the moment it is worked at, and its settings."""

    house: House
    now: datetime
    settings: Settings


@contextmanager
def opened(config: Path | None, *, create: bool = False, asks: bool = False) -> Iterator[Open]:
    """Open the house of the settings, by default without making anything, or any request."""
    from config.settings import load
    from daemon import clock, logs, wiring
    from daemon.cli.output import note
    from daemon.store import open_store

    logs.quiet()
    settings = load(config, os.environ)
    now = clock.now()
    if clock.frozen():
        note(f"the clock is frozen at {now.isoformat()} by VISAVIS_NOW")
    store = open_store(settings.home, settings.database, create=create)
    house = wiring.house(settings, os.environ, store, asks=asks)
    try:
        yield Open(house, now, settings)
    finally:
        house.close()
        store.close()


@contextmanager
def acting(config: Path | None, what: str) -> Iterator[Open]:
    """Open the house for a command that writes: one at a time, waiting for the one before."""
    from daemon.locks import lock

    with (
        opened(config, create=True, asks=True) as at,
        lock(at.house.home / "act.lock", what, patience=PATIENCE),
    ):
        yield at
