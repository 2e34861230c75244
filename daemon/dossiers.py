"""From looks and memory to dossiers: who the pairs are, and what is known of each now.

No I/O. Two people's copies of a series join on iCalUID and `recurrence_id`; the organizer's
copy comes first, the other person's own answer counts beside it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from connectors.model import Capability, EventKind, Person, Series, Status
from daemon.copies import shown, up_to_date
from daemon.core.dossier import Dossier, Held, judged
from daemon.core.evidence import Evidence, Holiday
from daemon.core.meetings import meetings, merge, with_unseen
from daemon.core.pairing import judge, met, pair_id
from daemon.core.policy import Policy
from daemon.core.whereabouts import Clock, clock
from daemon.core.words import Absence, Change, Meeting, Pair, Proposal, Raised, Role, Shelf
from daemon.holidays import public
from daemon.house import MAIL, About, Account, House
from daemon.inquiry import canonical, role, started
from daemon.look import Look
from daemon.memory import Memory

OWN_CALENDAR = "out-of-office event"
"""The source of an absence that the person's own calendar tells."""
NEW_IN_ROLE = timedelta(days=365)
TWO_WEEKS = timedelta(weeks=2)
_SEEN_FROM_HERE = {Role.MANAGER: Role.REPORT, Role.REPORT: Role.MANAGER, Role.PEER: Role.PEER}
"""What one of two is to the other, by what the other is to them."""
_OfPair = TypeVar("_OfPair", Proposal, Raised)
_Singles = dict[tuple[str, str], list[tuple[Account, Series]]]
"""Single events of two, by the addresses of the calendar's owner and of the other one."""


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people and the account they are listed under, with what they hold as accounts see it."""

    id: str
    account: Account
    partner: Person
    held: tuple[tuple[Account, Series], ...] = ()
    singles: tuple[tuple[Account, Series], ...] = ()


def dossiers(
    house: House, looks: Mapping[str, Look], memory: Memory, now: datetime
) -> tuple[Dossier, ...]:
    """Return a dossier for every pair there is or was; those the settings ignore are left out."""
    over = set(called_off(house, looks, memory, now))
    remembered = (absence for absence in memory.absences if absence not in over)
    absences = (*remembered, *absences_seen(house, looks))
    proposals, alerts = _by_pair(memory.proposals), _by_pair(memory.alerts)

    def of(pair: str) -> Memory:
        """Return the memory with what was proposed and raised for one pair alone."""
        return replace(
            memory, proposals=tuple(proposals.get(pair, ())), alerts=tuple(alerts.get(pair, ()))
        )

    return tuple(
        _dossier(house, couple, looks, of(couple.id), absences, now=now)
        for couple in _couples(house, looks, memory)
        if not about(house, couple.account.owner, couple.partner).ignore
    )


def _by_pair(some: Iterable[_OfPair]) -> dict[str, list[_OfPair]]:
    found: dict[str, list[_OfPair]] = {}
    for one in some:
        found.setdefault(one.pair, []).append(one)
    return found


def absences_seen(house: House, looks: Mapping[str, Look]) -> Iterator[Absence]:
    """Yield the absences that the owners' calendars tell of."""
    for account in house.accounts:
        for series in looks[account.name].after.series if account.name in looks else ():
            if series.kind is EventKind.OUT_OF_OFFICE:
                for occurrence in series.occurrences:
                    if occurrence.status is Status.STANDING:
                        yield Absence(account.owner.address, occurrence.span, OWN_CALENDAR)


def called_off(
    house: House, looks: Mapping[str, Look], memory: Memory, now: datetime
) -> Iterator[Absence]:
    """Yield the remembered absences, not over yet, that the owner's calendars have no more."""
    seen = {(absence.person, absence.span) for absence in absences_seen(house, looks)}
    for absence in memory.absences:
        mine = [a for a in house.accounts if a.owner.address == absence.person]
        read = bool(mine) and all(account.name in looks for account in mine)
        if (
            read
            and absence.source == OWN_CALENDAR
            and absence.span.end > now
            and all(absence.span.overlaps(looks[a.name].after.window) for a in mine)
            and (absence.person, absence.span) not in seen
        ):
            yield absence


def about(house: House, owner: Person, partner: Person) -> About:
    """Return what the settings tell of the pair, by any address of the partner.

    Where both have accounts here, the pair is listed under whoever organizes: the settings may
    name the other one.
    """
    if (told := _told(house, partner)) is not None:
        return told
    both = any(account.owner == partner for account in house.accounts)
    seen_from_there = _told(house, owner) if both else None
    if seen_from_there is None:
        return About()
    role = _SEEN_FROM_HERE[seen_from_there.role] if seen_from_there.role else None
    return replace(seen_from_there, role=role, zone="", country=None)


def _told(house: House, person: Person) -> About | None:
    told = (house.about.get(one) for one in (person.address, *sorted(person.aliases)))
    return next((one for one in told if one is not None), None)


def _couples(house: House, looks: Mapping[str, Look], memory: Memory) -> tuple[Couple, ...]:
    """Return the couples seen now, then those only remembered; by id."""
    seen: dict[str, list[tuple[Account, Series, Person]]] = {}
    pairs = set(memory.pairs)
    for account in house.accounts:
        for series in looks[account.name].after.series if account.name in looks else ():
            judgement = judge(series, account.owner) if series.rule else None
            if judgement and judgement.partner:
                known = _human(house, canonical(judgement.partner, memory.entries))
                identity = pair_id(account.owner.address, known.address)
                seen.setdefault(identity, []).append((account, series, known))
                pairs |= {identity} if judgement.is_one_on_one else set()
    # A series declined for good makes no pair; those who were one keep it, as one that ended.
    couples = {one: _couple(one, copies) for one, copies in seen.items() if one in pairs}
    names = {account.name: account for account in house.accounts}
    for identity, known_pair in memory.pairs.items():
        if identity not in couples and known_pair.account in names:
            couples[identity] = Couple(identity, names[known_pair.account], known_pair.pair.partner)
    singles = _singles(house, looks, couples.values())
    return tuple(
        replace(couples[identity], singles=_between(couples[identity], singles))
        for identity in sorted(couples)
    )


def _couple(identity: str, copies: list[tuple[Account, Series, Person]]) -> Couple:
    """List the pair under the organizer's account where both have accounts."""
    copies.sort(key=lambda copy: not copy[1].owned)
    account, _, partner = copies[0]
    return Couple(identity, account, partner, tuple((a, s) for a, s, _ in copies))


def _human(house: House, partner: Person) -> Person:
    """Return the partner as the human another account belongs to, or as found."""
    for account in house.accounts:
        if account.owner.answers_to(partner.address):
            return account.owner
    return partner


def _dossier(
    house: House,
    couple: Couple,
    looks: Mapping[str, Look],
    memory: Memory,
    absences: Iterable[Absence],
    *,
    now: datetime,
) -> Dossier:
    account = couple.account
    told = about(house, account.owner, couple.partner)
    policy = _policy(told, account, left=memory.left(couple.partner.address))
    known = memory.pairs.get(couple.id)
    owner = _named(account.owner, couple, known.pair.owner if known else account.owner)
    people = account.owner, couple.partner, memory.entries
    began = told.started or started(*people)
    pair = Pair(couple.id, owner, couple.partner, told.role or role(*people))
    history = _history(couple, looks, memory)
    holidays = _holidays(house, pair, told.country, history)
    dossier = Dossier(
        pair=pair,
        account=account.name,
        policy=policy,
        since=known.since if known else now,
        series=tuple(_held(house, a, s, couple.partner) for a, s in couple.held),
        meetings=history,
        shelf=shelved(house, memory.shelves.get(couple.id, Shelf())),
        shown=shown((*couple.held, *couple.singles), owner, couple.partner, looks, now),
        holidays=_days(holidays),
        started=began,
        first_year=_first_year(began, policy.today(now)),
        topic=told.topic,
        tone=told.tone,
        document=told.document,
        cadence=told.cadence,
        clock=_clock(house, couple, told, memory),
        tasks=_task_list(house, account),
    )
    evidence = _evidence(pair, absences, memory, holidays)
    return judged(_with_matters(dossier, memory), evidence, now)


def _evidence(
    pair: Pair, absences: Iterable[Absence], memory: Memory, holidays: tuple[Holiday, ...]
) -> Evidence:
    """Return what speaks for a meeting not having been anybody's loss."""
    excuses, both = memory.excuses.get(pair.id, ()), (pair.owner, pair.partner)
    return Evidence(_of(absences, pair), excuses, holidays, both)


def _with_matters(dossier: Dossier, memory: Memory) -> Dossier:
    """Return the dossier with what was decided and done for the pair so far."""
    pair = dossier.pair.id
    return replace(
        dossier,
        proposals=memory.proposals,
        alerts=memory.alerts,
        settled=memory.settled,
        begun=memory.begun,
        made=memory.made,
        done=memory.done,
        listed=memory.listed.get(pair, ()),
        unlisted=pair in memory.unlisted,
    )


def _policy(told: About, account: Account, *, left: bool) -> Policy:
    """Return the pair's rules with zone and country of the owner; no recap to whoever left."""
    own, rules = account.policy, told.policy or account.policy
    both = rules.recap_to_both and not left
    return replace(rules, zone=own.zone, country=own.country, recap_to_both=both)


def _clock(house: House, couple: Couple, told: About, memory: Memory) -> Clock:
    """Return where the partner works, by the best evidence there is."""
    theirs = (a for a in house.accounts if a.owner.answers_to(couple.partner.address))
    return clock(
        couple.partner,
        told=told.zone,
        account=next((account.policy.zone for account in theirs), ""),
        entry=memory.entries.get(couple.partner.address),
        series=(series for _, series in (*couple.held, *couple.singles)),
        owner=couple.account.policy.zone,
    )


def _task_list(house: House, account: Account) -> str:
    """Return the account whose task list the owner uses: the pair's own, else any of theirs."""
    mine = [a for a in house.accounts if a.owner.address == account.owner.address and a.tasks]
    return account.name if account in mine else mine[0].name if mine else ""


def shelved(house: House, known: Shelf) -> Shelf:
    """Return the shelf; where its account was removed, the pair's own takes it over."""
    kept = any(account.name == known.account for account in house.accounts)
    return known if kept else replace(known, account="")


def _named(owner: Person, couple: Couple, known: Person) -> Person:
    """Return the owner with the name that the invites have, as the settings have none."""
    invited = (one for _, series in couple.held for one in series.attendees or ())
    names = (one.name for one in invited if owner.answers_to(one.address) and one.name)
    return replace(owner, name=owner.name or next(names, known.name))


def _held(house: House, account: Account, series: Series, partner: Person) -> Held:
    calendar = account.calendar
    if calendar is None:
        return Held(account.name, series, Capability.NONE)
    if Capability.SCHEDULES in calendar.capabilities and series.occurrences:
        book_mails = calendar.mails(series, series.occurrences[-1])
    else:
        # The invitation travels by our own mail, if there is any; else the owner gets the words.
        book_mails = (partner.address,) if MAIL in house.channels else ()
    return Held(account.name, series, calendar.capabilities, calendar.mails(series), book_mails)


def _history(couple: Couple, looks: Mapping[str, Look], memory: Memory) -> tuple[Meeting, ...]:
    """Return the pair's meetings after these looks; a look that failed changes nothing."""
    owner, partner = couple.account.owner, couple.partner
    seen: list[Meeting] = []
    for account, series in (*couple.held, *couple.singles):
        other = partner if account.owner.address == owner.address else owner
        copy = meetings(series, account.owner, other)
        seen += copy if series.owned else up_to_date(copy, seen, memory.proposals)
    mine = {account.name for account, _ in couple.held} | {couple.account.name}
    known = memory.meetings.get(couple.id, ())
    uids = {meeting.series for meeting in (*known, *seen)}
    changed: list[Change] = [
        change
        for name in sorted(mine & looks.keys())
        for change in looks[name].changes
        if change.series in uids
    ]
    merged = merge(known, seen, changes=changed, last_look=_last_look(mine, looks))
    return with_unseen(merged, (p for p in memory.proposals if p.unseen))


def _last_look(accounts: Iterable[str], looks: Mapping[str, Look]) -> datetime | None:
    """Return when all calendars of a pair were last read, None if one is read the first time."""
    times = [looks[name].last_look for name in accounts if name in looks]
    return min((t for t in times if t is not None), default=None) if None not in times else None


def _singles(house: House, looks: Mapping[str, Look], couples: Iterable[Couple]) -> _Singles:
    """Return the single events of two of whom there is a couple, each judged once."""
    people = (person for one in couples for person in (one.account.owner, one.partner))
    names = {name for person in people for name in (person.address, *person.aliases)}
    found: _Singles = {}
    for account in house.accounts:
        owner = account.owner
        others = names - {owner.address, *owner.aliases}
        for series in looks[account.name].after.series if account.name in looks else ():
            if series.rule is None and _invites(series, others) and (other := met(series, owner)):
                found.setdefault((owner.address, other.address), []).append((account, series))
    return found


def _invites(series: Series, names: Container[str]) -> bool:
    """Whether one of these is among the people of an event; a calendar has many of others."""
    return series.organizer in names or any(one.address in names for one in series.attendees or ())


def _between(couple: Couple, singles: _Singles) -> tuple[tuple[Account, Series], ...]:
    """Return the single events of exactly these two, the organizer's copy first."""
    owner, partner = couple.account.owner, couple.partner
    names = (
        (one.address, name)
        for one, other in ((owner, partner), (partner, owner))
        for name in (other.address, *sorted(other.aliases))
    )
    found = (held for name in names for held in singles.get(name, ()))
    return tuple(sorted(found, key=lambda held: not held[1].owned))


def _of(absences: Iterable[Absence], pair: Pair) -> tuple[Absence, ...]:
    """Return the absences of the two, by any address they answer to; case does not count."""
    names = {name for one in (pair.owner, pair.partner) for name in (one.address, *one.aliases)}
    return tuple(absence for absence in absences if absence.person.lower() in names)


def _holidays(
    house: House, pair: Pair, told: str | None, history: Sequence[Meeting]
) -> tuple[Holiday, ...]:
    """Return the public holidays of either person's country, where it is known or `told`."""
    # Another time may lie in the next week, and that in the next year.
    weeks = (moment for m in history for moment in (m.planned.start, m.planned.start + TWO_WEEKS))
    years = {moment.year for moment in weeks}
    countries = {
        account.owner: account.policy.country
        for account in house.accounts
        if account.policy.country and account.owner.address in _addresses(pair)
    }
    countries |= {pair.partner: told} if told else {}
    return tuple(
        Holiday(day, name, person.address)
        for person, country in countries.items()
        for day, name in public(country, frozenset(years)).items()
    )


def _days(holidays: Iterable[Holiday]) -> dict[str, frozenset[date]]:
    found: dict[str, set[date]] = {}
    for holiday in holidays:
        found.setdefault(holiday.whose, set()).add(holiday.day)
    return {address: frozenset(days) for address, days in found.items()}


def _addresses(pair: Pair) -> frozenset[str]:
    return frozenset({pair.owner.address, pair.partner.address})


def _first_year(began: date | None, today: date) -> bool:
    return began is not None and today - began < NEW_IN_ROLE
