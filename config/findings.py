"""What pydantic found wrong, in the words of somebody who edits the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.problems import Finding, Place, Wrong, nearest

Keys = Mapping[str, Sequence[str]]
"""The keys of each table; those outside of all tables under ""."""

_WORDS = {
    "bool_type": "needs true or false, without quotes",
    "date_type": "needs a date such as 2026-02-01, without quotes",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "needs a whole number",
    "less_than_equal": "must be at most {le}",
    "missing": "missing",
    "model_type": "needs a table",
    "string_type": "needs text in quotes",
    "tuple_type": "needs a list in brackets",
}


def findings(error: ValidationError, keys: Keys) -> Iterator[Finding]:
    """Yield where something is wrong, and what."""
    for detail in error.errors(include_url=False):
        # A default that rests on a wrong value is not a second mistake.
        if detail["type"] != "default_factory_not_called":
            yield detail["loc"], _wrong(detail, keys)


def _wrong(detail: ErrorDetails, keys: Keys) -> Wrong:
    """Say it in our words; places of one step are tables, the most common slip of TOML."""
    place, context = detail["loc"], detail.get("ctx", {})
    match detail["type"]:
        case "value_error" if isinstance(context["error"], Wrong):
            return context["error"]
        case "extra_forbidden":
            return _unknown(place, detail["input"], keys)
        case "tuple_type" if len(place) == 1:
            return Wrong("needs double brackets", nearest=f"[[{place[0]}]]")
        case "missing" if len(place) == 1:
            return Wrong("missing", remedy=f"add a table [[{place[0]}]]")
        case "model_type" if len(place) == 1:
            return Wrong("needs a table of its own", nearest=f"[{place[0]}]")
        case kind:
            return Wrong(_WORDS.get(kind, detail["msg"]).format_map(context))


def _unknown(place: Place, value: object, keys: Keys) -> Wrong:
    """Name the key that was meant: the same word in another table, or a like one in this.

    TOML reads a key under the last header above it, so a right key in the wrong table is common.
    """
    table, key = str(place[0]) if len(place) > 1 else "", str(place[-1])
    what = f"unknown {'table' if _is_table(value) else 'key'}"
    for other, known in keys.items():
        if key in known and key not in keys:
            remedy = "" if other else "what belongs to no table comes first"
            return Wrong(what, nearest=f"{other}.{key}".lstrip("."), remedy=remedy)
    guess = nearest(key, keys[table])
    return Wrong(what, nearest=guess, remedy="" if guess else f"known are {', '.join(keys[table])}")


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and value != [] and _is_table(value[0])
    )
