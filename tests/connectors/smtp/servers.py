"""Mail servers on loopback: a true one that keeps what it gets, and one that follows a script."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HANG_UP = ""
"""In a script: close the connection instead of answering."""
SILENCE = "silence"
"""In a script: answer nothing, and wait."""


def parsed(content: bytes) -> EmailMessage:
    """Read a mail as a reader's program does; its lines end as ours do."""
    return BytesParser(policy=default).parsebytes(content.replace(b"\r\n", b"\n"))


@contextmanager
def serving(
    protocol: Callable[[], asyncio.BaseProtocol], context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serve a protocol on 127.0.0.1 at a free port, with TLS from the start where given."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Close the door, and end what is still talking."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass
class Sink:
    """The other end of aiosmtpd: keeps each mail, and turns away or loses the next when told."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refuse_next: bool = False
    lose_next: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.refuse_next:
            self.refuse_next = False
            return "450 4.2.0 greylisted, come back later"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        self.envelopes.append(envelope)
        self.mails.append(parsed(cast("bytes", envelope.content)))
        if self.lose_next:
            cast("asyncio.Transport", server.transport).abort()
        return "250 OK"

    def protocol(self, **settings: Any) -> Callable[[], SMTP]:  # noqa: ANN401 - aiosmtpd's own
        """Return a factory of conversations with this sink."""
        return lambda: SMTP(self, enable_SMTPUTF8=True, hostname="mail.acme.example", **settings)


def only_maya(
    _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, given: object
) -> AuthResult:
    """Let one user in."""
    right = given == LoginPassword(b"maya", b"open sesame")
    return AuthResult(success=right, handled=False, auth_data=mechanism)


class Certificate:
    """A certificate for 127.0.0.1 that only its own clients trust."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.acme.example")])
        loopback = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
            .add_extension(loopback, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = folder / "server.pem"
        path.write_bytes(private + made.public_bytes(pem))
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.server.load_cert_chain(path)
        self.client = ssl.create_default_context(cadata=made.public_bytes(pem).decode())


class Script(asyncio.Protocol):
    """A server that answers each step by its line; a step without one is answered kindly.

    The steps are GREETING, EHLO, MAIL, RCPT, DATA, CONTENT (after its final dot) and QUIT.
    """

    KIND: ClassVar = {
        "GREETING": "220 mail.acme.example",
        "EHLO": "250 mail.acme.example",
        "DATA": "354 go on",
        "QUIT": "221 bye",
    }

    def __init__(self, heard: list[bytes], lines: dict[str, str]) -> None:
        self._heard = heard
        self._lines = self.KIND | lines
        self._buffer = b""
        self._content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._say("GREETING")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = b"\r\n.\r\n" if self._content else b"\r\n"
        while end in self._buffer:
            heard, _, self._buffer = self._buffer.partition(end)
            self._heard.append(heard)
            step = "CONTENT" if self._content else heard[:4].decode().upper()
            self._content = step == "DATA"
            self._say(step)

    def _say(self, step: str) -> None:
        line = self._lines.get(step, "250 OK")
        if line == HANG_UP:
            self._transport.close()
        elif line != SILENCE:
            self._transport.write(line.encode() + b"\r\n")


@contextmanager
def scripted(lines: dict[str, str]) -> Iterator[tuple[int, list[bytes]]]:
    """Serve a script; yield its port and what it hears, a line or a whole content each."""
    heard: list[bytes] = []
    with serving(lambda: Script(heard, lines)) as port:
        yield port, heard
