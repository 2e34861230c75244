"""The bearer token of one account, from the environment, a person's consent, or delegation.

One thread renews it for all others; what a renewal brings is stored before it is used.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import httplib2
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2.credentials import Credentials as UserCredentials
from google.oauth2.service_account import Credentials as ServiceAccount
from google_auth_httplib2 import Request

from connectors.errors import ConnectorError, NotPermitted, SignInRequired, Unavailable
from connectors.google.scopes import Scope, missing
from connectors.protocol import Standing

TIMEOUT = 30.0
"""Seconds any one request may keep us waiting for a byte; the client's own default is 60."""
_TESTING = timedelta(days=7)
_IN_TESTING = "if the app is still in Testing; one that is Internal or published lasts"
_AGAIN = "visavis login {name}; publish the app first, and it lasts"
_UNUSED = timedelta(days=180)
_ENDED = "sign in again with `visavis login {name}`; "
_EARLY = (
    "likely cause: the app is in Testing status, where a sign-in lasts 7 days (publish it, or make "
    "it Internal); else a new password, or an administrator"
)
_LATE = (
    "likely cause: a new password, half a year without use, or an administrator (hardly Testing "
    "status and its 7 days, as it lasted longer)"
)
_ADMINISTERED = "the administrator wants a new sign-in from time to time"


class TokenFile(Protocol):
    """Where sign-ins are kept, sealed, one text an account; `save` is atomic."""

    def load(self, name: str) -> str | None:
        """Return what was kept, or None."""

    def save(self, name: str, text: str) -> None:
        """Keep a text in place of an older one."""


class Access:
    """The token of one account. `granted` None means that nobody told what it is good for.

    `remedy` tells from the last credentials what to do when they are good for nothing any more.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        remedy: Callable[[Any], str],
        granted: Collection[str] | None = None,
        keep: Callable[[Any], None] | None = None,
        quota_user: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        self._credentials: Any = credentials
        self._remedy = remedy
        self._granted = granted
        self._keep = keep
        self._timeout = timeout
        self.quota_user = quota_user
        """Under delegation all users share one project: this tells Google who it is."""
        self._lock = threading.Lock()

    def allows(self, scope: Scope) -> bool:
        """Whether the person left this box ticked."""
        return self._granted is None or scope in self._granted

    def token(self, refused: str = "") -> str:
        """Return a token that is still good; `refused` is one that Google took no more."""
        with self._lock:
            if not self._credentials.valid or self._credentials.token == refused:
                self._renew()
            return str(self._credentials.token)

    def _renew(self) -> None:
        """Get a new token and keep it; raises `SignInRequired` where the sign-in has ended."""
        # The library would find out by itself that a ready token cannot be renewed, in its words.
        if isinstance(self._credentials, UserCredentials) and not self._credentials.refresh_token:
            raise self._ended("Google does not accept the token any more")
        http = httplib2.Http(timeout=self._timeout)
        # A refresh token goes to the one address that may have it.
        http.follow_redirects = False
        try:
            self._credentials.refresh(Request(http))
        except (RefreshError, TransportError, OSError, TypeError) as error:
            raise self._trouble(error) from error
        finally:
            http.close()
        if self._keep:
            self._keep(self._credentials)

    def _trouble(self, error: Exception) -> ConnectorError:
        """Tell a sign-in that ended from a token server that is not well."""
        if isinstance(error, RefreshError) and "Reauthentication" in str(error):
            # The library keeps Google's `invalid_rapt` to itself, and names a tool we do not use.
            return self._ended(f"Google has ended the sign-in ({_ADMINISTERED})")
        told = error.args[1] if isinstance(error, RefreshError) and len(error.args) > 1 else None
        if not isinstance(told, dict) or "error" not in told or getattr(error, "retryable", False):
            return Unavailable(f"the sign-in cannot be renewed: {type(error).__name__}")
        why = f"{told['error']}: {told.get('error_description', '')}"
        return self._ended(f"Google has ended the sign-in ({why})")

    def _ended(self, what: str) -> SignInRequired:
        return SignInRequired(what, self._remedy(self._credentials))


def ready(token: str, variable: str) -> Access:
    """Use a token as it stands in the environment, for scripts, CI and stand-ins."""
    credentials = UserCredentials(token)  # type: ignore[no-untyped-call]
    return Access(credentials, remedy=lambda _: f"put a fresh token into {variable}")


def installed(
    name: str,
    secrets: Path,
    tokens: TokenFile,
    endpoint: str | None = None,
    *,
    timeout: float = TIMEOUT,
) -> Access:
    """Use what a person's consent left behind; raises `SignInRequired` where there is none."""
    kept = _kept(tokens.load(name))
    if kept is None:
        raise SignInRequired(f"{name} is not signed in", f"visavis login {name}")
    client = client_of(secrets)

    def keep(credentials: UserCredentials) -> None:
        tokens.save(name, to_keep(credentials, granted, kept.get("since"), kept.get("ends")))

    granted = frozenset(kept["granted"])
    expiry = datetime.fromisoformat(kept["expiry"]) if kept["expiry"] else None
    credentials = UserCredentials(  # type: ignore[no-untyped-call]
        token=kept["token"],
        refresh_token=kept["refresh_token"],
        expiry=expiry,
        scopes=sorted(granted),
        client_id=client["client_id"],
        client_secret=client.get("client_secret"),
        token_uri=token_uri(client, endpoint),
    )

    def remedy(credentials: UserCredentials) -> str:
        since, renewed = _moment(kept.get("since")), _aware(credentials.expiry)
        cause = _EARLY if _perhaps_in_testing(since, renewed) else _LATE
        return f"{_ENDED.format(name=name)}{cause}"

    return Access(credentials, remedy=remedy, granted=granted, keep=keep, timeout=timeout)


def delegated(
    key_file: Path, subject: str, scopes: Collection[Scope], endpoint: str | None = None
) -> Access:
    """Act in a person's name, as their administrator allows for exactly these scopes."""
    info = _json_file(key_file)
    info["token_uri"] = token_uri(info, endpoint)
    try:
        account = ServiceAccount.from_service_account_info(info, scopes=sorted(scopes))  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise NotPermitted(f"{key_file} is no key of a service account", str(error)) from error
    remedy = (
        f"the administrator lists these scopes for client {info.get('client_id', '')}: "
        f"{' '.join(sorted(scopes))}; that may take a day to work"
    )
    quota_user = sha256(subject.encode()).hexdigest()[:40]
    return Access(account.with_subject(subject), remedy=lambda _: remedy, quota_user=quota_user)


def client_of(secrets: Path) -> dict[str, Any]:
    """Read an installed app's client secrets, as the console lets them be downloaded."""
    found = _json_file(secrets)
    client = found.get("installed") or found.get("web") or found
    if "client_id" not in client:
        raise NotPermitted(f"{secrets} holds no client id", "download it from the console again")
    return dict(client)


def token_uri(info: dict[str, Any], endpoint: str | None) -> str:
    """Return where tokens come from; a stand-in has them below its own root."""
    if endpoint:
        return f"{endpoint}/token"
    return str(info.get("token_uri", "https://oauth2.googleapis.com/token"))


def standing(name: str, wanted: Collection[Scope], tokens: TokenFile) -> Standing:
    """Tell how a person's consent stands, by what it left behind.

    Google says nowhere whether the consent screen is in Testing; but then no sign-in is renewed
    on its eighth day, so one that was is safe from that.
    """
    kept = _kept(tokens.load(name))
    if kept is None:
        return Standing()
    since, told, renewed = (_moment(kept.get(key)) for key in ("since", "ends", "expiry"))
    lacks = missing(wanted, kept["granted"])
    again = _AGAIN.format(name=name)
    if told:
        return Standing(lacks, since, told, "Google gave it for so long", again)
    if since and _perhaps_in_testing(since, renewed):
        return Standing(lacks, since, since + _TESTING, _IN_TESTING, again)
    ends = renewed + _UNUSED if renewed else None
    return Standing(lacks, since, ends, "half a year after its last use", f"visavis login {name}")


def _perhaps_in_testing(since: datetime | None, renewed: datetime | None) -> bool:
    """Whether nothing yet speaks against Testing: a renewal after seven days would."""
    return since is None or renewed is None or renewed < since + _TESTING


def _moment(text: str | None) -> datetime | None:
    return _aware(datetime.fromisoformat(text)) if text else None


def _aware(moment: datetime | None) -> datetime | None:
    """Return a moment in its zone; the library's own are naive, in UTC."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def to_keep(
    credentials: UserCredentials,
    granted: Collection[str],
    since: str | None,
    ends: str | None = None,
) -> str:
    """Return a sign-in as text; client and token server stay in the settings, where they belong.

    `since` is when the person consented, `ends` when Google said that it ends, both as text.
    """
    expiry = credentials.expiry
    return json.dumps(
        {
            "token": credentials.token,
            "expiry": expiry.isoformat() if expiry else None,  # naive, in UTC
            "refresh_token": credentials.refresh_token,
            "granted": sorted(granted),
            "since": since,
            "ends": ends,
        }
    )


def _kept(text: str | None) -> dict[str, Any] | None:
    """Return a kept sign-in; a text that is damaged or an older one is no sign-in."""
    try:
        kept = json.loads(text or "null")
    except ValueError:
        return None
    whole = isinstance(kept, dict) and {"token", "expiry", "refresh_token", "granted"} <= set(kept)
    return kept if whole else None


def _json_file(file: Path) -> dict[str, Any]:
    """Read a file the settings name; raises `NotPermitted`: only its owner can mend it."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotPermitted(f"{file} cannot be read", "give the path of a JSON file") from error
    if not isinstance(found, dict):
        raise NotPermitted(f"{file} is not what Google's console gives out")
    return found
