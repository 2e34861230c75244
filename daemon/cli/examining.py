"""`visavis doctor`: what may be wrong here, and what to do about it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config, Json
from daemon.cli.output import say, show_json, sign, working

if TYPE_CHECKING:
    from daemon.doctor import Finding


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(doctor)


def doctor(config: Config = None, *, json: Json = False) -> int:
    """Examine everything that may be wrong here.

    Settings, clock, sign-ins, database, disk, mail, chat and push, each with its remedy. Nothing
    is changed or sent. Exit 1 where one is in trouble.
    """
    from daemon import clock, logs
    from daemon.doctor import examine

    logs.quiet()
    with working("examining"):
        found = examine(config, os.environ, clock.now())
    if json:
        show_json([asdict(one) for one in found])
    else:
        _show(found)
    return DONE if all(one.ok for one in found) else TROUBLE


def _show(found: tuple[Finding, ...]) -> None:
    """Say what is wrong last, where the eye is."""
    width = max(len(one.check) for one in found)
    well, ill, then = sign("✓", "+"), sign("✗", "!"), sign("→", "->")
    for one in sorted(found, key=lambda one: not one.ok):
        say(f"{well if one.ok else ill} {one.check:{width}}  {one.finding}")
        if one.remedy:
            say(f"  {'':{width}}  {then} {one.remedy}")
    wrong = sum(not one.ok for one in found)
    say(f"{wrong} of {len(found)} need you" if wrong else "all is well")
