"""The rest of LOOK: what a rule needs from outside, read only for the pairs that need it now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.errors import ConnectorError, NotFound, NotPermitted
from connectors.model import Busy, Link, Person, Span, WorkingHours
from connectors.protocol import Calendar, DocumentsReader
from daemon.core.dossier import Dossier, judged
from daemon.core.foresight import to_be_seen
from daemon.core.preparing import due, named_documents, unwritten
from daemon.core.proposing import lost_meeting, span_needed, stale
from daemon.core.recapping import unrecapped
from daemon.core.spans import utc
from daemon.core.wanting import unasked
from daemon.core.words import Absence
from daemon.core.writing import answered, to_ask, unanswered
from daemon.house import Account, Failure, House

FREE_BUSY = "out of office in the calendar"
"""The source of an absence that free/busy tells of."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Dossiers with all that the rules need, and what could not be read."""

    dossiers: tuple[Dossier, ...]
    absences: tuple[Absence, ...] = ()
    failures: tuple[Failure, ...] = ()


def gather(
    house: House,
    dossiers: Iterable[Dossier],
    changed: Callable[[Dossier], bool],
    idle: Callable[[Dossier], bool],
    now: datetime,
) -> Gathered:
    """Read documents and free/busy where a rule waits for them.

    `changed` says whether the times of a pair's open proposals must be looked at again. Of pairs
    that are `idle` nothing is written or told: only what their outcomes depend on is read.
    """
    failures: list[Failure] = []
    looked_at = tuple(dossiers)
    needed = {d.pair.id: _needed(d, changed(d), idle(d), now) for d in looked_at}
    timed = _with_times(house, looked_at, needed, failures)
    excused = tuple(_with_evidence(dossier, now) for dossier in timed)
    absences = tuple(a for d in excused for a in d.evidence.absences if a.source == FREE_BUSY)
    shelved = tuple(
        dossier
        if idle(dossier) and not unanswered(dossier, now)
        else _shelved(house, dossier, excused, now, failures)
        for dossier in excused
    )
    return Gathered(shelved, absences, tuple(failures))


def read(house: House, dossier: Dossier) -> Dossier:
    """Return the dossier with its document read; as it is where there is none to be read."""
    try:
        documents = house.account(dossier.keeper).documents
        if dossier.shelf.document is None or documents is None:
            return dossier
        sections = tuple(documents.sections(dossier.shelf.document))
    except ConnectorError:
        return dossier
    return replace(dossier, sight=replace(dossier.sight, sections=sections))


def _with_evidence(dossier: Dossier, now: datetime) -> Dossier:
    """Judge again where somebody turned out to have been away when a meeting was lost."""
    asked = dossier.unexplained(now)
    if not asked or dossier.sight.busy is None:
        return dossier
    found = tuple(
        Absence(person.address, span, FREE_BUSY)
        for person in (dossier.pair.owner, dossier.pair.partner)
        for span in dossier.sight.busy.get(person, Busy()).absences
        if any(span.overlaps(meeting.planned) for meeting in asked)
    )
    known = {(absence.person, absence.span) for absence in dossier.evidence.absences}
    fresh = tuple(absence for absence in found if (absence.person, absence.span) not in known)
    history = tuple(replace(m, asked=now) if m in asked else m for m in dossier.meetings)
    evidence = replace(dossier.evidence, absences=(*dossier.evidence.absences, *fresh))
    return judged(replace(dossier, meetings=history), evidence, now)


def _shelved(
    house: House,
    dossier: Dossier,
    everybody: Sequence[Dossier],
    now: datetime,
    failures: list[Failure],
) -> Dossier:
    """Return the dossier with its document: adopted if the two have one, and read if need be."""
    documents = house.account(dossier.keeper).documents
    behind = unrecapped(dossier, now) or to_ask(dossier, now) or unanswered(dossier, now)
    behind = behind or dossier.unlisted
    if documents is None or not (due(dossier, now) or behind):
        return dossier
    try:
        if dossier.shelf.document is None or _doubled(dossier):
            others = [d.shelf.document for d in everybody if d.pair.id != dossier.pair.id]
            dossier = _adopted(dossier, documents, [one for one in others if one])
        if dossier.shelf.document is None or not (behind or unwritten(dossier, now)):
            return dossier
        sections = tuple(documents.sections(dossier.shelf.document))
        return answered(replace(dossier, sight=replace(dossier.sight, sections=sections)), now)
    except NotFound:
        return replace(dossier, sight=replace(dossier.sight, gone=True))
    except ConnectorError as error:
        failures.append(Failure(dossier.account, None, error))
        return replace(dossier, sight=replace(dossier.sight, unreadable=True))


def _doubled(dossier: Dossier) -> bool:
    """Whether a guest has one document and the invite another: the organizer was faster."""
    own, named = dossier.shelf.document, tuple(named_documents(dossier))
    owned = any(held.series.owned for held in dossier.series)
    return own is not None and not owned and bool(named) and own.url not in named


def _adopted(dossier: Dossier, documents: DocumentsReader, others: Sequence[Link]) -> Dossier:
    """Take the document the two already have, named in the settings or found on the invite.

    An invite may name anything: what the owner has with somebody else stays between those two.
    """
    for url in dict.fromkeys(named_documents(dossier)):
        found = documents.open(url)
        if found and (url == dossier.document or not any(_same(found, one) for one in others)):
            shelf = replace(dossier.shelf, document=found, account=dossier.keeper, adopted=True)
            return replace(dossier, shelf=shelf)
    if dossier.shelf.document is not None:
        return dossier
    foreign = (Link(url) for url in named_documents(dossier) if url not in dossier.made)
    unopenable = next(foreign, None)
    return replace(dossier, sight=replace(dossier.sight, unopenable=unopenable))


def _same(one: Link, other: Link) -> bool:
    """Whether two links lead to one document; providers may write its address differently."""
    return one.url == other.url or (one.handle is not None and one.handle == other.handle)


def _with_times(
    house: House,
    dossiers: tuple[Dossier, ...],
    needed: Mapping[str, Span | None],
    failures: list[Failure],
) -> tuple[Dossier, ...]:
    """Ask each account once for the free/busy of everybody a proposal waits for."""
    found = list(dossiers)
    for account in house.accounts:
        mine = [d for d in dossiers if d.account == account.name and needed[d.pair.id]]
        if mine and account.calendar is not None:
            spans = [span for d in mine if (span := needed[d.pair.id])]
            try:
                times = _times(house, account, mine, spans, failures)
            except ConnectorError as error:
                failures.append(Failure(account.name, None, error))
                continue
            found = [times(d) if d in mine else d for d in found]
    return tuple(found)


def _needed(dossier: Dossier, changed: bool, idle: bool, now: datetime) -> Span | None:  # noqa: FBT001 - two answers
    doubtful = stale(dossier, now, changed=changed)
    open_ones = (lost_meeting(dossier, proposal) for proposal in doubtful)
    wanted = () if idle else unasked(dossier, now, changed=changed)
    times = span_needed(dossier, (*wanted, *(m for m in open_ones if m)))
    spans = [meeting.planned for meeting in dossier.unexplained(now)]
    spans += [times] if times else []
    if not idle and (week := to_be_seen(dossier, now, again=bool(spans) or changed)):
        spans.append(week)
    return Span(min(s.start for s in spans), max(s.end for s in spans)) if spans else None


def _times(
    house: House,
    account: Account,
    mine: Sequence[Dossier],
    spans: Sequence[Span],
    failures: list[Failure],
) -> Callable[[Dossier], Dossier]:
    """Read the times of the owner and all partners, each from the calendar that shows most."""
    window = Span(min(span.start for span in spans), max(span.end for span in spans))
    both = (person for d in mine for person in (d.pair.owner, d.pair.partner))
    # By address: the invites of each pair may have another name for the same person.
    people = tuple({person.address: person for person in both}.values())
    busy = _by_address(account, people, window)
    partial = False
    for other in _others(house, account, people):
        try:
            busy = _sum(busy, _by_address(other, (other.owner,), window))
        except ConnectorError as error:
            failures.append(Failure(other.name, None, error))
            partial = True
    # Every pair's plan asks about the owner: told in UTC once.
    busy = {who: replace(one, spans=tuple(map(utc, one.spans))) for who, one in busy.items()}
    hours = {person.address: _hours(house, account, person) for person in people}

    def seen(dossier: Dossier) -> Dossier:
        pair = (dossier.pair.owner, dossier.pair.partner)
        sight = replace(
            dossier.sight,
            busy={p: busy[p.address] for p in pair if p.address in busy},
            hours={p: found for p in pair if (found := hours[p.address]) is not None},
            partial=partial,
        )
        return replace(dossier, sight=sight)

    return seen


def _others(house: House, account: Account, people: Iterable[Person]) -> Iterator[Account]:
    """Yield the further accounts of these people: their own calendars tell more."""
    addresses = {person.address for person in people}
    for other in house.accounts:
        if other.owner.address in addresses and other.calendar is not None and other != account:
            yield other


def _by_address(account: Account, people: Sequence[Person], window: Span) -> dict[str, Busy]:
    """Read free/busy; an account that may never ask for it sees nobody."""
    try:
        found = _calendar(account).busy(people, window)
    except NotPermitted:
        return {}
    return {person.address: busy for person, busy in found.items()}


def _sum(one: Mapping[str, Busy], other: Mapping[str, Busy]) -> dict[str, Busy]:
    """Add up what two calendars know of the same people."""
    nothing = Busy()
    return {
        address: Busy(
            one.get(address, nothing).spans + other.get(address, nothing).spans,
            one.get(address, nothing).absences + other.get(address, nothing).absences,
        )
        for address in {**one, **other}
    }


def _hours(house: House, account: Account, person: Person) -> WorkingHours | None:
    own = (a for a in house.accounts if a.owner.address == person.address and a.calendar)
    return _calendar(next(own, account)).hours(person)


def _calendar(account: Account) -> Calendar:
    if account.calendar is None:
        raise account.trouble or NotFound(f"account {account.name} has no calendar")
    return account.calendar
