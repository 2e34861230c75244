"""Policy tables of the settings as the core has them."""

from __future__ import annotations

from config.settings import Policy as PolicySettings
from config.values import Accept, DaySpan, Recap
from connectors.model import Hours, Weekday
from daemon.core.policy import Policy


def policy(table: PolicySettings, zone: str, country: str | None) -> Policy:
    """Translate a policy table, with the zone and country of the account it is for."""
    return Policy(
        zone=zone,
        country=country,
        look_every=table.look_every,
        prepare=table.prepare,
        look_back=table.look_back,
        look_ahead=table.look_ahead,
        working_days=frozenset(Weekday[day.name] for day in table.working_days),
        working_hours=_hours(table.working_hours),
        lunch=_hours(table.lunch) if table.lunch else None,
        week_starts=Weekday[table.week_starts.name],
        warn_after=table.warn_after,
        alert_after=table.alert_after,
        options=table.options,
        notice=table.notice,
        auto=table.accept is Accept.AUTO,
        freeze=table.freeze,
        recap_to_both=table.recap is Recap.BOTH,
        quiet=_hours(table.quiet) if table.quiet else None,
        mail_budget=table.mail_budget,
        write=table.write,
    )


def _hours(span: DaySpan) -> Hours:
    return Hours(span.start, span.end)
