"""Asking the company's directory who is whose manager, since when, and under which addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from connectors.errors import ConnectorError
from connectors.model import Entry, Person
from daemon.core.dossier import Dossier
from daemon.core.words import Role
from daemon.house import Failure, House


@dataclass(frozen=True, slots=True)
class Learnt:
    """What directories said in this look, by the address asked about."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


def inquire(house: House, dossiers: Iterable[Dossier], lately: Collection[str]) -> Learnt:
    """Ask about everybody in a pair who was not asked about lately; once each."""
    learnt: dict[str, Entry] = {}
    failures: dict[str, Failure] = {}
    for dossier in dossiers:
        directory = house.account(dossier.account).directory
        for person in (dossier.pair.owner, dossier.pair.partner) if directory else ():
            asked = person.address in lately or person.address in learnt
            if directory is None or asked or dossier.account in failures:
                continue
            try:
                learnt[person.address] = directory.entry(person) or Entry(person)
            except ConnectorError as error:
                failures[dossier.account] = Failure(dossier.account, None, error)
    return Learnt(learnt, tuple(failures.values()))


def role(owner: Person, partner: Person, known: Mapping[str, Entry]) -> Role:
    """Return what the owner is to the partner, as far as a directory says; else a peer."""
    mine, theirs = known.get(owner.address), known.get(partner.address)
    if theirs and theirs.manager and owner.answers_to(theirs.manager):
        return Role.MANAGER
    if mine and mine.manager and partner.answers_to(mine.manager):
        return Role.REPORT
    return Role.PEER


def started(owner: Person, partner: Person, known: Mapping[str, Entry]) -> date | None:
    """Return the first day of the one who reports to the other, or None among peers."""
    match role(owner, partner, known):
        case Role.MANAGER:
            return known[partner.address].started
        case Role.REPORT:
            return known[owner.address].started
        case Role.PEER:
            return None


def canonical(partner: Person, known: Mapping[str, Entry]) -> Person:
    """Return the person under the address that their directory has first."""
    found = [e.person for e in known.values() if e.person.answers_to(partner.address)]
    # A directory that finds nobody by an alias may still list it beside the first address.
    person = max(found, key=lambda one: len(one.aliases), default=partner)
    return replace(person, name=partner.name or person.name)
