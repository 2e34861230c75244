"""One SMTP conversation a letter: whatever fails before the letter is handed over never was."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from email.headerregistry import Address
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from connectors.errors import ConnectorError, NotPermitted, OutcomeUnknown, Unavailable
from connectors.model import Key, Letter
from connectors.plain import one_line
from connectors.smtp.compose import address, compose, wire

_FULL_STOP = re.compile(rb"^\.", re.MULTILINE)


class MailMessages:
    """Mail through one server, whose certificate is always verified; `context` may know more roots.

    `timeout` is for each step of the conversation. A letter is sent from any thread that runs no
    event loop of its own; a connection lives as long as one letter.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        username: str = "",
        password: str = "",
        tls: Literal["none", "starttls", "tls"] = "starttls",
        timeout: timedelta = timedelta(seconds=20),
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = address(sender, "visavis")
        self._username = username
        self._password = password
        self._tls = tls
        self._timeout = timeout.total_seconds()
        self._context = context

    def send(self, letter: Letter) -> None:
        """Send once; `NotPermitted` where the server will never take this letter."""
        to = address(letter.to)
        mail = compose(letter, self._sender, to)
        utf8 = not (self._sender.username + to.username).isascii()
        asyncio.run(self._converse(to, wire(mail, utf8=utf8), utf8=utf8))

    def greet(self) -> None:
        """Go as far as a letter would need the server to know us; nothing is sent."""
        asyncio.run(self._greeting())

    def sent(self, key: Key) -> bool | None:  # noqa: ARG002 - the protocol's signature
        """Nobody can know: SMTP cannot be asked what it took."""
        return None

    async def _greeting(self) -> None:
        async with self._connection() as client:
            try:
                await self._introduce(client)
                await client.quit()
            except (SMTPException, OSError) as error:
                raise self._refusal(error) from error

    async def _converse(self, to: Address, content: bytes, *, utf8: bool) -> None:
        async with self._connection() as client:
            try:
                await self._offer(client, to, utf8=utf8)
            except (SMTPException, OSError) as error:
                raise self._refusal(error) from error
            try:
                answer = await self._hand_over(client, content)
            except (SMTPException, OSError) as error:
                raise self._doubt(error) from error
            if answer.code // 100 != 2:
                raise self._refusal(SMTPDataError(*answer))
            # The letter is out: a rude goodbye changes nothing.
            with suppress(SMTPException, OSError):
                await client.quit()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        client = SMTP(
            hostname=self._host,
            port=self._port,
            # Looking our own name up could take longer than the letter, and would tell it.
            local_hostname=self._sender.domain,
            timeout=self._timeout,
            use_tls=self._tls == "tls",
            start_tls=False,
            tls_context=self._context,
        )
        try:
            await client.connect()
        except (SMTPException, OSError) as error:
            raise self._refusal(error) from error
        transport = client.transport
        try:
            yield client
        finally:
            # A polite TLS connection waits for the other's goodbye, longer than the loop lives.
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    async def _offer(self, client: SMTP, to: Address, *, utf8: bool) -> None:
        """Go as far as the server's word that it is ready for the content."""
        await self._introduce(client)
        if utf8 and not client.supports_extension("smtputf8"):
            raise SMTPNotSupported("the server takes ASCII addresses only")
        options, encoding = (["SMTPUTF8"], "utf-8") if utf8 else ([], "ascii")
        await client.mail(self._sender.addr_spec, options=options, encoding=encoding)
        await client.rcpt(to.addr_spec, encoding=encoding)
        ready = await client.execute_command(b"DATA")
        if ready.code != 354:
            raise SMTPDataError(*ready)

    async def _introduce(self, client: SMTP) -> None:
        if self._tls == "starttls":
            await client.starttls()
        if self._username:
            await client.login(self._username, self._password)
        else:
            await client.ehlo()

    async def _hand_over(self, client: SMTP, content: bytes) -> SMTPResponse:
        """Write the content and its final dot, and wait for the server's word.

        aiosmtplib would do this together with DATA; then nobody could tell a connection lost
        before the content (surely not sent) from one lost after it (maybe sent).
        """
        if client.protocol is None:
            raise SMTPServerDisconnected("the server hung up")
        client.protocol.write(_FULL_STOP.sub(b"..", content) + b".\r\n")
        return await client.protocol.read_response(timeout=self._timeout)

    def _refusal(self, error: Exception) -> ConnectorError:
        """Translate what surely kept the letter from being sent."""
        what = f"mail through {self._host}:{self._port}: {_reason(error)}"
        match error:
            case SMTPAuthenticationError():
                return Unavailable(what, "correct `username` and `password_env` under [mail]")
            case SMTPResponseException() if error.code // 100 == 4:
                return Unavailable(
                    what, "visavis tries again by itself; if it lasts, see `host` under [mail]"
                )
            case SMTPSenderRefused():
                return Unavailable(what, "set `sender` under [mail] to an address of this server's")
            case SMTPNotSupported():
                return NotPermitted(what, "use ASCII in `sender` under [mail] and in addresses")
            case SMTPRecipientRefused() | SMTPDataError():
                return NotPermitted(
                    what, "check the address, and whether `username` under [mail] may write to it"
                )
            case _:
                return Unavailable(what, "check `host`, `port`, `tls` and `username` under [mail]")

    def _doubt(self, error: Exception) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"mail through {self._host}:{self._port}: {_reason(error)}, after the letter was "
            "handed over",
            "look whether it arrived: it is not sent again; if it lasts, see `host` under [mail]",
        )


def _reason(error: Exception) -> str:
    """Say in one line what went wrong, in the server's words where it had any."""
    if isinstance(error, SMTPResponseException):
        return one_line(f"{error.code} {error.message}")
    return one_line(str(error) or type(error).__name__)
