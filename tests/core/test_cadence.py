"""How often two people should meet: what is proposed, on which facts, and how seldom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from connectors.model import Capability, Key
from daemon.core.cadence import A_QUARTER, WATCHED, advised, cadence
from daemon.core.dossier import Held, judged
from daemon.core.words import Decision
from daemon.render import TemplatePen
from tests.builders import at, history, weekly
from tests.histories import Told, told

PEN = TemplatePen()
OLD_HAND = date(2020, 1, 1)
CARRIED = "### Action items\n\n- [ ] [Ben] clean up the alerts (since {since})\n"


def pair(
    *,
    every: int = 1,
    started: date | None = OLD_HAND,
    first_year: bool = False,
    carried: int = 0,
    cancelled: tuple[int, ...] = (),
) -> Told:
    """Return Maya and Ben before week 13, meeting every so many weeks since week 1."""
    since = at(13).date() - timedelta(weeks=carried)
    items = CARRIED.format(since=since.isoformat()) if carried else ""
    base = told(f"# Ben and Maya\n\n## 18 May 2026 <!-- visavis:w12 -->\n\n{items}", week=7)
    skipped = {at(n) for n in range(1, 15) if (n - 1) % every}
    series = weekly(1, 14, cancelled=cancelled)
    kept = tuple(o for o in series.occurrences if o.recurrence_id not in skipped)
    series = replace(series, occurrences=kept)
    now = at(13, clock="08:00")
    dossier = replace(
        base.dossier,
        since=now - WATCHED,
        series=(Held("work", series, Capability.ATTACH),),
        meetings=history(series),
        started=started,
        first_year=first_year,
    )
    return replace(base, dossier=judged(dossier, dossier.evidence, now), now=now)


def proposed(one: Told, now: datetime | None = None) -> list[Decision]:
    return list(cadence(one.dossier, now or one.now, PEN))


def weeks(one: Told) -> int | None:
    found = advised(one.dossier, one.now)
    return found.weeks if found else None


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(pair(every=2, first_year=True), 1, id="first year, every two weeks"),
        pytest.param(pair(first_year=True), None, id="first year, weekly"),
        pytest.param(pair(), 2, id="experienced, weekly, nothing waits"),
        pytest.param(pair(carried=5), None, id="experienced, weekly, items grow old"),
        pytest.param(pair(started=None), None, id="nobody said since when"),
        pytest.param(pair(every=2), None, id="experienced, every two weeks"),
        pytest.param(pair(every=2, carried=7), 1, id="every two weeks, items grow old"),
        pytest.param(pair(every=2, cancelled=(3, 7)), 1, id="every two weeks, a third is missed"),
    ],
)
def test_the_rhythm_follows_the_facts(one: Told, expected: int | None) -> None:
    assert weeks(one) == expected


def test_the_reasons_are_told() -> None:
    (decision,) = proposed(pair(every=2, cancelled=(3, 7)))
    assert decision.kind == "advise"
    assert decision.mails == ()
    assert "2 of the last 6 meetings were missed" in str(decision.after["text"])


def test_nothing_is_proposed_before_the_two_were_watched() -> None:
    one = pair()
    fresh = replace(one, dossier=replace(one.dossier, since=one.now - WATCHED + timedelta(1)))
    assert proposed(fresh) == []


def test_nothing_is_proposed_without_having_read_the_document() -> None:
    one = pair()
    blind = replace(one.dossier, sight=replace(one.dossier.sight, sections=None))
    assert proposed(replace(one, dossier=blind)) == []


@pytest.mark.parametrize(("own", "count"), [("weekly", 0), ("biweekly", 1)])
def test_the_owners_own_word_is_not_argued_with(own: str, count: int) -> None:
    one = pair()
    assert len(proposed(replace(one, dossier=replace(one.dossier, cadence=own)))) == count


@pytest.mark.parametrize(
    ("ago", "count"), [(A_QUARTER - timedelta(days=1), 0), (A_QUARTER, 1), (timedelta(0), 0)]
)
def test_it_is_proposed_at_most_once_a_quarter(ago: timedelta, count: int) -> None:
    one = pair()
    (told_of,) = proposed(one)
    done = {told_of.key: one.now - ago}
    assert len(proposed(replace(one, dossier=replace(one.dossier, done=done)))) == count


@pytest.mark.parametrize("days", [56, 90])
def test_a_quarter_is_counted_across_the_turn_of_one(days: int) -> None:
    one = pair()
    (told_of,) = proposed(one)
    earlier = Key(told_of.key.replace("2026-q2", "2026-q1"))
    done = {earlier: one.now - timedelta(days)}
    assert earlier != told_of.key
    assert proposed(replace(one, dossier=replace(one.dossier, done=done))) == []
