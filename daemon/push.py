"""Push: who rang, and the channels by which accounts can ring.

A ring changes nothing but the time of the next look. Lost ones cost a few minutes, repeated ones
a look; forged ones do not get here.
"""

from __future__ import annotations

import secrets as chance
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from threading import Lock

import structlog

from connectors.errors import ConnectorError
from connectors.model import News, Notice, Url, Watch
from connectors.protocol import Push
from daemon import watches
from daemon.house import Account, House
from daemon.watches import Open

log = structlog.get_logger()

SHAKING_HANDS = timedelta(minutes=10)
"""How long a channel waits for its provider to agree."""
TRY_AGAIN = timedelta(minutes=10)
"""After an account could not open a channel."""


class Doorbell:
    """Which channels are open, and which accounts rang since somebody asked.

    Held in memory, so that a ring is answered whatever the database is busy with. `wake` is
    called at each ring, from whatever thread it comes.
    """

    def __init__(self) -> None:
        self.wake: Callable[[], object] = lambda: None
        self._guarded = Lock()
        self._open: dict[str, Open] = {}
        self._rang: set[str] = set()
        self._ailing: set[str] = set()

    def known(self, name: str) -> Open | None:
        """Return an open channel by the name in its address."""
        return self._open.get(name)

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts whose provider tells of changes."""
        return frozenset(one.account for one in self._open.values() if one.watch.channel)

    def ring(self, one: Open, notices: Iterable[Notice]) -> bool:
        """Take what was pushed; False where no message has the channel's secret."""
        true = [notice for notice in notices if one.knows(notice.secret)]
        news = {notice.news for notice in true}
        with self._guarded:
            if news & {News.RENEW, News.REMOVED}:
                self._ailing.add(one.name)
            if news & {News.CHANGED, News.REMOVED}:
                self._rang.add(one.account)
        if news - {News.NOTHING}:
            self.wake()
        return bool(true)

    @property
    def rang(self) -> bool:
        """Whether somebody waits to be looked at, or a channel to be renewed."""
        return bool(self._rang or self._ailing)

    def answered(self) -> frozenset[str]:
        """Return the accounts that rang; whoever rings from now on is for the next look."""
        with self._guarded:
            rang, self._rang = frozenset(self._rang), set()
            return rang

    def again(self, accounts: frozenset[str]) -> None:
        """Put rings back that could not be answered."""
        with self._guarded:
            self._rang |= accounts

    def ailing(self) -> frozenset[str]:
        """Return the channels that say they end, once."""
        with self._guarded:
            names, self._ailing = frozenset(self._ailing), set()
            return names

    def opened(self, channels: Iterable[Open]) -> None:
        """Answer to exactly these channels from now on."""
        self._open = {one.name: one for one in channels}


class Watchman:
    """Keeps a channel open for every account that can push; one request each few days."""

    def __init__(self, bell: Doorbell) -> None:
        self._bell = bell
        self._loaded = False
        self._not_before: dict[str, datetime] = {}

    def walk(self, house: House, now: datetime) -> None:
        """Open, renew and end channels as is due; a failure is tried again later."""
        if self._loaded and house.links is None:
            return
        known, ailing = self._channels(house), self._bell.ailing()
        for account in house.accounts:
            mine = [one for one in known if one.account == account.name]
            if account.push is None or house.links is None:
                self._end(house, account, mine)
            elif self._due(account, mine, ailing, now):
                self._renew(house, account, account.push, mine, now=now)
        gone = [one for one in known if one.watch.expires <= now]
        self._forget(house, gone)

    def leave(self, house: House, only: str | None = None) -> None:
        """End every channel, or those of one account: nobody will listen."""
        known = self._channels(house)
        for account in house.accounts if known else ():
            if only in {None, account.name}:
                self._end(house, account, [one for one in known if one.account == account.name])

    def _due(
        self, account: Account, mine: Collection[Open], ailing: Collection[str], now: datetime
    ) -> bool:
        if any(one.name in ailing for one in mine):
            return True
        if now < self._not_before.get(account.name, now):
            return False
        return not any(one.watch.channel and now < one.half_life for one in mine)

    def _renew(
        self, house: House, account: Account, push: Push, mine: list[Open], *, now: datetime
    ) -> None:
        """Open a channel, or let one live on; the one before ends when the new one is known."""
        name, secret = chance.token_urlsafe(16), chance.token_urlsafe(32)
        soon = Watch("", "", now + SHAKING_HANDS)
        draft = Open(name, account.name, watches.digest(secret), now, soon)
        # Known before it is asked for: the provider may call back before it agrees.
        self._keep(house, draft)
        callback = Url(f"{house.links.base if house.links else ''}/push/{name}")
        living = next((one for one in mine if one.watch.channel and one.watch.expires > now), None)
        try:
            watch = _opened(push, living, callback, secret)
        except ConnectorError as error:
            self._not_before[account.name] = now + TRY_AGAIN
            log.warning("push.failed", account=account.name, error=type(error).__name__)
            self._forget(house, [draft])
            return
        if living and living.watch.channel == watch.channel:
            self._keep(house, Open(living.name, account.name, living.digest, now, watch))
            self._forget(house, [draft])
        else:
            self._keep(house, Open(name, account.name, draft.digest, now, watch))
            self._end(house, account, mine)
        log.info("push.open", account=account.name, until=watch.expires.isoformat())

    def _end(self, house: House, account: Account, channels: Iterable[Open]) -> None:
        channels = list(channels)
        for one in channels:
            if account.push is not None and one.watch.channel:
                end(account.push, one)
        self._forget(house, channels)

    def _channels(self, house: House) -> tuple[Open, ...]:
        """Return the channels of the store; at the first time the bell learns of them."""
        with house.store.read() as session:
            known = watches.everything(session)
        if not self._loaded:
            self._loaded = True
            self._bell.opened(known)
        return known

    def _keep(self, house: House, one: Open) -> None:
        with house.store.write() as session:
            watches.keep(session, one)
        self._tell(house)

    def _forget(self, house: House, channels: list[Open]) -> None:
        if channels:
            with house.store.write() as session:
                for one in channels:
                    watches.drop(session, one.name)
            self._tell(house)

    def _tell(self, house: House) -> None:
        with house.store.read() as session:
            self._bell.opened(watches.everything(session))


def _opened(push: Push, living: Open | None, callback: Url, secret: str) -> Watch:
    if living is None:
        return push.watch(callback, secret)
    return push.renew(living.watch, callback, secret)


def end(push: Push, one: Open) -> None:
    """End one channel at its provider; where that fails it ends by itself in a few days."""
    try:
        push.unwatch(one.watch)
    except ConnectorError as error:
        log.warning("push.not_ended", account=one.account, error=type(error).__name__)
