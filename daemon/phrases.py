"""How days, times and numbers read in English; given to the templates as filters."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import date, datetime
from textwrap import shorten

_BRIEF = 240
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def day(moment: date) -> str:
    """Return "Monday, 2 March 2026"."""
    return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"


def near_day(moment: date) -> str:
    """Return "Monday 2 March", for days around the one a text is about."""
    return f"{moment:%A} {moment.day} {moment:%B}"


def month(moment: date) -> str:
    """Return "March"."""
    return f"{moment:%B}"


def clock(moment: datetime) -> str:
    """Return "09:30", on the wall clock the moment is told in."""
    return f"{moment:%H:%M}"


def count(number: int, unit: str) -> str:
    """Return "1 week" or "3 weeks"."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def lasting(minutes: int) -> str:
    """Return "45 minutes", "an hour", "an hour and a half", "3 hours and 15 minutes"."""
    hours, rest = divmod(minutes, 60)
    whole = "an hour" if hours == 1 else f"{hours} hours"
    if not hours:
        return count(minutes, "minute")
    if rest == 30:
        return f"{whole} and a half" if hours == 1 else f"{hours} and a half hours"
    return f"{whole} and {count(rest, 'minute')}" if rest else whole


def times(number: int) -> str:
    """Return "twice", or "3 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def ordinal(number: int) -> str:
    """Return "third", for the small numbers people spell out."""
    return _ORDINALS[number] if 0 < number < len(_ORDINALS) else f"{number}th"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def brief(lines: Iterable[str]) -> str:
    """Return what was noted on one line, cut at a word where it is long; the document has all."""
    return shorten("; ".join(lines), _BRIEF, placeholder=" …")


def shell(word: str) -> str:
    """Return one argument as a POSIX shell takes it, whatever an address contains."""
    return shlex.quote(word)
