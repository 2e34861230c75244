"""Signing in to Google in the system browser, played by a program that follows redirects."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.standins.google import World
from daemon import clock
from tests.cli.conftest import Desk
from tests.connectors.smtp.servers import Sink, serving


def test_without_a_sign_in_the_account_asks_for_it(google: Desk) -> None:
    result = google.run("tick", "--json")
    assert result.code == 1
    (failure,) = result.json["failed"]
    assert "visavis login work" in failure["remedy"]
    (account,) = json.loads(google.run("status", "--json").out)["accounts"]
    assert account["state"] == "sign_in"


def test_login_keeps_a_sealed_sign_in_that_the_next_tick_uses(google: Desk, world: World) -> None:
    assert google.ask("login", "work") == {}
    assert len(google.ask("tick")["done"]) == 4
    kept = [path.read_bytes() for path in google.home.rglob("*") if path.is_file()]
    tokens = list(world.sign_in._refresh)
    assert tokens
    assert not any(token.encode() in one for token in tokens for one in kept)


def test_logout_forgets_it(google: Desk) -> None:
    google.ask("login", "work")
    google.ask("logout", "work")
    assert google.run("tick").code == 1
    assert not any(Path(google.home, "tokens").glob("work"))


def test_an_unknown_account_is_wrong_usage(google: Desk) -> None:
    result = google.run("login", "nowhere")
    assert result.code == 2
    assert "work" in result.err


def test_google_takes_no_code_from_a_device(google: Desk) -> None:
    result = google.run("login", "work", "--device")
    assert result.code == 1
    assert "browser" in result.err


@pytest.mark.parametrize("lasts", [7 * 86_400, None])
def test_before_google_ends_a_sign_in_one_mail_says_how_to_sign_in_again(
    google: Desk, world: World, monkeypatch: pytest.MonkeyPatch, lasts: int | None
) -> None:
    """Where Google does not say how long the sign-in lasts, the app may be in Testing."""
    monkeypatch.delenv("VISAVIS_NOW")
    world.sign_in.lasts = lasts
    sink = Sink()
    with serving(sink.protocol()) as port:
        text = google.settings.read_text("utf-8")
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "v@acme.example"\n'
        google.settings.write_text(text + mail, "utf-8")
        signed_in = clock.now()
        google.ask("login", "work")
        for passed in (4.9, 5.1, 5.2, 6.5):
            google.at((signed_in + timedelta(days=passed)).isoformat())
            google.ask("tick")
    assert "→ work: its sign-in ends on" in google.run("status").out
    told = [mail for mail in sink.mails if "a sign-in ends" in mail["Subject"]]
    assert [mail["To"] for mail in told] == ["maya@acme.example"]
    (plain,) = (part for part in told[0].walk() if part.get_content_type() == "text/plain")
    assert "   visavis login work\n" in plain.get_content()
    assert f"{signed_in + timedelta(days=7):%B %Y}" in plain.get_content()
