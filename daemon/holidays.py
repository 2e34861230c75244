"""Public holidays of a country, from the `holidays` library; loaded only where one is set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache


@cache
def public(country: str, years: frozenset[int]) -> Mapping[date, str]:
    """Return the public holidays of these years by date, in English where there is a name."""
    import holidays  # noqa: PLC0415 - 175 ms, only where a country is set

    found = holidays.country_holidays(country, years=sorted(years))
    return dict(sorted(found.items()))
