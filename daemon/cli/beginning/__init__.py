"""`visavis init`: from nothing to the first agenda, asking the least."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config
from daemon.cli.output import note

if TYPE_CHECKING:
    from config.drafting import Draft
    from daemon.cli.beginning.account import Given
    from daemon.cli.beginning.steps import Sight
    from daemon.cli.questions import Desk


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(init)


def init(
    config: Config = None,
    provider: Annotated[str, typer.Option(help="google, outlook, caldav or files.")] = "",
    email: Annotated[str, typer.Option(help="Your address in that calendar.")] = "",
    name: Annotated[str, typer.Option(help="What the account is called here.")] = "",
    path: Annotated[str, typer.Option(help="files: the folder of .ics files.")] = "",
    url: Annotated[str, typer.Option(help="caldav: the calendar's address.")] = "",
    username: Annotated[str, typer.Option(help="caldav: who signs in.")] = "",
    password_env: Annotated[str, typer.Option(help="caldav: variable with the password.")] = "",
    client_secrets: Annotated[str, typer.Option(help="google: the OAuth client's file.")] = "",
    client_id: Annotated[str, typer.Option(help="outlook: the application's id.")] = "",
    tenant: Annotated[str, typer.Option(help="outlook: your organisation.")] = "",
    endpoint: Annotated[str, typer.Option(help="A stand-in on loopback.")] = "",
    timezone: Annotated[str, typer.Option(help="An IANA zone, if not the provider's.")] = "",
    *,
    device: Annotated[bool, typer.Option("--device", help="Sign in by a code.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take defaults; touch no calendar.")] = False,
) -> int:
    """Make the settings, or add an account.

    Sign in, see your one-on-ones and what would be written. Nothing is, before you agree.
    """
    from daemon.cli.beginning.account import Given
    from daemon.cli.questions import Desk

    given = Given(
        provider=provider,
        email=email,
        name=name,
        path=path,
        url=url,
        username=username,
        password_env=password_env,
        client_secrets=client_secrets,
        client_id=client_id,
        tenant=tenant,
        endpoint=endpoint,
        timezone=timezone,
    )
    return _begin(Desk(yes=yes), config, given, device=device)


def _begin(desk: Desk, config: Path | None, given: Given, *, device: bool) -> int:
    from config.settings import settings_file
    from daemon import logs
    from daemon.cli.beginning import showing

    logs.quiet()
    file = settings_file(config, os.environ)
    with _nothing_half_done():
        draft, sight = _drafted(desk, file, given, device=device)
        if draft is None:
            return DONE
        if sight is not None:
            showing.plan(sight)
        if not desk.agreed(f"Write these settings to {draft.file}?", default=True):
            note("nothing was written")
            return DONE
        draft.place()
    note(f"written: {draft.file}")
    return _onward(desk, draft.file, sight)


@contextmanager
def _nothing_half_done() -> Iterator[None]:
    """Say, where somebody stops in between, that it did no harm."""
    try:
        yield
    except KeyboardInterrupt:
        note("\nstopped; no settings were written")
        raise


def _drafted(
    desk: Desk, file: Path, given: Given, *, device: bool
) -> tuple[Draft | None, Sight | None]:
    """Ask, sign in, look and ask again; returns the settings to be, and what they lead to."""
    from config.drafting import Draft
    from config.settings import load
    from daemon.cli.beginning import showing, steps
    from daemon.cli.beginning.account import asked

    known = load(file, os.environ) if file.exists() else None
    names = {account.name: account.email for account in known.accounts} if known else {}
    if names:
        note(f"{file} has " + ", ".join(f"{name} ({email})" for name, email in names.items()))
        if not desk.agreed("Add another account?", default=True):
            return None, None
    values = asked(desk, given, names, file.absolute().parent)
    draft = Draft.of(file).adding("account", values)
    if not steps.signed_in(desk, draft, values["name"], device=device):
        return draft, None
    sight = steps.look(draft, values["name"])
    showing.pairs(sight)
    told = {pair.address for pair in known.pairs} if known else set()
    with_roles = showing.with_roles(desk, draft, sight, told)
    return with_roles, sight if with_roles == draft else steps.look(with_roles, values["name"])


def _onward(desk: Desk, file: Path, sight: Sight | None) -> int:
    """Offer the first turn and the service, each only after a yes."""
    from daemon.cli import acting, serving
    from daemon.core.decide import plan_hash

    if sight is None or sight.failures:
        note("next: mend that, then `visavis doctor` and `visavis plan`")
        return TROUBLE
    code = DONE
    if sight.decisions and desk.agreed("Do exactly that plan now?", default=False):
        code = acting.apply(plan_hash(sight.decisions), file)
    if code == DONE and desk.agreed("Keep visavis running as a service?", default=False):
        code = serving.install(file)
    note("next: visavis plan, visavis tick, visavis run; all is well? visavis doctor")
    return code
