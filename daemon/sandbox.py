"""Where templates run: no way out, no endless work, no words that turn into structure.

Bounded by construction instead of by a clock, so that the same facts give the same words on a
slow machine too: a template has no functions but its macros, loops only over the facts it is
given, and pays a step a turn and its length for every word; both are limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeGuard

from jinja2 import BaseLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from daemon import phrases

MAX_SOURCE = 32_000
"""Characters of one template."""
MAX_TEXT = 250_000
"""Characters of one rendered text; a usual section has about two thousand."""
MAX_STEPS = 20_000
"""Turns of loops and calls of macros in one rendering."""

_FILTERS: dict[str, Callable[..., Any]] = {
    "day": phrases.day,
    "near_day": phrases.near_day,
    "month": phrases.month,
    "clock": phrases.clock,
    "count": phrases.count,
    "lasting": phrases.lasting,
    "times": phrases.times,
    "ordinal": phrases.ordinal,
    "listed": phrases.listed,
    "brief": phrases.brief,
    "shell": phrases.shell,
}
_BUILT_IN = ("capitalize", "first", "last", "length", "lower", "map", "rejectattr", "selectattr")

# Control characters, line separators, and marks that turn the direction of what follows.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]")
_INLINE = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)")
_START = re.compile(r"^(?=[#=+-])|^(\d{1,9})(?=[.)])")

_steps: ContextVar[int] = ContextVar("steps")
_letters: ContextVar[int] = ContextVar("letters")


class TooMuch(SecurityError):
    """A template works longer, or writes more, than any agenda needs."""


def plain(text: str) -> str:
    """Return text on one line, without control characters: for mail and chat."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def markdown(text: str) -> str:
    """Return text that Markdown shows letter by letter, on one line, wherever it stands."""
    return _START.sub(r"\1\\", _INLINE.sub(r"\\\g<0>", plain(text)))


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates of one format: whatever they print goes through `escape`, once."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, loader: BaseLoader, escape: Callable[[str], str]) -> None:
        # Autoescape marks the output of macros as escaped; what is not marked yet is ours to do.
        super().__init__(
            loader=loader,
            autoescape=True,
            finalize=lambda value: _paid(value if _done(value) else escaped(escape(str(value)))),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.globals = {}
        self.filters = {name: self.filters[name] for name in _BUILT_IN} | _FILTERS

    def render(self, name: str, **facts: Any) -> str:  # noqa: ANN401 - plain frozen facts
        """Render a template; raises `TemplateError`, or what an expression of it raises."""
        _steps.set(MAX_STEPS)
        _letters.set(MAX_TEXT)
        text = self.get_template(name).render(facts)
        if len(text) > MAX_TEXT:
            raise TooMuch(f"{name} writes more than {MAX_TEXT} characters")
        return _tidy(text)

    def step(self) -> str:
        """Pay for one turn of a loop or one call of a macro."""
        left = _steps.get() - 1
        _steps.set(left)
        if left < 0:
            raise TooMuch(f"more than {MAX_STEPS} turns of loops and calls of macros")
        return ""

    def is_safe_callable(self, obj: object) -> bool:
        """Allow the macros of a template: no method of a string makes it a million long."""
        return isinstance(obj, Macro) or obj == self.step

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Calculate with numbers only: multiplied words have no end."""
        if not (isinstance(left, int) and isinstance(right, int)) or operator == "**":
            raise SecurityError(f"{operator} works on small numbers only")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > MAX_SOURCE:
            raise TemplateSyntaxError(f"longer than {MAX_SOURCE} characters", 1, name, filename)
        tree = super()._parse(source, name, filename)
        if joined := tree.find(nodes.Concat):
            raise TemplateSyntaxError(
                "write {{ a }}{{ b }} instead of {{ a ~ b }}", joined.lineno, name, filename
            )
        return tree

    def _generate(self, source: nodes.Template, *rest: Any, **named: Any) -> str:  # noqa: ANN401
        bodies: list[nodes.For | nodes.Macro] = [*source.find_all(nodes.For)]
        for repeated in [*bodies, *source.find_all(nodes.Macro)]:
            step = nodes.EnvironmentAttribute("step", lineno=repeated.lineno)
            call = nodes.Call(step, [], [], None, None, lineno=repeated.lineno)
            repeated.body.insert(0, nodes.ExprStmt(call, lineno=repeated.lineno))
        return super()._generate(source, *rest, **named)


def escaped(text: str) -> Markup:
    """Declare text as escaped for the format it goes into: printed as it is."""
    return Markup(text)  # noqa: S704 - "markup" is jinja2's word; no HTML is made here


def _done(value: object) -> TypeGuard[Markup]:
    return isinstance(value, Markup)


def _paid(words: Markup) -> Markup:
    """Pay for words by their length."""
    left = _letters.get(MAX_TEXT) - len(words)
    _letters.set(left)
    if left < 0:
        raise TooMuch(f"writes more than {MAX_TEXT} characters")
    return words


def _tidy(text: str) -> str:
    """Take out what left-out parts leave behind: blank lines in a row, spaces at line ends."""
    lines = re.sub(r"[ \t]+\n", "\n", text).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"
