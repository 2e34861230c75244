"""LOOK: what each calendar says now, beside what was known of it. Remote reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.errors import CursorExpired, NotPermitted
from connectors.model import Changes, Fresh, Handle, Series, Span
from connectors.protocol import CalendarReader
from daemon import mirror
from daemon.core.brake import braked
from daemon.core.changes import changes
from daemon.core.pairing import matters
from daemon.core.words import Change, Snapshot
from daemon.house import Account
from daemon.mirror import Feed
from daemon.store import Store
from daemon.tombstones import Forgotten, nobody

AHEAD = timedelta(weeks=2)
"""How much more than `look_ahead` a baseline reads, so that a new one is due this seldom."""


class Braked(Exception):
    """Too much vanished at once to be true: nothing is kept, nothing is decided."""


@dataclass(frozen=True, slots=True)
class Look:
    """One calendar as it was known (`last_look` None: never) and as it is.

    `whole` says that everything was read afresh; else `fresh` and `gone` are what changed.
    `after` holds only the series that matter to a pair.
    """

    account: str
    after: Snapshot
    feed: Feed
    last_look: datetime | None = None
    whole: bool = False
    fresh: tuple[Series, ...] = ()
    gone: frozenset[Handle] = frozenset()
    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nothing changed since the last look."""
        return not (self.whole or self.fresh or self.gone)


def look(
    account: Account,
    store: Store,
    now: datetime,
    *,
    release_brake: bool = False,
    forgotten: Forgotten = nobody,
) -> Look:
    """Look at one calendar; raises the errors of its connector, and `Braked`.

    An event with somebody who was `forgotten` is seen by nobody: without them it would be another.
    """
    calendar = account.calendar
    if calendar is None:
        raise account.trouble or NotPermitted(f"account {account.name} has no calendar")
    known = remembered(account, store)
    found = _look(account, calendar, known, now, forgotten)
    if known is not None and (found.whole or found.gone) and not release_brake:
        _brake(store, known, found)
    return found


def remembered(account: Account, store: Store) -> Look | None:
    """Return the last look again, without a request; None before the first."""
    with store.read() as session:
        feed = mirror.feed(session, account.name)
        if feed is None:
            return None
        series = mirror.that_matter(session, account.name)
    return Look(account.name, Snapshot(feed.window, series), feed, feed.looked_at)


def _look(
    account: Account,
    calendar: CalendarReader,
    known: Look | None,
    now: datetime,
    forgotten: Forgotten,
) -> Look:
    if known is None or _outgrown(account, known.feed, now):
        return _everything(account, calendar, known, now, forgotten)
    try:
        said = calendar.changes(known.feed.cursor)
    except CursorExpired:
        return _everything(account, calendar, known, now, forgotten)
    feed = replace(known.feed, cursor=said.cursor, looked_at=now)
    if not said.handles:
        return replace(known, feed=feed, problems=_lines(said.problems, feed))
    told = calendar.read(said.handles, feed.window)
    read = {
        handle: _discreet(series)
        for handle, series in told.items()
        if not _with_any(series, forgotten)
    }
    feed = replace(feed, unread=_unread(feed, said, told))
    # What is there and cannot be read is neither gone nor changed.
    touched = frozenset(said.handles) - told.unread.keys()
    kept = (series for series in known.after.series if series.handle not in touched)
    after = Snapshot(feed.window, (*kept, *_that_matter(account, read.values())))
    return Look(
        account.name,
        after,
        feed,
        known.last_look,
        fresh=tuple(read.values()),
        gone=touched - read.keys(),
        changes=changes(known.after, after),
        problems=_lines(said.problems, feed),
    )


def _unread(feed: Feed, said: Changes, told: Fresh) -> dict[Handle, str]:
    """Return a line for each event that could not be read when it was last looked at."""
    named = frozenset(said.handles)
    still = {event: line for event, line in feed.unread.items() if event not in named}
    return {**still, **told.unread}


def _lines(told: Iterable[str], feed: Feed) -> tuple[str, ...]:
    """Return each problem once: what the feed tells, and the events that nobody could read."""
    return tuple(dict.fromkeys((*told, *feed.unread.values())))


def _everything(
    account: Account,
    calendar: CalendarReader,
    known: Look | None,
    now: datetime,
    forgotten: Forgotten,
) -> Look:
    policy = account.policy
    window = Span(now - policy.look_back, now + policy.look_ahead + AHEAD)
    base = calendar.baseline(window)
    before = known.after.series if known else ()
    kept = (one for one in before if one.handle in base.unread)
    seen = (one for one in (*base.series, *kept) if not _with_any(one, forgotten))
    base = replace(base, series=tuple(map(_discreet, seen)))
    after = Snapshot(window, tuple(_that_matter(account, base.series)))
    return Look(
        account.name,
        after,
        Feed(base.cursor, window, now, account.identity, calendar.zone, base.unread),
        known.last_look if known else None,
        whole=True,
        fresh=base.series,
        changes=changes(known.after, after) if known else (),
        problems=base.problems,
    )


def _discreet(series: Series) -> Series:
    """Return a private event without its words: they are neither stored nor shown (DOMAIN 4)."""
    return replace(series, title="") if series.private else series


def _with_any(series: Series, people: Forgotten) -> bool:
    """Whether any of these people organizes the event, or is invited to it or to a part of it."""
    guests = {
        one.address
        for invited in (series.attendees, *(o.attendees for o in series.occurrences))
        for one in invited or ()
    }
    return any(map(people, {series.organizer, *guests} - {""}))


def _outgrown(account: Account, feed: Feed, now: datetime) -> bool:
    return feed.identity != account.identity or now + account.policy.look_ahead > feed.window.end


def _that_matter(account: Account, series: Iterable[Series]) -> Iterable[Series]:
    return (one for one in series if matters(one, account.owner))


def _brake(store: Store, known: Look, found: Look) -> None:
    """Compare all series, not only those of pairs: a calendar vanishes as a whole."""
    with store.read() as session:
        all_known = mirror.everything(session, known.account)
    touched = found.gone | {series.handle for series in found.fresh}
    kept = () if found.whole else tuple(s for s in all_known if s.handle not in touched)
    before = Snapshot(known.feed.window, all_known)
    vanished = braked(before, Snapshot(found.feed.window, (*kept, *found.fresh)))
    if vanished:
        raise Braked(
            f"{len(vanished)} series vanished at once: nothing is believed until they "
            f"return, or `visavis resume --brake {found.account}`"
        )
