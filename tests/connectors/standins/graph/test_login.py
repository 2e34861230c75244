"""Sign-in with the real msal; "facts" is the section of the Graph fact sheet."""

# ruff: noqa: ANN401 - msal ships no types

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from connectors.standins.graph.login import MICROSOFT, TENANT, Application, TokenError
from tests.connectors.standins.graph.conftest import Company

SCOPES = ["Calendars.ReadWrite", "User.Read"]
CLIENT = "c0ffee00-0000-4000-8000-000000000001"
REDIRECT = "http://localhost:8400"


@dataclass
class Answer:
    """What msal wants of a response."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise httpx2.HTTPError(str(self.status_code))


@dataclass
class Seam:
    """msal's http_client: what goes to Microsoft arrives at the stand-in (facts 10)."""

    base: str

    def _send(self, method: str, url: str, **said: Any) -> Answer:
        here = url.replace(MICROSOFT, self.base)
        answer = httpx2.request(method, here, **said)
        return Answer(answer.status_code, answer.text, answer.headers)

    def post(self, url: str, data: dict[str, Any], **said: Any) -> Answer:
        # httpx2 would write the bytes of an assertion as Python does: b'…'.
        form = {name: _text(value) for name, value in data.items()}
        return self._send("POST", url, data=form, headers=said.get("headers"))

    def get(self, url: str, **said: Any) -> Answer:
        return self._send("GET", url, params=said.get("params"), headers=said.get("headers"))

    def close(self) -> None:
        pass


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def public(company: Company, **more: Any) -> Any:
    """A new app each time: msal keeps a refusal for 60 seconds in the app (facts 10)."""
    return msal.PublicClientApplication(
        CLIENT,
        authority=f"{MICROSOFT}/common",
        # Else the silent path asks for aliases of the host, which is no address of the contract.
        instance_discovery=False,
        http_client=Seam(company.base),
        **more,
    )


def confidential(company: Company, credential: Any) -> Any:
    return msal.ConfidentialClientApplication(
        CLIENT,
        authority=f"{MICROSOFT}/{TENANT}",
        instance_discovery=False,
        client_credential=credential,
        http_client=Seam(company.base),
    )


def browse(company: Company, address: str) -> dict[str, str]:
    """Be the browser: open the page, and hand on what it would post back."""
    page = httpx2.get(address.replace(MICROSOFT, company.base)).text
    assert f'action="{REDIRECT}"' in page
    inputs = re.findall(r'name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in inputs}


def signed_in(company: Company, app: Any) -> dict[str, Any]:
    flow = app.initiate_auth_code_flow(
        SCOPES, redirect_uri=REDIRECT, response_mode="form_post", login_hint="maya@acme.example"
    )
    got: dict[str, Any] = app.acquire_token_by_auth_code_flow(
        flow, browse(company, flow["auth_uri"])
    )
    return got


pytestmark = pytest.mark.usefixtures("maya")


def test_a_browser_with_pkce_signs_in(company: Company) -> None:
    app = public(company)

    got = signed_in(company, app)

    me = company.client(got["access_token"]).get("/me").json()
    assert me["mail"] == "maya@acme.example"
    assert [each["username"] for each in app.get_accounts()] == ["maya@acme.example"]


def test_nobody_at_the_browser_is_an_error_that_comes_back(company: Company) -> None:
    app = public(company)
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, response_mode="form_post")

    got = app.acquire_token_by_auth_code_flow(flow, browse(company, flow["auth_uri"]))

    assert got["error"] == "login_required"


def test_a_redirect_carries_the_code_where_no_form_is_wanted(company: Company) -> None:
    company.world.login.browser = "maya@acme.example"
    query = {"client_id": CLIENT, "redirect_uri": REDIRECT, "state": "s", "response_type": "code"}

    answer = httpx2.get(f"{company.base}/common/oauth2/v2.0/authorize", params=query)

    back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert answer.status_code == 302
    assert (set(back), back["state"]) == ({"code", "state"}, "s")


def test_a_code_without_its_verifier_is_worth_nothing(company: Company) -> None:
    app = public(company)
    flow = app.initiate_auth_code_flow(
        SCOPES, redirect_uri=REDIRECT, response_mode="form_post", login_hint="maya@acme.example"
    )
    back = browse(company, flow["auth_uri"])

    got = app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, back)

    assert (got["error"], got["error_codes"]) == ("invalid_grant", [50148])


def test_a_code_is_redeemed_where_it_was_sent(company: Company) -> None:
    app = public(company)
    flow = app.initiate_auth_code_flow(
        SCOPES, redirect_uri=REDIRECT, response_mode="form_post", login_hint="maya@acme.example"
    )
    back = browse(company, flow["auth_uri"])

    elsewhere = {**flow, "redirect_uri": "http://localhost:1"}
    got = app.acquire_token_by_auth_code_flow(elsewhere, back)

    assert (got["error"], got["error_codes"]) == ("invalid_grant", [50011])


def test_a_device_signs_in_once_its_code_was_entered(company: Company) -> None:
    app = public(company)
    flow = app.initiate_device_flow(SCOPES)
    too_early = app.acquire_token_by_device_flow({**flow, "expires_at": 0})

    company.world.login.approve(flow["user_code"], "maya@acme.example")
    got = app.acquire_token_by_device_flow(flow)

    assert too_early["error"] == "authorization_pending"
    again = app.acquire_token_by_device_flow({**flow, "latest_attempt_at": 0})
    assert company.client(got["access_token"]).get("/me").status_code == 200
    assert again["error"] == "expired_token"


def test_a_token_is_refreshed_when_its_hour_is_over(company: Company) -> None:
    cache = msal.SerializableTokenCache()
    app = public(company, token_cache=cache)
    old = signed_in(company, app)["access_token"]
    company.clock.passes(timedelta(hours=1))

    (account,) = app.get_accounts()
    new = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)

    assert company.client(old).get("/me").status_code == 401
    assert company.client(new["access_token"]).get("/me").status_code == 200


def test_a_changed_password_ends_the_sign_in(company: Company) -> None:
    """Facts 10: invalid_grant, AADSTS50173."""
    app = public(company)
    token = signed_in(company, app)["access_token"]
    company.world.login.revoke("maya@acme.example")

    (account,) = app.get_accounts()
    got = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)

    assert (got["error"], got["error_codes"]) == ("invalid_grant", [50173])
    assert company.client(token).get("/me").status_code == 401


@pytest.mark.parametrize(
    "error",
    [
        TokenError("invalid_grant", (65001,), "consent_required"),
        TokenError("invalid_grant", (700082,), "token_expired"),
        TokenError("interaction_required", (50076,), "basic_action", '{"access_token":{}}'),
    ],
    ids=lambda error: str(error.codes[0]),
)
def test_errors_come_on_demand(company: Company, error: TokenError) -> None:
    """Facts 10: suberror, error_codes and claims reach the caller."""
    app = public(company)
    signed_in(company, app)
    company.world.login.fail_next(error)

    (account,) = app.get_accounts()
    got = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)

    assert (got["error"], got["error_codes"]) == (error.error, list(error.codes))
    assert (got["suberror"], got.get("claims", "")) == (error.suberror, error.claims)
    assert f"AADSTS{error.codes[0]}" in got["error_description"]


def test_a_claims_challenge_is_met_by_a_token_got_with_the_claims(company: Company) -> None:
    """Facts 10: CP1."""
    app = public(company, client_capabilities=["CP1"])
    old = signed_in(company, app)["access_token"]
    company.world.login.challenge("maya@acme.example", {"access_token": {"nbf": {"value": "1"}}})
    (account,) = app.get_accounts()
    same = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert company.client(old).get("/me").status_code == 401
    assert company.client(same["access_token"]).get("/me").status_code == 401

    claims = '{"access_token": {"nbf": {"value": "1"}}}'
    new = app.acquire_token_silent_with_error(SCOPES, account, claims_challenge=claims)

    assert company.client(new["access_token"]).get("/me").status_code == 200


def test_an_application_signs_in_with_its_secret(company: Company) -> None:
    """Facts 10: no `scope` in the answer, or msal never hits its cache."""
    company.world.login.applications[CLIENT] = Application(secret="hush")
    app = confidential(company, "hush")
    scopes = ["https://graph.microsoft.com/.default"]

    first, second = (app.acquire_token_for_client(scopes) for _ in range(2))

    assert "scope" not in first
    assert second["token_source"] == "cache"
    client = company.client(first["access_token"])
    assert client.get("/users/maya@acme.example").status_code == 200


def test_a_wrong_secret_is_refused(company: Company) -> None:
    company.world.login.applications[CLIENT] = Application(secret="hush")

    got = confidential(company, "hash").acquire_token_for_client(["x/.default"])

    assert got["error"] == "invalid_client"


def test_an_application_signs_in_with_its_certificate(company: Company) -> None:
    certificate, key, thumbprint = certified()
    company.world.login.applications[CLIENT] = Application(certificate=certificate)
    credential = {"private_key": key, "thumbprint": thumbprint}

    got = confidential(company, credential).acquire_token_for_client(["x/.default"])

    assert company.client(got["access_token"]).get("/users/maya@acme.example").status_code == 200


def test_the_key_of_another_certificate_is_refused(company: Company) -> None:
    certificate, _, thumbprint = certified()
    _, other, _ = certified()
    company.world.login.applications[CLIENT] = Application(certificate=certificate)
    credential = {"private_key": other, "thumbprint": thumbprint}

    got = confidential(company, credential).acquire_token_for_client(["x/.default"])

    assert got["error"] == "invalid_client"


def certified() -> tuple[bytes, str, str]:
    """A new self-signed certificate, its key, and its thumbprint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "visavis")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = (
        builder.not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return pem, private.decode(), certificate.fingerprint(hashes.SHA1()).hex()
