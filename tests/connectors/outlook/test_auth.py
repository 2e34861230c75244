"""Sign-in with the real msal; "facts" is the section of the Graph fact sheet."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from connectors.errors import NotPermitted, SignInRequired, Unavailable
from connectors.outlook import auth
from connectors.outlook.auth import Client
from connectors.outlook.client import Access, Ask, Graph
from connectors.protocol import Standing
from connectors.standins.faults import Answer, Reset
from connectors.standins.graph.login import TENANT, Application, TokenError
from tests.connectors.outlook.bench import MAYA, Company

NAME = "work"
CLIENT = "c0ffee00-0000-4000-8000-000000000001"
WANTED = auth.scopes(documents=True, directory=False)


@dataclass
class Drawer:
    """Where sign-ins are kept, and how often."""

    kept: dict[str, str] = field(default_factory=dict)
    saved: int = 0

    def load(self, name: str) -> str | None:
        return self.kept.get(name)

    def save(self, name: str, text: str) -> None:
        self.kept[name] = text
        self.saved += 1

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


class Browser(webbrowser.BaseBrowser):
    """A browser that consents to everything: it opens the page and posts its form back."""

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        threading.Thread(target=self._consent, args=(url,)).start()
        return True

    def _consent(self, url: str) -> None:
        page = httpx2.get(url, trust_env=False).text
        (target,) = re.findall(r'action="([^"]+)"', page)
        inputs = re.findall(r'name="(\w+)" value="([^"]*)"', page)
        form = {name: html.unescape(value) for name, value in inputs}
        httpx2.post(html.unescape(target), data=form, trust_env=False)


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def client(bench: Company) -> Client:
    return Client(CLIENT, endpoint=bench.base)


@pytest.fixture
def _browser() -> Iterator[None]:
    found = (webbrowser._tryorder, dict(webbrowser._browsers))  # type: ignore[attr-defined]
    webbrowser.register("one that consents", None, Browser("consent"), preferred=True)
    yield
    webbrowser._tryorder, webbrowser._browsers = found  # type: ignore[attr-defined]


@pytest.fixture
def signed_in(bench: Company, client: Client, drawer: Drawer) -> auth.Person:
    """Maya, signed in once at another device."""
    auth.sign_in_by_device(NAME, client, WANTED, drawer, lambda text: approved(bench, text))
    return auth.Person(NAME, client, WANTED, drawer)


def approved(bench: Company, text: str) -> None:
    """Enter the code that the message shows."""
    code = text.rpartition(" ")[2].rstrip(".")
    bench.world.login.approve(code, MAYA.address)


def me(bench: Company, access: Access) -> str:
    graph = Graph(access, bench.base)
    try:
        return str(graph.read("/me")["mail"])
    finally:
        graph.close()


def challenge(bench: Company) -> None:
    bench.world.login.challenge(MAYA.address, {"access_token": {"nbf": {"value": "1"}}})


# --- People ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_browser")
def test_a_browser_signs_in_and_the_sign_in_is_kept(
    bench: Company, client: Client, drawer: Drawer
) -> None:
    auth.sign_in(NAME, client, WANTED, drawer, MAYA.address)
    assert me(bench, auth.Person(NAME, client, WANTED, drawer)) == MAYA.address
    paths = {request.path for request in bench.wire.log}
    assert {"/common/oauth2/v2.0/authorize", "/common/oauth2/v2.0/token", "/v1.0/me"} == paths


@pytest.mark.usefixtures("_browser")
def test_a_browser_where_nobody_signs_in_says_so(client: Client, drawer: Drawer) -> None:
    with pytest.raises(SignInRequired) as refused:
        auth.sign_in(NAME, client, WANTED, drawer, "nobody@acme.example")
    assert refused.value.remedy == "sign in again with `visavis login work`"
    assert drawer.kept == {}


def test_a_device_signs_in(bench: Company, signed_in: auth.Person) -> None:
    assert me(bench, signed_in) == MAYA.address


def test_without_a_sign_in_there_is_one_line_of_what_to_do(client: Client, drawer: Drawer) -> None:
    with pytest.raises(SignInRequired) as refused:
        auth.Person(NAME, client, WANTED, drawer).token()
    assert refused.value.remedy == "visavis login work"


def test_what_cannot_be_read_counts_as_no_sign_in(client: Client, drawer: Drawer) -> None:
    drawer.save(NAME, "not of ours")
    with pytest.raises(SignInRequired):
        auth.Person(NAME, client, WANTED, drawer).token()


def test_a_sign_out_leaves_nothing(signed_in: auth.Person, client: Client, drawer: Drawer) -> None:
    assert signed_in.token()
    auth.sign_out(NAME, drawer)
    with pytest.raises(SignInRequired):
        auth.Person(NAME, client, WANTED, drawer).token()


def test_a_token_is_asked_for_once(
    bench: Company, signed_in: auth.Person, client: Client, drawer: Drawer
) -> None:
    bench.asked()
    saved = drawer.saved
    assert signed_in.token() == auth.Person(NAME, client, WANTED, drawer).token()
    assert bench.asked() == []
    assert drawer.saved == saved


def test_a_refused_token_is_renewed_and_kept(
    bench: Company, signed_in: auth.Person, client: Client, drawer: Drawer
) -> None:
    old = signed_in.token()
    bench.clock.passes(timedelta(hours=2))
    assert me(bench, signed_in) == MAYA.address
    new = auth.Person(NAME, client, WANTED, drawer).token()
    assert new == signed_in.token() != old


def test_a_claims_challenge_is_met_without_a_person(bench: Company, signed_in: auth.Person) -> None:
    """Facts 10: Graph says in base64 what the next token must bring."""
    challenge(bench)
    assert me(bench, signed_in) == MAYA.address


def test_what_the_next_sign_in_must_bring_is_brought_by_it(
    bench: Company, signed_in: auth.Person, client: Client, drawer: Drawer
) -> None:
    """Facts 10: interaction_required carries claims."""
    claims = json.dumps({"access_token": {"acrs": {"value": "c1"}}})
    bench.world.login.fail_next(TokenError("interaction_required", (50076,), claims=claims))
    with pytest.raises(SignInRequired) as refused:
        signed_in.token(refused=signed_in.token())
    assert "second factor" in refused.value.remedy
    assert json.loads(drawer.kept[NAME])["claims"] == claims
    bench.asked()
    auth.sign_in_by_device(NAME, client, WANTED, drawer, lambda text: approved(bench, text))
    code, *_, token = (parse_qs(request.body.decode()) for request in bench.asked())
    assert [told["claims"] for told in (code, token)] == [[merged(claims)]] * 2
    assert json.loads(drawer.kept[NAME])["claims"] == ""


@pytest.mark.usefixtures("_browser")
def test_a_browser_brings_what_it_must_as_well(
    bench: Company, client: Client, drawer: Drawer
) -> None:
    """Facts 10: the challenge goes to the page where the person signs in."""
    claims = json.dumps({"access_token": {"acrs": {"value": "c1"}}})
    drawer.save(NAME, json.dumps({"cache": None, "claims": claims}))
    auth.sign_in(NAME, client, WANTED, drawer, MAYA.address)
    page = next(each for each in bench.asked() if each.path.endswith("/authorize"))
    assert dict(page.query)["claims"] == merged(claims)


def test_every_sign_in_says_that_challenges_are_understood(
    bench: Company, signed_in: auth.Person
) -> None:
    """Facts 10: without CP1 Graph sends none, and tokens are short."""
    assert signed_in.token()
    tokens = [request for request in bench.asked() if request.path.endswith("/token")]
    assert all("CP1" in parse_qs(request.body.decode())["claims"][0] for request in tokens)
    assert tokens


def merged(claims: str) -> str:
    """Return claims as msal sends them: with what it always says of us."""
    told = json.loads(claims)
    told["access_token"]["xms_cc"] = {"values": ["CP1"]}
    return json.dumps(told)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (TokenError("invalid_grant", (65001,), "consent_required"), "consent is missing"),
        (TokenError("invalid_grant", (700082,), "token_expired"), "90 days"),
        (TokenError("interaction_required", (50079,), "basic_action"), "second factor"),
        (TokenError("invalid_grant", (53003,)), "ask its administrator"),
        (TokenError("invalid_grant", (99999,)), "sign in again"),
    ],
)
def test_each_ended_sign_in_says_what_to_do(
    bench: Company, signed_in: auth.Person, error: TokenError, remedy: str
) -> None:
    old = signed_in.token()
    bench.world.login.fail_next(error)
    with pytest.raises(SignInRequired, match=f"AADSTS{error.codes[0]}") as refused:
        signed_in.token(refused=old)
    assert remedy in refused.value.remedy
    assert "\n" not in refused.value.remedy


def test_a_refusal_is_not_repeated_from_memory_once_the_person_signed_in(
    bench: Company, signed_in: auth.Person, client: Client, drawer: Drawer
) -> None:
    """Facts 10: msal replays a 400 for a minute; and the new sign-in is another process's."""
    old = signed_in.token()
    bench.world.login.revoke(MAYA.address)
    for _ in range(2):
        bench.asked()
        with pytest.raises(SignInRequired, match="AADSTS50173"):
            signed_in.token(refused=old)
        assert len(bench.asked()) == 1
    auth.sign_in_by_device(NAME, client, WANTED, drawer, lambda text: approved(bench, text))
    assert me(bench, signed_in) == MAYA.address


def test_a_part_of_a_batch_that_refuses_the_token_is_asked_again_with_another(
    bench: Company, signed_in: auth.Person
) -> None:
    """Facts 9: the outer answer is 200 all the same; the part's own headers carry the claims."""
    old = signed_in.token()
    claims = base64.b64encode(b'{"access_token": {"nbf": {"value": "1"}}}').decode()
    headers = {"WWW-Authenticate": f'Bearer claims="{claims}"'}
    part = {"id": "0", "status": 401, "headers": headers, "body": {}}
    bench.asked()
    bench.wire.fail(Answer(200, json.dumps({"responses": [part]})), path="*/$batch")
    graph = Graph(signed_in, bench.base)
    (told,) = graph.batch([Ask("/me/calendar")])
    graph.close()
    assert isinstance(told, dict)
    assert signed_in.token() != old
    (renewal,) = (each for each in bench.asked() if each.path.endswith("/token"))
    assert "nbf" in renewal.body.decode()


@pytest.mark.parametrize(
    "trouble",
    [Reset(), Answer(503, "{}"), Answer(502, "<html>"), Answer(200, "no JSON")],
    ids=["reset", "503", "502", "html"],
)
def test_a_sign_in_that_is_not_well_is_no_reason_to_sign_in_again(
    bench: Company, signed_in: auth.Person, trouble: Reset | Answer
) -> None:
    old = signed_in.token()
    bench.wire.fail(trouble, path="*/token")
    with pytest.raises(Unavailable):
        signed_in.token(refused=old)
    assert signed_in.token(refused=old) != old


# --- Organisations and scripts --------------------------------------------------------------------


@pytest.fixture
def organisation(bench: Company) -> Client:
    bench.world.login.applications[CLIENT] = Application(secret="hush")
    return Client(CLIENT, TENANT, bench.base)


def test_a_secret_opens_a_persons_mailbox(bench: Company, organisation: Client) -> None:
    access = auth.Organisation(NAME, organisation, secret="hush")
    graph = Graph(access, bench.base, mailbox=MAYA.address)
    assert graph.read(graph.mine("/calendar"))["isDefaultCalendar"]
    assert access.token() == access.token()
    graph.close()
    assert next(request.path for request in bench.asked()) == f"/{TENANT}/oauth2/v2.0/token"


def test_a_wrong_secret_says_where_the_right_one_is(organisation: Client) -> None:
    with pytest.raises(SignInRequired) as refused:
        auth.Organisation(NAME, organisation, secret="hash").token()
    assert "app registration" in refused.value.remedy


def test_a_refused_token_of_an_organisation_is_replaced(
    bench: Company, organisation: Client
) -> None:
    access = auth.Organisation(NAME, organisation, secret="hush")
    old = access.token()
    bench.clock.passes(timedelta(hours=2))
    graph = Graph(access, bench.base, mailbox=MAYA.address)
    assert graph.read(graph.mine("/calendar"))
    graph.close()
    assert access.token() != old


def test_a_certificate_opens_it_too(bench: Company, organisation: Client, tmp_path: Path) -> None:
    pem = tmp_path / "visavis.pem"
    pem.write_bytes(certified(bench))
    assert auth.Organisation(NAME, organisation, certificate=pem).token()


def test_a_certificate_without_its_key_is_refused_at_once(
    bench: Company, organisation: Client, tmp_path: Path
) -> None:
    pem = tmp_path / "visavis.pem"
    pem.write_bytes(certified(bench).partition(b"-----BEGIN PRIVATE")[0])
    with pytest.raises(NotPermitted, match="lacks"):
        auth.Organisation(NAME, organisation, certificate=pem)
    with pytest.raises(NotPermitted, match="cannot be read"):
        auth.Organisation(NAME, organisation, certificate=tmp_path / "none.pem")


def test_a_ready_token_that_is_refused_cannot_be_renewed(bench: Company) -> None:
    with pytest.raises(SignInRequired) as refused:
        me(bench, auth.Ready("nonsense", "VISAVIS_ACCESS_TOKEN_WORK"))
    assert refused.value.remedy == "put a fresh token into VISAVIS_ACCESS_TOKEN_WORK"


def test_no_more_is_asked_for_than_the_features_need() -> None:
    least = {"Calendars.ReadWrite", "MailboxSettings.Read", "User.Read"}
    assert set(auth.scopes(documents=False, directory=False)) == least
    assert set(auth.scopes(documents=True, directory=True, tasks=True)) - least == {
        "Files.ReadWrite",
        "User.Read.All",
        "Tasks.ReadWrite",
    }


# --- How a sign-in stands ---


@pytest.mark.usefixtures("signed_in")
def test_what_was_granted_is_known_and_until_when_it_lasts_unused(drawer: Drawer) -> None:
    standing = auth.standing(NAME, [*WANTED, "Tasks.ReadWrite"], drawer)
    assert standing.lacks == ("Tasks.ReadWrite was not granted",)
    assert auth.standing(NAME, WANTED, drawer).lacks == ()
    assert standing.ends is not None
    assert timedelta(89) < standing.ends - datetime.now(UTC) < timedelta(91)  # noqa: TID251 - msal's


def test_of_nobody_who_signed_in_nothing_is_known(drawer: Drawer) -> None:
    assert auth.standing(NAME, WANTED, drawer) == Standing()


def test_a_certificate_tells_when_it_ends(bench: Company, tmp_path: Path) -> None:
    pem = tmp_path / "visavis.pem"
    pem.write_bytes(certified(bench))
    assert auth.standing_of(pem).ends == datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=3650)


def certified(bench: Company) -> bytes:
    """Register a new certificate; return it with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "visavis")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=3650))
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    bench.world.login.applications[CLIENT] = Application(certificate=pem)
    return pem + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
