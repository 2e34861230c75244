"""Months in the life of a manager, by a seed: what people do, day by day, and visavis beside them.

Nobody here keeps to a story. Meetings are lost, moved, split from their series; people write into
the documents, are away, answer proposals; the machine sleeps and starts anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from connectors.memory import World
from connectors.model import Attendee, Occurrence, Response, Span, Status
from daemon import steering
from daemon.answering import Refused, accept, write
from daemon.core.dossier import Dossier
from daemon.core.words import ProposalState
from daemon.desk import last_known
from daemon.ledger import EVERYBODY
from daemon.tick import Turn
from tests.stage import FIRST, MAYA, Stage, hours, week

PEOPLE = {"ben@acme.example": 1, "caro@acme.example": 1, "dev@acme.example": 2}
"""Whom Maya meets, and every how many weeks."""
DAY = timedelta(days=1)
SOON = timedelta(days=10)


@dataclass
class Life:
    """Maya's house and the people around it; `tombstones` is how her calendar tells of losses."""

    home: Path
    seed: int
    tombstones: bool
    now: datetime = FIRST - 3 * DAY
    touched: bool = False
    """Whether people did anything to a calendar since the last look."""
    series: dict[str, str] = field(default_factory=dict)
    """The present series of each person."""
    words: set[str] = field(default_factory=set)
    """What people wrote, in words that stand nowhere else."""

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.stage = Stage(self.home, World(tombstones=self.tombstones))
        # Little is looked back at, so that the edge of what is read passes by many meetings.
        self.stage.settle(look_back=timedelta(weeks=3))
        for day, (who, every) in enumerate(PEOPLE.items()):
            rule = f"FREQ=WEEKLY;INTERVAL={every}"
            self.series[who] = self.stage.weekly(who, rule, FIRST + day * DAY)

    @property
    def dossiers(self) -> tuple[Dossier, ...]:
        """What is known of all pairs at this moment."""
        return last_known(self.stage.house, self.now)[1]

    def turns(self, weeks: int) -> Iterator[Turn]:
        """Let the weeks pass; yield every turn right after it was taken."""
        while self.now < week(weeks):
            self.now += self._a_while()
            for _ in range(self.rng.choice((0, 1, 1, 2))):
                with suppress(Refused, IndexError):
                    self.rng.choice(DEEDS)(self)
            yield self.stage.tick(self.now)
            self.touched = False

    def _a_while(self) -> timedelta:
        """Return how long nobody looks: some hours, or days with the lid closed."""
        if self.rng.random() < 0.03:
            return 4 * DAY
        return timedelta(minutes=self.rng.randrange(20, 60 * 16))

    def ahead(self) -> tuple[str, str, Occurrence]:
        """Return a person, their series, and a meeting in it that stands before them."""
        who = self.rng.choice(list(PEOPLE))
        shown = self.stage.world.event(self.series[who]).occurrences(
            Span(self.now, self.now + SOON)
        )
        standing = [one for one in shown if one.status is Status.STANDING]
        coming = [one for one in standing if min(one.span.start, one.recurrence_id) > self.now]
        return who, self.series[who], self.rng.choice(coming)

    def at_another_time(self, one: Occurrence) -> Span:
        """Return a time to come in the week of a meeting."""
        monday = one.recurrence_id - one.recurrence_id.weekday() * DAY
        start = monday.replace(hour=self.rng.randrange(9, 16)) + self.rng.randrange(5) * DAY
        if start <= self.now:
            raise IndexError("that time is past")
        return Span(start, start + one.span.length)


def cancel(life: Life) -> None:
    """Let Maya cancel a meeting."""
    _, uid, one = life.ahead()
    life.touched = True
    life.stage.cancel(uid, one.recurrence_id)


def move(life: Life) -> None:
    """Let Maya move a meeting within its week."""
    _, uid, one = life.ahead()
    to = life.at_another_time(one)
    life.touched = True
    life.stage.world.move(uid, one.recurrence_id, to)


def decline(life: Life) -> None:
    """Let the other one say no."""
    who, uid, one = life.ahead()
    life.touched = True
    no = Attendee(who, response=Response.DECLINED)
    life.stage.world.answer(uid, no, one.recurrence_id)


def split(life: Life) -> None:
    """Let Maya change "this and following"."""
    if life.rng.random() < 0.8:
        return
    who, uid, one = life.ahead()
    to = life.at_another_time(one)
    life.touched = True
    life.series[who] = life.stage.world.split(uid, one.recurrence_id, to)


def go_away(life: Life) -> None:
    """Let Maya be away for some days."""
    if life.rng.random() < 0.2:
        life.touched = True
        start = life.now + 2 * DAY
        life.stage.world.absent(MAYA, Span(start, start + life.rng.randrange(1, 6) * DAY))


def take_on(life: Life) -> None:
    """Let somebody write what they take on below the first heading for it."""
    documents = life.stage.world.documents
    url = life.rng.choice([url for url, one in documents.items() if not one.trashed])
    words = f"promise-{len(life.words)}"
    text = documents[url].text
    if "### Action items\n" in text:
        life.words.add(words)
        new = f"### Action items\n\n- [ ] [Ben] keep {words}\n"
        life.stage.world.edit(url, lambda text: text.replace("### Action items\n", new, 1))


def tick_off(life: Life) -> None:
    """Let somebody tick the first open item."""
    for url, one in life.stage.world.documents.items():
        if found := re.search(r"- \[ \] .*(promise-\d+)", one.text):
            life.stage.world.tick(url, found[1])
            return


def answer(life: Life) -> None:
    """Let Maya answer a proposal: with a time, or in writing."""
    found = [p for d in life.dossiers for p in d.proposals if p.state is ProposalState.OPEN]
    proposal = life.rng.choice(found)
    life.touched = True
    if proposal.options and life.rng.random() < 0.8:
        accept(life.stage.house, proposal.id, life.now, n=life.rng.choice(proposal.options).n)
    else:
        write(life.stage.house, proposal.id, life.now)


def rest(life: Life) -> None:
    """Let Maya pause everything for a few days."""
    if life.rng.random() < 0.15:
        until = life.now + life.rng.randrange(1, 5) * DAY
        steering.pause(life.stage.house, EVERYBODY, until)


def restart(life: Life) -> None:
    """Let the machine start anew."""
    life.stage.restart()


DEEDS: tuple[Callable[[Life], None], ...] = (
    *(cancel, cancel, move, move, decline, split, go_away),
    *(take_on, take_on, tick_off, answer, answer, rest, restart),
)


def settled(life: Life) -> list[str]:
    """Look until nothing is left to do; return what the look after that asks."""
    for _ in range(4):
        life.now += hours(0.01)
        if not life.stage.tick(life.now).done:
            break
    asked = len(life.stage.world.wire.log)
    life.now += hours(0.01)
    life.stage.tick(life.now)
    return life.stage.asked(asked)
