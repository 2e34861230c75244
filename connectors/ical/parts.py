"""One component as its properties by name, and their words.

Pure. A master and its overrides are all parts of one event; of two that speak for the same
instance, the higher revision counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from connectors.ical.source import Component, Property

Fields: TypeAlias = Mapping[str, Sequence[Property]]
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def fields(component: Component) -> Fields:
    """Gather a component's own properties by name."""
    found: dict[str, list[Property]] = {}
    for one in component.properties():
        found.setdefault(one.name, []).append(one)
    return found


def lead(components: Sequence[Component]) -> Component:
    """Return the master, or without one an override; of several the newest."""
    masters = [one for one in components if "RECURRENCE-ID" not in fields(one)]
    return newest(masters or components)


def newest(components: Sequence[Component]) -> Component:
    """Return the component of the highest revision; the last of equals."""
    *_, last = sorted(components, key=lambda one: sequence(fields(one)))
    return last


def sequence(part: Fields) -> int:
    """Return the revision that the organizer counts (SEQUENCE)."""
    number = raw_value(part, "SEQUENCE")
    return int(number) if re.fullmatch("[0-9]{1,9}", number) else 0


def raw_value(part: Fields, name: str) -> str:
    """Return a property's value as it is written, escapes included."""
    return part[name][0].value if name in part else ""


def words(part: Fields, name: str) -> str:
    """Return a property's words; empty where it is not there."""
    return unescaped(raw_value(part, name))


def texts(part: Fields, name: str) -> list[str]:
    """Return the words of a property that may stand several times."""
    return [unescaped(one.value) for one in part.get(name, ())]


def unescaped(written: str) -> str:
    """Return the words of a TEXT value."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], written).strip()
