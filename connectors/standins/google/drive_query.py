"""The search language of files.list, as far as finding one's own files needs it.

Terms joined by `and` in any order. Anything else is refused rather than ignored: a query that is
half understood finds too much.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.standins.google.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.standins.google.drive import File

_TEXT = r"'((?:[^'\\]|\\.)*)'"
_TERMS = (
    (rf"appProperties has \{{ ?key ?= ?{_TEXT} and value ?= ?{_TEXT} ?\}}", "property"),
    (r"trashed ?= ?(true|false)", "trashed"),
    (rf"mimeType ?= ?{_TEXT}", "mime_type"),
    (rf"name ?= ?{_TEXT}", "name"),
    (rf"name contains {_TEXT}", "name_part"),
    (rf"{_TEXT} in parents", "parent"),
)


def matcher(query: str, client: str) -> Callable[[File], bool]:
    """Return the test that `q` stands for; raises Refusal (400) for words it does not know."""
    terms: list[tuple[str, tuple[str, ...]]] = []
    rest = query.strip()
    while rest:
        rest = _read(rest, terms)
    return lambda file: all(_holds(file, name, values, client) for name, values in terms)


def _read(rest: str, terms: list[tuple[str, tuple[str, ...]]]) -> str:
    """Take one term off the front; return what follows its `and`."""
    for pattern, name in _TERMS:
        match = re.match(rf"{pattern}\s*(?:and\s+|$)", rest)
        if match:
            terms.append((name, tuple(re.sub(r"\\(.)", r"\1", text) for text in match.groups())))
            return rest[match.end() :]
    raise invalid("Invalid Value", "q")


def _holds(file: File, name: str, values: tuple[str, ...], client: str) -> bool:
    """Whether one term is true of a file; app properties are only seen by their own app."""
    match name:
        case "property":
            return file.properties.get(client, {}).get(values[0]) == values[1]
        case "trashed":
            return file.trashed == (values[0] == "true")
        case "name_part":
            return values[0].lower() in file.name.lower()
        case "parent":
            return values[0] in file.parents
        case _:
            return bool(getattr(file, name) == values[0])
