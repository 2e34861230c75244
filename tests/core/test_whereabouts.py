"""On whose clock the other works: the best evidence wins, and what is assumed says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.model import Entry
from daemon.core.whereabouts import Clock, clock
from tests.builders import BEN, MAYA, weekly

TOKYO = replace(weekly(organizer=BEN), zone="Asia/Tokyo")
EVIDENCE = {
    "told": "Asia/Seoul",
    "account": "Asia/Manila",
    "entry": Entry(BEN, zone="Asia/Hong_Kong"),
    "series": (TOKYO,),
}
NOTHING = {"told": "", "account": "", "entry": None, "series": ()}


def found(*known: str) -> Clock:
    """Return Ben's clock where only this is known."""
    evidence = NOTHING | {name: EVIDENCE[name] for name in known}
    return clock(BEN, owner="Europe/Berlin", **evidence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "zone"),
    [
        (("told", "account", "entry", "series"), "Asia/Seoul"),
        (("account", "entry", "series"), "Asia/Manila"),
        (("entry", "series"), "Asia/Hong_Kong"),
        (("series",), "Asia/Tokyo"),
        ((), "Europe/Berlin"),
    ],
)
def test_the_best_evidence_comes_first(known: tuple[str, ...], zone: str) -> None:
    assert found(*known).zone == zone


def test_only_what_was_guessed_is_called_assumed() -> None:
    assert [found(name).assumed for name in EVIDENCE] == [False, False, False, True]
    assert found().assumed


def test_a_series_of_the_owners_says_nothing_of_the_other() -> None:
    ours = replace(weekly(organizer=MAYA), zone="Asia/Tokyo")
    assert clock(BEN, told="", account="", entry=None, series=[ours], owner="UTC").zone == "UTC"


def test_a_series_in_utc_says_nothing_of_where_anybody_is() -> None:
    nameless = replace(TOKYO, zone="UTC")
    seen = clock(BEN, told="", account="", entry=None, series=[nameless], owner="Europe/Berlin")
    assert seen.zone == "Europe/Berlin"


def test_an_entry_without_a_zone_is_no_evidence() -> None:
    seen = clock(BEN, told="", account="", entry=Entry(BEN), series=[TOKYO], owner="Europe/Berlin")
    assert seen.zone == "Asia/Tokyo"
