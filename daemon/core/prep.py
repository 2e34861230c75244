"""The private prep note: what a thoughtful colleague would whisper to the owner beforehand.

DOMAIN 2, 7 to 10. For the owner's eyes alone: nothing of it may ever reach a shared place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from connectors.model import Item, Section
from daemon.core import notes
from daemon.core.agenda import Growth, before, growth, local, local_day, prepared
from daemon.core.carrying import Carried, carry
from daemon.core.dossier import Dossier
from daemon.core.keys import in_writing
from daemon.core.naming import Whose, assigned, full_name, short_name
from daemon.core.words import Meeting, Role

FIRST_WEEKS = timedelta(weeks=8)
"""How long somebody counts as new, and openers are gentle."""
A_WEEK = timedelta(days=8)
"""After a longer gap the note says when the two last met."""
LAST_CALL = 3
"""At this carry an item is done, dropped, or handed on."""
REFLECT_EVERY = 4
"""At every so-manieth meeting a manager is asked what the other would say they grow toward."""
CHOICES = 3
"""How many things the report asks the manager to put in order."""


class Tone(StrEnum):
    """How an opener is worded."""

    PLAIN = "plain"
    GENTLE = "gentle"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Opener:
    """How to come back to one carried item."""

    item: Carried
    whose: Whose
    tone: Tone
    last_call: bool


@dataclass(frozen=True, slots=True)
class Scripts:
    """What the report's phrases are filled with; empty where nothing is at hand."""

    blocker: str = ""
    choices: tuple[str, ...] = ()
    decision: str = ""


@dataclass(frozen=True, slots=True)
class PrepFacts:
    """All that the prep note may use."""

    partner: str
    full_name: str
    role: Role
    start: datetime
    end: datetime
    number: int
    """Which of their prepared meetings this is, from 1: variety without chance."""
    openers: tuple[Opener, ...] = ()
    decisions: tuple[Carried, ...] = ()
    acknowledge: Item | None = None
    growth: Growth = field(default_factory=Growth)
    growth_first: bool = False
    reflect: bool = False
    scripts: Scripts = field(default_factory=Scripts)
    nudge: bool = False
    """Whether the last section holds no notes."""
    last_day: date | None = None
    """When the two last met, if that is worth a word."""
    missed: int = 0
    fresh: bool = False
    """Whether nothing is carried, so that the section begins with three questions."""


def prep_facts(dossier: Dossier, meeting: Meeting, now: datetime) -> PrepFacts:
    """Gather what the owner should know before a meeting, also after its section was written."""
    day, partner, role = local_day(dossier, meeting), dossier.pair.partner, dossier.pair.role
    earlier, own = before(dossier, meeting), prepared(dossier, meeting)
    along = carry((own, *earlier) if own else earlier, day)
    openers = tuple(_opener(dossier, item, day) for item in along.items)
    start, end = (local(dossier, meeting.series, m) for m in (meeting.span.start, meeting.span.end))
    return PrepFacts(
        partner=short_name(partner),
        full_name=full_name(partner),
        role=role,
        start=start,
        end=end,
        number=len(earlier) + 1,
        openers=openers,
        decisions=along.decisions,
        acknowledge=_acknowledged(dossier, (*along.wins, *carry(earlier, day).wins)),
        growth=growth(dossier, earlier),
        growth_first=_neglected(dossier, earlier),
        reflect=role is Role.MANAGER and (len(earlier) + 1) % REFLECT_EVERY == 0,
        scripts=_scripts(earlier, openers, along.decisions) if role is Role.REPORT else Scripts(),
        nudge=bool(earlier) and not notes.has_notes(earlier[0]),
        last_day=_last_met(dossier, day, now),
        missed=dossier.streak.count,
        fresh=dossier.sight.sections is not None and not (openers or along.decisions),
    )


def tone(dossier: Dossier, item: Carried, day: date) -> Tone:
    """Choose how to come back to an item: as the settings say, else by the facts."""
    if dossier.tone != "auto":
        return Tone(dossier.tone)
    if dossier.started is not None and day - dossier.started < FIRST_WEEKS:
        return Tone.GENTLE
    return Tone.DIRECT if item.overdue else Tone.PLAIN


def _opener(dossier: Dossier, item: Carried, day: date) -> Opener:
    whose, text = assigned(dossier.pair, item.owner, item.text)
    last_call = item.times >= LAST_CALL
    return Opener(replace(item, text=text), whose, tone(dossier, item, day), last_call)


def _whose(dossier: Dossier, item: Carried | Item) -> Whose:
    return assigned(dossier.pair, item.owner, item.text)[0]


def _acknowledged(dossier: Dossier, wins: Sequence[Item]) -> Item | None:
    """Return the one thing to thank for: not the owner's own, the other's first, the oldest."""
    others = [win for win in wins if _whose(dossier, win) is not Whose.MINE]
    return min(
        others,
        key=lambda win: (_whose(dossier, win) is not Whose.THEIRS, win.since or date.max),
        default=None,
    )


def _neglected(dossier: Dossier, earlier: Sequence[Section]) -> bool:
    """Whether growth was left empty twice in a row."""
    # Questions to answer in writing have no place for it.
    last = [s for s in earlier if s.mark is not None and not in_writing(s.mark)][:2]
    wanted = bool(dossier.topic) or dossier.pair.role is Role.MANAGER
    return wanted and len(last) == 2 and not any(map(notes.growth_notes, last))


def _scripts(
    earlier: Sequence[Section], openers: Sequence[Opener], decisions: Sequence[Carried]
) -> Scripts:
    """Fill the report's phrases: what is in the way, what competes, what waits for a word."""
    own = [opener.item for opener in openers if opener.whose is not Whose.THEIRS]
    stuck = [*(notes.blockers(earlier[0]) if earlier else ()), *(i.text for i in own if i.overdue)]
    return Scripts(
        blocker=next(iter(stuck), ""),
        choices=tuple(item.text for item in own[:CHOICES]) if len(own) > 1 else (),
        decision=decisions[0].text if decisions else "",
    )


def _last_met(dossier: Dossier, day: date, now: datetime) -> date | None:
    """Return the day the two last met, where that is longer ago than their usual week."""
    met = [o for o in dossier.outcomes if o.held_at is not None and o.held_at <= now]
    if not met:
        return None
    last = max(met, key=lambda outcome: outcome.held_at or outcome.span.end)
    met_on = local(dossier, last.series, last.held_at or last.span.end).date()
    return met_on if day - met_on > A_WEEK else None
