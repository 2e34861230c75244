"""Markdown agendas on the page: read, edited, never lost; for the other person one page alone."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import datetime, timedelta
from time import process_time

import httpx2
import pytest

from daemon import queries
from daemon.house import House
from daemon.web.prose import prose
from tests.web.conftest import PUBLIC, Paper, Window, hidden


@pytest.fixture
def window(paper: Paper, opened: Callable[[House, datetime], Window]) -> Window:
    return opened(paper.house, paper.now).entered()


@pytest.fixture
def path(window: Window) -> str:
    """Where the owner edits the document of the only pair."""
    (pair,) = queries.pairs(window.house, window.now)
    return f"/pairs/{pair['id']}/document"


@pytest.fixture
def shared(window: Window) -> str:
    """Where the other person reads it, as the invite says."""
    (pair,) = queries.pairs(window.house, window.now)
    url: str = pair["next"]["agenda_url"]
    return url.removeprefix(f"https://{PUBLIC}").partition("#")[0]


def ben(window: Window, path: str, fields: dict[str, str] | None = None) -> httpx2.Response:
    """Let Ben, who has the link of the invite and no session, open it or send its form."""
    url, headers = window.base + path, {"Host": PUBLIC}
    if fields is None:
        return httpx2.get(url, headers=headers)
    return httpx2.post(url, data=fields, headers=headers | {"Origin": f"https://{PUBLIC}"})


def written(page: str) -> str:
    """Return the text in the editor, as a browser reads it."""
    text = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    return html.unescape(text).removeprefix("\n")


def test_the_agenda_leads_to_its_document(window: Window, path: str) -> None:
    assert path in window.text(path.replace("document", "agenda"))


def test_the_editor_has_the_document_to_the_letter(paper: Paper, window: Window, path: str) -> None:
    assert written(window.text(path)) == paper.file.read_text(encoding="utf-8")


def test_what_is_saved_is_what_was_written(paper: Paper, window: Window, path: str) -> None:
    page = window.text(path)
    text = written(page) + "\n- [ ] [Ben] größere Räume <b>suchen</b>\n\n"
    # Browsers end every line of a form with CR and LF.
    fields = {"version": hidden(page, "version"), "text": text.replace("\n", "\r\n")}
    assert window.press(path, fields).status_code == 303
    assert paper.file.read_bytes().decode() == text
    assert "&lt;b&gt;suchen" in window.text(path)


def test_a_file_with_crlf_keeps_it(paper: Paper, window: Window, path: str) -> None:
    paper.file.write_bytes(paper.file.read_bytes().replace(b"\n", b"\r\n"))
    page = window.text(path)
    fields = {"version": hidden(page, "version"), "text": written(page) + "one more\r\n"}
    assert window.press(path, fields).status_code == 303
    assert paper.file.read_bytes().count(b"\n") == paper.file.read_bytes().count(b"\r\n")


def test_saving_without_a_change_writes_nothing(paper: Paper, window: Window, path: str) -> None:
    page, before = window.text(path), paper.file.stat().st_mtime_ns
    fields = {"version": hidden(page, "version"), "text": written(page)}
    assert window.press(path, fields).status_code == 303
    assert paper.file.stat().st_mtime_ns == before


def test_two_who_write_at_once_lose_nothing(
    paper: Paper, window: Window, path: str, shared: str
) -> None:
    mine, his = window.text(path), ben(window, shared).text
    stands = written(his) + "\nBen was first.\n"
    assert ben(window, shared, {"version": hidden(his, "version"), "text": stands}).is_redirect
    fields = {"version": hidden(mine, "version"), "text": written(mine) + "\nMaya too.\n"}
    answer = window.press(path, fields)
    assert answer.status_code == 409
    assert paper.file.read_text(encoding="utf-8") == stands
    assert written(answer.text) == fields["text"]
    assert "Ben was first." in answer.text
    merged = {"version": hidden(answer.text, "version"), "text": stands + "\nMaya too.\n"}
    assert window.press(path, merged).status_code == 303
    assert paper.file.read_text(encoding="utf-8") == merged["text"]


def test_a_tick_meanwhile_is_a_change_like_any_other(
    paper: Paper, window: Window, path: str
) -> None:
    page = window.text(path)
    paper.tick(timedelta(weeks=1))
    fields = {"version": hidden(page, "version"), "text": written(page) + "typed meanwhile\n"}
    assert window.press(path, fields).status_code == 409
    assert "typed meanwhile" not in paper.file.read_text(encoding="utf-8")


def test_the_other_person_sees_the_document_and_nothing_else(window: Window, shared: str) -> None:
    text = ben(window, shared).text
    assert "you both read this" in text
    assert "For you alone" not in text
    for address in ("/pairs", "/journal", "/leave", "csrf"):
        assert address not in text


def test_the_link_of_the_invite_opens_at_the_section(window: Window, shared: str) -> None:
    (pair,) = queries.pairs(window.house, window.now)
    mark = pair["next"]["agenda_url"].partition("#")[2]
    assert mark
    assert f'<h2 id="{mark}">' in ben(window, shared).text


def test_a_link_nobody_signed_opens_nothing(window: Window, shared: str) -> None:
    token = shared.rpartition("/")[2]
    payload, _, signature = token.rpartition(".")
    for forged in (token[:-1], f"{payload}.{signature[::-1]}", "x", f"{payload[:-1]}.{signature}"):
        assert ben(window, f"/s/agenda/{forged}").status_code == 404
    assert ben(window, f"/s/answer/{token}").status_code == 404


def test_a_removed_document_is_not_there_any_more(
    paper: Paper, window: Window, shared: str
) -> None:
    paper.file.unlink()
    assert ben(window, shared).status_code == 404


def test_a_form_from_elsewhere_writes_nothing(paper: Paper, window: Window, shared: str) -> None:
    before = paper.file.read_bytes()
    fields = {"version": hidden(ben(window, shared).text, "version"), "text": "gone"}
    headers = {"Host": PUBLIC, "Origin": "https://evil.example"}
    answer = httpx2.post(window.base + shared, data=fields, headers=headers)
    assert answer.status_code == 403
    assert paper.file.read_bytes() == before


def test_a_document_may_be_long_and_not_endless(paper: Paper, window: Window, path: str) -> None:
    version = hidden(window.text(path), "version")
    long = {"version": version, "text": "a line of text\n" * 10_000}
    assert window.press(path, long).status_code == 303
    assert paper.file.stat().st_size == 150_000
    assert window.press(path, {"version": version, "text": "x" * 1_000_001}).status_code == 413


@pytest.mark.parametrize(
    "words", ["<!-- visavis:", "<!--visavis:x", "- [ ] x by 4 March\n", "- [ ] ((((", "\t"]
)
def test_a_document_made_to_be_slow_is_shown_at_once(
    paper: Paper, window: Window, path: str, words: str
) -> None:
    paper.file.write_text(f"# Us\n\n## x {words * (900_000 // len(words))} x\n")
    window.client.timeout = httpx2.Timeout(60)
    before = process_time()
    shown = window.text(path)
    # Of the processor, not of the clock: other tests run beside.
    assert process_time() - before < 10
    assert "What is older stands in the editor alone." in shown


def test_bytes_that_are_no_text_are_left_alone(paper: Paper, window: Window, path: str) -> None:
    paper.file.write_bytes(paper.file.read_bytes() + b"\xff\xfe")
    answer = window.get(path)
    assert answer.status_code == 502
    assert "UTF-8" in answer.text


@pytest.mark.parametrize(
    ("source", "shown", "never"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("<img src=x onerror=alert(1)>", "&lt;img", "<img"),
        ("[x](javascript:alert(1))", "javascript", "href"),
        ("[x](data:text/html,hi)", "data:", "href"),
        ("![x](https://evil.example/p.png)", "x", "<img"),
        ("[x](https://a.example 'onclick=\"y\"')", 'href="https://a.example"', "onclick=y"),
        ("- [x] done", "checked", "[x]"),
        ("## Monday <!-- visavis:page -->", "<h2>Monday</h2>", "page"),
        ("## Monday\n\n<!-- /visavis -->", "Monday", "visavis"),
    ],
)
def test_markdown_is_shown_and_does_no_harm(source: str, shown: str, never: str) -> None:
    assert shown in prose(source)
    assert never not in prose(source)
