"""The daemon's rhythm: a few static ticks over the due-table, never a job an account.

APScheduler only wakes us; what is due stands in the database. After sleep or suspend one
caught-up tick follows, because missed runs are coalesced.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic
from typing import TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from config.problems import SettingsError
from daemon import health
from daemon.health import Condition
from daemon.house import Account, House
from daemon.locks import Held, lock
from daemon.logs import place
from daemon.notify import Supervisor
from daemon.push import Doorbell, Watchman
from daemon.tick import tick

log = structlog.get_logger()

Service: TypeAlias = Callable[[Callable[[], House]], AbstractAsyncContextManager[None]]
"""Something that runs beside the ticks in the same loop; it asks for the house as it is now."""
TICK_EVERY = timedelta(seconds=5)
"""How often the due-table is asked; an account is looked at every `look_every`."""
PATIENCE = 30.0
ENOUGH = 4.0
"""Seconds the write at hand has to finish after SIGTERM; the process ends within five."""
TURN = "turn"
A_BREATH = 0.5
"""Seconds between two turns for accounts that ring and ring."""
STUCK = 900.0
"""Seconds after which a turn that does not end is none: then no watchdog is told of life."""


class Daemon:
    """`visavis run`: ticks until it is told to stop; `reload` builds the house anew (SIGHUP)."""

    def __init__(
        self,
        house: House,
        rebuild: Callable[[], House],
        clock: Callable[[], datetime],
        services: Sequence[Service] = (),
        supervisor: Supervisor | None = None,
        *,
        bell: Doorbell | None = None,
    ) -> None:
        self._house = house
        self._rebuild = rebuild
        self._clock = clock
        self._services = services
        self._supervisor = supervisor or Supervisor({})
        self._bell = bell or Doorbell()
        self._watchman = Watchman(self._bell)
        self._turned = monotonic()
        self._turning = False
        self._stopping = Event()
        self._reloading = Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tick")

    async def run(self) -> None:
        """Tick until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        _on(loop, ("SIGTERM", "SIGINT", "SIGBREAK"), stopped.set)
        _on(loop, ("SIGHUP",), self._reloading.set)
        async with AsyncExitStack() as beside:
            for service in self._services:
                await beside.enter_async_context(service(lambda: self._house))
            scheduler = self._scheduler()
            scheduler.start()
            self._bell.wake = lambda: loop.call_soon_threadsafe(self._hurry, scheduler)
            log.info("daemon.started", accounts=len(self._house.accounts))
            self._supervisor.tell("READY=1", f"STATUS=accounts: {len(self._house.accounts)}")
            beating = asyncio.create_task(self._supervisor.beat(self._turns))
            await stopped.wait()
            self._supervisor.tell("STOPPING=1")
            beating.cancel()
            self._stopping.set()
            scheduler.shutdown(wait=False)
        await self._finish(loop)

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_job(
            self._tick,
            "interval",
            id=TURN,
            seconds=TICK_EVERY.total_seconds(),
            next_run_time=self._clock(),
        )
        return scheduler

    async def _finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the write at hand finish; everything else is in the journal."""
        self._worker.submit(self._watchman.leave, self._house)
        done = loop.run_in_executor(None, self._worker.shutdown)
        try:
            await asyncio.wait_for(asyncio.shield(done), ENOUGH)
        except TimeoutError:
            log.warning("daemon.cut_short")
        log.info("daemon.stopped")

    def _hurry(self, scheduler: AsyncIOScheduler) -> None:
        """Take the next turn now; one that is being taken looks once more by itself."""
        if scheduler.running and not self._turning:
            scheduler.modify_job(TURN, next_run_time=self._clock())

    async def _tick(self) -> None:
        self._turning = True
        try:
            await self._take_turns()
        finally:
            self._turning = False

    async def _take_turns(self) -> None:
        """Take a turn, and another one for whoever rang meanwhile."""
        while True:
            await asyncio.get_running_loop().run_in_executor(self._worker, self._turn)
            self._turned = monotonic()
            if not self._bell.rang or self._stopping.is_set():
                return
            await asyncio.sleep(A_BREATH)

    def _turns(self) -> bool:
        """Whether the ticks go on: idle ones end at once, a long look takes minutes."""
        return monotonic() - self._turned < STUCK

    def _turn(self) -> None:
        if self._reloading.is_set():
            self._reloading.clear()
            self._reload()
        now = self._clock()
        rang = self._bell.answered()
        due = due_accounts(self._house, now, rang)
        if due and not self._stopping.is_set():
            self._house = self._house.placed(due)
            self._look(due, rang, now)
        if not self._stopping.is_set():
            self._watchman.walk(self._house, now)

    def _look(self, due: frozenset[str], rang: frozenset[str], now: datetime) -> None:
        """Take the turn of some accounts; whoever rang in vain rings again."""
        try:
            with lock(self._house.home / "act.lock", "run", patience=PATIENCE):
                turn = tick(self._house, now, lambda a: a.name in due, self._stopping.is_set)
        except Held as held:
            log.warning("tick.waits", holder=held.holder)
            self._bell.again(rang)
            return
        except Exception as error:  # noqa: BLE001 - the next turn begins anew
            log.error("tick.crashed", error=type(error).__name__, at=place(error))  # noqa: TRY400 - a traceback may hold other people's text
            return
        done, failed = len(turn.done), len(turn.failed)
        log.info("tick.done", done=done, failed=failed)
        words = f"STATUS=last look {now:%d %b %H:%M} UTC: {done} written, {failed} failed"
        self._supervisor.tell(words)

    def _reload(self) -> None:
        """Take new settings; where they are wrong, say so and go on with the old ones."""
        try:
            self._house = self._rebuild()
        except SettingsError as error:
            log.warning("settings.wrong", lines=[problem.line for problem in error.problems])
        else:
            log.info("settings.reloaded")


def _on(loop: asyncio.AbstractEventLoop, names: Sequence[str], act: Callable[[], None]) -> None:
    """Let signals act inside the loop; each system has its own."""
    for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
        try:
            loop.add_signal_handler(number, act)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))


def due_accounts(house: House, now: datetime, rang: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the accounts that are due; one that waits for a sign-in is left alone.

    One that rang is due before its time, unless it is in trouble: then its own patience counts.
    """
    with house.store.read() as session:
        return frozenset(
            account.name
            for account in house.accounts
            if _due(account, health.health(session, account.name), now, account.name in rang)
        )


def _due(account: Account, known: health.Health, now: datetime, rang: bool) -> bool:  # noqa: FBT001
    if rang and known.state is Condition.OK:
        return True
    if known.state is Condition.SIGN_IN and account.trouble is not None:
        return False
    return known.next_due is None or known.next_due <= now
