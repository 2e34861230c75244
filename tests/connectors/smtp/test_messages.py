"""Mail keeps the contract of messages, over plain connections and TLS, and says what happened."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal

import pytest

from connectors.errors import ConnectorError, NotPermitted, OutcomeUnknown, Unavailable
from connectors.model import Key, Letter
from connectors.protocol import Messages
from connectors.smtp import MailMessages
from tests.connectors.smtp.servers import (
    HANG_UP,
    SILENCE,
    Certificate,
    Sink,
    only_maya,
    scripted,
    serving,
)
from tests.contract.messages import MessagesContract

SOON, LATER = timedelta(seconds=1), timedelta(seconds=30)
MAYA, VISAVIS = "maya@acme.example", "visavis@acme.example"
LETTER = Letter(Key("alert:1"), MAYA, "Missed twice", "Maya and Ben have not met.\n.dot\n")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


class Bench:
    """Mail to a sink."""

    target = MAYA

    def __init__(self, sink: Sink, messages: MailMessages) -> None:
        self._sink = sink
        self.messages: Messages = messages

    def delivered(self) -> Sequence[str]:
        return [f"{mail['Subject']}\n{mail.get_content()}" for mail in self._sink.mails]

    def refuse(self) -> None:
        self._sink.refuse_next = True

    def lose(self) -> None:
        self._sink.lose_next = True


class TestMailOnLoopback(MessagesContract):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        sink = Sink()
        with serving(sink.protocol()) as port:
            yield Bench(sink, mail(port))


class TestMailOverStartTls(MessagesContract):
    @pytest.fixture
    def bench(self, certificate: Certificate) -> Iterator[Bench]:
        sink = Sink()
        with serving(sink.protocol(tls_context=certificate.server, require_starttls=True)) as port:
            yield Bench(sink, mail(port, tls="starttls", context=certificate.client))


class TestMailOverTls(MessagesContract):
    @pytest.fixture
    def bench(self, certificate: Certificate) -> Iterator[Bench]:
        sink = Sink()
        with serving(sink.protocol(), certificate.server) as port:
            yield Bench(sink, mail(port, tls="tls", context=certificate.client))


# --- Where a conversation can break ---------------------------------------------------------------

BEFORE_THE_CONTENT = ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("line", [HANG_UP, SILENCE, "421 4.3.0 shutting down"])
@pytest.mark.parametrize("step", BEFORE_THE_CONTENT)
def test_what_breaks_before_the_content_means_surely_not_sent(step: str, line: str) -> None:
    error, heard = refusal({step: line})
    assert type(error) is Unavailable
    assert "[mail]" in error.remedy
    assert not any(b"Missed twice" in words for words in heard)


@pytest.mark.parametrize("line", [HANG_UP, SILENCE, "what?"])
def test_what_breaks_after_the_final_dot_means_maybe_sent(line: str) -> None:
    error, heard = refusal({"CONTENT": line})
    assert type(error) is OutcomeUnknown
    assert "[mail]" in error.remedy
    assert any(b"Missed twice" in words for words in heard)


@pytest.mark.parametrize("line", [HANG_UP, SILENCE, "500 rude"])
def test_a_rude_goodbye_after_the_server_took_the_letter_changes_nothing(line: str) -> None:
    with scripted({"QUIT": line}) as (port, heard):
        mail(port, timeout=SOON).send(LETTER)
    assert heard[-1] == b"QUIT"


@pytest.mark.parametrize(
    ("step", "line", "expected", "remedy"),
    [
        ("MAIL", "550 5.7.1 not your address", Unavailable, "sender"),
        ("RCPT", "550 5.1.1 no such user", NotPermitted, "username"),
        ("RCPT", "451 4.7.1 greylisted", Unavailable, "tries again"),
        ("DATA", "554 5.7.1 no", NotPermitted, "username"),
        ("CONTENT", "554 5.6.0 looks like spam", NotPermitted, "username"),
        ("CONTENT", "452 4.3.1 disk full", Unavailable, "tries again"),
    ],
)
def test_a_refusal_says_in_the_servers_words_what_happened_and_what_to_do(
    step: str, line: str, expected: type[ConnectorError], remedy: str
) -> None:
    error, _ = refusal({step: line})
    assert type(error) is expected
    assert line in error.what
    assert remedy in error.remedy
    assert "[mail]" in error.remedy


def test_the_servers_words_cannot_steer_a_terminal() -> None:
    error, _ = refusal({"RCPT": "550-\x1b[31mred\r\n550 alert"})
    assert error.what.endswith("550 [31mred alert")


def test_nobody_at_the_port_means_surely_not_sent() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="Connect call failed") as caught:
            mail(nobody.getsockname()[1]).send(LETTER)
    assert "`port`" in caught.value.remedy


def refusal(lines: dict[str, str]) -> tuple[ConnectorError, list[bytes]]:
    """Return why a scripted server did not get the letter, and what it heard."""
    with scripted(lines) as (port, heard):
        with pytest.raises(ConnectorError) as caught:
            mail(port, timeout=SOON if SILENCE in lines.values() else LATER).send(LETTER)
        return caught.value, heard


# --- Signing in, and who may listen ---------------------------------------------------------------


def test_a_user_signs_in(certificate: Certificate) -> None:
    sink = Sink()
    protocol = sink.protocol(tls_context=certificate.server, authenticator=only_maya)
    with serving(protocol) as port:
        letters = mail(
            port,
            tls="starttls",
            context=certificate.client,
            username="maya",
            password="open sesame",
        )
        letters.send(LETTER)
    assert len(sink.mails) == 1


def test_a_wrong_password_is_the_owners_to_correct(certificate: Certificate) -> None:
    sink = Sink()
    protocol = sink.protocol(tls_context=certificate.server, authenticator=only_maya)
    with serving(protocol) as port:
        letters = mail(
            port, tls="starttls", context=certificate.client, username="maya", password="guess"
        )
        with pytest.raises(Unavailable, match="535") as caught:
            letters.send(LETTER)
    assert "`password_env` under [mail]" in caught.value.remedy
    assert "guess" not in caught.value.what
    assert sink.mails == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_stranger_with_a_certificate_of_their_own_gets_nothing(
    certificate: Certificate, tls: Literal["starttls", "tls"]
) -> None:
    sink = Sink()
    protocol = (
        sink.protocol(tls_context=certificate.server) if tls == "starttls" else sink.protocol()
    )
    with (
        serving(protocol, certificate.server if tls == "tls" else None) as port,
        pytest.raises(Unavailable, match="certificate verify failed") as caught,
    ):
        mail(port, tls=tls).send(LETTER)
    assert "`tls`" in caught.value.remedy
    assert sink.mails == []


def test_no_letter_goes_out_in_the_clear_where_starttls_was_asked_for() -> None:
    sink = Sink()
    with (
        serving(sink.protocol()) as port,
        pytest.raises(Unavailable, match="STARTTLS") as caught,
    ):
        mail(port, tls="starttls").send(LETTER)
    assert "`tls`" in caught.value.remedy
    assert sink.mails == []


# --- On the wire ----------------------------------------------------------------------------------


def test_a_line_that_is_a_dot_does_not_end_the_letter() -> None:
    sink = Sink()
    with serving(sink.protocol()) as port:
        mail(port).send(LETTER)
    assert sink.mails[0].get_content() == LETTER.text


def test_names_of_the_world_are_written_as_they_are() -> None:
    sink = Sink()
    with serving(sink.protocol()) as port:
        mail(port).send(Letter(Key("k"), "jürgen@bücher.example", "Grüße 🎉", "ありがとう\n"))
    (envelope,), (got,) = sink.envelopes, sink.mails
    assert envelope.rcpt_tos == ["jürgen@xn--bcher-kva.example"]
    assert envelope.mail_from == VISAVIS
    assert got["Subject"] == "Grüße 🎉"
    assert got.get_content().splitlines() == ["ありがとう"]


def test_a_server_of_ascii_addresses_only_never_gets_another() -> None:
    with (
        scripted({}) as (port, heard),
        pytest.raises(NotPermitted, match="ASCII"),
    ):
        mail(port).send(Letter(Key("k"), "jürgen@acme.example", "s", "t"))
    assert [line[:4] for line in heard] == [b"EHLO"]


def test_a_letter_can_be_sent_beside_a_running_loop() -> None:
    sink = Sink()

    async def beside(letters: MailMessages) -> None:
        await asyncio.to_thread(letters.send, LETTER)

    with serving(sink.protocol()) as port:
        asyncio.run(beside(mail(port)))
    assert len(sink.mails) == 1


def mail(
    port: int,
    *,
    tls: Literal["none", "starttls", "tls"] = "none",
    context: ssl.SSLContext | None = None,
    username: str = "",
    password: str = "",
    timeout: timedelta = LATER,
) -> MailMessages:
    """Return mail through a server on loopback."""
    return MailMessages(
        "127.0.0.1",
        port,
        sender=VISAVIS,
        tls=tls,
        context=context,
        username=username,
        password=password,
        timeout=timeout,
    )
