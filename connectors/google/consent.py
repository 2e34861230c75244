"""A person's consent: the system browser, PKCE, a loopback port chosen at random (RFC 8252)."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error

from connectors.errors import NotPermitted, SignInRequired, Unavailable
from connectors.google.auth import Access, TokenFile, client_of, to_keep, token_uri
from connectors.google.scopes import Scope, missing
from connectors.google.service import Google
from connectors.model import Person

PATIENCE = 300.0
"""Seconds to wait for the person at the browser."""


def sign_in(
    name: str,
    owner: Person,
    secrets: Path,
    scopes: Collection[Scope],
    tokens: TokenFile,
    *,
    now: datetime,
    endpoint: str | None = None,
    browser: str | None = None,
    patience: float = PATIENCE,
) -> tuple[str, ...]:
    """Let the owner consent in the browser, and keep what comes of it.

    Returns a sentence for each box that was left empty. `browser` is a name that `webbrowser`
    knows; None is the system's. `now` is kept as the moment of the consent. Raises
    `SignInRequired` when nothing came back in `patience` seconds, or somebody else consented.
    """
    config = _config(client_of(secrets), endpoint)
    flow = InstalledAppFlow.from_client_config(config, sorted(scopes))
    try:
        credentials = _consented(flow, owner.address, endpoint, browser, patience)
    finally:
        flow.oauth2session.close()
    granted = credentials.granted_scopes or credentials.scopes or ()
    if not credentials.refresh_token:
        raise SignInRequired("Google gave no lasting sign-in", f"visavis login {name}")
    _refuse_others(Access(credentials, remedy=lambda _: "", granted=granted), owner, endpoint)
    tokens.save(name, to_keep(credentials, granted, now.isoformat(), _end(flow, now)))
    return missing(scopes, granted)


def _end(flow: InstalledAppFlow, now: datetime) -> str | None:
    """Return when the sign-in ends by itself, where Google says so: in Testing, or for a time."""
    lasts = flow.oauth2session.token.get("refresh_token_expires_in")
    return (now + timedelta(seconds=float(lasts))).isoformat() if lasts else None


def _refuse_others(access: Access, owner: Person, endpoint: str | None) -> None:
    """Raise `SignInRequired` if another of the browser's accounts was chosen.

    A token tells no address; the id of a primary calendar is one.
    """
    google = Google(access, endpoint)
    try:
        if access.allows(Scope.HABITS):
            calendars = google.resource("calendar", "calendars")
            who = str(google.read(calendars.get(calendarId="primary"))["id"])
            if not owner.answers_to(who):
                what = f"{who} signed in, not {owner.address}"
                raise SignInRequired(what, "choose the other account in the browser")
    finally:
        google.close()


def _config(client: dict[str, Any], endpoint: str | None) -> dict[str, Any]:
    """Return the client as the library wants it, at Google's addresses or a stand-in's."""
    usual = str(client.get("auth_uri", "https://accounts.google.com/o/oauth2/v2/auth"))
    pages = {
        "auth_uri": f"{endpoint}/o/oauth2/v2/auth" if endpoint else usual,
        "token_uri": token_uri(client, endpoint),
    }
    return {"installed": client | pages}


def _consented(
    flow: InstalledAppFlow,
    address: str,
    endpoint: str | None,
    browser: str | None,
    patience: float,
) -> Credentials:
    """Wait for the browser; raises the errors of `connectors.errors`, never the library's."""

    def run() -> Credentials:
        credentials: Credentials = flow.run_local_server(
            host="127.0.0.1",
            port=0,
            authorization_prompt_message=None,
            timeout_seconds=patience,
            browser=browser,
            # Without it a second consent brings no refresh token.
            prompt="consent",
            login_hint=address,
        )
        return credentials

    try:
        return _with_permissive_library(run, insecure=endpoint is not None)
    except WSGITimeoutError as error:
        raise SignInRequired("nobody consented in the browser in time") from error
    except webbrowser.Error as error:
        raise NotPermitted("no browser can be opened on this machine") from error
    except OAuth2Error as error:
        raise NotPermitted(f"Google refused the sign-in: {error.error}") from error
    except OSError as error:
        raise Unavailable("the sign-in was not finished: Google cannot be reached") from error


def _with_permissive_library(run: Callable[[], Credentials], *, insecure: bool) -> Credentials:
    """Take a consent with fewer boxes than asked for, and a stand-in without TLS on loopback."""
    told = {"OAUTHLIB_RELAX_TOKEN_SCOPE": "1"}
    told |= {"OAUTHLIB_INSECURE_TRANSPORT": "1"} if insecure else {}
    with _environment(told):
        return run()


@contextmanager
def _environment(told: dict[str, str]) -> Iterator[None]:
    """Tell the library, which listens to nothing else, for as long as it runs."""
    before = {name: os.environ.get(name) for name in told}
    os.environ |= told
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
