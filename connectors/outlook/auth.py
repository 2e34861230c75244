"""The bearer token of one account: from the environment, a person's sign-in, or an organisation.

msal keeps a refusal in memory for a minute and repeats it without asking, even once the reason is
gone. So after each refusal its application is made anew, from what is stored by then: perhaps the
person has signed in again meanwhile, in another process.
"""

from __future__ import annotations

import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx2
import msal
from msal.exceptions import MsalServiceError

from connectors.errors import ConnectorError, NotPermitted, SignInRequired, Unavailable
from connectors.outlook.seam import MICROSOFT, Seam
from connectors.outlook.wire import Json
from connectors.protocol import Standing

_EVERYTHING_CONSENTED = ["https://graph.microsoft.com/.default"]
_PATIENCE = 300  # seconds for a person at the browser
_UNUSED = timedelta(days=90)
_ADMINISTRATION = timedelta(days=14)
"""A new certificate is often another department's."""
_UNREACHABLE = (httpx2.HTTPError, MsalServiceError, ValueError)
_LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down", "timeout"})
_LOGIN = "sign in again with `visavis login {name}`"
_PEM = re.compile(r"-----BEGIN (?P<kind>[A-Z ]+)-----.+?-----END (?P=kind)-----", re.DOTALL)
# By the numbers of Microsoft's sign-in (AADSTS).
_REMEDIES = {
    50076: "your organisation asks for a second factor: `visavis login {name}`",
    50079: "your organisation asks for a second factor: `visavis login {name}`",
    50011: "add the redirect http://localhost, for mobile and desktop, to the app registration",
    50105: "an administrator has to assign you to the app in Microsoft Entra",
    50173: "the password was changed: `visavis login {name}`",
    53003: "your organisation does not let this device in; ask its administrator",
    65001: "consent is missing: `visavis login {name}`, or ask your administrator to consent",
    65004: "nobody consented: `visavis login {name}`, and accept what it asks for",
    90002: "there is no such tenant; compare it with the app registration",
    90094: "only an administrator of your organisation can consent",
    700016: "the client_id is not known to this tenant; compare both with the app registration",
    700027: "the certificate is not one of the app registration; upload its public part there",
    700082: "nobody was here for 90 days: `visavis login {name}`",
    7000215: "the client secret is wrong; make a new one in the app registration",
    7000218: "switch on 'Allow public client flows' in the app registration",
    7000222: "the client secret has expired; make a new one in the app registration",
}


class TokenFile(Protocol):
    """Where sign-ins are kept, sealed, one text an account; `save` is atomic."""

    def load(self, name: str) -> str | None:
        """Return what was kept, or None."""

    def save(self, name: str, text: str) -> None:
        """Keep a text in place of an older one."""

    def delete(self, name: str) -> None:
        """Forget it, if it is there."""


@dataclass(frozen=True, slots=True)
class Client:
    """The app registration; `endpoint` is the root of a stand-in on loopback."""

    client_id: str
    tenant: str = "common"
    endpoint: str | None = None

    @property
    def authority(self) -> str:
        """The issuer of tokens, as msal names it."""
        return f"{MICROSOFT}/{self.tenant}"


def scopes(*, documents: bool, directory: bool, tasks: bool = False) -> list[str]:
    """Return what a person is asked to consent to: the least that carries these features."""
    wanted = ["Calendars.ReadWrite", "MailboxSettings.Read", "User.Read"]
    wanted += ["Files.ReadWrite"] if documents else []
    wanted += ["User.Read.All"] if directory else []
    wanted += ["Tasks.ReadWrite"] if tasks else []
    return wanted


class Ready:
    """A token as it stands in the environment, for scripts, CI and stand-ins."""

    def __init__(self, token: str, variable: str) -> None:
        self._token = token
        self._variable = variable

    def token(self, refused: str = "", claims: str = "") -> str:  # noqa: ARG002 - as all others
        """Return it; once Graph refused it, nothing here can make another."""
        if refused == self._token:
            raise SignInRequired(
                "Microsoft does not accept the token any more",
                f"put a fresh token into {self._variable}",
            )
        return self._token


class _Renewed(ABC):
    """A token that msal keeps fresh, one thread for all; see `Person` and `Organisation`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()

    def token(self, refused: str = "", claims: str = "") -> str:
        """Return a good token; `refused` is one Graph takes no more, `claims` what it asks for."""
        with self._lock:
            try:
                got = self._acquire(refused, claims)
            except _UNREACHABLE as error:
                self._start_over("")
                raise Unavailable(
                    f"Microsoft's sign-in cannot be reached: {type(error).__name__}"
                ) from error
            if got and "access_token" in got:
                return str(got["access_token"])
            self._start_over(str((got or {}).get("claims") or claims))
            raise _trouble(got, self._name)

    @abstractmethod
    def _acquire(self, refused: str, claims: str) -> Json | None:
        """Return what msal has or gets, or None where there is nothing to renew."""

    @abstractmethod
    def _start_over(self, claims: str) -> None:
        """Forget what msal remembers of a refusal."""


class Person(_Renewed):
    """What a person's sign-in left behind; stored again after every change."""

    def __init__(
        self, name: str, client: Client, wanted: Collection[str], tokens: TokenFile
    ) -> None:
        super().__init__(name)
        self._client = client
        self._wanted = list(wanted)
        self._tokens = tokens
        self._signed_in: _SignIn | None = None

    def _acquire(self, refused: str, claims: str) -> Json | None:
        if self._signed_in is None:
            self._signed_in = _SignIn(self._name, self._client, self._tokens)
        got = self._signed_in.silently(self._wanted, claims)
        if got and refused and got.get("access_token") == refused:
            got = self._signed_in.silently(self._wanted, claims, renew=True)
        return got

    def _start_over(self, claims: str) -> None:
        if self._signed_in and claims:
            self._signed_in.ask_for(claims)
        self._signed_in = None


class Organisation(_Renewed):
    """Application permissions, proved by a secret or a certificate (PEM with its key)."""

    def __init__(
        self, name: str, client: Client, *, secret: str = "", certificate: Path | None = None
    ) -> None:
        super().__init__(name)
        self._client = client
        self._proof = _pem(certificate) if certificate else secret
        self._app: Any = None

    def _acquire(self, refused: str, claims: str) -> Json | None:
        if self._app is None:
            self._app = msal.ConfidentialClientApplication(
                **_common(self._client), client_credential=self._proof
            )
        got = self._app.acquire_token_for_client(
            _EVERYTHING_CONSENTED, claims_challenge=claims or None
        )
        if refused and got.get("access_token") == refused:
            self._app.remove_tokens_for_client()
            got = self._app.acquire_token_for_client(_EVERYTHING_CONSENTED)
        return dict(got)

    def _start_over(self, claims: str) -> None:  # noqa: ARG002 - nobody can answer them
        self._app = None


# --- Signing in -----------------------------------------------------------------------------------


def sign_in(
    name: str, client: Client, wanted: Collection[str], tokens: TokenFile, hint: str
) -> str:
    """Sign a person in with the system browser and PKCE, on a free port of localhost.

    Returns as whom: people have several accounts, and the browser may know another one.
    """
    signed_in = _SignIn(name, client, tokens)
    try:
        got = signed_in.app.acquire_token_interactive(
            list(wanted),
            prompt=msal.Prompt.SELECT_ACCOUNT,
            login_hint=hint,
            claims_challenge=signed_in.claims or None,
            timeout=_PATIENCE,
        )
    except msal.BrowserInteractionTimeoutError as error:
        raise SignInRequired(
            "nobody signed in within five minutes", _LOGIN.format(name=name)
        ) from error
    return signed_in.finish(got)


def sign_in_by_device(
    name: str,
    client: Client,
    wanted: Collection[str],
    tokens: TokenFile,
    show: Callable[[str], object],
) -> str:
    """Sign a person in at another device: `show` tells where to go and which code to enter.

    Returns as whom.
    """
    signed_in = _SignIn(name, client, tokens)
    claims = signed_in.claims or None
    flow = signed_in.app.initiate_device_flow(list(wanted), claims_challenge=claims)
    if "user_code" not in flow:
        raise _trouble(flow, name)
    show(str(flow["message"]))
    return signed_in.finish(
        signed_in.app.acquire_token_by_device_flow(flow, claims_challenge=claims)
    )


def standing(name: str, wanted: Collection[str], tokens: TokenFile) -> Standing:
    """Tell how a person's sign-in stands, by what msal keeps of it."""
    cache = msal.SerializableTokenCache()
    cache.deserialize(_kept(tokens.load(name)).get("cache"))
    kinds = msal.TokenCache.CredentialType
    access = list(cache.search(kinds.ACCESS_TOKEN))
    if not access:
        return Standing()
    granted = {scope.rpartition("/")[2] for one in access for scope in one["target"].split()}
    lacks = tuple(f"{scope} was not granted" for scope in wanted if scope not in granted)
    renewed = [one["last_modification_time"] for one in cache.search(kinds.REFRESH_TOKEN)]
    last = datetime.fromtimestamp(max(map(int, renewed)), UTC) if renewed else None
    ends = last + _UNUSED if last else None
    return Standing(lacks, None, ends, "90 days after its last use", f"visavis login {name}")


def standing_of(certificate: Path) -> Standing:
    """Tell when an organisation's certificate ends; what it may do is the administrator's word."""
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - asked for rarely

    ends = load_pem_x509_certificate(_pem(certificate)["public_certificate"].encode())
    return Standing(
        ends=ends.not_valid_after_utc,
        rule="when the certificate expires",
        remedy=f"put a new one into {certificate}, its public part into the app registration",
        notice=_ADMINISTRATION,
    )


def sign_out(name: str, tokens: TokenFile) -> None:
    """Forget a sign-in."""
    tokens.delete(name)


class _SignIn:
    """One account's stored sign-in, opened: msal's cache, and claims its next one must bring."""

    def __init__(self, name: str, client: Client, tokens: TokenFile) -> None:
        kept = _kept(tokens.load(name))
        self._name = name
        self._tokens = tokens
        self._cache = msal.SerializableTokenCache()
        self._cache.deserialize(kept.get("cache"))
        self.claims = str(kept.get("claims") or "")
        self.app: Any = msal.PublicClientApplication(**_common(client), token_cache=self._cache)

    def silently(self, wanted: list[str], claims: str, *, renew: bool = False) -> Json | None:
        """Return a token from the cache or for the refresh token; None without a sign-in."""
        account = next(iter(self.app.get_accounts()), None)
        if account is None:
            return None
        got = self.app.acquire_token_silent_with_error(
            wanted, account, force_refresh=renew, claims_challenge=claims or None
        )
        self._keep()
        return dict(got) if got else None

    def ask_for(self, claims: str) -> None:
        """Remember what the next sign-in of the person must bring."""
        self.claims = claims
        self._keep(always=True)

    def finish(self, got: Json) -> str:
        """Store a new sign-in and return whose it is, or say why there is none."""
        if "access_token" not in got:
            raise _trouble(got, self._name)
        self.claims = ""
        self._keep(always=True)
        return str((got.get("id_token_claims") or {}).get("preferred_username") or "").lower()

    def _keep(self, *, always: bool = False) -> None:
        if always or self._cache.has_state_changed:
            kept = {"cache": self._cache.serialize(), "claims": self.claims}
            self._tokens.save(self._name, json.dumps(kept))


def _common(client: Client) -> Json:
    return {
        "client_id": client.client_id,
        "authority": client.authority,
        # Tells Graph that we understand its claims challenges; tokens then live longer.
        "client_capabilities": ["CP1"],
        # The one authority is Microsoft's: there is nothing to discover.
        "instance_discovery": False,
        "http_client": Seam(client.endpoint),
    }


def _trouble(got: Json | None, name: str) -> ConnectorError:
    """Tell a sign-in that ended from a server that is not well, and what to do about it."""
    if not got:
        return SignInRequired(f"{name} is not signed in", f"visavis login {name}")
    told = str(got.get("error_description") or got.get("error") or "no reason given")
    what = f"Microsoft refused the sign-in: {told.splitlines()[0]}"
    if got.get("error") in _LATER:
        return Unavailable(what)
    codes = [int(code) for code in got.get("error_codes") or ()]
    remedy = next((_REMEDIES[code] for code in codes if code in _REMEDIES), _LOGIN)
    return SignInRequired(what, remedy.format(name=name))


def _kept(text: str | None) -> Json:
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _pem(file: Path) -> Json:
    """Read certificate and private key, which msal signs its assertions with."""
    try:
        text = file.read_text("ascii")
    except (OSError, ValueError) as error:
        raise NotPermitted(f"{file} cannot be read", "give a PEM file") from error
    found = {"CERTIFICATE" in m["kind"]: m[0] for m in reversed([*_PEM.finditer(text)])}
    if len(found) < 2:
        raise NotPermitted(f"{file} lacks the certificate or its key", "put both into one PEM file")
    return {"private_key": found[False], "public_certificate": found[True]}
