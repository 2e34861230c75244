"""Links for mail and invites: signed, each for one purpose and one thing, most of them expiring.

Opening one shows something; only a button on that page acts. The same thing has the same link
at every look, so that a document keeps its address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from connectors.model import Url
from daemon.core.keys import digest
from daemon.core.words import Proposal

ANSWERED_WITHIN = timedelta(days=14)
"""After the lost meeting's time; a proposal itself ends with the week."""
SHOWN_FOR = timedelta(hours=1)
"""How long the buttons of a page act."""


class BadLink(Exception):
    """A link that was not made here, was made for something else, or is too old."""


class Links:
    """Signs with the secret of the house, which is fetched when the first link is made.

    `base` is where people reach the page, without a trailing slash.
    """

    def __init__(self, base: str, secret: Callable[[], str]) -> None:
        self.base = base.rstrip("/")
        self._fetch = secret

    @cached_property
    def _secret(self) -> str:
        return self._fetch()

    def answer(self, proposal: Proposal) -> Url:
        """Return the owner's link to a proposal, for mail."""
        until = proposal.lost.start + ANSWERED_WITHIN
        return self._url("answer", proposal.id, until.isoformat())

    def asked(self, token: str, now: datetime) -> str:
        """Return the proposal that a link of `answer` is about; raises `BadLink`."""
        proposal, until = self._read("answer", token, 2)
        _in_time(until, now)
        return str(proposal)

    def agenda(self, account: str, name: str) -> Url:
        """Return where the two read and edit a Markdown document; lasts as long as it does.

        `account` is the name of the account whose `texts` keep it, `name` its file in that folder.
        No session is needed: whoever has the link reads and edits this one document, under
        `public_url`, at `/s/agenda/…`. Wiring makes it the address of every document of a
        `MarkdownFolder` (`ports.texts`), so it is also the link that stands in the invite.
        """
        return self._url("agenda", account, name)

    def document(self, token: str) -> str:
        """Return the account of the document that a link of `agenda` is about, or `BadLink`."""
        account, _ = self._read("agenda", token, 2)
        return str(account)

    def leave(self, address: str) -> Url:
        """Return where a reader of letters ends them; lasts as long as the letters."""
        return self._url("leave", address)

    def leaving(self, token: str) -> str:
        """Return the address that a link of `leave` is about, or raise `BadLink`."""
        (address,) = self._read("leave", token, 1)
        return str(address)

    def button(self, proposal: Proposal, action: str, now: datetime) -> str:
        """Return what a button carries: it acts on the proposal as shown, and so once."""
        return self._signed(
            "button", proposal.id, action, version(proposal), (now + SHOWN_FOR).isoformat()
        )

    def pressed(self, proposal: Proposal, token: str, now: datetime) -> str:
        """Return the action of a button of this proposal as it stands; raises `BadLink`."""
        about, action, shown, until = self._read("button", token, 4)
        if (about, shown) != (proposal.id, version(proposal)):
            raise BadLink("the proposal changed since the page was shown")
        _in_time(until, now)
        return str(action)

    def _url(self, purpose: str, *payload: str) -> Url:
        return Url(f"{self.base}/s/{purpose}/{self._signed(purpose, *payload)}")

    def _signed(self, purpose: str, *payload: str) -> str:
        return self._signer(purpose).dumps(payload)

    def _read(self, purpose: str, token: str, parts: int) -> list[Any]:
        try:
            payload = self._signer(purpose).loads(token)
        except BadData as error:
            raise BadLink("this link is broken, or not from here") from error
        if not isinstance(payload, list) or len(payload) != parts:
            raise BadLink("this link is from another version of visavis")
        return payload

    def _signer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"visavis.{purpose}")


def version(proposal: Proposal) -> str:
    """Return what changes whenever a proposal means something else than it did."""
    offers = (proposal.options, proposal.fallback, proposal.booked, proposal.countered)
    return digest(proposal.state, *map(str, offers))


def _in_time(until: str, now: datetime) -> None:
    if now > datetime.fromisoformat(until):
        raise BadLink("this link has expired")
