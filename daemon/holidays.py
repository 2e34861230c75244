"""Public holidays of a country, from the `holidays` library; loaded only where one is set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache


@cache
def public(country: str, years: frozenset[int]) -> Mapping[date, str]:
    """Return the public holidays of these years by date, in English where there is a name."""
    import holidays

    found = holidays.country_holidays(country, years=sorted(years))
    return {day: name for day, name in sorted(found.items())}
