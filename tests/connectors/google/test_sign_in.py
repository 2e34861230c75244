"""Signing in: consent in a browser, delegation, ready tokens; renewals and how they end."""

from __future__ import annotations

import json
import socket
import threading
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest

from connectors.errors import NotPermitted, SignInRequired, Unavailable
from connectors.google import auth
from connectors.google.calendar import GoogleCalendar
from connectors.google.consent import sign_in
from connectors.google.scopes import Scope, wanted
from connectors.google.service import Google
from connectors.model import Capability, Span
from connectors.standins.faults import Altered, Answer, Slow, Truncated, html
from tests.connectors.google.benches import BEN, MAYA, NOON, Company

EVERYTHING = wanted(documents=True, directory=True)
BROWSER = "visavis-test"
WEEK = Span(NOON, NOON + timedelta(weeks=1))


@dataclass
class Drawer:
    """Where sign-ins are kept, and every text that was ever put into it."""

    kept: dict[str, str] = field(default_factory=dict)
    saved: list[str] = field(default_factory=list)

    def load(self, name: str) -> str | None:
        return self.kept.get(name)

    def save(self, name: str, text: str) -> None:
        self.kept[name] = text
        self.saved.append(text)


class Browser(webbrowser.BaseBrowser):
    """Opens a page as the system's browser does: elsewhere, and following where it leads."""

    def __init__(self) -> None:
        super().__init__(BROWSER)
        self.opened: list[str] = []
        self.chosen = MAYA.address

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        self.opened.append(url)
        url = url.replace(quote(MAYA.address), quote(self.chosen))
        threading.Thread(target=httpx2.get, args=[url], kwargs={"follow_redirects": True}).start()
        return True


@pytest.fixture
def browser() -> Browser:
    browser = Browser()
    webbrowser.register(BROWSER, None, browser)
    return browser


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def secrets(company: Company, tmp_path: Path) -> Path:
    """An installed app's client secrets; they name Google's own addresses."""
    client = {
        "client_id": company.world.sign_in.client,
        "client_secret": "s",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file = tmp_path / "client.json"
    file.write_text(json.dumps({"installed": client}))
    return file


@pytest.fixture
def consented(company: Company, drawer: Drawer, secrets: Path, browser: Browser) -> tuple[str, ...]:
    assert browser.opened == []
    return consent(company, drawer, secrets)


def consent(company: Company, drawer: Drawer, secrets: Path) -> tuple[str, ...]:
    return sign_in(
        "work", MAYA, secrets, EVERYTHING, drawer, now=NOON, endpoint=company.base, browser=BROWSER
    )


def opened(company: Company, drawer: Drawer, secrets: Path) -> Google:
    access = auth.installed("work", secrets, drawer, company.base)
    return company.keep(Google(access, company.base))


def look(google: Google) -> GoogleCalendar:
    calendar = GoogleCalendar(google, MAYA, MAYA.address)
    assert calendar.zone == "Europe/Berlin"
    return calendar


def aged(drawer: Drawer) -> None:
    """Let the kept token be one that has expired."""
    drawer.kept["work"] = json.dumps(
        json.loads(drawer.kept["work"]) | {"expiry": "2026-01-01T00:00:00"}
    )


# --- Consent ---


def test_a_consent_is_kept_and_carries_a_look(
    company: Company, drawer: Drawer, secrets: Path, consented: tuple[str, ...]
) -> None:
    assert consented == ()
    look(opened(company, drawer, secrets))
    assert "client_secret" not in drawer.kept["work"]


@pytest.mark.usefixtures("consented")
def test_the_consent_is_asked_for_as_rfc_8252_wants(company: Company, browser: Browser) -> None:
    """Facts 10.6: PKCE, a loopback port of its own, and a refresh token each time."""
    (page,) = browser.opened
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    assert page.startswith(f"{company.base}/o/oauth2/v2/auth?")
    back = urlsplit(asked["redirect_uri"])
    assert back.hostname == "127.0.0.1"
    assert back.port not in {None, 0, 8080}
    assert (asked["code_challenge_method"], asked["prompt"]) == ("S256", "consent")
    assert (asked["access_type"], asked["login_hint"]) == ("offline", MAYA.address)
    assert set(asked["scope"].split()) == set(EVERYTHING)


@pytest.mark.usefixtures("browser")
def test_a_second_consent_is_lasting_too(company: Company, drawer: Drawer, secrets: Path) -> None:
    """Facts 10.6: without `prompt=consent` it would bring no refresh token."""
    for _ in range(2):
        consent(company, drawer, secrets)
        assert json.loads(drawer.kept["work"])["refresh_token"]


@pytest.mark.usefixtures("browser")
def test_a_box_left_empty_takes_its_feature_away(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    """Facts 10.5: the library would raise a warning; what counts is what was granted."""
    company.world.sign_in.unticked |= {Scope.FREE_BUSY, Scope.HABITS}
    (free_busy, habits) = consent(company, drawer, secrets)
    assert "free/busy" in free_busy
    assert "working hours" in habits
    google = opened(company, drawer, secrets)
    calendar = GoogleCalendar(google, MAYA, MAYA.address)
    assert Capability.BUSY_OF_OTHERS not in calendar.capabilities
    assert calendar.busy([BEN], WEEK) == {}
    assert (calendar.hours(MAYA), calendar.zone) == (None, "")
    paths = {request.path for request in company.wire.log}
    assert paths == {"/o/oauth2/v2/auth", "/token"}


def test_another_account_of_the_browser_is_not_taken(
    company: Company, drawer: Drawer, secrets: Path, browser: Browser
) -> None:
    """Facts 10.8: the token tells no address, the primary calendar's id is one."""
    browser.chosen = BEN.address
    with pytest.raises(SignInRequired) as told:
        consent(company, drawer, secrets)
    assert BEN.address in told.value.what
    assert drawer.kept == {}


def test_a_machine_without_a_browser_says_so(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    with pytest.raises(NotPermitted) as told:
        sign_in(
            "work",
            MAYA,
            secrets,
            EVERYTHING,
            drawer,
            now=NOON,
            endpoint=company.base,
            browser="no browser",
        )
    assert "browser" in told.value.what


def test_a_consent_that_brings_nothing_lasting_is_none(
    company: Company, drawer: Drawer, secrets: Path, browser: Browser
) -> None:
    """Facts 10.6: without a refresh token the sign-in would end within the hour."""

    def short_lived(body: bytes) -> bytes:
        told = json.loads(body)
        del told["refresh_token"]
        return json.dumps(told).encode()

    company.wire.fail(Altered(short_lived), path="/token")
    with pytest.raises(SignInRequired) as told:
        consent(company, drawer, secrets)
    assert (told.value.remedy, drawer.kept) == ("visavis login work", {})
    assert len(browser.opened) == 1


def test_nobody_waits_for_ever_for_a_person_at_the_browser(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    """Facts 10.6: by itself the library waits as long as it takes."""
    webbrowser.register("nobody", None, Nobody("nobody"))
    with pytest.raises(SignInRequired, match="in time"):
        sign_in(
            "work", MAYA, secrets, EVERYTHING, drawer,
            now=NOON, endpoint=company.base, browser="nobody", patience=0.05,
        )  # fmt: skip


class Nobody(webbrowser.BaseBrowser):
    """Opens a page that nobody looks at."""

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        return True


def test_only_what_a_feature_needs_is_asked_for() -> None:
    """Facts 10.3 and 10.4."""
    least = wanted(documents=False, directory=False)
    assert set(least) == {Scope.EVENTS, Scope.FREE_BUSY, Scope.HABITS}
    assert Scope.FILES in wanted(documents=True, directory=False)
    assert Scope.TASKS in wanted(documents=False, directory=False, tasks=True)
    assert {Scope.USERS, Scope.COLLEAGUES} <= set(wanted(documents=False, directory=True))


def test_without_a_consent_one_is_asked_for(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    with pytest.raises(SignInRequired) as asked:
        opened(company, drawer, secrets)
    assert asked.value.remedy == "visavis login work"


# --- Renewal ---


@pytest.mark.usefixtures("consented")
def test_a_renewal_is_kept_at_once(company: Company, drawer: Drawer, secrets: Path) -> None:
    """Facts 12.11, 12.14 and 12.15: also on loopback, and whatever address the client names."""
    aged(drawer)
    before = json.loads(drawer.kept["work"])
    look(opened(company, drawer, secrets))
    after = json.loads(drawer.kept["work"])
    assert after["token"] != before["token"]
    assert after["refresh_token"] == before["refresh_token"]
    assert after["granted"] == before["granted"]
    company.wire.clear()
    look(opened(company, drawer, secrets))
    assert "/token" not in {request.path for request in company.wire.log}


@pytest.mark.usefixtures("consented")
def test_a_refresh_token_is_told_to_nobody_else(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    aged(drawer)
    google = opened(company, drawer, secrets)
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        there = {"Location": f"http://localhost:{elsewhere.getsockname()[1]}/token"}
        company.wire.fail(Answer(308, headers=there), path="/token", times=20)
        with pytest.raises(Unavailable):
            look(google)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


@pytest.mark.usefixtures("consented")
def test_threads_renew_once(company: Company, drawer: Drawer, secrets: Path) -> None:
    """Facts 12.1: without a lock eight threads made eight renewals."""
    aged(drawer)
    google = opened(company, drawer, secrets)
    company.wire.clear()
    company.wire.fail(Slow(0.1), path="/token")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, [google] * 8))
    assert [request.path for request in company.wire.log].count("/token") == 1


@pytest.mark.usefixtures("consented")
def test_a_token_refused_before_its_time_is_renewed_once(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    google = opened(company, drawer, secrets)
    company.world.sign_in._access.clear()
    look(google)
    assert [request.status for request in company.wire.log[-3:]] == [401, 200, 200]


@pytest.mark.usefixtures("consented")
def test_a_sign_in_that_ended_asks_for_a_new_one_with_the_likely_cause(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    """Facts 10.1: seven days in Testing, a new password, an admin: `invalid_grant` all of them."""
    google = opened(company, drawer, secrets)
    company.world.sign_in.revoke(MAYA.address)
    with pytest.raises(SignInRequired) as asked:
        look(google)
    assert "invalid_grant" in asked.value.what
    assert "visavis login work" in asked.value.remedy
    assert "7 days" in asked.value.remedy


@pytest.mark.usefixtures("consented")
def test_a_sign_in_that_outlived_a_week_was_not_in_testing(
    company: Company, drawer: Drawer, secrets: Path
) -> None:
    kept = json.loads(drawer.load("work") or "")
    renewed = NOON.replace(tzinfo=None) + timedelta(days=9)
    drawer.save("work", json.dumps(kept | {"expiry": renewed.isoformat()}))
    google = opened(company, drawer, secrets)
    company.world.sign_in.revoke(MAYA.address)
    with pytest.raises(SignInRequired) as asked:
        look(google)
    assert "likely cause: a new password" in asked.value.remedy
    assert "hardly Testing" in asked.value.remedy


@pytest.mark.usefixtures("consented")
@pytest.mark.parametrize("subtype", ["invalid_rapt", "rapt_required"])
def test_an_administrator_who_wants_a_new_sign_in_is_named(
    company: Company, drawer: Drawer, secrets: Path, subtype: str
) -> None:
    """Facts 10.1: session control. The library hides Google's answer behind words of its own."""
    aged(drawer)
    body = {
        "error": "invalid_grant",
        "error_description": f"reauth related error ({subtype})",
        "error_subtype": subtype,
    }
    company.wire.fail(Answer(400, json.dumps(body)), path="/token")
    with pytest.raises(SignInRequired) as asked:
        look(opened(company, drawer, secrets))
    assert "administrator" in asked.value.what
    assert "visavis login work" in asked.value.remedy


@pytest.mark.usefixtures("consented")
@pytest.mark.parametrize(
    "fault",
    [html(200), Truncated(), Answer(500, '{"error": "internal_failure"}'), Slow(1)],
    ids=["html", "truncated", "internal_failure", "slow"],
)
def test_a_token_server_that_is_not_well_is_no_end(
    company: Company, drawer: Drawer, secrets: Path, fault: Truncated
) -> None:
    """Facts 10.1: only `invalid_grant` and its like mean that a person has to sign in."""
    aged(drawer)
    company.wire.fail(fault, path="/token", times=9)
    with pytest.raises(Unavailable):
        auth.installed("work", secrets, drawer, company.base, timeout=0.1).token()
    company.wire.clear()
    look(opened(company, drawer, secrets))


@pytest.mark.parametrize("kept", ["", "no JSON", "{}", "[]"])
def test_a_kept_text_nobody_can_read_is_no_sign_in(
    company: Company, drawer: Drawer, secrets: Path, kept: str
) -> None:
    drawer.save("work", kept)
    with pytest.raises(SignInRequired):
        opened(company, drawer, secrets)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_client_secrets_nobody_can_read_are_named(
    company: Company, drawer: Drawer, secrets: Path, text: str, browser: Browser
) -> None:
    secrets.write_text(text)
    with pytest.raises(NotPermitted) as told:
        consent(company, drawer, secrets)
    assert str(secrets) in told.value.what
    assert browser.opened == []


@pytest.mark.usefixtures("consented")
def test_a_sign_in_that_is_not_used_ends_after_half_a_year(drawer: Drawer) -> None:
    """Facts 10.1; counted from the last renewal, once that spoke against Testing."""
    kept = json.loads(drawer.load("work") or "")
    renewed = NOON.astimezone(UTC).replace(tzinfo=None) + timedelta(days=9)
    drawer.save("work", json.dumps(kept | {"expiry": renewed.isoformat()}))
    standing = auth.standing("work", EVERYTHING, drawer)
    assert standing.ends is not None
    assert timedelta(days=188) <= standing.ends - NOON <= timedelta(days=190)


# --- Ready tokens and delegation ---


def test_a_ready_token_that_is_refused_names_its_variable(company: Company) -> None:
    google = company.keep(Google(auth.ready("stale", "VISAVIS_ACCESS_TOKEN_WORK"), company.base))
    with pytest.raises(SignInRequired) as asked:
        look(google)
    assert "VISAVIS_ACCESS_TOKEN_WORK" in asked.value.remedy
    assert len(company.wire.log) == 1


@pytest.fixture
def key_file(company: Company, tmp_path: Path) -> Path:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(company.world.sign_in.service_account(list(EVERYTHING))))
    return file


def test_a_service_account_acts_for_one_person(company: Company, key_file: Path) -> None:
    """Facts 10.7: and tells Google for whom, as all of them share one project's quota."""
    access = auth.delegated(key_file, MAYA.address, EVERYTHING, company.base)
    google = company.keep(Google(access, company.base))
    company.maya.schedules("hers", NOON)
    calendar = look(google)
    assert calendar.baseline(WEEK).series == ()
    users = {dict(r.query).get("quotaUser", "") for r in company.wire.log if r.path != "/token"}
    (user,) = users
    assert 0 < len(user) <= 40
    assert MAYA.address not in user


def test_delegation_of_a_scope_too_few_says_what_to_list(company: Company, tmp_path: Path) -> None:
    """Facts 10.7: one scope missing at the administrator's, and there is no token."""
    file = tmp_path / "key.json"
    file.write_text(json.dumps(company.world.sign_in.service_account([Scope.EVENTS])))
    access = auth.delegated(file, MAYA.address, EVERYTHING, company.base)
    with pytest.raises(SignInRequired) as asked:
        look(company.keep(Google(access, company.base)))
    assert "unauthorized_client" in asked.value.what
    assert Scope.FREE_BUSY in asked.value.remedy


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text("{}")
    with pytest.raises(NotPermitted) as told:
        auth.delegated(file, MAYA.address, EVERYTHING)
    assert str(file) in told.value.what
