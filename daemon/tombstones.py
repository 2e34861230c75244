"""Who was forgotten, by a keyed hash of each address: enough to leave them out, too little to name.

The key is sealed like a token, outside of the database; whoever has the database alone cannot
even try names on it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from sqlmodel import Field, Session, SQLModel, col, delete, select

from daemon.store import upsert

Forgotten: TypeAlias = Callable[[str], bool]
"""Whether an address belongs to somebody who was forgotten."""


class ForgottenRow(SQLModel, table=True):
    """One address that nothing is kept about any more."""

    __tablename__ = "forgotten"
    digest: str = Field(primary_key=True)
    at: datetime


class Tombstones:
    """Hashes with the secret of the house, which is fetched only once somebody was forgotten."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._fetch = secret

    @cached_property
    def _secret(self) -> bytes:
        return self._fetch().encode()

    def lay(self, session: Session, addresses: Iterable[str], now: datetime) -> None:
        """Leave these addresses out from now on."""
        rows = [{"digest": self._digest(one), "at": now} for one in sorted(addresses)]
        upsert(session, ForgottenRow, rows)

    def lift(self, session: Session, addresses: Iterable[str]) -> None:
        """Let these addresses be seen again."""
        digests = [self._digest(one) for one in addresses]
        session.execute(delete(ForgottenRow).where(col(ForgottenRow.digest).in_(digests)))

    def standing(self, session: Session) -> Forgotten:
        """Return the question whether an address was forgotten; reads them all, once."""
        digests = frozenset(session.exec(select(ForgottenRow.digest)))
        return (lambda address: self._digest(address) in digests) if digests else nobody

    def _digest(self, address: str) -> str:
        return hmac.digest(self._secret, address.strip().lower().encode(), "sha256").hex()


def nobody(_: str) -> bool:
    """Say that nobody was forgotten."""
    return False
