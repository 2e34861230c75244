"""What excuses a lost meeting: only evidence of an absence (DOMAIN 4). Busy all day is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from connectors.model import Person
from daemon.core.naming import full_name
from daemon.core.policy import Policy
from daemon.core.words import Absence, Excuse, Meeting

# What calendars write themselves when they decline during an absence. Not "declined
# automatically": focus time does that too, and is no absence.
_AWAY = (
    "out of office",
    "out of the office",
    "out-of-office",
    "abwesend",
    "abwesenheit",
    "nicht im büro",
    "absent du bureau",
    "absente du bureau",
    "absent(e) du bureau",
    "fuera de la oficina",
    "fuori sede",
    "fuori ufficio",
    "fora do escritório",
    "niet op kantoor",
    "afwezig",
    "poza biurem",
    "不在",
)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday in the country of `whose`, one of the two, by address."""

    day: date
    name: str
    whose: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known to excuse two `people`; the absences are of these two alone."""

    absences: tuple[Absence, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    people: tuple[Person, ...] = ()

    def called(self, address: str) -> str:
        """Return how an address is told in words: by name, where one is known."""
        return next((full_name(one) for one in self.people if one.answers_to(address)), address)


def excuse(lost: Meeting, evidence: Evidence, policy: Policy) -> str | None:
    """Return in words what excuses a lost or moved-away meeting, or None where nothing does."""
    return next(_excuses(lost, evidence, policy), None)


def _excuses(lost: Meeting, evidence: Evidence, policy: Policy) -> Iterator[str]:
    elsewhere = lost.lost and lost.span != lost.planned
    for span in (lost.planned, lost.span) if elsewhere else (lost.planned,):
        day = policy.today(span.start)
        for absence in evidence.absences:
            if absence.span.overlaps(span):
                yield f"{evidence.called(absence.person)} was away ({absence.source})"
        for holiday in evidence.holidays:
            if holiday.day == day:
                yield f"{holiday.name}, a public holiday of {evidence.called(holiday.whose)}"
        for given in evidence.excuses:
            if given.first <= day <= given.last:
                yield f"excused: {given.reason}"
    if _tells_of_absence(lost.comment):
        yield "an automatic answer"


def _tells_of_absence(comment: str) -> bool:
    said = comment.casefold()
    return any(words in said for words in _AWAY)
