"""Removing a person: from the store, from the folder of documents, and from all looks to come.

First the files, then one transaction, then the database is written anew; a power cut anywhere
leaves a person that the same command removes when it is given again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, and_

from connectors.errors import ConnectorError
from connectors.model import Url
from daemon import journal, ledger, mirror, outbox, registry
from daemon.house import House
from daemon.migrations.schema import TABLES
from daemon.shelf import shelves
from daemon.store import Session
from daemon.tombstones import ForgottenRow
from daemon.traces import Traces, traces


@dataclass(frozen=True, slots=True)
class Left:
    """What was removed, counted, and what cannot be removed from here, each with where it is.

    `stale` says that somebody read the database at that moment, so that its files may still have
    what was deleted.
    """

    rows: int
    documents: int
    remote: tuple[str, ...]
    events: int
    mentions: tuple[str, ...]
    stale: bool


def known(house: House, address: str) -> Traces:
    """Return what there is of a person; reads only."""
    with house.store.read() as session:
        return traces(house, session, address)


def forget(house: House, found: Traces, now: datetime) -> Left:
    """Remove a person everywhere, for ever; the caller holds `act.lock`."""
    with house.store.read() as session:
        documents = tuple(dict.fromkeys(_documents(session, found)))
    remote = tuple(filter(None, (_put_away(house, one) for one in documents)))
    with house.store.write() as session:
        if house.tombstones is not None:
            house.tombstones.lay(session, found.addresses, now)
        for account, handle in found.held:
            mirror.forget(session, account, [handle])
        _apart(session, found)
        rows = sum(_cleared(session, table, found) for table in TABLES.sorted_tables)
    stale = not house.store.compact()
    mentions = tuple(map(str, _mentions(house.home, found)))
    return Left(rows, len(documents) - len(remote), remote, len(found.held), mentions, stale)


def lift(house: House, found: Traces) -> None:
    """Let somebody who was forgotten be seen again, from the next look at everything on."""
    with house.store.write() as session:
        if house.tombstones is not None:
            house.tombstones.lift(session, found.addresses)
        for account in house.accounts:
            mirror.read_again(session, account.name)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document of the two: where people open it, its name at the provider, who made it."""

    account: str
    url: Url
    handle: str
    ours: bool


def _documents(session: Session, found: Traces) -> Iterator[_Paper]:
    """Yield the documents that the two have, or had."""
    for pair, shelf in shelves(session).items():
        if pair in found.pairs and (document := shelf.document):
            yield _Paper(
                shelf.account, document.url, document.handle or document.url, not shelf.adopted
            )
    for intent in journal.entries(session):
        made = intent.receipt.after.get("created") if intent.receipt else None
        if made and intent.receipt and intent.decision.pair in found.pairs:
            handle = intent.receipt.handle
            yield _Paper(intent.decision.account, Url(str(made)), handle, ours=True)


def _put_away(house: House, paper: _Paper) -> str:
    """Delete a document that is a file of ours; returns where it stays, if it does."""
    folder = next((one.texts for one in house.accounts if one.name == paper.account), None)
    # By its file: its address changes with `public_url`.
    link = folder.open(Url(paper.handle)) if folder else None
    if folder is None or link is None or not paper.ours:
        return paper.url
    try:
        folder.remove(link)
    except ConnectorError as error:
        return f"{paper.url} ({error.what})"
    return ""


def _apart(session: Session, found: Traces) -> None:
    """Take the person's proposals out of those planned jointly with them."""
    everything = ledger.proposals(session)
    gone = {one.id for one in everything if one.pair in found.pairs}
    for one in everything:
        if not gone.isdisjoint(one.together):
            rest = tuple(name for name in one.together if name not in gone)
            ledger.keep_proposal(session, replace(one, together=rest), one.lost.start)


def _cleared(session: Session, table: Table, found: Traces) -> int:
    """Delete the rows about a person, take their name out of all others; returns how many."""
    if table.name == ForgottenRow.__tablename__:
        return 0
    touched = 0
    for row in session.execute(table.select()).mappings().all():
        this = and_(*(column == row[column.name] for column in table.primary_key))
        if _about(table, dict(row), found):
            session.execute(table.delete().where(this))
        elif changed := _changed(table, dict(row), found):
            session.execute(table.update().where(this).values(**changed))
        else:
            continue
        touched += 1
    return touched


def _about(table: Table, row: dict[str, Any], found: Traces) -> bool:
    """Whether a row is about the person: of their pair, under their name, or asked for again."""
    if row.get("pair") in found.pairs:
        return True
    keys = " ".join(str(row[column.name]) for column in table.primary_key)
    if any(pair in keys for pair in found.pairs) or found.named_in(keys):
        return True
    return table.name == registry.EntryRow.__tablename__ and found.named_in(row["body"])


def _changed(table: Table, row: dict[str, Any], found: Traces) -> dict[str, object]:
    """Return what a row has instead of words that name the person."""
    if table.name == outbox.LetterRow.__tablename__ and not row["pair"]:
        return _blank(row, found)
    changed: dict[str, object] = {}
    for column in table.columns:
        value = row[column.name]
        if isinstance(value, str) and value != (said := found.without(value)):
            changed[column.name] = said
        elif isinstance(value, bytes) and found.within(value):
            changed[column.name] = b""
    return changed


def _blank(row: dict[str, Any], found: Traces) -> dict[str, object]:
    """Empty a letter about several people, a digest: nobody needs its words once it was sent.

    One that waits goes only where it may speak of them.
    """
    waiting = row["state"] in {outbox.Delivery.WAITING, outbox.Delivery.BEGUN}
    said = (row["subject"], row["text"], row["html"])
    if not any(said) or (waiting and not any(map(found.called_in, said))):
        return {}
    state = outbox.Delivery.DROPPED if waiting else row["state"]
    return {"subject": "", "text": "", "html": "", "calendar": b"", "state": state}


def _mentions(home: Path, found: Traces) -> Iterator[Path]:
    """Yield the files of the house that still name the person; the database is one of them."""
    for file in sorted(home.rglob("*")):
        if file.is_file() and found.within(file.read_bytes()):
            yield file


def lines_with(file: Path, found: Traces) -> tuple[int, ...]:
    """Return the lines of a text file, from 1, that name the person."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(number for number, line in enumerate(lines, 1) if found.named_in(line))
