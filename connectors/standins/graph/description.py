"""The published description of Graph, and the judgement whether a request follows it.

The file beside this module lists paths, options and schemas: strict `write.*` ones for requests,
lenient ones for answers. It is read when the first request arrives, not at import, because reading
and compiling it takes longer than everything else in this package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from connectors.standins.graph.calls import Json, Refused

_METHODS = ("get", "post", "put", "patch", "delete")
_VARIABLE = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path of the description, with the variables found in the actual path."""

    method: str
    template: str
    variables: Mapping[str, str]

    @property
    def said(self) -> Json:
        """What the description says of it."""
        found: Json = document()["paths"][self.template][self.method.lower()]
        return found

    def check_query(self, query: Mapping[str, str]) -> None:
        """Refuse unknown, missing and ill-typed query options with 400."""
        known = {each["name"]: each for each in self._parameters() if each["in"] == "query"}
        if unknown := set(query) - set(known):
            message = f"The query option '{min(unknown)}' is not supported here."
            raise Refused(400, "ErrorInvalidUrlQuery", message)
        missing = [name for name, said in known.items() if said.get("required")]
        if absent := set(missing) - set(query):
            raise Refused(400, "ErrorInvalidParameter", f"'{min(absent)}' is required.")
        for name, value in query.items():
            _check(known[name]["schema"], _typed(value, known[name]["schema"]), name)

    def check_body(self, body: Any) -> None:  # noqa: ANN401 - a body is whatever the client sent
        """Refuse a JSON body that breaks the strict write schema with 400."""
        said = self.said.get("requestBody", {"content": {}, "required": False})
        if body is None and not said.get("required"):
            return
        if "application/json" not in said["content"]:
            raise Refused(400, "BadRequest", "No JSON body belongs here.")
        problem = next(_validator(self.method, self.template).iter_errors(body), None)
        if problem:
            where = "/".join(map(str, problem.absolute_path)) or "body"
            raise Refused(400, "RequestBodyRead", f"{where}: {problem.message[:300]}")

    @property
    def takes_bytes(self) -> bool:
        """Whether the body is a file and not JSON."""
        content = self.said.get("requestBody", {}).get("content", {})
        return "application/octet-stream" in content

    def _parameters(self) -> Iterator[Json]:
        """Yield the parameters of the operation, shared ones looked up."""
        for parameter in self.said.get("parameters", ()):
            name = parameter.get("$ref", "").rpartition("/")[2]
            yield document()["components"]["parameters"][name] if name else parameter


def find(method: str, path: str) -> Operation:
    """Return the operation of a path; 404 for an unknown path, 405 for a wrong method."""
    template, variables = _match(path)
    if method.lower() not in document()["paths"][template]:
        raise Refused(405, "Request_BadRequest", f"{method} is not allowed on {template}.")
    return Operation(method, template, variables)


def properties(resource: str) -> frozenset[str]:
    """Return the names of the properties of a resource."""
    schema = document()["components"]["schemas"][f"microsoft.graph.{resource}"]
    return frozenset(schema["properties"])


@cache
def document() -> Json:
    """Return the whole description, read once, when the first request needs it."""
    text = files(__package__).joinpath("graph-subset.openapi.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    return loaded


@cache
def _paths() -> tuple[tuple[re.Pattern[str], str], ...]:
    """List the paths, those with more fixed letters first: `root:/x:/content` is no file `x`."""
    fixed = sorted(document()["paths"], key=lambda path: -len(_VARIABLE.sub("", path)))
    return tuple((_pattern(template), template) for template in fixed)


def _pattern(template: str) -> re.Pattern[str]:
    """Compile a path; only `item-path` may hold slashes, and its last colon may be left off."""
    parts = _VARIABLE.split(template)
    compiled = [re.escape(parts[0])]
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        group = name.replace("-", "_")
        compiled += [
            f"(?P<{group}>{'.+?' if name == 'item-path' else '[^/]+'})",
            re.escape(literal),
        ]
    pattern = "".join(compiled)
    return re.compile(pattern + "?" if template.endswith("}:") else pattern)


def _match(path: str) -> tuple[str, Mapping[str, str]]:
    """Return the template a path follows, and the values of its variables."""
    for pattern, template in _paths():
        if found := pattern.fullmatch(path):
            return template, found.groupdict()
    raise Refused(404, "ResourceNotFound", f"No resource at '{path}'.")


@cache
def _validator(method: str, template: str) -> Draft202012Validator:
    """Return the judge of one operation's body; compiled once."""
    body = document()["paths"][template][method.lower()]["requestBody"]
    return _resolving(body["content"]["application/json"]["schema"])


def _resolving(schema: Json) -> Draft202012Validator:
    """Return a validator that finds `#/components/…` of the description."""
    return Draft202012Validator({**schema, "components": document()["components"]})


def _typed(value: str, schema: Json) -> object:
    """Read a query value as the type its schema wants; what does not fit stays text."""
    if schema.get("type") == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _check(schema: Json, value: object, name: str) -> None:
    if problem := next(_resolving(schema).iter_errors(value), None):
        raise Refused(400, "ErrorInvalidUrlQuery", f"{name}: {problem.message}")
