"""A sign-in that ends by itself: one letter to its owner, in time, and none that is untrue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

import pytest

from connectors.errors import NotPermitted
from connectors.model import Hours
from connectors.protocol import Standing
from tests.stage import FIRST, MAYA, Stage, hours

SIGNED_IN = FIRST - hours(22)
DAY = timedelta(days=1)
TESTING = Standing(
    since=SIGNED_IN,
    ends=SIGNED_IN + 7 * DAY,
    rule="Google gave it for so long",
    remedy="visavis login work",
)


def signed_in(stage: Stage, standing: Callable[[], Standing | None]) -> None:
    """Let the only account have this sign-in."""
    (account,) = stage.house.accounts
    stage.house = replace(stage.house, accounts=(replace(account, standing=standing),))


def told(stage: Stage) -> list[str]:
    """Return to whom, and about what, went the letters about a sign-in that ends."""
    return [one.to for one in stage.world.letters if "a sign-in ends" in one.subject]


def test_the_owner_hears_once_before_the_seventh_day(stage: Stage) -> None:
    stage.weekly()
    signed_in(stage, lambda: TESTING)
    stage.every(SIGNED_IN, SIGNED_IN + 5 * DAY - hours(1))
    assert told(stage) == []
    stage.every(SIGNED_IN + 5 * DAY, SIGNED_IN + 7 * DAY - hours(1))
    assert told(stage) == [MAYA]
    (letter,) = (one for one in stage.world.letters if "a sign-in ends" in one.subject)
    assert "Sunday, 8 March 2026 at 12:00" in letter.text
    assert letter.text.splitlines()[-1] == "   visavis login work"


def test_each_consent_has_a_letter_of_its_own(stage: Stage) -> None:
    for again in range(3):
        begun = SIGNED_IN + 6 * DAY * again
        signed_in(stage, partial(replace, TESTING, since=begun, ends=begun + 7 * DAY))
        stage.every(begun, begun + 6 * DAY)
    assert told(stage) == [MAYA] * 3


def test_a_letter_that_waited_for_the_morning_is_dropped_after_a_new_sign_in(stage: Stage) -> None:
    stage.settle(quiet=Hours(time(10), time(14)))
    signed_in(stage, lambda: TESTING)
    stage.tick(SIGNED_IN + 5 * DAY)
    assert told(stage) == []
    signed_in(stage, lambda: replace(TESTING, since=SIGNED_IN + 5 * DAY, ends=FIRST + 12 * DAY))
    stage.tick(SIGNED_IN + 5 * DAY + hours(3))
    assert told(stage) == []


@pytest.mark.parametrize("ends", [None, SIGNED_IN + 90 * DAY, SIGNED_IN - DAY])
def test_a_sign_in_that_lasts_is_nothing_to_write_of(stage: Stage, ends: datetime | None) -> None:
    signed_in(stage, lambda: replace(TESTING, ends=ends))
    stage.tick(SIGNED_IN + 5 * DAY)
    assert told(stage) == []


def test_what_takes_longer_to_get_is_told_earlier(stage: Stage) -> None:
    certificate = Standing(ends=FIRST + 13 * DAY, rule="it expires", notice=14 * DAY, remedy="do")
    signed_in(stage, lambda: certificate)
    stage.every(FIRST, FIRST + DAY)
    assert told(stage) == [MAYA]
    assert "visavis login" not in stage.world.letters[-1].text


def test_a_sign_in_that_cannot_be_opened_is_told_by_the_look_alone(stage: Stage) -> None:
    def sealed() -> Standing:
        raise NotPermitted("its key is gone")

    signed_in(stage, sealed)
    assert not stage.tick(FIRST).failed
    assert told(stage) == []
