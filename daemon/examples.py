"""Example facts for every template: a pair with everything on its list, and one that just met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.model import Item
from daemon.core.agenda import Growth, SectionFacts
from daemon.core.cadence import Cadence
from daemon.core.carrying import Carried
from daemon.core.foresight import Clash, Collision, Obstacle
from daemon.core.naming import Whose
from daemon.core.pen import Words
from daemon.core.prep import Opener, PrepFacts, Scripts, Tone
from daemon.core.recap import RecapFacts
from daemon.core.shapes import shares
from daemon.core.starters import starters
from daemon.core.telling import (
    Ahead,
    AlertFacts,
    DigestFacts,
    Miss,
    Offered,
    ProposalFacts,
    Way,
    Who,
)
from daemon.core.words import FallbackKind, Level, Role

_HALF_AN_HOUR = timedelta(minutes=30)
_START = datetime(2026, 3, 9, 10, tzinfo=UTC)
_END = _START + _HALF_AN_HOUR
_DAY = _START.date()
_WHO = Who("Ben", "Ben Ode", "ben@acme.example")
_LATE = Carried("send the draft", "Ben", date(2026, 3, 6), date(2026, 2, 16), 3, 3, overdue=True)
_NEW = Carried("find a room", "", None, None, 0, 0, overdue=False)
_WIN = Item("ship the beta", done=True, owner="Ben")
_GROWTH = Growth("public speaking", ("opened the all-hands",), date(2026, 3, 2))
_OFFERED = Offered(1, _START, _END, "the same time the next day")
_PROPOSAL = ProposalFacts("r-1", _WHO, _START, "cancelled in the calendar", (_OFFERED,), None, 1)
_FULL = replace(
    _PROPOSAL, options=(), fallback=Way(FallbackKind.NEXT_WEEK, "the week is full", _START, _END)
)
_PREP = PrepFacts(
    partner="Ben",
    full_name="Ben Ode",
    role=Role.MANAGER,
    start=_START,
    end=_END,
    number=4,
    openers=tuple(
        Opener(item, whose, tone, last_call=item is _LATE and tone is Tone.PLAIN)
        for item in (_LATE, _NEW)
        for whose in Whose
        for tone in Tone
    ),
    decisions=(_LATE,),
    acknowledge=_WIN,
    growth=_GROWTH,
    growth_first=True,
    reflect=True,
    nudge=True,
    last_day=date(2026, 3, 2),
    missed=1,
)
_SCRIPTS = Scripts("no access to the archive", ("send the draft", "find a room"), "which vendor?")
_REPORTS = replace(_PREP, role=Role.REPORT, scripts=_SCRIPTS, reflect=False, growth_first=False)
_FIRST_PREP = PrepFacts("Ben", "Ben Ode", Role.PEER, _START, _END, 1, fresh=True)
_ALERT = AlertFacts(
    who=_WHO,
    level=Level.ALERT,
    streak=3,
    missed=(Miss(_DAY, "cancelled in the calendar"),),
    rate_missed=3,
    rate_of=8,
    minutes=30,
    first=_DAY,
    last=_DAY,
    ahead=_START,
    proposals=(_PROPOSAL, _FULL, replace(_FULL, fallback=None)),
    document="https://docs.acme.example/d/1",
)
_AHEAD = Ahead(_WHO, _START, _END, "https://docs.acme.example/d/1", _PREP)
_CADENCE = Cadence(weeks=1, first_year=True, missed=3, of=8, minutes=60, oldest=6)
_CLASHES = tuple(
    Clash(kind, who, "Easter Monday", _START, _END) for kind in Obstacle for who in ("", "Ben")
)
_COLLISION = Collision(_START, _END, _CLASHES, (_OFFERED,))
_RECAP = RecapFacts(
    partner="Ben",
    sender="Maya",
    day=_DAY,
    empty=False,
    decided=("we take the second vendor",),
    mine=(Item("ask legal", due=_DAY),),
    theirs=(Item("send the draft"),),
    unclaimed=(Item("find a room"),),
    waiting=(Item("which day?"),),
    document="https://docs.acme.example/d/1",
)


def _section(role: Role) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    first = SectionFacts(
        day=_DAY,
        minutes=30,
        names=("Maya Kern", "Ben Ode"),
        people=("Maya", "Ben"),
        report="" if role is Role.PEER else "Ben",
        manager="" if role is Role.PEER else "Maya",
        segments=shares(role, _HALF_AN_HOUR),
        starters=starters(role, ()),
    )
    full = replace(
        first,
        number=4,
        items=(_LATE, _NEW),
        decisions=(_LATE,),
        wins=(_WIN,),
        growth=_GROWTH,
        starters=(),
    )
    heading = "Monday, 9 March 2026"
    return {"heading": heading, "section": full}, {"heading": heading, "section": first}


EXAMPLES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    **{f"{role.value}.md.j2": _section(role) for role in Role},
    "written.md.j2": tuple({**example, "by": _DAY} for example in _section(Role.MANAGER)),
    "prep.md.j2": ({"prep": _PREP}, {"prep": _REPORTS}, {"prep": _FIRST_PREP}),
    "proposal.md.j2": (
        {"proposal": _PROPOSAL},
        {"proposal": _FULL},
        {"proposal": replace(_FULL, fallback=Way(FallbackKind.WRITTEN, "no time left"))},
    ),
    "invitation.md.j2": (
        {"who": _WHO, "sender": "Maya Kern", "lost": _START, "start": _START, "end": _END},
    ),
    "alert.md.j2": (
        {"alert": _ALERT},
        {"alert": replace(_ALERT, level=Level.NOTE, minutes=0, ahead=None, document="")},
    ),
    "digest.md.j2": (
        {
            "digest": DigestFacts((_AHEAD, replace(_AHEAD, prep=None)), (_PROPOSAL, _FULL)),
            "notes": (Words("A note", "Its text."),),
        },
        {"digest": DigestFacts(), "notes": ()},
    ),
    "recap.md.j2": (
        {"recap": _RECAP},
        {"recap": RecapFacts("Ben", "Maya", _DAY, empty=False)},
        {"recap": RecapFacts("Ben", "Maya", _DAY, empty=True)},
    ),
    "task.md.j2": ({"who": _WHO, "item": _LATE, "day": _DAY},),
    "barren.md.j2": ({"who": _WHO, "count": 3},),
    "cadence.md.j2": (
        {"who": _WHO, "cadence": _CADENCE},
        {"who": _WHO, "cadence": replace(_CADENCE, weeks=2, first_year=False)},
    ),
    "foresight.md.j2": (
        {"who": _WHO, "collision": _COLLISION},
        {"who": _WHO, "collision": replace(_COLLISION, options=(_OFFERED, _OFFERED))},
        {"who": _WHO, "collision": replace(_COLLISION, options=())},
    ),
    "link.md.j2": (
        {"who": _WHO, "sender": "Maya Kern", "title": "Weekly", "url": "https://docs.acme.example"},
    ),
    "linked.md.j2": ({"who": _WHO, "url": "https://docs.acme.example"},),
    "closed.md.j2": ({"who": _WHO, "what": "the document"},),
    "harmed.md.j2": ({"who": _WHO},),
    "booked.md.j2": (
        {
            "who": _WHO,
            "lost": _START,
            "start": _START,
            "because": "the same time the next day",
            "undo": "e-1",
        },
    ),
    "unheard.md.j2": ({"who": _WHO, "start": _START},),
    "locked.md.j2": (
        {
            "title": "Ben Ode and Maya Kern",
            "url": "https://docs.acme.example",
            "heading": "Monday, 9 March 2026",
            "lines": ("## Monday, 9 March 2026", "- a line"),
        },
        {
            "title": "Ben Ode and Maya Kern",
            "url": "https://docs.acme.example",
            "heading": "Monday, 9 March 2026",
            "lines": (),
        },
    ),
    "sign_in.md.j2": (
        {
            "account": "work",
            "what": "the consent was taken back",
            "remedy": "sign in again with `visavis login work`; likely cause: a new password",
        },
        {"account": "work", "what": "the token is too old", "remedy": "put a fresh one there"},
    ),
    "sign_in_ends.md.j2": (
        {
            "account": "work",
            "ends": _START,
            "rule": "Google gave it for so long",
            "remedy": "visavis login work",
        },
        {
            "account": "work",
            "ends": _START,
            "rule": "when the certificate expires",
            "remedy": "make a new one",
        },
    ),
}
"""By template; the first example names every variable the template may use."""
