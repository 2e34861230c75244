"""Partial answers: the `fields` parameter."""

from __future__ import annotations

from connectors.standins.google.errors import Json, invalid

Mask = dict[str, "Mask | None"]
"""Wanted field names; None for the whole of what lies below."""


def select(answer: Json, fields: str) -> Json:
    """Return what `fields` (as in `items(id,start/dateTime),nextPageToken`) keeps of `answer`."""
    return _kept(answer, _parse(fields))


def _kept(value: Json, mask: Mask) -> Json:
    if "*" in mask:
        return value
    return {name: _below(value[name], mask[name]) for name in value if name in mask}


def _below(value: object, mask: Mask | None) -> object:
    if mask is None:
        return value
    if isinstance(value, list):
        return [_below(inner, mask) for inner in value]
    return _kept(value, mask) if isinstance(value, dict) else value


def _parse(fields: str) -> Mask:
    mask, rest = _level(fields.replace(" ", ""))
    if rest or not mask:
        message = f"Invalid field selection {fields}"
        raise invalid(message, "fields")
    return mask


def _level(text: str) -> tuple[Mask, str]:
    """Read one comma-separated level up to its closing bracket; return it and what is left."""
    mask: Mask = {}
    while text and text[0] != ")":
        end = next((i for i, char in enumerate(text) if char in ",()/"), len(text))
        name, text = text[:end], text[end:]
        inner: Mask | None = None
        if text[:1] == "(":
            inner, text = _level(text[1:])
            text = text.removeprefix(")")
        elif text[:1] == "/":
            inner, text = _path(text[1:])
        mask[name] = inner
        text = text.removeprefix(",")
    return mask, text


def _path(text: str) -> tuple[Mask, str]:
    """Read what follows a slash: one name, itself perhaps with something below."""
    end = next((i for i, char in enumerate(text) if char in ",()/"), len(text))
    name, rest = text[:end], text[end:]
    if rest[:1] == "/":
        inner, rest = _path(rest[1:])
        return {name: inner}, rest
    if rest[:1] == "(":
        inner, rest = _level(rest[1:])
        return {name: inner}, rest.removeprefix(")")
    return {name: None}, rest
