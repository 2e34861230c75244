"""The push channels that are open, each under a random name that stands in its address.

Of its secret the database has a digest alone: whoever reads it can push nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, select

from connectors.model import Watch


class WatchRow(SQLModel, table=True):
    """One channel of an account; `channel` is empty until the provider agreed."""

    __tablename__ = "watch"
    name: str = Field(primary_key=True)
    account: str
    digest: str
    opened: datetime
    expires: datetime
    channel: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A channel as it is known here."""

    name: str
    account: str
    digest: str
    opened: datetime
    watch: Watch

    @property
    def half_life(self) -> datetime:
        """When it is time to renew: there is as long left as has passed."""
        return self.opened + (self.watch.expires - self.opened) / 2

    def knows(self, secret: str) -> bool:
        """Whether this is the secret of the channel; takes as long whatever is given."""
        return hmac.compare_digest(digest(secret), self.digest)


def digest(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def everything(session: Session) -> tuple[Open, ...]:
    """Return all channels, also those that never came to be, or have expired."""
    return tuple(
        Open(
            row.name,
            row.account,
            row.digest,
            row.opened,
            Watch(row.channel, row.resource, row.expires),
        )
        for row in session.exec(select(WatchRow))
    )


def keep(session: Session, one: Open) -> None:
    """Write a channel over what was known of it."""
    session.merge(
        WatchRow(
            name=one.name,
            account=one.account,
            digest=one.digest,
            opened=one.opened,
            expires=one.watch.expires,
            channel=one.watch.channel,
            resource=one.watch.resource,
        )
    )


def drop(session: Session, name: str) -> None:
    """Forget a channel: whatever is still pushed to it comes to nobody."""
    row = session.get(WatchRow, name)
    if row is not None:
        session.delete(row)
