"""Anything may happen in any order: the house stays tidy, and nothing that people wrote is lost.

Hypothesis lets people cancel, move, split, restore, decline, write, tick, trash and unlink, lets
cursors expire and the power go, and passes time. After every step the house is let come to rest.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.memory import Cut, PowerCut
from connectors.model import Attendee, Occurrence, Response, Span
from daemon.answering import Refused, accept
from daemon.core.dossier import Dossier
from daemon.core.outcomes import rate
from daemon.core.preparing import named_documents
from daemon.core.words import ProposalState
from daemon.tick import look_only
from tests.conftest import SWEEP
from tests.crash.story import Power, unfinished
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week

A_LITTLE = timedelta(minutes=3)
RESTLESS = 12
"""Turns after which a house must have come to rest."""
REMEMBERED = week(7)
"""Until then a new house reads the same history: it looks eight weeks back."""

which = st.sampled_from([0, 0, 0, 1, 2, 3])


class House(RuleBasedStateMachine):
    """Maya's house, with Maya and Ben doing what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.exits = ExitStack()
        self.home = Path(self.exits.enter_context(tempfile.TemporaryDirectory()))
        self.stage = Stage(self.home / "house")
        self.power = Power()
        self.power.attach(self.stage)
        self.exits.enter_context(self.power.on())
        self.now = FIRST - hours(20)
        self.written: list[str] = []
        self.trashed = False
        self.redrawn = False

    @initialize()
    def begin(self) -> None:
        self.stage.weekly()
        self.rest()

    # --- What people do ---

    @rule(n=which)
    def cancel(self, n: int) -> None:
        for uid, one in self.ahead(n):
            self.stage.world.cancel(uid, one.recurrence_id)
        self.rest()

    @rule(n=which, days=st.sampled_from([0, 0, 0, -1, 1, 2, 8]), quarters=st.integers(-4, 12))
    def move(self, n: int, days: int, quarters: int) -> None:
        for uid, one in self.ahead(n):
            start = one.recurrence_id + timedelta(days=days, minutes=15 * quarters)
            if start > self.now:
                self.stage.world.move(uid, one.recurrence_id, one.span.starting(start))
        self.rest()

    @rule(n=which)
    def reinstate(self, n: int) -> None:
        for uid, one in self.ahead(n):
            self.stage.world.reinstate(uid, one.recurrence_id)
        self.rest()

    @rule(n=which, answer=st.sampled_from([Response.DECLINED, Response.ACCEPTED]))
    def answer(self, n: int, answer: Response) -> None:
        for uid, one in self.ahead(n):
            self.stage.world.answer(uid, Attendee(BEN, response=answer), one.recurrence_id)
        self.rest()

    @rule(n=which)
    def split(self, n: int) -> None:
        for uid, one in self.ahead(n):
            start = one.recurrence_id + timedelta(days=1)
            self.stage.world.split(uid, one.recurrence_id, one.span.starting(start))
            self.redrawn = True
        self.rest()

    @rule(weeks=st.integers(1, 2))
    def change_the_rule(self, weeks: int) -> None:
        words = f"FREQ=WEEKLY;INTERVAL={weeks}"
        for uid, _ in self.ahead(0):
            self.stage.world.alter(uid, lambda event: replace(event, rule=words))
            self.redrawn = True
        self.rest()

    @rule(days=st.integers(1, 6))
    def meet_once(self, days: int) -> None:
        start = self.now + timedelta(days=days)
        self.stage.world.meet(BEN, MAYA, Span(start, start + HALF_AN_HOUR))
        self.rest()

    @rule(open_item=st.booleans())
    def write(self, open_item: bool) -> None:  # noqa: FBT001 - hypothesis draws by name
        text = f"note {len(self.written)}"
        line = f"- [ ] [maya] {text}" if open_item else f"Ben: {text}"
        for url, document in self.stage.world.documents.items():
            if not document.trashed:
                self.stage.world.edit(url, lambda there: f"{there}\n{line}\n")
                self.written.append(text)
        self.rest()

    @precondition(lambda self: self.written and not self.trashed)
    @rule()
    def tick_an_item(self) -> None:
        for url in self.stage.world.documents:
            self.stage.world.tick(url, self.written[-1])
        self.rest()

    @precondition(lambda self: not self.trashed and self.stage.world.documents)
    @rule(sure=which)
    def trash(self, sure: int) -> None:
        if sure == 0:
            self.stage.world.trash(self.stage.url)
            self.trashed = True
        self.rest()

    @rule(sure=which)
    def unlink(self, sure: int) -> None:
        for uid, _ in self.ahead(0):
            for link in self.stage.world.event(uid).links if sure == 0 else ():
                self.stage.world.unlink(uid, link.url)
        self.rest()

    @rule(n=st.integers(1, 3))
    def accept(self, n: int) -> None:
        for proposal in self.dossier().proposals:
            if proposal.state is ProposalState.OPEN:
                try:
                    accept(self.stage.house, proposal.id, self.now, n=n)
                except Refused:
                    continue
                except PowerCut:
                    self.restart()
        self.rest()

    # --- What happens to them ---

    @rule()
    def expire_the_cursor(self) -> None:
        self.stage.world.expire_cursors()
        self.rest()

    @rule(commits=st.integers(1, 12), after=st.booleans())
    def cut_at_a_commit(self, commits: int, after: bool) -> None:  # noqa: FBT001 - as above
        self.power.cut_at = (self.power.commits + commits, after)

    @rule(requests=st.integers(1, 12), after=st.booleans())
    def cut_at_a_request(self, requests: int, after: bool) -> None:  # noqa: FBT001 - as above
        wire = self.stage.world.wire
        wire.fail(Cut(after=after), at=wire.count + requests)

    @rule(before=st.integers(1, 23))
    def wait_for_the_eve(self, before: int) -> None:
        for _, one in self.ahead(0):
            self.now = max(self.now, one.span.start - hours(before))
        self.rest()

    @rule(steps=st.integers(2, 14))
    def pass_time(self, steps: int) -> None:
        for _ in range(steps):
            self.now += hours(12)
            self.turn()
        self.rest()

    # --- What must hold ---

    def rest(self) -> None:
        """Let the house come to rest: nothing more to write, and one request a look."""
        for _ in range(RESTLESS):
            before, asked = self.world(), self.stage.world.wire.count
            idle = self.turn()
            if idle and self.stage.asked(asked) == self.quiet_look():
                assert self.world() == before
                break
        else:
            raise AssertionError(f"never at rest: {self.stage.asked(asked)}")
        assert unfinished(self.stage) == []
        self.tidy()

    def quiet_look(self) -> list[str]:
        """Return what a look without changes asks; a thrown away document is looked for again."""
        dossier = self.dossier()
        due = dossier.next(self.now)
        near = due is not None and due.span.start - self.stage.policy.prepare <= self.now
        looked_for = set(named_documents(dossier)) if dossier.shelf.document is None else ()
        return ["calendar.changes", *(["documents.look"] * len(looked_for) if near else [])]

    def tidy(self) -> None:
        """Never two documents, never two sections for one meeting, nothing told twice."""
        world = self.stage.world
        assert len(world.documents) <= 1
        for document in world.documents.values():
            marks = Counter(re.findall(r"visavis:(\S+)", document.text))
            assert set(marks.values()) <= {1}
            assert all(text in document.text for text in self.written)
        letters = Counter(letter.key for letter in world.letters)
        assert set(letters.values()) <= {1}
        keys = Counter(b.key for event in world.events.values() for b in event.bookings)
        assert set(keys.values()) <= {1}

    def teardown(self) -> None:
        """Compare with a house that reads the whole history at once, and leave nothing behind."""
        with suppress(PowerCut):
            if not self.redrawn and self.now < REMEMBERED and self.stage.world.events:
                self.same_history()
        self.stage.store.close()
        self.exits.close()

    def same_history(self) -> None:
        """Compare streak and rate, as they are, with those of a new house."""
        new = Stage(self.home / "new", self.stage.world)
        try:
            look_only(new.house, self.now)
            ours, theirs = self.dossier(), new.dossier(self.now)
        finally:
            new.store.close()
        assert ours.streak == theirs.streak
        assert rate(ours.outcomes, self.now) == rate(theirs.outcomes, self.now)

    # --- How it is done ---

    def turn(self) -> bool:
        """Take a turn a little later, through power cuts; return whether nothing was done."""
        self.now += A_LITTLE
        try:
            turn = self.stage.tick(self.now)
        except PowerCut:
            self.restart()
            return False
        return not turn.done and not turn.failed

    def restart(self) -> None:
        self.stage.restart()
        self.power.attach(self.stage)
        self.now += A_LITTLE

    def dossier(self) -> Dossier:
        return self.stage.dossier(self.now)

    def ahead(self, n: int) -> list[tuple[str, Occurrence]]:
        """Return the nth meeting of the next weeks, if there are so many."""
        window = Span(self.now, self.now + timedelta(weeks=3))
        found = [
            (one.recurrence_id, uid, one)
            for uid, event in self.stage.world.events.items()
            if event.rule and not event.deleted
            for one in event.occurrences(window)
            if min(one.recurrence_id, one.span.start) > self.now
        ]
        return [(uid, one) for _, uid, one in sorted(found, key=lambda f: f[0])[n : n + 1]]

    def world(self) -> tuple[object, ...]:
        there = self.stage.world
        return dict(there.events), dict(there.documents), list(there.letters), list(there.mailed)


TestHouse = House.TestCase
TestHouse.settings = settings(
    max_examples=100 if SWEEP else 20, stateful_step_count=30 if SWEEP else 20, deadline=None
)
