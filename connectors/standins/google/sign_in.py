"""Tokens: who may do what, for which app.

A grant is a person, an app and scopes. Access tokens do not expire by the clock here, as demo
time runs too fast for that; they die by `revoke`, which kills refresh tokens with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from connectors.standins.google.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PREFIX = "https://www.googleapis.com/auth/"
DEFAULT_SCOPES = frozenset(
    _PREFIX + name
    for name in (
        "calendar.events",
        "calendar.freebusy",
        "calendar.calendars.readonly",
        "calendar.calendarlist.readonly",
        "calendar.settings.readonly",
        "drive.file",
        "directory.readonly",
        "admin.directory.user.readonly",
    )
)
"""The smallest sensible set (facts 10.4) and the directory."""
_EVERY_FILE = frozenset({_PREFIX + "drive", _PREFIX + "drive.readonly"})
_EVERY_DOCUMENT = frozenset({_PREFIX + "documents", _PREFIX + "documents.readonly"})


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person allowed one app."""

    email: str
    client: str
    scopes: frozenset[str]

    @property
    def files_of_app_only(self) -> bool:
        """Whether Drive shows only what this app made or was shown (facts 7.1)."""
        return self.scopes.isdisjoint(_EVERY_FILE)

    @property
    def documents_of_app_only(self) -> bool:
        """The same for the Docs API, which has scopes of its own beside Drive's."""
        return self.scopes.isdisjoint(_EVERY_FILE | _EVERY_DOCUMENT)


@dataclass(slots=True)
class SignIn:
    """All tokens and codes handed out so far."""

    client: str = "visavis.apps.example"
    """The client id behind ready tokens."""
    unticked: set[str] = field(default_factory=set)
    """Scopes that people untick on the consent screen (facts 10.5)."""
    lasts: int | None = None
    """Seconds a consent lasts, as Google says of an app in Testing; None says nothing."""
    accounts: dict[str, str] = field(default_factory=dict)
    """Public keys of service accounts by their address."""
    delegated: dict[str, frozenset[str]] = field(default_factory=dict)
    """What the admin allows each service account to do in everybody's name."""
    _access: dict[str, Grant] = field(default_factory=dict)
    _refresh: dict[str, Grant] = field(default_factory=dict)
    _consented: set[tuple[str, str]] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def ready(self, email: str, scopes: Collection[str] | None = None) -> str:
        """Return an access token without any ceremony."""
        wanted = DEFAULT_SCOPES if scopes is None else frozenset(scopes)
        return self.access(Grant(email, self.client, wanted))

    def refresh_token(self, email: str, scopes: Collection[str] | None = None) -> str:
        """Return a refresh token as an earlier consent would have left it."""
        wanted = DEFAULT_SCOPES if scopes is None else frozenset(scopes)
        return self.refresh(Grant(email, self.client, wanted))

    def service_account(self, scopes: Collection[str] = DEFAULT_SCOPES) -> dict[str, str]:
        """Make a key file whose account the admin lets act for everybody within `scopes`.

        Its `token_uri` is Google's own: point it at the stand-in before use.
        """
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        address = f"robot-{next(self._numbers)}@visavis.iam.example"
        self.accounts[address] = public.decode()
        self.delegated[address] = frozenset(scopes)
        return {
            "type": "service_account",
            "client_email": address,
            "private_key": private.decode(),
            "private_key_id": address,
            "token_uri": "https://oauth2.googleapis.com/token",
        }

    def access(self, grant: Grant) -> str:
        """Hand out an access token."""
        token = f"ya29.access-{next(self._numbers)}"
        self._access[token] = grant
        return token

    def refresh(self, grant: Grant) -> str:
        """Hand out a refresh token."""
        token = f"1//refresh-{next(self._numbers)}"
        self._refresh[token] = grant
        return token

    def revoke(self, email: str) -> None:
        """Kill every token of a person: seven days in Testing, a new password, an admin."""
        self._access = {t: g for t, g in self._access.items() if g.email != email}
        self._refresh = {t: g for t, g in self._refresh.items() if g.email != email}

    def consent(self, grant: Grant) -> tuple[Grant, bool]:
        """Let a person consent; return what he allows, and whether it is for the first time."""
        key = (grant.email, grant.client)
        first = key not in self._consented
        self._consented.add(key)
        return replace(grant, scopes=grant.scopes - self.unticked), first

    def refreshed(self, token: str) -> Grant | None:
        """Return what a refresh token stands for; None once it is dead."""
        return self._refresh.get(token)

    def bearer(self, header: str | None) -> Grant:
        """Return whose Authorization header this is; raises Refusal (401)."""
        token = (header or "").removeprefix("Bearer ")
        if token not in self._access:
            raise Refusal(401, "authError", "Request had invalid authentication credentials.")
        return self._access[token]


def check_scopes(grant: Grant, accepted: Collection[str]) -> None:
    """Raise Refusal unless the grant holds one of the accepted scopes (facts 12.8)."""
    if grant.scopes.isdisjoint(accepted):
        message = "Request had insufficient authentication scopes."
        detail = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
        }
        raise Refusal(403, "insufficientPermissions", message, details=(detail,))
