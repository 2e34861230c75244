"""What is known of accounts without looking at calendars: for the doctor."""

from __future__ import annotations

from collections.abc import Mapping

from config.sealing import SecretError
from config.secrets import TokenStore, ready_token
from config.settings import Account as AccountSettings
from config.settings import Settings
from config.values import Provider
from connectors.errors import NotPermitted
from connectors.protocol import Standing
from daemon.wiring.ports import google_scopes, outlook_scopes


def standing(
    settings: Settings, account: AccountSettings, environ: Mapping[str, str]
) -> Standing | None:
    """Tell how the sign-in of an account stands; None for one that has none to speak of.

    Raises `NotPermitted` where what was kept cannot be read.
    """
    if account.provider not in {Provider.GOOGLE, Provider.OUTLOOK}:
        return None
    if ready_token(account, environ):
        return Standing(rule=f"given in {account.token_variable}; whoever made it knows")
    try:
        return _kept(account, TokenStore(settings.home, environ))
    except SecretError as error:
        raise NotPermitted(error.what, error.remedy) from error


def _kept(account: AccountSettings, tokens: TokenStore) -> Standing:
    if account.provider is Provider.GOOGLE:
        from connectors.google import auth as google

        if account.service_account:
            return Standing(rule="an administrator's delegation, asked for at each look")
        return google.standing(account.name, google_scopes(account), tokens)
    from connectors.outlook import auth as outlook

    if account.certificate:
        return outlook.standing_of(account.certificate)
    if account.secret_env:
        return Standing(rule="a client secret, which ends when the app registration says")
    return outlook.standing(account.name, outlook_scopes(account), tokens)


def door(account: AccountSettings) -> str | None:
    """Return an address of an account's provider that anybody may knock at; None on this disk."""
    match account.provider:
        case Provider.GOOGLE:
            root = account.endpoint or "https://www.googleapis.com"
            return f"{root}/calendar/v3/calendars/primary"
        case Provider.OUTLOOK:
            return f"{account.endpoint or 'https://graph.microsoft.com'}/v1.0/me"
        case Provider.CALDAV:
            return account.url
        case Provider.FILES:
            return None
