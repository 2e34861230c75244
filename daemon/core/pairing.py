"""Who is a one-on-one: a recurring series of the owner and exactly one other human (DOMAIN 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from connectors.model import Attendee, AttendeeKind, EventKind, Person, Response, Series

_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one series, with the reasons for and against in words for `explain`.

    `ended` says that only a decline for good keeps it from being one: where the two were a pair
    they stay one, without this series. `partner` is set for those as well.
    """

    is_one_on_one: bool
    partner: Person | None
    because: tuple[str, ...]
    ended: bool = False


def judge(series: Series, owner: Person) -> Judgement:
    """Say whether the owner and exactly one other human meet in this series."""
    others = _others(series, owner)
    against = (*_against_the_event(series), *_against_the_people(series, owner, others))
    if series.rule is None:
        against = ("does not repeat", *against)
    declined = tuple(_declined_for_good(series, owner))
    return Judgement(
        is_one_on_one=not against and not declined,
        partner=None if against else others[0],
        because=(*against, *declined, *_remarks(series, owner, others)),
        ended=bool(declined) and not against,
    )


def met(series: Series, owner: Person) -> Person | None:
    """Return the other one in a meeting of exactly two, repeated or single, declined or not."""
    others = _others(series, owner)
    against = any((*_against_the_event(series), *_against_the_people(series, owner, others)))
    return None if against else others[0]


def single_between(series: Series, owner: Person, partner: Person) -> bool:
    """Say whether this is a single event of exactly these two, whoever called it and why."""
    other = met(series, owner)
    return series.rule is None and other is not None and partner.answers_to(other.address)


def matters(series: Series, owner: Person) -> bool:
    """Say whether a pair may depend on it: a meeting of two, repeated or single, or an absence.

    Hidden attendees count: the pair they belonged to must not look as if it had ended.
    """
    if series.kind is EventKind.OUT_OF_OFFICE or series.attendees is None:
        return True
    return met(series, owner) is not None


def pair_id(one: str, other: str) -> str:
    """Return the name of two people: the same from both sides, on every machine, for ever."""
    both = "\n".join(sorted((one.lower(), other.lower())))
    return f"p-{blake2b(both.encode(), digest_size=5).hexdigest()}"


def called(person: Person | Attendee) -> str:
    """Return how a person is named in words: name and address, or the address alone."""
    return f"{person.name} <{person.address}>" if person.name else person.address


def _others(series: Series, owner: Person) -> tuple[Person, ...]:
    """Return the humans beside the owner.

    An organizer who is not listed meets a guest who is listed alone, because some providers leave
    organizers out; where two are listed, he is an assistant who arranged it for them.
    """
    attendees = series.attendees or ()
    others = {
        one.address.lower(): Person(one.address.lower(), one.name)
        for one in _individuals(attendees)
        if not owner.answers_to(one.address)
    }
    organizer = series.organizer.lower()
    if others or not organizer or owner.answers_to(organizer):
        return tuple(others.values())
    listed = any(one.address.lower() == organizer for one in attendees)
    return () if listed else (Person(organizer),)


def _against_the_event(series: Series) -> Iterator[str]:
    if series.kind is EventKind.OUT_OF_OFFICE:
        yield "an absence, not a meeting"
    if series.all_day:
        yield "lasts all day"


def _against_the_people(series: Series, owner: Person, others: Sequence[Person]) -> Iterator[str]:
    if series.attendees is None:
        yield "attendees are hidden: unknown, not two"
        return
    for group in series.attendees:
        if group.kind is AttendeeKind.GROUP:
            yield f"a group address hides people: {called(group)}"
    if not _takes_part(series, owner):
        yield "you are neither invited nor the organizer"
    if not others:
        yield "nobody else is invited"
    if len(others) > 1:
        yield f"{len(others)} other people: {', '.join(map(called, others))}"


def _takes_part(series: Series, owner: Person) -> bool:
    if series.owned or owner.answers_to(series.organizer):
        return True
    return any(owner.answers_to(one.address) for one in _individuals(series.attendees or ()))


def _declined_for_good(series: Series, owner: Person) -> Iterator[str]:
    for one in _individuals(series.attendees or ()):
        if one.response is Response.DECLINED:
            who = "you" if owner.answers_to(one.address) else called(one)
            yield f"declined for good by {who}"


def _remarks(series: Series, owner: Person, others: Sequence[Person]) -> Iterator[str]:
    """Yield what speaks for it, and what was left out of the count."""
    if series.rule is not None:
        yield rhythm(series.rule)
    if len(others) == 1:
        yield f"one other person: {called(others[0])}"
    for one in series.attendees or ():
        if one.kind in {AttendeeKind.ROOM, AttendeeKind.RESOURCE}:
            yield f"a {one.kind} does not count: {called(one)}"
        elif owner.answers_to(one.address) and one.address.lower() != owner.address:
            yield f"your own alias does not count: {one.address}"
    if series.private:
        yield "private: only address and name are used"


def _individuals(attendees: Sequence[Attendee]) -> Iterator[Attendee]:
    return (one for one in attendees if one.kind is AttendeeKind.INDIVIDUAL)


def rhythm(rule: str) -> str:
    """Return how often a rule repeats, in words."""
    unit = re.search(r"\bFREQ=(\w+)", rule)
    if unit is None or unit[1] not in _UNITS:
        return "repeats by a rule of its own"
    interval = re.search(r"\bINTERVAL=(\d+)", rule)
    count, name = int(interval[1]) if interval else 1, _UNITS[unit[1]]
    return f"repeats every {name}" if count == 1 else f"repeats every {count} {name}s"
