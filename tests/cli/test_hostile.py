"""Other people's text, on every way out of the house: it is read, and never obeyed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import httpx2
import pytest

from config.settings import load
from connectors import markdown
from connectors.standins.server import serve
from daemon import clock, queries, wiring
from daemon.store import open_store
from tests.cli.conftest import Desk, cancelled
from tests.connectors.notify.test_messages import Hook
from tests.connectors.smtp.servers import Sink, serving
from tests.web.conftest import Page, Window

# A colour for terminals, a turn of direction, an isolate that never ends, a bell.
OBEYED = "\x1b[31m\u202e\u2066\x07"
NAME = "<b onclick=alert(1)>Ben</b> \u202e\u2066`rm` [me](javascript:alert(1)) {{ 7*7 }}"
TITLE = f"<img src=x onerror=alert(1)>{OBEYED}\\nBcc: evil@evil.example\\n# Owned"
WORDS = f"""
- [ ] [Ben] <script>alert(1)</script> {OBEYED} [x](javascript:alert(1)) by 4 March
- [ ] <!-- visavis:20260101T0000-feedbeef --> {{{{ config }}}} ![p](https://evil.example/p.png)
"""
RUN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal, a browser or a mail program obeys instead of showing it."""
MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+01:00")
TAGS = {
    *("html", "head", "meta", "title", "link", "script", "style", "body", "header", "nav", "main"),
    *("footer", "section", "article", "aside", "details", "summary", "div", "span", "bdi", "small"),
    *("p", "br", "hr", "a", "b", "i", "em", "strong", "s", "code", "pre", "blockquote", "label"),
    *("h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "form", "input", "button"),
    *("time", "textarea", "svg", "g", "path", "circle", "rect"),
    *("table", "tbody", "thead", "tr", "td", "th"),
}


class Read(HTMLParser):
    """What a browser would make of a page: every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def harmless(text: str) -> None:
    """Assert that nothing of a page runs, loads from elsewhere, or turns what follows."""
    assert not RUN.search(re.sub(r"<textarea.*?</textarea>", "", text, flags=re.DOTALL))
    for tag, attributes in Read(text).tags:
        assert tag in TAGS, tag
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("href", "src", "action", "formaction"):
            assert "javascript:" not in html.unescape(attributes.get(name) or "").lower()
        if tag in {"script", "link"}:
            assert str(attributes.get("src") or attributes.get("href")).startswith("/static/")


@dataclass
class Ways:
    """A desk with mail and chat, and what came out on every way."""

    desk: Desk
    sink: Sink
    hook: Hook
    printed: list[str] = field(default_factory=list)

    def at(self, moment: datetime) -> None:
        self.desk.at(moment.isoformat())

    def run(self, *arguments: str) -> None:
        """Run a command, keep what it printed."""
        result = self.desk.run(*arguments)
        assert result.code == 0, result.err
        self.printed += [result.out, result.err]

    def document(self) -> str:
        (file,) = (self.desk.calendar / "agendas").glob("*.md")
        return file.read_text(encoding="utf-8")

    def edit(self, more: str) -> None:
        (file,) = (self.desk.calendar / "agendas").glob("*.md")
        file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")


@pytest.fixture
def ways(desk: Desk) -> Iterator[Ways]:
    sink, hook = Sink(), Hook()
    with serving(sink.protocol()) as port, serve(hook.wire) as at:
        desk.configure(
            f'[policy]\nrecap = "both"\nmail_budget = 99\n'
            f'[[pair]]\nwith = "ben@acme.example"\nrole = "manager"\n'
            f'[notify]\nto = ["json://{at.removeprefix("http://")}/hook"]\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "visavis@acme.example"\n'
            f'[web]\npublic_url = "https://visavis.acme.example"\n'
        )
        yield Ways(desk, sink, hook)


def test_what_others_wrote_is_read_on_every_way_and_obeyed_on_none(ways: Ways) -> None:
    live(ways)
    said = "\n".join(ways.printed)
    assert "<img src=x onerror=alert(1)>" in said
    assert not RUN.search(said)
    pages(ways)
    assert len(ways.sink.mails) > 3
    for mail in ways.sink.mails:
        read(mail)
    assert ways.hook.took
    for told in ways.hook.took:
        assert not RUN.search(told["title"] + told["message"])
    marks = {one.mark for one in markdown.sections(ways.document()) if one.mark}
    assert marks
    assert not [mark for mark in marks if "feedbeef" in mark]


def live(ways: Ways) -> None:
    """Live through an agenda, three losses, a proposal, an alert, digests and a recap."""
    ways.desk.meets("ben", name=f'"{NAME}"', title=TITLE)
    ways.at(MONDAY - timedelta(hours=20))
    ways.run("tick")
    ways.edit(WORDS)
    ways.at(MONDAY + timedelta(hours=9))
    ways.run("tick")
    for weeks in (1, 2, 3):
        lost = (f"{MONDAY + timedelta(weeks=n):%Y%m%d}" for n in range(1, weeks + 1))
        ways.desk.meets("ben", name=f'"{NAME}"', title=TITLE, more=cancelled(*lost))
        for hours in (-20, 9):
            ways.at(MONDAY + timedelta(weeks=weeks, hours=hours))
            ways.run("tick")
    for command in ("pairs", "proposals", "alerts", "journal", "plan", "status"):
        ways.run(command)
    ways.run("explain", "ben@acme.example")
    ways.run("agenda", "ben@acme.example")


def read(mail: EmailMessage) -> None:
    """Assert that a mail has our headers alone, and parts in which nothing runs."""
    assert "evil@evil.example" not in str(mail["to"])
    assert mail["bcc"] is None
    assert not RUN.search(str(mail["subject"]))
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            assert not RUN.search(text)
            if part.get_content_subtype() == "html":
                harmless(text)


def pages(ways: Ways) -> None:
    """Look at every page of the owner, and at both that other people reach."""
    settings, now = load(ways.desk.settings, {}), clock.now()
    store = open_store(settings.home)
    house = wiring.house(settings, {}, store)
    with ExitStack() as stack:
        stack.callback(store.close)
        stack.callback(house.close)
        window = Window(house, now)
        window.base = stack.enter_context(serve(Page(window)))
        stack.enter_context(window.client)
        window.entered()
        (pair,) = queries.pairs(house, now)
        shown = [pair["next"]["agenda_url"].partition("#")[0]]
        shown += [one["url"] for one in queries.proposals(house, now) if one["state"] == "open"]
        assert len(shown) == 2
        own = ("/", "/proposals", "/alerts", "/journal", "/plan", "/series", "/accounts")
        of_the_pair = (f"/pairs/{pair['id']}{end}" for end in ("", "/agenda", "/document"))
        for path in (*own, *of_the_pair, *(one.partition("example")[2] for one in shown)):
            answer = window.get(path)
            assert answer.status_code == 200, path
            assert "script-src" not in answer.headers["content-security-policy"]
            harmless(answer.text)
        assert "&lt;img src=x" in window.text("/series")
        assert json.loads(window.text("/api/series"))[0]["title"].startswith("<img")
        assert "evil" not in window.text("/metrics")
        assert httpx2.get(window.base + "/api/pairs").status_code == 401


def test_json_says_the_same_and_a_terminal_only_shows_it(desk: Desk) -> None:
    title = "A\x9b31mB\u202eC\x7fD"
    desk.meets("ben", title=title)
    desk.at(MONDAY.isoformat())
    desk.run("tick")
    for command in ("pairs", "export"):
        result = desk.run(command, "--json")
        assert not RUN.search(result.out)
        assert title in json.dumps(result.json, ensure_ascii=False)
