"""What is turned away before any page sees it, and what every answer carries."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime

import pytest

from daemon.house import House
from daemon.web.limits import Limit, Limits
from tests.web.conftest import PUBLIC, Paper, Window


def test_a_name_that_is_not_ours_is_refused(window: Window) -> None:
    for host in ("evil.example", "127.0.0.1:1", "localhost", PUBLIC):
        assert window.get("/", Host=host).status_code == 421


def test_loopback_has_three_names(window: Window) -> None:
    port = window.where.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        assert window.get("/healthz", Host=f"{name}:{port}").status_code == 200


def test_the_public_name_has_the_signed_pages_alone(
    paper: Paper, opened: Callable[[House, datetime], Window]
) -> None:
    window = opened(paper.house, paper.now).entered()
    for path in ("/", "/proposals", "/enter/x", "/api/status", "/metrics", "/accounts"):
        assert window.get(path, Host=PUBLIC).status_code == 421
    for path in ("/healthz", "/static/visavis.css"):
        assert window.get(path, Host=PUBLIC).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_does_nothing(window: Window, headers: dict[str, str]) -> None:
    answer = window.send("/leave", {"csrf": window.csrf()}, **headers)
    assert answer.status_code == 403
    assert window.get("/").status_code == 200


def test_a_form_of_another_session_does_nothing(window: Window) -> None:
    foreign = window.csrf()
    window.client.cookies.clear()
    window.entered()
    for token in (foreign, "", "ü"):
        assert window.send("/leave", {"csrf": token}).status_code == 403
    assert window.get("/").status_code == 200


def test_a_form_is_a_form(window: Window) -> None:
    origin = {"Origin": window.base}
    post = window.client.post
    assert post(window.base + "/leave", json={}, headers=origin).status_code == 415
    many = {str(number): "x" for number in range(40)}
    assert window.send("/leave", many).status_code == 400


def test_a_body_ends_at_its_cap_whether_announced_or_not(window: Window) -> None:
    assert window.send("/leave", {"csrf": "x" * 20_000}).status_code == 413
    headers = {"Origin": window.base, "Content-Type": "application/x-www-form-urlencoded"}
    pieces = (b"x" * 1000 for _ in range(40))
    answer = window.client.post(window.base + "/leave", content=pieces, headers=headers)
    assert answer.status_code == 413


def test_guessing_links_comes_to_an_end(window: Window) -> None:
    answers = [window.get(f"/enter/{number}").status_code for number in range(Limit.ENTER.value)]
    assert set(answers) == {401, 429} or answers[-1] == 429
    assert window.get("/enter/once-more").headers["retry-after"] == "60"
    assert window.get("/").status_code == 200


def test_a_limit_counts_a_minute_for_each_client_and_purpose() -> None:
    clock = [0.0]
    limits = Limits(lambda: clock[0])
    asked = [limits.exceeded("one", Limit.ENTER) for _ in range(Limit.ENTER.value + 1)]
    assert asked == [False] * Limit.ENTER.value + [True]
    assert not limits.exceeded("two", Limit.ENTER)
    assert not limits.exceeded("one", Limit.LOOK)
    clock[0] = 61
    assert not limits.exceeded("one", Limit.ENTER)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/htmx.js", "/s/answer/x", "/healthz"])
def test_every_answer_is_hardened(window: Window, path: str) -> None:
    headers = window.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_what_the_owner_sees_stays_in_no_cache(window: Window) -> None:
    assert window.get("/").headers["cache-control"] == "no-store"
    assert window.get("/api/pairs").headers["cache-control"] == "no-store"


def test_a_bug_shows_nothing_of_anybody(window: Window, capsys: pytest.CaptureFixture[str]) -> None:
    window.house.store.engine.dispose()
    object.__setattr__(window.house, "accounts", ())
    answer = window.get("/")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "Traceback" not in capsys.readouterr().err


def test_half_a_request_harms_nobody(window: Window) -> None:
    host, _, port = window.where.rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /leave HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf")
    assert window.get("/").status_code == 200
