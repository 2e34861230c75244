"""A letter as it goes out by mail: dressed, with its ways to answer and its way out.

Made when it is sent: links are signed then, and a letter in the store holds no more than words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.model import Letter, Url
from daemon import ledger
from daemon.house import MAIL, Account, House
from daemon.outbox import Waiting
from daemon.stationery import answered, dressed, postscript


def as_sent(house: House, waiting: Waiting, letter: Letter) -> Letter:
    """Return a letter as its channel sends it; chats get the words alone."""
    if waiting.channel != MAIL:
        return letter
    account = house.account(waiting.account)
    if to_owner(account, letter):
        return _to_owner(house, letter)
    return _to_other(house, account, letter)


def to_owner(account: Account, letter: Letter) -> bool:
    """Whether a letter is for the owner of an account; all others are to the other person."""
    return not letter.to or account.owner.answers_to(letter.to)


def _to_owner(house: House, letter: Letter) -> Letter:
    pages, leave = _pages(house, letter.text), _leave(house, letter)
    way_out = f"No more mail to this address: {leave}" if leave else "`visavis pause` ends them."
    foot = f"visavis wrote this for you, and for you alone. {way_out}"
    return replace(
        letter,
        text=f"{letter.text}{postscript(pages)}",
        html=dressed(letter.subject, letter.text, pages, foot),
        leave=leave,
    )


def _to_other(house: House, account: Account, letter: Letter) -> Letter:
    leave = _leave(house, letter)
    foot = f"Sent by visavis for {account.address}; an answer reaches them."
    if leave:
        foot = f"{foot} No more of these: {leave}"
    return replace(
        letter,
        text=f"{letter.text}\n-- \n{foot}\n",
        html=dressed(letter.subject, letter.text, {}, foot),
        reply_to=account.address,
        leave=leave,
    )


def _leave(house: House, letter: Letter) -> str:
    return house.links.leave(letter.to) if house.links else ""


def _pages(house: House, text: str) -> Mapping[str, Url]:
    """Return the page of each proposal that a letter has commands for, where there are pages."""
    if house.links is None:
        return {}
    with house.store.read() as session:
        found = (ledger.proposal(session, name) for name in answered(text))
        return {one.id: house.links.answer(one) for one in found if one is not None}
