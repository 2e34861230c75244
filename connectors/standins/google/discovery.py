"""The discovery documents that ship with the client: what a request may contain at all.

The real client refuses unknown parameters itself but sends any body. Google drops much of what it
does not know without a word; here it is a 400 that names the culprit, because a misspelt field
that does nothing is the error nobody sees in a test.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from connectors.standins.google.errors import Json, Refusal
from connectors.standins.google.partial import Mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DOCUMENTS = (
    "calendar.v3",
    "drive.v3",
    "docs.v1",
    "admin.directory_v1",
    "people.v1",
    "tasks.v1",
)


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one API; `parameters` includes those common to the whole API."""

    id: str
    verb: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, Json]
    request: str | None
    response: str | None
    scopes: frozenset[str]
    schemas: Mapping[str, Json]

    def query(self, items: Iterable[tuple[str, str]]) -> Json:
        """Return the query as typed values; raises Refusal for what the API does not know."""
        values: Json = {}
        for name, text in items:
            if name == _QUOTA_USER and len(text) > _LONGEST_QUOTA_USER:
                raise _bad_value(name, text)
            rule = self.parameters.get(name)
            if rule is None or rule["location"] != "query":
                raise _unknown(name, "query")
            value = _typed(name, text, rule)
            values[name] = [*values.get(name, []), value] if rule.get("repeated") else value
        for name, rule in self.parameters.items():
            if rule.get("required") and rule["location"] == "query" and name not in values:
                raise Refusal(400, "required", f"Required parameter: {name}", parameter=name)
        return values

    def check(self, body: Json) -> None:
        """Raise Refusal for the first field of `body` the API does not know."""
        if self.request is None:
            return
        for problem in _problems(self.schemas, {"$ref": self.request}, body, "body"):
            raise problem

    def check_fields(self, mask: Mask) -> None:
        """Raise Refusal for a selection of what the answer never has."""
        if self.response is not None:
            _check_mask(self.schemas, {"$ref": self.response}, mask)


def find(verb: str, path: str) -> tuple[Method, Json] | None:
    """Return the method at `path` (raw, still percent-encoded) and its path parameters."""
    for method in _methods():
        if method.verb == verb and (match := method.pattern.fullmatch(path)):
            return method, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


@cache
def properties(document: str, schema: str) -> frozenset[str]:
    """Return the names a schema of a document has."""
    return frozenset(_shipped(document)["schemas"][schema]["properties"])


@cache
def _methods() -> tuple[Method, ...]:
    """Return all methods of the six APIs; reading the documents takes a moment, once."""
    return tuple(method for name in _DOCUMENTS for method in _document(name))


def _document(name: str) -> Iterator[Method]:
    """Yield the methods of one document as shipped with the client."""
    document = _shipped(name)
    for method in _described(document):
        yield from _addresses(document, method)


def _shipped(name: str) -> Json:
    shipped = files("googleapiclient.discovery_cache.documents") / f"{name}.json"
    document: Json = json.loads(shipped.read_text("utf-8"))
    return document


def _described(resource: Json) -> Iterator[Json]:
    """Yield method descriptions, resources within resources."""
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _described(inner)


def _addresses(document: Json, method: Json) -> Iterator[Method]:
    """Yield the method once for its own path and once for its upload path, if it has one."""
    paths = ["/" + document["servicePath"] + method["path"]]
    if "mediaUpload" in method:
        paths.append(method["mediaUpload"]["protocols"]["simple"]["path"])
    for path in paths:
        yield Method(
            id=method["id"],
            verb=method["httpMethod"],
            pattern=_pattern(path, method.get("parameters", {})),
            parameters=document["parameters"] | _UPLOAD | method.get("parameters", {}),
            request=method.get("request", {}).get("$ref"),
            response=method.get("response", {}).get("$ref"),
            scopes=frozenset(method.get("scopes", ())),
            schemas=document["schemas"],
        )


_QUOTA_USER, _LONGEST_QUOTA_USER = "quotaUser", 40
_DESCRIBED = re.compile(r'^- "(\w+)"', re.MULTILINE)
_UPLOAD: Json = {"uploadType": {"location": "query", "type": "string"}}


def _pattern(path: str, parameters: Mapping[str, Json]) -> re.Pattern[str]:
    """Turn a URI template into a pattern; `{+name}` spans slashes as its own pattern allows."""
    pieces = re.split(r"(\{\+?\w+\})", path)
    return re.compile("".join(_piece(piece, parameters) for piece in pieces))


def _piece(piece: str, parameters: Mapping[str, Json]) -> str:
    """Return the pattern of one piece of a URI template."""
    if not piece.startswith("{"):
        return re.escape(piece)
    name = piece.strip("{+}")
    inner = parameters[name]["pattern"].strip("^$") if "+" in piece else "[^/]+"
    return f"(?P<{name}>{inner})"


def _typed(name: str, text: str, rule: Json) -> Any:  # noqa: ANN401 - as the rule says
    """Read a query parameter; raises Refusal for another type or a word outside its enum."""
    if rule["type"] == "boolean" and text in {"true", "false"}:
        return text == "true"
    if rule["type"] == "integer" and re.fullmatch(r"-?\d+", text) and _in_bounds(text, rule):
        return int(text)
    if rule["type"] == "string" and text in rule.get("enum", (text,)):
        return text
    raise _bad_value(name, text)


def _in_bounds(text: str, rule: Json) -> bool:
    """Whether a number lies between the two that a document may name."""
    return int(rule.get("minimum", text)) <= int(text) <= int(rule.get("maximum", text))


def _bad_value(name: str, text: str) -> Refusal:
    return Refusal(400, "invalidParameter", f"Invalid value '{text}'.", parameter=name)


def _problems(schemas: Mapping[str, Json], rule: Json, value: object, at: str) -> Iterator[Refusal]:
    """Yield what is wrong with a value by its schema, depth first; null is always right."""
    if "$ref" in rule:
        rule = schemas[rule["$ref"]]
    match rule.get("type"), value:
        case _, None:
            return
        case "object", dict():
            for name, inner in value.items():
                known = rule.get("properties", {}).get(name, rule.get("additionalProperties"))
                if known is None:
                    yield _unknown(name, at)
                else:
                    yield from _problems(schemas, known, inner, f"{at}.{name}")
        case "array", list():
            for number, inner in enumerate(value):
                yield from _problems(schemas, rule["items"], inner, f"{at}[{number}]")
        case "string", str() if (words := _words(rule)) and value not in words:
            yield Refusal(400, "invalid", f"Invalid value at '{at}': {value}.")
        case kind, _ if not isinstance(value, _PYTHON[str(kind)]):
            yield Refusal(400, "invalid", f"Invalid value at '{at}' ({kind}).")
        case _:
            return


def _words(rule: Json) -> list[str]:
    """Return the words a string may be; Calendar lists its own in the descriptions alone."""
    return rule.get("enum") or _DESCRIBED.findall(rule.get("description", ""))


def _check_mask(schemas: Mapping[str, Json], rule: Json, mask: Mask) -> None:
    """Raise Refusal for the first selected name the schema lacks."""
    rule = rule.get("items", rule)
    rule = schemas[rule["$ref"]] if "$ref" in rule else rule
    for name, below in mask.items():
        known = rule.get("properties", {}).get(name, rule.get("additionalProperties"))
        if known is None and name != "*":
            raise Refusal(400, "invalidParameter", f"Invalid field selection {name}")
        if known is not None and below is not None:
            _check_mask(schemas, known, below)


_PYTHON: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "any": object,
}


def _unknown(name: str, place: str) -> Refusal:
    """The 400 that names what the API does not know."""
    message = (
        f"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find it."
    )
    return Refusal(400, "badRequest", message, parameter=name)
