"""A letter as a mail (RFC 5322): headers, plain and HTML words, an invitation (RFC 6047)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import SMTP, Policy
from email.utils import formatdate
from hashlib import blake2b
from urllib.parse import quote

from connectors.errors import NotPermitted
from connectors.model import Letter
from connectors.plain import one_line, plain


class _Ways(UnstructuredHeader, BaseHeader):
    """Web addresses in a header: never cut nor encoded, or no mail program could follow them."""

    def fold(self, *, policy: Policy[Message[str, str]]) -> str:
        """Write each address on a line of its own."""
        ways = str(self).split(", ")
        return f"{self.name}: {f',{policy.linesep} '.join(ways)}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Ways)
# Bodies as quoted-printable or base64: every server relays them, and no line is too long.
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
# Whatever could end an address or begin a second one is no part of one.
_ADDRESS = re.compile(r'([^@\s<>()\[\]\\,;:"\x00-\x1f\x7f]+)@([^@\s<>()\[\]\\,;:"\x00-\x1f\x7f]+)')
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE | re.IGNORECASE)


def address(text: str, name: str = "") -> Address:
    """Read one mail address; its domain in the ASCII form that every server knows."""
    found = _ADDRESS.fullmatch(text)
    try:
        domain = found[2].encode("idna").decode() if found else ""
    except UnicodeError:
        domain = ""
    if not found or not domain:
        raise NotPermitted(
            f"{one_line(text)!r} is no mail address",
            "correct `sender` under [mail], or `email` of the account",
        )
    return Address(name, found[1], domain)


def compose(letter: Letter, sender: Address, to: Address) -> EmailMessage:
    """Return the mail; the same letter to the same reader has the same Message-ID for ever.

    The Date is the email package's, the moment of writing: it is a postmark, which no rule reads,
    and few servers add one. Nobody ever sent the message a thread refers to: its id is only what
    the letters have in common, so that none needs to know which one went before.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = formatdate()
    mail["Message-ID"] = _id(sender, letter.key, to.addr_spec)
    if letter.thread:
        mail["In-Reply-To"] = mail["References"] = _id(sender, letter.thread)
    if letter.reply_to:
        mail["Reply-To"] = address(letter.reply_to)
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in _ways_out(letter, sender))
    if letter.leave:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(plain(letter.text))
    if letter.html:
        mail.add_alternative(plain(letter.html), subtype="html")
    if letter.calendar:
        _invite(mail, letter.calendar)
    return mail


def _ways_out(letter: Letter, sender: Address) -> Iterator[str]:
    """Yield where a reader ends such letters: by a button, or by a word to whoever is behind it."""
    if letter.leave:
        yield letter.leave
    whom = letter.reply_to or sender.addr_spec
    yield f"mailto:{quote(whom, safe='@')}?subject=unsubscribe"


def wire(mail: EmailMessage, *, utf8: bool) -> bytes:
    """Return what goes over the wire; `utf8` where an address needs SMTPUTF8 (RFC 6531)."""
    return mail.as_bytes(policy=_POLICY.clone(utf8=utf8))


def _invite(mail: EmailMessage, calendar: bytes) -> None:
    """Add the calendar part, byte for byte; its method stands outside as well (RFC 6047 2.4)."""
    method = _METHOD.search(calendar)
    if method is None:
        raise NotPermitted("an invitation without METHOD", "send it by hand, and report this")
    mail.add_alternative(
        calendar,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"method": method[1].decode().upper(), "charset": "utf-8"},
    )


def _id(sender: Address, *identity: str) -> str:
    name = blake2b("\x1f".join(identity).encode(), digest_size=16).hexdigest()
    return f"<{name}@{sender.domain}>"
