"""What the owner tells visavis: excuses, pauses, the brake, taking writes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from connectors.errors import ConnectorError
from connectors.model import Link
from daemon import health, journal, ledger, shelf
from daemon.core.dossier import Dossier
from daemon.core.keys import entry_id
from daemon.core.words import Excuse
from daemon.house import Account, House
from daemon.journal import Intent
from daemon.perform import take_back, undoable
from daemon.store import Session
from daemon.tick import look_only


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and why the rest could not be."""

    intents: tuple[Intent, ...]
    refused: tuple[tuple[Intent, ConnectorError], ...]


def excuse(house: House, dossier: Dossier, first: date, last: date, reason: str) -> None:
    """Misses of the pair in these days (both inclusive) do not count."""
    with house.store.write() as session:
        ledger.excuse(session, dossier.pair.id, Excuse(first, last, reason))


def pause(house: House, scope: str, until: datetime | None) -> None:
    """Stop all writing and telling for a pair id, or for everybody (`*`)."""
    with house.store.write() as session:
        ledger.pause(session, scope, until)


def resume(house: House, scope: str) -> None:
    """Start it again; what is still true then is done, also for who had asked for no more mail."""
    with house.store.write() as session:
        ledger.resume(session, scope)
        for address in _readers(house, session, scope):
            ledger.resume(session, ledger.no_mail(address))


def _readers(house: House, session: Session, scope: str) -> Iterator[str]:
    """Yield whose mail a scope is about: the other person of a pair, or the owners."""
    if scope == ledger.EVERYBODY:
        yield from (account.address for account in house.accounts)
    yield from (k.pair.partner.address for k in ledger.pairs(session) if k.pair.id == scope)


def leave(house: House, address: str) -> None:
    """Send no more mail to an address: its reader asked for that."""
    with house.store.write() as session:
        ledger.pause(session, ledger.no_mail(address), None)


def release_brake(house: House, account: str) -> None:
    """Believe the account's next look, however much vanished."""
    with house.store.write() as session:
        known = health.health(session, account)
        health.keep(session, replace(known, release_brake=True, next_due=None))


def allow_again(house: House, dossier: Dossier) -> None:
    """Allow a closed agenda once more: the next tick makes what is missing of it.

    A document that is still there stays; a removed one gives way to a new one.
    """
    document = dossier.shelf.document
    gone = document is not None and _gone(house.account(dossier.keeper), document)
    with house.store.write() as session:
        shelf.again(session, dossier.pair.id)
        if gone:
            shelf.clear(session, dossier.pair.id)


def _gone(account: Account, document: Link) -> bool:
    try:
        return account.documents is not None and not account.documents.open(document.url)
    except ConnectorError:
        return False


def find(house: House, names: Iterable[str]) -> tuple[tuple[Intent, ...], tuple[str, ...]]:
    """Return the writes with these ids or keys, and the names that mean none."""
    with house.store.read() as session:
        known = journal.entries(session)
    by_name = {entry_id(one.decision.key): one for one in known}
    by_name.update({one.decision.key: one for one in known})
    wanted = tuple(dict.fromkeys(names))
    return (
        tuple(by_name[name] for name in wanted if name in by_name),
        tuple(name for name in wanted if name not in by_name),
    )


def since(house: House, moment: datetime) -> tuple[Intent, ...]:
    """Return the writes since a moment that can be taken back."""
    with house.store.read() as session:
        known = journal.entries(session)
    return tuple(one for one in known if one.at >= moment and undoable(one))


def undo(house: House, intents: Sequence[Intent], now: datetime) -> Undone:
    """Take writes back, the newest first, so that a section goes before its document.

    Looks before, so that it is known what people changed, and after, so that what is shown is so.
    """
    look_only(house, now)
    undone: list[Intent] = []
    refused: list[tuple[Intent, ConnectorError]] = []
    for intent in reversed(intents):
        try:
            take_back(house, intent, now)
        except ConnectorError as error:
            refused.append((intent, error))
        else:
            undone.append(intent)
    if undone:
        look_only(house, now)
    return Undone(tuple(undone), tuple(refused))


def until(now: datetime, length: timedelta | None) -> datetime | None:
    """Return when a pause of this length ends; None never ends by itself."""
    return now + length if length else None
