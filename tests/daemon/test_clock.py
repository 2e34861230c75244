"""One place reads the clock, and `VISAVIS_NOW` freezes it for a command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from daemon import clock


def test_the_present_is_aware_and_passes() -> None:
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert timedelta(0) <= second - first < timedelta(minutes=1)


def test_a_frozen_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_NOW", "2026-03-02T09:00:00+01:00")
    assert clock.now() == clock.now() == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["tomorrow", "2026-03-02T09:00:00", "2026-03-02", "09:00+01:00"])
def test_what_is_no_moment_with_an_offset_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("VISAVIS_NOW", text)
    with pytest.raises(clock.FrozenClockError, match="VISAVIS_NOW"):
        clock.now()


def test_an_empty_variable_freezes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_NOW", " ")
    assert clock.frozen() is None
