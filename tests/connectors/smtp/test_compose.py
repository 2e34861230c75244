"""A letter becomes a mail that clients thread, and that nobody's text can bend."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from connectors.errors import NotPermitted
from connectors.model import Key, Letter
from connectors.smtp.compose import address, compose, wire
from tests.connectors.smtp.servers import parsed

LETTER = Letter(
    Key("alert:maya-ben:3"), "maya@acme.example", "Missed twice", "Not met.\n", thread="alert:pair"
)
REQUEST = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Grüße\r\nEND:VCALENDAR\r\n".encode()


def test_the_same_letter_has_the_same_message_id_and_another_one_has_not() -> None:
    first = sent(LETTER)["Message-ID"]
    assert sent(LETTER)["Message-ID"] == first
    assert first.endswith("@acme.example>")
    assert sent(replace(LETTER, key=Key("alert:maya-ben:4")))["Message-ID"] != first
    assert sent(replace(LETTER, to="ben@acme.example"))["Message-ID"] != first


def test_letters_of_one_thread_refer_to_the_same_id() -> None:
    first, second = sent(LETTER), sent(replace(LETTER, key=Key("other")))
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert first["References"] != sent(replace(LETTER, thread="recap:pair"))["References"]
    assert sent(replace(LETTER, thread=""))["References"] is None


def test_no_robot_answers_and_a_reader_can_ask_for_no_more() -> None:
    mail = sent(LETTER)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<mailto:visavis@acme.example?subject=unsubscribe>"
    assert mail["From"] == "visavis <visavis@acme.example>"
    assert mail["Date"].datetime is not None


def test_words_alone_are_one_part() -> None:
    mail = sent(LETTER)
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == "Not met.\n"


def test_html_and_an_invitation_are_other_forms_of_the_same_words() -> None:
    mail = sent(replace(LETTER, html="<p>Not met.</p>", calendar=REQUEST))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_travels_byte_for_byte_under_its_method(method: str) -> None:
    calendar = REQUEST.replace(b"REQUEST", method.encode())
    *_, part = sent(replace(LETTER, calendar=calendar)).iter_parts()
    assert part.get_payload(decode=True) == calendar
    assert part["Content-Type"].params == {"method": method, "charset": "utf-8"}
    assert part.get_content_disposition() is None


def test_a_calendar_without_a_method_is_no_invitation() -> None:
    with pytest.raises(NotPermitted, match="METHOD"):
        sent(replace(LETTER, calendar=REQUEST.replace(b"METHOD:REQUEST\r\n", b"")))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_subject_never_begins_another_header(end: str) -> None:
    mail = sent(replace(LETTER, subject=f"Hi{end}Bcc: eve@evil.example"))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hi Bcc: eve@evil.example"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "maya",
        "@acme.example",
        "maya@acme.example, eve@evil.example",
        "maya@acme.example\r\nBcc: eve@evil.example",
        "maya@acme.example> SIZE=1",
        "eve <maya@acme.example>",
        "maya@acme..example",
    ],
)
def test_an_address_is_one_address_or_none(to: str) -> None:
    with pytest.raises(NotPermitted, match="is no mail address"):
        sent(replace(LETTER, to=to))


def test_a_reader_sees_no_escape_and_no_turned_text() -> None:
    mail = sent(
        replace(LETTER, subject="\x1b[31mred", text="a\u202egpj.exe\x00b\tc\nd", html="<p>\x1b</p>")
    )
    plain, html = mail.iter_parts()
    assert mail["Subject"] == "[31mred"
    assert plain.get_content() == "agpj.exeb\tc\nd\n"
    assert html.get_content() == "<p></p>\n"


def test_no_line_is_longer_than_a_server_takes_and_all_are_ascii() -> None:
    long = replace(
        LETTER, subject="ü" * 2000, text="é" * 5000 + "\n" + "x" * 5000, calendar=REQUEST * 50
    )
    lines = wire(made(long), utf8=False).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert all(line.isascii() and b"\n" not in line for line in lines)
    assert sent(long)["Subject"] == "ü" * 2000


def made(letter: Letter) -> EmailMessage:
    return compose(letter, address("visavis@acme.example", "visavis"), address(letter.to))


def sent(letter: Letter) -> EmailMessage:
    """Return the mail as a reader's program parses it from the wire."""
    return parsed(wire(made(letter), utf8=False))
