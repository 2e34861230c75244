"""On whose clock the other person works: what tells of it, the best evidence first.

A calendar that shows somebody's working hours tells their zone with them; this is for all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.model import Entry, Person, Series, WorkingHours

_NOWHERE = frozenset({"", "UTC"})
"""What programs write that do not know where they are: says nothing of a person."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The zone (IANA name) in which somebody works, and how that is known, in words.

    `told` by the owner counts more than what a calendar says; an `assumed` one is no more than
    likely, and said wherever it matters.
    """

    zone: str
    because: str
    told: bool = False
    assumed: bool = False


def clock(
    partner: Person,
    *,
    told: str,
    account: str,
    entry: Entry | None,
    series: Iterable[Series],
    owner: str,
) -> Clock:
    """Return the partner's clock.

    `told` is the zone of the settings, `account` that of an account of the partner's own; empty
    where there is none. `series` are the meetings of the two, `owner` is the owner's zone.
    """
    if told:
        return Clock(told, "as the settings say", told=True)
    if account:
        return Clock(account, "as their own account here says")
    if entry is not None and entry.zone:
        return Clock(entry.zone, "as the company directory says")
    for one in series:
        if partner.answers_to(one.organizer) and one.zone not in _NOWHERE:
            return Clock(one.zone, "assumed from the meetings they organize", assumed=True)
    return Clock(owner, "assumed to be yours", assumed=True)


def zone(clock: Clock | None, shown: WorkingHours | None) -> str:
    """Return where somebody works: a calendar's zone is better than a guess; empty for here."""
    if clock is None:
        return ""
    return shown.zone if shown and clock.assumed else clock.zone
