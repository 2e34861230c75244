"""How each account is: what `status` shows, and when the daemon looks at it next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, select

LONGEST_WAIT = timedelta(hours=1)
"""No account is given up for ever: after any trouble it is tried again at least this often."""


class Condition(StrEnum):
    """The state of an account (CONTRACT 3, `status`)."""

    OK = "ok"
    SIGN_IN = "sign_in"
    PAUSED = "paused"
    BRAKED = "braked"
    UNREACHABLE = "unreachable"
    NEVER = "never"


class AccountRow(SQLModel, table=True):
    """The health of one account; `failures` counts the ticks in a row that went wrong."""

    __tablename__ = "account"
    name: str = Field(primary_key=True)
    state: str
    problem: str = ""
    last_tick: datetime | None = None
    next_due: datetime | None = None
    failures: int = 0
    release_brake: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of an account; `next_due` None means as soon as possible."""

    name: str
    state: Condition = Condition.NEVER
    problem: str = ""
    last_tick: datetime | None = None
    next_due: datetime | None = None
    failures: int = 0
    release_brake: bool = False

    def well(self, now: datetime, look_every: timedelta) -> Health:
        """Return the health after a look that worked."""
        return Health(self.name, Condition.OK, "", now, now + look_every)

    def ill(self, state: Condition, problem: str, now: datetime, wait: timedelta | None) -> Health:
        """Return the health after a look that failed: tried again, ever less often."""
        backoff = min(LONGEST_WAIT, timedelta(minutes=2) * 2 ** min(self.failures, 10))
        return replace(
            self,
            state=state,
            problem=problem,
            last_tick=now,
            next_due=now + (wait or backoff),
            failures=self.failures + 1,
        )


def health(session: Session, name: str) -> Health:
    """Return the health of an account, `NEVER` before its first look."""
    row = session.get(AccountRow, name)
    return Health(name) if row is None else _health(row)


def keep(session: Session, health: Health) -> None:
    """Remember how an account is."""
    row = session.get(AccountRow, health.name) or AccountRow(name=health.name, state="")
    row.state, row.problem = health.state, health.problem
    row.last_tick, row.next_due = health.last_tick, health.next_due
    row.failures, row.release_brake = health.failures, health.release_brake
    session.add(row)


def all_known(session: Session) -> tuple[Health, ...]:
    """Return the health of every account there ever was."""
    return tuple(_health(row) for row in session.exec(select(AccountRow)))


def _health(row: AccountRow) -> Health:
    return Health(
        row.name,
        Condition(row.state),
        row.problem,
        row.last_tick,
        row.next_due,
        row.failures,
        row.release_brake,
    )
