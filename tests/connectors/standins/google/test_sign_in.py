"""Consent, the token endpoint, scopes (facts 10, 12.11 to 12.14 and 13.9)."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google.oauth2.service_account import Credentials as Delegated

from connectors.standins.faults import Slow
from connectors.standins.google import Person, World
from connectors.standins.google.sign_in import DEFAULT_SCOPES
from tests.connectors.standins.google.company import Google

EVENTS = "https://www.googleapis.com/auth/calendar.events"
FREEBUSY = "https://www.googleapis.com/auth/calendar.freebusy"
BACK = "http://127.0.0.1:1/back"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()


def refreshing(google: Google, token: str) -> Credentials:
    """Return credentials as a program finds them in its store."""
    return Credentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token=token,
        token_uri=f"{google.base}/token",
        client_id=google.world.sign_in.client,
        client_secret="s",
        scopes=sorted(DEFAULT_SCOPES),
    )


def refreshed(credentials: Credentials | Delegated) -> str:
    """Refresh and return the access token."""
    credentials.refresh(Request())  # type: ignore[no-untyped-call]
    return str(credentials.token)


def consent(google: Google, **parameters: str) -> dict[str, str]:
    """Play the browser: open the consent page, return what comes back to the program."""
    query = {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": BACK,
        "scope": f"{EVENTS} {FREEBUSY}",
        "access_type": "offline",
        "code_challenge": CHALLENGE.rstrip("="),
        "code_challenge_method": "S256",
        "state": "xyz",
    }
    page = httpx2.get(f"{google.base}/o/oauth2/v2/auth", params=query | parameters)
    assert page.status_code == 302
    assert page.headers["location"].startswith(BACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(page.headers["location"]).query).items()}


def exchange(google: Google, code: str, **parameters: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": "app",
        "code_verifier": VERIFIER,
    }
    return httpx2.post(f"{google.base}/token", data=form | parameters)


def status(google: Google, token: str, path: str = "/calendar/v3/calendars/primary/events") -> int:
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.get(google.base + path, headers=headers).status_code


def test_a_refresh_brings_a_working_token(google: Google, world: World, maya: Person) -> None:
    """Facts 12.11: plain http is fine on loopback."""
    credentials = refreshing(google, world.sign_in.refresh_token(maya.email))
    assert status(google, refreshed(credentials)) == 200
    assert frozenset(credentials.granted_scopes) == DEFAULT_SCOPES


def test_a_revoked_token_is_an_invalid_grant(google: Google, world: World, maya: Person) -> None:
    """Facts 10.1: seven days, a new password, an admin: all look the same."""
    credentials = refreshing(google, world.sign_in.refresh_token(maya.email))
    token = refreshed(credentials)
    world.sign_in.revoke(maya.email)
    assert status(google, token) == 401
    with pytest.raises(RefreshError) as error:
        refreshed(credentials)
    assert error.value.args[1]["error"] == "invalid_grant"


def test_a_slow_token_endpoint_is_a_fault_like_any_other(
    google: Google, world: World, maya: Person
) -> None:
    """Facts 12.1 and 13.9: long enough for others to come as well."""
    google.wire.fail(Slow(0.2), path="/token")
    credentials = refreshing(google, world.sign_in.refresh_token(maya.email))
    assert status(google, refreshed(credentials)) == 200


@pytest.mark.usefixtures("maya")
def test_the_browser_brings_a_code_that_is_good_once(google: Google) -> None:
    """Facts 10.6: PKCE, state, refresh token at the first consent."""
    back = consent(google)
    assert back["state"] == "xyz"
    tokens = exchange(google, back["code"]).json()
    assert status(google, tokens["access_token"]) == 200
    assert tokens["refresh_token"]
    again = exchange(google, back["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.usefixtures("maya")
def test_a_second_consent_brings_no_refresh_token_unless_asked(google: Google) -> None:
    """Facts 10.6."""
    kept = []
    for more in ({}, {}, {"prompt": "consent"}, {"prompt": "consent", "access_type": "online"}):
        tokens = exchange(google, consent(google, **more)["code"]).json()
        kept.append("refresh_token" in tokens)
    assert kept == [True, False, True, False]


@pytest.mark.usefixtures("maya")
@pytest.mark.parametrize(
    "wrong", [{"code_verifier": "other"}, {"redirect_uri": "http://evil.example/"}]
)
def test_a_code_needs_its_verifier_and_redirect(google: Google, wrong: dict[str, str]) -> None:
    """Facts 10.6."""
    answer = exchange(google, consent(google)["code"], **wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_people_untick_scopes(google: Google, world: World, maya: Person) -> None:
    """Facts 10.5: what was granted is less than what was asked."""
    world.sign_in.unticked.add(FREEBUSY)
    back = consent(google, login_hint=maya.email)
    assert back["scope"] == EVENTS
    tokens = exchange(google, back["code"]).json()
    assert tokens["scope"] == EVENTS
    assert status(google, tokens["access_token"]) == 200
    assert status(google, tokens["access_token"], "/calendar/v3/users/me/settings") == 403


def test_events_scope_does_not_cover_free_busy(google: Google, world: World, maya: Person) -> None:
    """Facts 8.5 and 12.8."""
    headers = {"authorization": f"Bearer {world.token(maya.email, [EVENTS])}"}
    answer = httpx2.post(f"{google.base}/calendar/v3/freeBusy", json={}, headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["errors"][0]["reason"]) == (403, "insufficientPermissions")
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_an_unknown_token_is_401(google: Google) -> None:
    """Facts 11."""
    assert status(google, "ya29.invented") == 401


def delegated(google: Google, info: dict[str, str], subject: str, *scopes: str) -> Delegated:
    info = info | {"token_uri": f"{google.base}/token"}
    credentials = Delegated.from_service_account_info(info, scopes=scopes)  # type: ignore[no-untyped-call]
    return credentials.with_subject(subject)  # type: ignore[no-any-return]


def test_a_service_account_acts_for_each_person(
    google: Google, world: World, maya: Person, ben: Person
) -> None:
    """Facts 10.7."""
    info = world.sign_in.service_account([EVENTS])
    ben.schedules("Ben's own", world.now())
    credentials = delegated(google, info, ben.email, EVENTS)
    headers = {"authorization": f"Bearer {refreshed(credentials)}"}
    url = f"{google.base}/calendar/v3/calendars/primary/events"
    (event,) = httpx2.get(url, headers=headers).json()["items"]
    assert event["summary"] == "Ben's own"
    assert maya.calendar.entries == {}


def test_delegation_needs_the_exact_scopes(google: Google, world: World, maya: Person) -> None:
    """Facts 10.7: one scope too many and there is no token."""
    info = world.sign_in.service_account([EVENTS])
    with pytest.raises(RefreshError) as error:
        refreshed(delegated(google, info, maya.email, EVENTS, FREEBUSY))
    assert error.value.args[1]["error"] == "unauthorized_client"


@pytest.mark.usefixtures("maya")
def test_delegation_needs_the_key_and_a_person(google: Google, world: World) -> None:
    """Facts 10.7."""
    info = world.sign_in.service_account([EVENTS])
    other = world.sign_in.service_account([EVENTS])
    forged = info | {"private_key": other["private_key"]}
    for key, subject in ((forged, "maya@acme.example"), (info, "nobody@acme.example")):
        with pytest.raises(RefreshError) as error:
            refreshed(delegated(google, key, subject, EVENTS))
        assert error.value.args[1]["error"] == "invalid_grant"


@pytest.mark.parametrize("form", [{}, {"grant_type": "password"}])
def test_other_grants_do_not_exist(google: Google, form: dict[str, str]) -> None:
    answer = httpx2.post(f"{google.base}/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_consent_page_without_client_is_an_error(google: Google) -> None:
    assert httpx2.get(f"{google.base}/o/oauth2/v2/auth").status_code == 400


def test_scope_errors_of_docs_carry_the_detail_too(
    google: Google, world: World, maya: Person
) -> None:
    """Facts 12.8."""
    headers = {"authorization": f"Bearer {world.token(maya.email, [EVENTS])}"}
    answer = httpx2.get(f"{google.base}/v1/documents/x", headers=headers)
    assert answer.status_code == 403
    assert "errors" not in answer.json()["error"]
    assert answer.json()["error"]["status"] == "PERMISSION_DENIED"
