"""`visavis demo`: eight weeks of a manager's calendar in time-lapse, on stand-ins or on CalDAV."""

from __future__ import annotations

from typing import Annotated

import typer

from daemon.cli.options import Json


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(demo)


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the story.")] = False,
    caldav: Annotated[
        bool, typer.Option("--caldav", help="On a real CalDAV server (Radicale), made for it.")
    ] = False,
    json: Json = False,
) -> None:
    """Play eight weeks on stand-in providers.

    It tells what visavis did and why, and needs neither account nor settings. Afterwards it serves
    the page, until Ctrl-C; not with `--once`, and not where stdout is no terminal.
    """
    from daemon.cli.demo.story import play
    from daemon.cli.output import show_json

    counts = play(aloud=not json, once=once or json, caldav=caldav)
    if json:
        show_json(counts)
