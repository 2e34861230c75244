"""Sign-ins that end by themselves: the owner hears of each once, while there is time.

Google ends those of an app in Testing on their seventh day, however much they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.errors import NotPermitted
from connectors.model import Key
from connectors.protocol import Standing
from daemon import keeping
from daemon.core.keys import key
from daemon.house import Account, House
from daemon.store import Session

ENDING = "sign_in_ends"
"""What the keys of these letters begin with."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A sign-in that ends so soon that its owner should know; one `key` for each consent."""

    account: Account
    key: Key
    at: datetime
    standing: Standing


def ahead(accounts: Iterable[Account], now: datetime) -> Iterator[Ending]:
    """Yield the sign-ins that end soon; each asks only this disk."""
    for account in accounts:
        standing = _standing(account)
        if standing and standing.ends and now < standing.ends <= now + standing.notice:
            name = key(ENDING, account.name, standing.since or standing.ends)
            yield Ending(account, name, standing.ends, standing)


def tell(session: Session, house: House, ending: Ending, now: datetime) -> None:
    """Write to the owner how long a sign-in lasts, and the command that makes another."""
    account, standing = ending.account, ending.standing
    here = ending.at.astimezone(ZoneInfo(account.policy.zone))
    words = house.pen.sign_in_ends(account.name, here, standing.rule, standing.remedy)
    keeping.tell(session, house, account, ending.key, words, now=now, about="")


def still_ends(account: Account, letter: Key, now: datetime) -> bool:
    """Whether a letter is still about the present sign-in; a newer one makes it untrue."""
    return any(letter.startswith(f"{ending.key}>") for ending in ahead([account], now))


def _standing(account: Account) -> Standing | None:
    try:
        return account.standing()
    except NotPermitted:  # the look cannot open it either, and tells
        return None
