"""The shared section of one meeting: what both may read, as plain facts for the templates.

DOMAIN 2, 1 to 6. Nothing private is known here: no streak, no opener, no coaching.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.model import Item, Mark, Section
from daemon.core import notes
from daemon.core.carrying import Carried, carry
from daemon.core.dossier import Dossier
from daemon.core.keys import questions_key
from daemon.core.naming import called, full_name, short_name
from daemon.core.shapes import shares
from daemon.core.starters import starters
from daemon.core.words import Meeting, Role, Written


@dataclass(frozen=True, slots=True)
class Growth:
    """The agreed growth topic (empty where none is), and what was last noted on it."""

    topic: str = ""
    noted: tuple[str, ...] = ()
    noted_on: date | None = None


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """All that a section template may use.

    No clock time stands in it: when the meeting moves, only the date line of its section may
    change. `names` are in full, `people` the first names in the same order; `report` and
    `manager` are first names, empty between peers.
    """

    day: date
    minutes: int
    names: tuple[str, str]
    people: tuple[str, str]
    report: str
    manager: str
    segments: Mapping[str, int]
    number: int = 1
    """Which of their sections this is: nobody should read the same question every week."""
    items: tuple[Carried, ...] = ()
    decisions: tuple[Carried, ...] = ()
    wins: tuple[Item, ...] = ()
    growth: Growth = field(default_factory=Growth)
    starters: tuple[str, ...] = ()

    @property
    def first(self) -> bool:
        """Whether there is no earlier section to refer to."""
        return self.number == 1


def section_facts(dossier: Dossier, meeting: Meeting) -> SectionFacts:
    """Gather what the section of a meeting says, from the document as people left it."""
    return _facts(dossier, meeting, before(dossier, meeting))


def written_facts(dossier: Dossier, meeting: Meeting) -> SectionFacts:
    """Gather what the questions say; what was prepared for the lost hour comes along as well."""
    return _facts(dossier, meeting, chapters(dossier))


def _facts(dossier: Dossier, meeting: Meeting, earlier: tuple[Section, ...]) -> SectionFacts:
    day = local_day(dossier, meeting)
    along = carry(earlier, day)
    owner, partner, role = dossier.pair.owner, dossier.pair.partner, dossier.pair.role
    manager, report = (partner, owner) if role is Role.REPORT else (owner, partner)
    empty = not (along.items or along.decisions)
    return SectionFacts(
        day=day,
        minutes=int(meeting.span.length.total_seconds() // 60),
        names=(full_name(manager), full_name(report)),
        people=called(manager, report),
        report="" if role is Role.PEER else short_name(report),
        manager="" if role is Role.PEER else short_name(manager),
        segments=shares(role, meeting.span.length),
        number=len(earlier) + 1,
        items=along.items,
        decisions=along.decisions,
        wins=along.wins,
        growth=growth(dossier, earlier),
        starters=starters(role, earlier) if empty else (),
    )


def before(dossier: Dossier, meeting: Meeting) -> tuple[Section, ...]:
    """Return the sections of earlier meetings, latest first, as people left them."""
    mark = _mark(dossier, meeting)
    return tuple(s for s in chapters(dossier) if mark is None or s.mark != mark)


def prepared(dossier: Dossier, meeting: Meeting) -> Section | None:
    """Return the section already written for this very meeting, as people left it."""
    return by_meeting(dossier).get((meeting.series, meeting.recurrence_id))


def by_meeting(dossier: Dossier) -> dict[tuple[str, datetime], Section]:
    """Return the sections as people left them, by series and `recurrence_id` of their meetings."""
    found: dict[Mark | None, Section] = {}
    for section in chapters(dossier):
        found.setdefault(section.mark, section)
    return {
        (written.series, written.recurrence_id): found[written.mark]
        for written in reversed(dossier.shelf.sections)
        if written.mark in found
    }


def growth(dossier: Dossier, earlier: tuple[Section, ...]) -> Growth:
    """Return the growth topic with what was last noted on it."""
    for section in earlier:
        if noted := notes.growth_notes(section):
            return Growth(dossier.topic, noted, section.day)
    return Growth(dossier.topic)


def zone(dossier: Dossier, series: str) -> ZoneInfo:
    """Return the zone whose wall clock a meeting is told in: its series' own, else the owner's."""
    held = dossier.held(series)
    return ZoneInfo((held.series.zone if held else "") or dossier.policy.zone)


def local(dossier: Dossier, series: str, moment: datetime) -> datetime:
    """Return a moment on the wall clock of a series."""
    return moment.astimezone(zone(dossier, series))


def local_day(dossier: Dossier, meeting: Meeting) -> date:
    """Return the day of a meeting in its own zone."""
    return local(dossier, meeting.series, meeting.span.start).date()


def _mark(dossier: Dossier, meeting: Meeting) -> Mark | None:
    identity = (meeting.series, meeting.recurrence_id)
    written = dossier.shelf.sections
    return next((w.mark for w in written if (w.series, w.recurrence_id) == identity), None)


def chapters(dossier: Dossier) -> tuple[Section, ...]:
    """Return all sections as people left them, latest first."""
    days = {
        written.mark: local(dossier, written.series, written.starts).date()
        for written in (*dossier.shelf.sections, *dossier.shelf.in_writing)
    }
    newest = max(dossier.shelf.sections, key=lambda section: section.starts, default=None)
    beside = {q.mark for q in dossier.shelf.in_writing if newest and _beside(dossier, q, newest)}
    if newest:
        days |= {mark: max(days[mark], days[newest.mark]) for mark in beside}
    read = (notes.dated(section, days) for section in dossier.sight.sections or ())
    return notes.chapters(replace(s, mark=None) if s.mark in beside else s for s in read)


def _beside(dossier: Dossier, questions: Written, newest: Written) -> bool:
    """Whether questions count beside the newest section, like what people write for that day.

    Of the two none has all that was agreed in the other: they were asked before that meeting,
    which comes first; or its section was prepared before them, and moved on past their hour.
    """
    asked = dossier.done.get(questions_key(dossier.pair.id, questions.mark))
    if asked and asked < newest.starts < questions.starts:
        return True
    # A mark begins with the time of the meeting that its section was first written for.
    return questions.starts < newest.starts and newest.mark < questions.mark
