"""The sign-in pages: a browser's consent, and the token endpoint with its three grants.

The consent page agrees at once and redirects, so a test plays the browser with one GET. Codes are
good once and bound to redirect and PKCE verifier; a service account is believed by its signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from google.auth import jwt
from starlette.responses import JSONResponse, RedirectResponse, Response

from connectors.standins.google.sign_in import Grant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

    from connectors.standins.google.world import World

LIFETIME = 3599
"""Seconds an access token says it lives."""


@dataclass(frozen=True, slots=True)
class _Code:
    grant: Grant
    redirect: str
    challenge: str | None
    with_refresh: bool


@dataclass(slots=True)
class Consent:
    """Who sits at the browser, and the codes on their way back to the apps."""

    world: World
    _codes: dict[str, _Code] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def authorize(self, request: Request) -> Response:
        """Consent at once in the name of `login_hint`, else of the first person in the world."""
        asked = request.query_params
        if asked.get("response_type") != "code" or not {"client_id", "redirect_uri"} <= set(asked):
            return _error("invalid_request", "Required parameter is missing.")
        email = asked.get("login_hint") or next(iter(self.world.people))
        wanted = Grant(email, asked["client_id"], frozenset(asked.get("scope", "").split()))
        grant, first = self.world.sign_in.consent(wanted)
        offline = asked.get("access_type") == "offline"
        code = f"4/code-{next(self._numbers)}"
        # Only a first consent, or one asked for again, brings a refresh token (facts 10.6).
        with_refresh = offline and (first or "consent" in asked.get("prompt", ""))
        challenge = asked.get("code_challenge")
        self._codes[code] = _Code(grant, asked["redirect_uri"], challenge, with_refresh)
        back = {"code": code, "scope": " ".join(sorted(grant.scopes))}
        if "state" in asked:
            back["state"] = asked["state"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        """Answer the token endpoint."""
        form = dict(parse_qsl((await request.body()).decode()))
        match form.get("grant_type"):
            case "refresh_token":
                return self._refreshed(form)
            case "authorization_code":
                return self._exchanged(form)
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                return self._delegated(form)
            case _:
                return _error("unsupported_grant_type", "Invalid grant_type")

    def _refreshed(self, form: Mapping[str, str]) -> Response:
        """A dead refresh token never comes back: the person has to consent again (facts 10.1)."""
        grant = self.world.sign_in.refreshed(form.get("refresh_token", ""))
        if grant is None or grant.client != form.get("client_id", grant.client):
            return _error("invalid_grant", "Token has been expired or revoked.")
        return self._tokens(grant)

    def _exchanged(self, form: Mapping[str, str]) -> Response:
        """A code is good once, for its own redirect, with the verifier of its challenge."""
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.redirect != form.get("redirect_uri"):
            return _error("invalid_grant", "Bad Request")
        if code.challenge and not _verifies(form.get("code_verifier", ""), code.challenge):
            return _error("invalid_grant", "Invalid code verifier.")
        return self._tokens(code.grant, with_refresh=code.with_refresh)

    def _delegated(self, form: Mapping[str, str]) -> Response:
        """Trust a service account as far as the admin listed its scopes (facts 10.7)."""
        claims = _claims(form.get("assertion", ""), self.world.sign_in.accounts)
        if claims is None:
            return _error("invalid_grant", "Invalid JWT Signature.")
        scopes = frozenset(str(claims.get("scope", "")).split())
        account, subject = str(claims["iss"]), str(claims.get("sub", claims["iss"]))
        if not scopes <= self.world.sign_in.delegated.get(account, frozenset()):
            text = "Client is unauthorized to retrieve access tokens using this method."
            return _error("unauthorized_client", text, 401)
        if self.world.find(subject) is None:
            return _error("invalid_grant", "Invalid email or User ID")
        return self._tokens(Grant(subject, account, scopes))

    def _tokens(self, grant: Grant, *, with_refresh: bool = False) -> Response:
        """Hand out tokens; `scope` tells what was granted, which may be less than was asked."""
        answer: dict[str, object] = {
            "access_token": self.world.sign_in.access(grant),
            "expires_in": LIFETIME,
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }
        if with_refresh:
            answer["refresh_token"] = self.world.sign_in.refresh(replace(grant))
            if lasts := self.world.sign_in.lasts:
                answer["refresh_token_expires_in"] = lasts
        return JSONResponse(answer)


def _verifies(verifier: str, challenge: str) -> bool:
    """RFC 7636, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(expected, challenge)


def _claims(assertion: str, keys: Mapping[str, str]) -> Mapping[str, object] | None:
    """Return what a service account signed; None if it did not."""
    try:
        payload = assertion.split(".")[1]
        issuer = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["iss"]
        claims: Mapping[str, object] = jwt.decode(  # type: ignore[no-untyped-call]
            assertion, certs=keys[issuer]
        )
    except (ValueError, KeyError, IndexError):
        return None
    return claims


def _error(error: str, description: str, status: int = 400) -> Response:
    """An error in the shape of RFC 6749, 5.2."""
    return JSONResponse({"error": error, "error_description": description}, status)
