"""How people are called in text, and whose an item is that names somebody."""

from __future__ import annotations

import re
from enum import StrEnum

from connectors.model import Person
from daemon.core.words import Pair

_NAMED = re.compile(r"\S+?(?:[:,]\s*|\s+(?:to|will)\s+)(?P<what>\S.*)")


class Whose(StrEnum):
    """Who took an item on, seen from the owner."""

    MINE = "mine"
    THEIRS = "theirs"
    OPEN = "open"


def full_name(person: Person) -> str:
    """Return the name as the calendar has it, else the address."""
    return person.name or person.address


def short_name(person: Person) -> str:
    """Return what colleagues say: "Ben" of "Ben Ode" and of "Ode, Ben", else of the address."""
    family, comma, given = person.name.partition(",")
    words = (given if comma else family).split()
    return words[0] if words else person.address.partition("@")[0]


def called(one: Person, other: Person) -> tuple[str, str]:
    """Return what tells two people apart on a page: first names, in full where these are alike."""
    short = (short_name(one), short_name(other))
    return short if short[0] != short[1] else (full_name(one), full_name(other))


def names(person: Person, owner: str) -> bool:
    """Whether the owner written on an item means this person: a name, a first name, an address."""
    said = owner.strip().lstrip("@").casefold()
    return said in {name.casefold() for name in _callings(person)} or person.answers_to(said)


def assigned(pair: Pair, owner: str, text: str) -> tuple[Whose, str]:
    """Tell who takes on an item, by the owner written on it or named in its words; and what."""
    # Without brackets people write "Ben to draw the plan", or "Ben: draw the plan".
    named = None if owner else _NAMED.match(text)
    said = owner or next(iter(text.split()), "").rstrip(":,")
    what = named["what"] if named else text
    if names(pair.owner, said):
        return Whose.MINE, what
    return (Whose.THEIRS, what) if names(pair.partner, said) else (Whose.OPEN, text)


def _callings(person: Person) -> set[str]:
    addresses = {person.address, *person.aliases}
    called = {person.name, short_name(person), *(a.partition("@")[0] for a in addresses)}
    return called - {""}
