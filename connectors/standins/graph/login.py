"""The Microsoft identity platform: sign-in for people and for applications, as msal speaks it.

Consent is given at once: whoever opens the authorization page is sent straight back. A person sits
at `Login.browser` or is named by `login_hint`; a device waits for `approve`. What can go wrong is
put in front with `fail_next`, `revoke` and `challenge`. msal keeps a refusal in memory for a
minute, so a test that goes on after one needs a new msal application.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import jwt
from cryptography import x509

from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.zones import stamp

if TYPE_CHECKING:
    from connectors.standins.graph.world import World

TENANT = "6f0d9e2c-5a51-4c3e-9d52-2a8f6d1b7c10"
"""The one tenant of this world."""
MICROSOFT = "https://login.microsoftonline.com"
"""The host every sign-in address names; a client puts the stand-in's address in its place."""
_LIFE = timedelta(hours=1)
_RESERVED = {"openid", "profile", "offline_access", "email"}
_FAR = 4_102_444_800  # the year 2100: an id_token fits every clock a test may set


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows: `email` is None for an application, `scopes` None for everything."""

    email: str | None
    scopes: frozenset[str] | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """A confidential client: its secret, or its certificate as PEM."""

    secret: str | None = None
    certificate: bytes | None = None


@dataclass(eq=False)
class TokenError(Exception):
    """An answer of the token endpoint that is no token; `codes` are the AADSTS numbers."""

    error: str
    codes: tuple[int, ...] = ()
    suberror: str = ""
    claims: str = ""
    status: int = 400

    def reply(self, now: datetime) -> Reply:
        """Return the JSON msal hands on."""
        number = self.codes[0] if self.codes else 90000
        extra = {"suberror": self.suberror, "claims": self.claims}
        body: Json = {
            "error": self.error,
            "error_description": f"AADSTS{number}: {self.error.replace('_', ' ')}.",
            "error_codes": list(self.codes),
            "timestamp": stamp(now),
            "trace_id": TENANT,
            "correlation_id": TENANT,
            **{name: value for name, value in extra.items() if value},
        }
        return Reply(self.status, body)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A sign-in between two requests: an authorization code, a device, or a refresh token."""

    email: str | None
    client_id: str
    scope: str
    challenge: str = ""
    redirect_uri: str = ""
    nonce: str = ""


@dataclass(slots=True)
class Login:
    """Who may get which token. `browser` is who sits at the browser that signs in."""

    world: World
    browser: str | None = None
    applications: dict[str, Application] = field(default_factory=dict)
    failures: list[TokenError] = field(default_factory=list)
    challenges: dict[str, Json] = field(default_factory=dict)
    _grants: dict[str, Grant] = field(default_factory=dict)
    _codes: dict[str, _Pending] = field(default_factory=dict)
    _devices: dict[str, _Pending] = field(default_factory=dict)
    _refresh: dict[str, _Pending] = field(default_factory=dict)
    _revoked: set[str] = field(default_factory=set)

    # What people and tests do ----------------------------------------------------------------

    def ready(self, email: str | None) -> str:
        """Return a bearer token good for everything, for ever; None is an application."""
        return self.issue(Grant(email))

    def issue(self, grant: Grant) -> str:
        """Return a new bearer token for exactly this."""
        token = self._name("access")
        self._grants[token] = grant
        return token

    def fail_next(self, *errors: TokenError) -> None:
        """Let the next token requests end with these errors, one each."""
        self.failures.extend(errors)

    def revoke(self, email: str) -> None:
        """End all sign-ins of a person, as a changed password does (AADSTS50173)."""
        self._refresh = {
            token: replace(kept, email=None) if kept.email == email else kept
            for token, kept in self._refresh.items()
        }
        self._revoked |= {token for token, grant in self._grants.items() if grant.email == email}

    def challenge(self, email: str, claims: Json) -> None:
        """Refuse the person's tokens with a claims challenge until one was got with the claims."""
        self.challenges[email] = claims

    def approve(self, user_code: str, email: str) -> None:
        """Enter a device's code in the browser."""
        for device, pending in self._devices.items():
            if device.endswith(user_code):
                self._devices[device] = replace(pending, email=email)

    # What Graph asks -------------------------------------------------------------------------

    def grant(self, header: str) -> Grant:
        """Return what a bearer token allows; 401 for an unknown, expired or challenged one."""
        token = header.removeprefix("Bearer ")
        grant = self._grants.get(token)
        if grant is None or token in self._revoked or _is_over(grant, self.world.now()):
            message = "Access token has expired or is not yet valid."
            raise Refused(401, "InvalidAuthenticationToken", message)
        if grant.email in self.challenges:
            raise _claims_challenge(self.challenges[grant.email])
        return grant

    # What msal asks --------------------------------------------------------------------------

    def configuration(self, tenant: str) -> Reply:
        """Return the openid-configuration: msal wants https, its http_client leads here."""
        root = f"{MICROSOFT}/{tenant}/oauth2/v2.0"
        return Reply(
            200,
            {
                "issuer": f"{MICROSOFT}/{TENANT}/v2.0",
                "authorization_endpoint": f"{root}/authorize",
                "token_endpoint": f"{root}/token",
                "device_authorization_endpoint": f"{root}/devicecode",
            },
        )

    def authorize(self, query: Mapping[str, str]) -> Reply:
        """Consent at once and send the browser back, by redirect or by a form that posts itself."""
        email = self.browser or query.get("login_hint")
        if email is None or self.world.find(email) is None:
            return _back(query, {"error": "login_required", "error_description": "AADSTS50058"})
        code = self._name("code")
        self._codes[code] = _Pending(
            email,
            query["client_id"],
            query.get("scope", ""),
            query.get("code_challenge", ""),
            query["redirect_uri"],
            query.get("nonce", ""),
        )
        return _back(query, {"code": code})

    def device_code(self, form: Mapping[str, str], base: str) -> Reply:
        """Begin a device sign-in; `approve` plays the person who enters the code."""
        number = self.world.number()
        user_code = f"VV{number:06d}"
        device = f"device-{user_code}"
        self._devices[device] = _Pending(None, form["client_id"], form.get("scope", ""))
        answer = {
            "user_code": user_code,
            "device_code": device,
            "verification_uri": f"{base}/device",
            "expires_in": 900,
            "interval": 5,
            "message": f"Open {base}/device and enter the code {user_code}.",
        }
        return Reply(200, answer)

    def tokens(self, form: Mapping[str, str]) -> Reply:
        """Answer the token endpoint."""
        try:
            if self.failures:
                raise self.failures.pop(0)
            return Reply(200, self._exchange(form))
        except TokenError as error:
            return error.reply(self.world.now())

    def _exchange(self, form: Mapping[str, str]) -> Json:
        """Return tokens for one of the four grants."""
        match form.get("grant_type"):
            case "authorization_code":
                return self._signed_in(self._by_code(form), form)
            case "refresh_token":
                return self._signed_in(self._by_refresh(form), form)
            case "client_credentials":
                return self._application(form)
            case "urn:ietf:params:oauth:grant-type:device_code" | "device_code":
                return self._signed_in(self._by_device(form), form)
            case _:
                raise TokenError("unsupported_grant_type", (70003,))

    def _by_code(self, form: Mapping[str, str]) -> _Pending:
        """Redeem a code once, with the verifier that fits its challenge."""
        pending = self._codes.pop(form["code"], None)
        if pending is None:
            raise TokenError("invalid_grant", (54005,))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if pending.challenge != base64.urlsafe_b64encode(digest).decode().rstrip("="):
            raise TokenError("invalid_grant", (50148,))
        if pending.redirect_uri != form.get("redirect_uri"):
            raise TokenError("invalid_grant", (50011,))
        return pending

    def _by_refresh(self, form: Mapping[str, str]) -> _Pending:
        """Redeem a refresh token: good until the sign-in is revoked, and for fewer scopes too."""
        pending = self._refresh.get(form["refresh_token"])
        if pending is None:
            raise TokenError("invalid_grant", (70000,), "bad_token")
        if pending.email is None:
            raise TokenError("invalid_grant", (50173,), "bad_token")
        return replace(pending, scope=form.get("scope", pending.scope))

    def _by_device(self, form: Mapping[str, str]) -> _Pending:
        """Redeem a device code, once somebody entered it."""
        pending = self._devices.get(form["device_code"])
        if pending is None:
            raise TokenError("expired_token", (70020,))
        if pending.email is None:
            raise TokenError("authorization_pending", (70016,))
        del self._devices[form["device_code"]]
        return pending

    def _signed_in(self, pending: _Pending, form: Mapping[str, str]) -> Json:
        """Return tokens of a person, with id_token and client_info, or msal knows no account."""
        email = str(pending.email)
        self._meet_challenge(email, form.get("claims", ""))
        scopes = frozenset(pending.scope.split()) - _RESERVED
        refresh = self._name("refresh")
        self._refresh[refresh] = replace(pending, challenge="")
        return {
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes)),
            "expires_in": int(_LIFE.total_seconds()),
            "access_token": self.issue(Grant(email, scopes, self.world.now() + _LIFE)),
            "refresh_token": refresh,
            "id_token": self._id_token(email, pending),
            "client_info": _encoded({"uid": self._oid(email), "utid": TENANT}),
        }

    def _application(self, form: Mapping[str, str]) -> Json:
        """Return a token of an application. Without `scope`, or msal never finds it again."""
        client_id = form.get("client_id", "")
        application = self.applications.get(client_id)
        if application is None:
            raise TokenError("unauthorized_client", (700016,))
        if not _proves(application, client_id, form):
            raise TokenError("invalid_client", (7000215,), status=401)
        access = self.issue(Grant(None, None, self.world.now() + _LIFE))
        seconds = int(_LIFE.total_seconds())
        return {"token_type": "Bearer", "expires_in": seconds, "access_token": access}

    def _meet_challenge(self, email: str, claims: str) -> None:
        """End a challenge if the request brings all the claims it wants."""
        wanted = self.challenges.get(email, {}).get("access_token", {})
        brought = json.loads(claims or "{}").get("access_token", {})
        if set(wanted) <= set(brought):
            self.challenges.pop(email, None)

    def _name(self, what: str) -> str:
        return f"standin-{what}-{self.world.number():06d}"

    def _oid(self, email: str) -> str:
        person = self.world.find(email)
        return person.id if person else TENANT

    def _id_token(self, email: str, pending: _Pending) -> str:
        """Return an unsigned id_token: msal reads and does not verify it."""
        claims = {
            "aud": pending.client_id,
            "iss": f"{MICROSOFT}/{TENANT}/v2.0",
            "iat": 0,
            "nbf": 0,
            "exp": _FAR,
            "sub": self._oid(email),
            "oid": self._oid(email),
            "tid": TENANT,
            "preferred_username": email,
            **({"nonce": pending.nonce} if pending.nonce else {}),
        }
        return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."


def _encoded(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _is_over(grant: Grant, now: datetime) -> bool:
    return grant.expires is not None and grant.expires <= now


def _claims_challenge(claims: Json) -> Refused:
    """Return a 401 that carries, in base64, what the next token must be got with."""
    packed = base64.b64encode(json.dumps(claims).encode()).decode()
    said = f'Bearer realm="", error="insufficient_claims", claims="{packed}"'
    message = "Continuous access evaluation resulted in claims challenge."
    return Refused(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": said})


def _back(query: Mapping[str, str], answer: Mapping[str, str]) -> Reply:
    """Return the way back to `redirect_uri`: msal's own listener takes form_post only."""
    answer = {**answer, "state": query.get("state", "")}
    if query.get("response_mode") != "form_post":
        return Reply(302, None, {"Location": f"{query['redirect_uri']}?{urlencode(answer)}"})
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in answer.items()
    )
    page = (
        '<!DOCTYPE html><title>Sign-in</title><body onload="document.forms[0].submit()">'
        f'<form method="post" action="{escape(query["redirect_uri"])}">{inputs}'
        "<button>Continue</button></form>"
    )
    return Reply(200, page.encode(), {"content-type": "text/html; charset=utf-8"})


def _proves(application: Application, client_id: str, form: Mapping[str, str]) -> bool:
    """Whether the client showed its secret, or an assertion signed by its certificate's key."""
    if application.certificate is None:
        given = form.get("client_secret", "")
        return application.secret is not None and hmac.compare_digest(given, application.secret)
    try:
        claims = jwt.decode(
            form.get("client_assertion", ""),
            x509.load_pem_x509_certificate(application.certificate).public_key(),  # type: ignore[arg-type]
            algorithms=["RS256", "PS256"],
            # The audience names Microsoft's host, and the test's clock is not the machine's.
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError:
        return False
    return bool(claims["iss"] == client_id == claims["sub"])
