"""Commands for what is kept: a person removed everywhere, the encryption key changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config, Json, acting
from daemon.cli.output import complain, note, show_json

if TYPE_CHECKING:
    from daemon.cli.options import Open
    from daemon.forgetting import Left
    from daemon.traces import Traces


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(forget)
    app.command("rotate-key")(rotate_key)


def forget(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Any address of theirs.")],
    config: Config = None,
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Let them be seen again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> int:
    """Remove a person everywhere, and leave them out from now on."""
    from daemon import forgetting

    with acting(config, "forget") as at:
        found = _meant(at, address)
        if lift:
            forgetting.lift(at.house, found)
            note(f"{address} may be seen again; `visavis tick` looks")
        elif yes or _sure(found):
            left = forgetting.forget(at.house, found, at.now)
            _report(at, found, left)
            if left.stale:
                return TROUBLE
        else:
            note("nothing was removed")
    if json:
        show_json({})
    return DONE


def rotate_key(config: Config = None, *, json: Json = False) -> None:
    """Seal all sign-ins and secrets with a new key.

    The old one is removed; where systemd gives the key, that is left to you.
    """
    import os

    from config.secrets import TokenStore

    with acting(config, "rotate-key") as at:
        secrets = TokenStore(at.settings.home, os.environ)
        sealed = secrets.rotate()
        notes = secrets.notes()
    note(f"{sealed} secrets are sealed with the newest key; the ones before are forgotten")
    for one in notes:
        note(one)
    if json:
        show_json({})


def _meant(at: Open, address: str) -> Traces:
    from daemon import forgetting

    if "@" not in address:
        raise typer.BadParameter(f"{address!r} is no address; `visavis pairs` shows them")
    if any(account.owner.answers_to(address) for account in at.house.accounts):
        raise typer.BadParameter(f"{address} is your own; remove its account from the settings")
    return forgetting.known(at.house, address.lower())


def _sure(found: Traces) -> bool:
    """Ask, where somebody is there to answer."""
    if not sys.stdin.isatty():
        return True
    named = ", ".join(sorted(found.addresses | found.names))
    note(f"This removes {named}: their history, proposals, alerts, letters, agendas.")
    return typer.confirm("It cannot be undone. Go on?", err=True)


def _report(at: Open, found: Traces, left: Left) -> None:
    """Say what was removed, and everything that only people can remove."""
    from daemon.forgetting import lines_with

    note(f"removed: {left.rows} entries of the database, {left.documents} documents")
    for url in left.remote:
        note(f"stays, remove it there: the document {url}")
    if left.events:
        note(f"stays in your calendar: {left.events} events with them, and links in the invites")
    for file in left.mentions:
        note(f"still names them: {file}")
    source = at.settings.source
    for line in lines_with(source, found) if source else ():
        note(f"still names them: {source}, line {line}")
    note("what was sent, exported or backed up is not in reach of visavis")
    if at.house.store.engine.dialect.name != "sqlite":
        note("PostgreSQL keeps its log and its backups until they are recycled")
    if left.stale:
        complain("the database is being read", "stop `visavis run` and give the command again")
