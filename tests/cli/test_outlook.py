"""An Outlook account through the program: signing in, each way it can end, asking as a guest."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from connectors.standins.faults import Meanwhile
from connectors.standins.graph.login import TENANT, Application, TokenError
from tests.cli.conftest import SUNDAY, Desk
from tests.connectors.outlook.bench import MAYA, Company
from tests.connectors.outlook.test_auth import CLIENT, certified

# A browser is left running, as it would be.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
BROWSER = """\
import html, re, sys, urllib.parse, urllib.request
browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
page = browser.open(sys.argv[1]).read().decode()
fields = re.findall(r'name="(\\w+)" value="([^"]*)"', page)
form = {name: html.unescape(value) for name, value in fields}
target = html.unescape(re.search(r'action="([^"]+)"', page)[1])
browser.open(target, urllib.parse.urlencode(form).encode()).read()
"""
SETTINGS = """
home = "{home}"
[[account]]
name = "work"
provider = "outlook"
email = "maya@acme.example"
client_id = "{client}"
endpoint = "{base}"
{more}
"""


class Office:
    """Maya's desk with one Outlook account in its settings."""

    def __init__(self, desk: Desk, company: Company) -> None:
        self.desk = desk
        self.company = company
        self.configure()

    def configure(self, more: str = "") -> None:
        text = SETTINGS.format(
            home=self.desk.home.as_posix(), base=self.company.base, client=CLIENT, more=more
        )
        self.desk.settings.write_text(text, encoding="utf-8")

    def approve(self) -> None:
        """Let Maya enter her code at another device as soon as the program waits for it."""
        login = self.company.world.login

        def enter() -> None:
            for code in list(login._devices):
                login.approve(code, MAYA.address)

        self.company.wire.fail(Meanwhile(enter), path="*/token")

    def login(self) -> None:
        self.approve()
        assert self.desk.run("login", "work", "--device").code == 0

    def state(self) -> tuple[str, str]:
        """Return how `status` shows the account: its state, and its problem in one line."""
        result = self.desk.run("status", "--json")
        (account,) = json.loads(result.out)["accounts"]
        assert result.code == (1 if account["problem"] else 0)
        assert "\n" not in (account["problem"] or "")
        return account["state"], account["problem"] or ""

    def failure(self) -> dict[str, str]:
        """Take a turn that fails; return why, and what to do."""
        result = self.desk.run("tick", "--json")
        assert result.code == 1
        (failed,) = result.json["failed"]
        assert "\n" not in failed["error"] + failed["remedy"]
        found: dict[str, str] = failed
        return found


@pytest.fixture
def office(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    browser = desk.folder / "browser.py"
    browser.write_text(BROWSER, encoding="utf-8")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {browser} %s &")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    desk.at(SUNDAY.isoformat())
    with ExitStack() as stack:
        company = Company(stack)
        company.world.login.browser = MAYA.address
        yield Office(desk, company)
    gc.collect()


def test_a_browser_signs_in_and_the_next_turn_looks(office: Office) -> None:
    assert office.failure()["remedy"] == "visavis login work"
    assert office.state()[0] == "sign_in"
    assert "work is signed in as maya@acme.example" in office.desk.run("login", "work").err
    office.desk.ask("tick")
    assert office.state() == ("ok", "")
    tokens = office.company.world.login._refresh
    kept = [path.read_bytes() for path in office.desk.home.rglob("*") if path.is_file()]
    assert tokens
    assert not any(token.encode() in one for token in tokens for one in kept)


def test_whoever_signed_in_as_somebody_else_is_told(office: Office) -> None:
    office.company.world.login.browser = "ben@acme.example"
    told = office.desk.run("login", "work").err
    assert "Microsoft knows whoever signed in as ben@acme.example" in told


def test_a_device_signs_in_and_out(office: Office) -> None:
    office.login()
    office.desk.ask("tick")
    office.desk.ask("logout", "work")
    assert office.failure()["error"] == "work is not signed in"


def test_the_doctor_finds_a_fresh_sign_in_well(office: Office) -> None:
    office.login()
    found = {one["check"]: one for one in office.desk.run("doctor", "--json").json}
    assert all(found[f"{check} work"]["ok"] for check in ("sign-in", "scopes", "token")), found
    assert "90 days" in found["token work"]["finding"]


def test_init_signs_in_by_a_code_and_keeps_the_registration(office: Office) -> None:
    office.desk.settings.unlink()
    office.desk.monkeypatch.setenv("XDG_DATA_HOME", str(office.desk.folder / "data"))
    office.approve()
    flags = ("--provider", "outlook", "--email", MAYA.address, "--client-id", CLIENT)
    told = ("--endpoint", office.company.base, "--name", "work", "--device", "--yes")
    assert office.desk.run("init", *flags, *told).code == 0
    assert office.desk.ask("tick")["looked"]["accounts"] == 1


@pytest.mark.parametrize(
    ("error", "line", "remedy"),
    [
        (TokenError("invalid_grant", (50173,)), "AADSTS50173", "the password was changed"),
        (TokenError("invalid_grant", (700082,)), "AADSTS700082", "nobody was here for 90 days"),
        (TokenError("invalid_grant", (65001,), "consent_required"), "65001", "consent is missing"),
        (TokenError("interaction_required", (50076,), claims="{}"), "50076", "a second factor"),
    ],
    ids=["revoked", "expired", "consent", "claims"],
)
def test_a_sign_in_that_ended_pauses_the_account_until_the_next(
    office: Office, error: TokenError, line: str, remedy: str
) -> None:
    office.login()
    office.desk.ask("tick")
    office.company.clock.passes(timedelta(hours=2))  # the token of the first turn is over
    office.company.world.login.fail_next(error)
    failed = office.failure()
    assert line in failed["error"]
    assert remedy in failed["remedy"]
    assert office.state() == ("sign_in", failed["error"])
    office.login()
    office.desk.ask("tick")
    assert office.state() == ("ok", "")


def test_a_challenge_that_needs_nobody_stops_nothing(office: Office) -> None:
    office.login()
    claims = {"access_token": {"nbf": {"value": "1"}}}
    office.company.world.login.challenge(MAYA.address, claims)
    office.desk.ask("tick")
    assert office.state() == ("ok", "")


def test_an_organisation_signs_in_with_a_secret(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.company.world.login.applications[CLIENT] = Application(secret="hush")
    office.configure(f'tenant = "{TENANT}"\nsecret_env = "GRAPH_SECRET"')
    assert "the environment has no GRAPH_SECRET" in office.failure()["error"]
    monkeypatch.setenv("GRAPH_SECRET", "hash")
    assert "the client secret is wrong" in office.failure()["remedy"]
    assert office.state()[0] == "sign_in"
    monkeypatch.setenv("GRAPH_SECRET", "hush")
    office.desk.ask("tick")
    assert office.state() == ("ok", "")


def test_an_organisation_signs_in_with_a_certificate(office: Office) -> None:
    pem = office.desk.folder / "visavis.pem"
    pem.write_bytes(certified(office.company))
    office.configure(f'tenant = "{TENANT}"\ncertificate = "{pem.as_posix()}"')
    office.desk.ask("tick")
    assert office.state() == ("ok", "")


def test_a_guest_asks_for_another_time_and_is_told_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ben moved next Monday's meeting into this week; Maya asks for a time of next week."""
    desk, company = office.desk, office.company
    monkeypatch.setenv("VISAVIS_ACCESS_TOKEN_WORK", company.world.token(MAYA.address))
    monday = SUNDAY + timedelta(days=1)
    meeting = company.ben.meets(MAYA.address, "1:1", monday)
    desk.at((monday + timedelta(days=1)).isoformat())
    desk.ask("tick")
    company.ben.moves(meeting, monday + timedelta(days=4), on=(monday + timedelta(days=7)).date())
    desk.at((monday + timedelta(days=2)).isoformat())
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    assert "[--counter]" in desk.run("proposals").out
    command = ("accept", proposal["id"], "--option", "2", "--counter")
    answer = desk.ask(*command)
    assert (answer["state"], answer["countered"]["n"]) == ("open", 2)
    assert desk.ask(*command) == answer
    assert desk.run("accept", proposal["id"], "--option", "1", "--counter").code == 1
    assert "the organizer was asked for" in desk.run("proposals").out
    (entry,) = [one for one in desk.ask("journal") if one["kind"] == "counter"]
    assert (entry["state"], entry["undoable"]) == ("done", False)
    assert desk.run("undo", entry["id"]).code == 1


def test_a_ready_token_needs_no_sign_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    token = office.company.world.token(MAYA.address)
    monkeypatch.setenv("VISAVIS_ACCESS_TOKEN_WORK", token)
    office.desk.ask("tick")
    monkeypatch.setenv("VISAVIS_ACCESS_TOKEN_WORK", "an older one")
    assert "VISAVIS_ACCESS_TOKEN_WORK" in office.failure()["remedy"]
