"""One short story that every sweep tells again and again, each time broken at another place.

Two weeks of one pair: an agenda is made, the second meeting is cancelled, a time is proposed
and accepted, the third is cancelled as well. What stands at the end is compared with what stands
after the story was told undisturbed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import event

from connectors.memory import PowerCut
from daemon import journal, outbox
from daemon.answering import Refused
from daemon.journal import State
from daemon.store import Session
from tests.stage import FIRST, Stage, hours, week

QUIET = 6
"""Turns after which nothing may be left to do."""
TRIES = 3
A_LITTLE = timedelta(minutes=3)
"""How long the machine was off: longer than a provider's search may lag."""


@dataclass(frozen=True)
class End:
    """What the world looks like when the story is over."""

    documents: int
    marks: tuple[str, ...]
    links: tuple[tuple[str, int], ...]
    letters: tuple[str, ...]
    mailed: tuple[str, ...]
    standing: tuple[str, ...]


class Power:
    """Cuts the power at the nth commit, before or after it is made; counts them."""

    def __init__(self) -> None:
        self.commits = 0
        self.cut_at: tuple[int, bool] | None = None

    @property
    def spent(self) -> bool:
        """Whether the cut has been made."""
        return self.cut_at is None

    def attach(self, stage: Stage) -> None:
        """Watch the store of a stage."""
        event.listen(stage.store.engine, "commit", self._before)

    @contextmanager
    def on(self) -> Iterator[None]:
        """Cut after commits too while the block runs."""
        event.listen(Session, "after_commit", self._after)
        try:
            yield
        finally:
            event.remove(Session, "after_commit", self._after)

    def _before(self, _connection: object) -> None:
        self.commits += 1
        if self.cut_at == (self.commits, False):
            self.cut_at = None
            raise PowerCut

    def _after(self, _session: Session) -> None:
        if self.cut_at == (self.commits, True):
            self.cut_at = None
            raise PowerCut


T = TypeVar("T", bound=Stage)


def tell(stage: Stage, power: Power) -> End:
    """Tell the story over a world in memory."""
    return told_over(stage, power, end)


def told_over(stage: T, power: Power, look: Callable[[T, str], End]) -> End:
    """Tell the story; whatever is cut is started anew and told on from the same moment."""
    power.attach(stage)
    uid = stage.weekly()
    with power.on():
        for act in _acts(stage, uid):
            _through_cuts(stage, power, act)
    return look(stage, uid)


def end(stage: Stage, uid: str) -> End:
    """Look at the world as it is."""
    text = "".join(d.text for d in stage.world.documents.values() if not d.trashed)
    series = stage.world.event(uid)
    return End(
        documents=len(stage.world.documents),
        marks=tuple(re.findall(r"visavis:(\S+)", text)),
        links=tuple((link.url, 1) for link in series.links),
        letters=tuple(sorted(letter.key for letter in stage.world.letters)),
        mailed=tuple(sorted(stage.world.mailed)),
        standing=_standing(stage, uid),
    )


def unsure(stage: Stage) -> int:
    """Return how many letters nobody can know about; `status` shows them."""
    with stage.store.read() as session:
        return len(outbox.unknown(session))


def unfinished(stage: Stage) -> list[str]:
    """Return what is begun and not finished when all is quiet."""
    with stage.store.read() as session:
        return [i.decision.key for i in journal.open_intents(session) if i.state is State.BEGUN]


Act = Callable[[timedelta], object]
"""A step of the story, so long after its usual moment."""


def _acts(stage: Stage, uid: str) -> Iterator[Act]:
    """Yield the story act by act; what people do happens between two acts, once."""
    yield partial(_tick, stage, FIRST - hours(24))
    yield partial(_tick, stage, FIRST + hours(1))
    stage.cancel(uid, week(1))
    yield partial(_tick, stage, week(1) - hours(26))
    yield partial(_accept, stage, week(1) - hours(25))
    for day in range(5):
        # After work, so that digests and the recap go out as well.
        yield partial(_tick, stage, week(1) + timedelta(days=day) + hours(8))
    stage.cancel(uid, week(2))
    yield partial(_tick, stage, week(2) - hours(26))
    for number in range(QUIET):
        yield partial(_tick, stage, week(2) - hours(20 - number))


def _tick(stage: Stage, moment: datetime, later: timedelta) -> None:
    """Take a turn; where something failed, the daemon comes back a little later."""
    for again in range(TRIES):
        if not stage.tick(moment + later + again * A_LITTLE).failed:
            return


def _accept(stage: Stage, moment: datetime, later: timedelta) -> None:
    """Accept the proposal; after a cut or a failure the owner tries again, and reads the end."""
    for again in range(TRIES):
        now = moment + later + again * A_LITTLE
        with suppress(Refused):
            for proposal in stage.dossier(now).proposals:
                stage.accept(proposal.id, now)
            return


def _through_cuts(stage: Stage, power: Power, act: Act) -> None:
    """Carry out one act; where the power goes, start anew a little later."""
    try:
        act(timedelta(0))
    except PowerCut:
        stage.restart()
        power.attach(stage)
        act(A_LITTLE)


def _standing(stage: Stage, uid: str) -> tuple[str, ...]:
    series = stage.world.event(uid)
    return tuple(
        f"{own.recurrence_id:%d %b}: {own.span or own.cancelled}"
        for own in sorted(series.overrides, key=lambda own: own.recurrence_id)
    )


@contextmanager
def fresh(folder: Path, database: str = "sqlite") -> Iterator[Stage]:
    """Give a stage of its own to one telling."""
    stage = Stage(folder, database=database)
    try:
        yield stage
    finally:
        stage.store.close()


def same_but_for_unsure_letters(told: End, whole: End, unknown: int) -> None:
    """Compare two ends: a letter that may have gone out is not sent again, and shown instead."""
    for name in ("documents", "marks", "links", "mailed", "standing"):
        assert getattr(told, name) == getattr(whole, name), name
    assert len(told.letters) == len(set(told.letters))
    assert not set(told.letters) - set(whole.letters)
    assert len(set(whole.letters) - set(told.letters)) <= unknown
