"""Histories of two people as their running document tells them, for everything made of words.

The stage is the one of `tests/builders.py`. A document is written as people see it; the mark
`w3` says that visavis wrote the section for the meeting of week 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from connectors import markdown
from connectors.model import Attendee, Capability, Link, Mark, Series, Url
from daemon.core.dossier import Dossier, Held, Sight
from daemon.core.evidence import Evidence
from daemon.core.outcomes import outcomes, streak
from daemon.core.words import Meeting, Pair, Proposal, Role, Shelf, Written
from tests.builders import BEN, MAYA, POLICY, at, guest, history, occurrence, weekly

DOCUMENT = Link(Url("https://docs.acme.example/d/maya-ben"), "Ben Ode and Maya Kern")
_MARK = re.compile(r"visavis:w(\d+)")


@dataclass(frozen=True, slots=True)
class Told:
    """A pair the evening before one of their meetings."""

    dossier: Dossier
    meeting: Meeting
    now: datetime


def told(
    document: str | None = None,
    *,
    week: int = 4,
    role: Role = Role.MANAGER,
    minutes: int = 30,
    cancelled: Iterable[int] = (),
    declined: dict[int, Attendee] | None = None,
    topic: str = "public speaking",
    tone: str = "auto",
    started: date | None = None,
    proposals: tuple[Proposal, ...] = (),
) -> Told:
    """Return Maya and Ben before the meeting of a week, with their document as people left it."""
    series = _booked(weekly(1, 8, cancelled=cancelled, declined=declined), minutes)
    meetings, now = history(series), at(week, clock="08:00")
    verdicts = outcomes(meetings, Evidence(), POLICY, now)
    dossier = Dossier(
        pair=Pair("p-1", MAYA, BEN, role),
        account="work",
        policy=POLICY,
        since=at(1),
        series=(Held("work", series, Capability.ATTACH),),
        meetings=meetings,
        outcomes=verdicts,
        streak=streak(verdicts, now),
        shelf=_shelf(series, document),
        sight=Sight(sections=markdown.sections(document) if document is not None else ()),
        proposals=proposals,
        topic=topic,
        tone=tone,
        started=started,
    )
    meeting = next(m for m in meetings if m.recurrence_id == at(week))
    return Told(dossier, meeting, now)


def _booked(series: Series, minutes: int) -> Series:
    """Return the series with meetings of another length."""
    if minutes == 30:
        return series
    occurrences = tuple(
        occurrence(one.recurrence_id, minutes=minutes) for one in series.occurrences
    )
    return Series(
        handle=series.handle,
        uid=series.uid,
        version=series.version,
        title=series.title,
        organizer=MAYA.address,
        attendees=(guest(MAYA), guest(BEN)),
        zone=series.zone,
        occurrences=occurrences,
        rule=series.rule,
        owned=True,
    )


def _shelf(series: Series, document: str | None) -> Shelf:
    weeks = map(int, _MARK.findall(document or ""))
    sections = tuple(Written(Mark(f"w{n}"), series.uid, at(n), at(n)) for n in sorted(weeks))
    return Shelf(document=DOCUMENT if document is not None else None, sections=sections)


FIRST = told(topic="")

USUAL = """\
# Ben Ode and Maya Kern

## Monday, 16 March 2026 <!-- visavis:w3 -->

- (Maya Kern and Ben Ode, 30 minutes)

### Progress (10 min)

- (What has moved since last time, and what went differently than expected?)
- the import runs on the new cluster, twice as fast

### Clearing blockers (5 min)

- (What is in the way, and who could move it?)
- legal has not answered

### Growth: public speaking (15 min)

- Ben opened the all-hands, slower than in January, people asked questions

### Decisions

- we go with the second vendor
- do we still need the old dashboard?

### Action items

- [x] [Ben] move the import to the new cluster (since 2026-03-02, 2 weeks)
- [ ] [Ben] write up what the import taught us by Friday
- [ ] [Maya] ask legal about the contract by 27 March (since 2026-03-09, 1 week)
- [ ] find a date for the retrospective

## Monday, 9 March 2026 <!-- visavis:w2 -->

### Action items

- [ ] [Ben] move the import to the new cluster (since 2026-03-02, 1 week)
- [ ] [Maya] ask legal about the contract

## Monday, 2 March 2026 <!-- visavis:w1 -->

### Action items

- [ ] [Ben] move the import to the new cluster
"""

THIRD_CARRY = """\
# Ben Ode and Maya Kern

## Monday, 16 March 2026 <!-- visavis:w3 -->

### Progress

- busy with the audit

### Action items

- [ ] [Ben] clean up the old alerts (since 2026-03-02, 2 weeks)
- [ ] [Maya] introduce Ben to the platform team (since 2026-03-02, 2 weeks)
- [ ] update the runbook (since 2026-03-02, 2 weeks)

## Monday, 9 March 2026 <!-- visavis:w2 -->

### Action items

- [ ] [Ben] clean up the old alerts (since 2026-03-02, 1 week)
- [ ] [Maya] introduce Ben to the platform team (since 2026-03-02, 1 week)
- [ ] update the runbook (since 2026-03-02, 1 week)

## Monday, 2 March 2026 <!-- visavis:w1 -->

### Action items

- [ ] [Ben] clean up the old alerts
- [ ] [Maya] introduce Ben to the platform team
- [ ] update the runbook
"""

EMPTY_NOTES = """\
# Ben Ode and Maya Kern

## Monday, 9 March 2026 <!-- visavis:w2 -->

- (Maya Kern and Ben Ode, 30 minutes)

### To start from

- (What took longer than it should have lately, and what would have shortened it?)
- (Which decision would help most if it were taken this week?)
- (What is going well that nobody has remarked on yet?)

### Growth: public speaking (15 min)

- (Where could Ben practise this soon, and who would notice the difference?)

### Action items

- (Who does what by when, such as: [Ben] send the draft by Friday)

## Monday, 2 March 2026 <!-- visavis:w1 -->

### To start from

- (What should these meetings be good for, and how will we notice that they are?)
- (Which part of the work is clear right now, and which part is guesswork?)
- (What would be good to hear from each other sooner than we do today?)

### Growth: public speaking (15 min)

- (Where could Ben practise this soon, and who would notice the difference?)
"""

REPORTING = """\
# Ben Ode and Maya Kern

## Monday, 16 March 2026 <!-- visavis:w3 -->

### Status (5 min)

- (Shipped?) search with synonyms
- (Next?) the ranking
- (At risk?) the date in April

### Decisions and questions for Ben (5 min)

- [ ] may the trial run two weeks longer? (since 2026-03-02, 2 weeks)
- who speaks at the customer day?

### Blockers (5 min)

- (What is stuck, which ways out are there, and which one would Maya take?)
- no access to the archive since the move

### Action items

- [ ] [Maya] publish the ranking experiment by Friday
- [ ] [Maya] answer the survey of the customers
- [ ] [Ben] speak with the archive team
- [x] [Ben] sign the travel request
"""

PEOPLE_AT_WORK = """\
# Ben Ode and Maya Kern

## Monday, 16 March 2026 <!-- visavis:w3 -->

> talked while walking, wrote this later

### Action items

1. [ ] find a room 🎪 for forty people
   - [ ] [Ben] e-mail the caterer about the menu
2. [X] [Maya] book the train
- ~~[Ben] print the badges~~
- [ ] [نور] مراجعة العقد حتى 2026-03-27

## Agenda for the offsite

- [ ] @ben ask who comes by train

## Monday, 9 March 2026 <!-- visavis:w2 -->

### Action items

- [ ] [Ben] call the caterer about the menu
- [ ] [Maya] book the train
- [ ] [Ben] print the badges
- [ ] order two hundred pens
"""

BY_HAND = """\
# Maya <> Ben

## 9 March 2026

Talked about the move. Ben likes the new floor.

- [ ] Ben to draw the seating plan by 20 March
- [x] Maya to order chairs

## 2 March 2026

- [ ] an item nobody took along
"""

HOSTILE = """\
# Ben Ode and Maya Kern

## Monday, 16 March 2026 <!-- visavis:w3 -->

### Growth

- tried `rm -rf` on <img src=x onerror=alert(1)> **bold** and [a link](http://evil.example)

### Decisions

- \\# is this a heading?

### Action items

- [ ] [Ben] <img src=x onerror=alert(1)> \\<!-- visavis:stolen --> and `code`
- [ ] \\- [ ] a box in a box
- [ ] \\# a heading | a table | a ~~strike~~ &lt;b&gt;
"""
