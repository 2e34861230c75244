"""Signing in to a provider, and out again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.options import Config, Json, opened
from daemon.cli.output import note, show_json

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Account, Settings

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name in the settings.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (login, logout):
        app.command()(command)


def login(
    name: Name,
    config: Config = None,
    *,
    device: Annotated[bool, typer.Option("--device", help="By a code, without a browser.")] = False,
    json: Json = False,
) -> None:
    """Sign in to an account.

    In the system's browser, or by a code that you enter elsewhere (`--device`, for Outlook).
    """
    from daemon import logs, wiring

    logs.quiet()
    settings, account = _account(config, name)
    for warning in wiring.sign_in(settings, account, os.environ, device=device, show=note):
        note(warning)
    _done(f"{name} is signed in as {account.email}", json=json)


def logout(name: Name, config: Config = None, *, json: Json = False) -> None:
    """Forget the sign-in of an account.

    What its provider pushes is ended.
    """
    from daemon import wiring
    from daemon.push import Doorbell, Watchman

    settings, account = _account(config, name)
    with opened(config) as at:
        Watchman(Doorbell()).leave(at.house, name)
    wiring.sign_out(settings, account, os.environ)
    _done(f"{name} is signed out", json=json)


def _account(config: Path | None, name: str) -> tuple[Settings, Account]:
    from config.settings import load

    settings = load(config, os.environ)
    names = [account.name for account in settings.accounts]
    if name not in names:
        raise typer.BadParameter(f"no account {name!r}; there is {', '.join(names)}")
    return settings, settings.account(name)


def _done(what: str, *, json: bool) -> None:
    if json:
        show_json({})
    else:
        note(what)
