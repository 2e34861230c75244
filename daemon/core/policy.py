"""The rules of the house as the core needs them: a plain value, made from settings by wiring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from connectors.model import Hours, Span, Weekday

WORKING_DAYS = frozenset({Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI})

WORKING_HOURS = Hours(time(9), time(17, 30))
LUNCH = Hours(time(12), time(13))


@dataclass(frozen=True, slots=True)
class Policy:
    """One pair's rules (CONTRACT 2, `[policy]`), with the zone and country of the owner."""

    zone: str = "UTC"
    country: str | None = None
    look_every: timedelta = timedelta(minutes=5)
    prepare: timedelta = timedelta(hours=24)
    look_back: timedelta = timedelta(weeks=8)
    look_ahead: timedelta = timedelta(weeks=3)
    working_days: frozenset[Weekday] = WORKING_DAYS
    working_hours: Hours = WORKING_HOURS
    lunch: Hours | None = LUNCH
    week_starts: Weekday = Weekday.MON
    warn_after: int = 2
    alert_after: int = 3
    options: int = 3
    notice: timedelta = timedelta(hours=2)
    auto: bool = False
    freeze: timedelta = timedelta(hours=24)
    recap_to_both: bool = False
    quiet: Hours | None = None
    mail_budget: int = 4
    write: bool = True

    def today(self, moment: datetime) -> date:
        """Return the owner's date at a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def week(self, moment: datetime) -> Span:
        """Return the owner's week around a moment: midnight to midnight in the owner's zone."""
        return _week(self.today(moment), self.week_starts, ZoneInfo(self.zone))

    def midnight(self, day: date) -> datetime:
        """Return the start of a day in the owner's zone."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def evening(self, moment: datetime) -> datetime:
        """Return the end of the working hours of the day a moment lies in, also on a free day."""
        return datetime.combine(self.today(moment), self.working_hours.end, ZoneInfo(self.zone))


@lru_cache(maxsize=1024)
def _week(day: date, starts: Weekday, zone: ZoneInfo) -> Span:
    """Return the week of a day: asked for each meeting by each rule, so remembered."""
    first = day - timedelta(days=(day.weekday() - starts.value) % 7)
    last = first + timedelta(days=7)
    return Span(*(datetime.combine(edge, time(), zone) for edge in (first, last)))
