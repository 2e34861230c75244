"""Signing in to a provider, and out again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from getpass import getpass
from pathlib import Path

from config.secrets import TokenStore
from config.settings import Account as AccountSettings
from config.settings import Settings
from config.values import Provider
from connectors.errors import NotPermitted
from connectors.model import Person
from daemon.clock import now
from daemon.wiring.browsing import open_aside
from daemon.wiring.ports import caldav, google_scopes, outlook_scopes


def sign_in(
    settings: Settings,
    account: AccountSettings,
    environ: Mapping[str, str],
    *,
    device: bool,
    show: Callable[[str], object],
) -> tuple[str, ...]:
    """Let the owner sign in, and keep what comes of it; returns what they should know.

    `show` tells which page to open, or where to enter which code, while the sign-in waits for it.
    """
    secrets = TokenStore(settings.home, environ)
    open_aside(show)
    match account.provider:
        case Provider.GOOGLE if account.client_secrets:
            return _google(account, account.client_secrets, secrets, device=device)
        case Provider.OUTLOOK if account.client_id:
            return _outlook(account, secrets, show if device else None)
        case Provider.CALDAV:
            password = _password(account)
            _try(account, password)
            secrets.keep_password(account, password)
            return secrets.notes()
        case _:
            how = "by a code" if device else "in a browser"
            what = f"account {account.name} has nothing to sign in to {how}"
            raise NotPermitted(what, "`visavis doctor` says whether it can be reached")


def _google(
    account: AccountSettings, client: Path, secrets: TokenStore, *, device: bool
) -> tuple[str, ...]:
    from connectors.google.consent import sign_in

    if device:
        what = "Google gives no calendar to a device code"
        raise NotPermitted(what, "sign in where a browser is, and copy `key` and `tokens`")
    return sign_in(
        account.name,
        Person(account.email, aliases=frozenset(account.aliases)),
        client,
        google_scopes(account),
        secrets,
        now=now(),
        endpoint=account.endpoint,
    )


def _outlook(
    account: AccountSettings, secrets: TokenStore, by_code: Callable[[str], object] | None
) -> tuple[str, ...]:
    """Sign in with the browser, or `by_code`, which tells where to enter it."""
    from connectors.outlook import auth

    client = auth.Client(account.client_id, account.tenant, account.endpoint)
    wanted = outlook_scopes(account)
    if by_code:
        who = auth.sign_in_by_device(account.name, client, wanted, secrets, by_code)
    else:
        who = auth.sign_in(account.name, client, wanted, secrets, account.email)
    return (*_somebody_else(account, who), *secrets.notes())


def _somebody_else(account: AccountSettings, who: str) -> Iterator[str]:
    """Warn where somebody else signed in; a name to sign in by need not be an address of theirs."""
    if who and who not in {account.email, *account.aliases}:
        yield (
            f"Microsoft knows whoever signed in as {who}: if that is not {account.email}, "
            f"`visavis logout {account.name}` and sign in again"
        )


def _try(account: AccountSettings, password: str) -> None:
    """Sign in with a password before it is kept; raises what the server says against it."""
    from connectors.caldav import discover

    dav = caldav(account, password)
    try:
        discover(dav, account.calendar)
    finally:
        dav.close()


def _password(account: AccountSettings) -> str:
    """Ask for a password without showing it; one that is piped in is a line."""
    if sys.stdin.isatty():
        return getpass(f"password of {account.username or account.email}: ")
    return sys.stdin.readline().rstrip("\n")


def sign_out(settings: Settings, account: AccountSettings, environ: Mapping[str, str]) -> None:
    """Forget the sign-in of an account here."""
    TokenStore(settings.home, environ).forget_password(account)
