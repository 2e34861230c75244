"""Partial answers: the `fields` parameter.

Whoever leaves `nextPageToken` or `nextSyncToken` out of his selection does not get it.
"""

from __future__ import annotations

from connectors.standins.google.errors import Json, invalid

Mask = dict[str, "Mask | None"]
"""Wanted field names; None for the whole of what lies below."""


def kept(value: Json, mask: Mask) -> Json:
    """Return what a mask keeps of an answer."""
    if "*" in mask:
        return value
    return {name: _below(value[name], mask[name]) for name in value if name in mask}


def _below(value: object, mask: Mask | None) -> object:
    """Apply a mask to a field, to each item where it is a list."""
    if mask is None:
        return value
    if isinstance(value, list):
        return [_below(inner, mask) for inner in value]
    return kept(value, mask) if isinstance(value, dict) else value


def parse(fields: str) -> Mask:
    """Read a selection as in `items(id,start/dateTime),nextPageToken`."""
    mask, rest = _level(fields.replace(" ", ""))
    if rest or not mask:
        raise invalid(f"Invalid field selection {fields}", "fields")
    return mask


def _level(text: str) -> tuple[Mask, str]:
    """Read terms up to a closing bracket; return them and what is left."""
    mask: Mask = {}
    while text and text[0] != ")":
        name, inner, text = _term(text)
        known = mask.get(name)
        mask[name] = known | inner if known and inner else inner
        text = text.removeprefix(",")
    return mask, text


def _term(text: str) -> tuple[str, Mask | None, str]:
    """Read one name with whatever is selected below it."""
    end = next((i for i, char in enumerate(text) if char in ",()/"), len(text))
    name, rest = text[:end], text[end:]
    if not name:
        raise invalid(f"Invalid field selection {text}", "fields")
    if rest[:1] == "(":
        inner, rest = _level(rest[1:])
        if rest[:1] != ")":
            raise invalid(f"Invalid field selection {text}", "fields")
        return name, inner, rest[1:]
    if rest[:1] == "/":
        below, inner_of_below, rest = _term(rest[1:])
        return name, {below: inner_of_below}, rest
    return name, None, rest
