"""The owner's own templates, read before they are used: every flaw at once, with its remedy.

A template is parsed, its variables are looked up, and it is rendered with example facts of two
kinds: a pair with everything on its list, and one that meets for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from traceback import walk_tb
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes

from connectors import markdown as format_
from daemon import render, sandbox
from daemon.examples import EXAMPLES

_SUFFIX = ".md.j2"
_LIBRARIES = ("note.md.j2", "parts.md.j2")
"""Macros that other templates import."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One mistake in a template; `line` counts from 1."""

    file: Path
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return one line in the form editors jump to: `manager.md.j2:12: …; …`."""
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


def flaws(folder: Path) -> tuple[Flaw, ...]:
    """Return everything wrong with the templates in a folder, by file and line."""
    box = sandbox.Sandbox(render.loader(folder), sandbox.markdown)
    own = sorted(folder.glob("*.j2"))
    found = {flaw for file in own for flaw in _unreadable(box, file)}
    if not found:
        # Also ours are tried: they may use macros that the owner replaced.
        found = {flaw for name in EXAMPLES for flaw in _failing(box, name, folder)}
    return tuple(sorted(found, key=lambda flaw: (flaw.file, flaw.line, flaw.what)))


def _unreadable(box: sandbox.Sandbox, file: Path) -> Iterator[Flaw]:
    known = [name.removesuffix(_SUFFIX) for name in (*EXAMPLES, *_LIBRARIES)]
    name = file.name.removesuffix(_SUFFIX)
    if name not in known:
        yield Flaw(file, 1, f"no template is called {name}", _nearest(name, known))
        return
    try:
        source = file.read_text(encoding="utf-8")
        tree = box.parse(source, file.name, str(file))
        box.compile(source, file.name, str(file))
    except UnicodeDecodeError as error:
        yield Flaw(file, 1, f"not UTF-8: {error.reason}", "save it as UTF-8")
    except TemplateSyntaxError as error:
        yield Flaw(file, error.lineno, error.message or "broken syntax", "correct the syntax")
    else:
        yield from _unknown(tree, file)


def _unknown(tree: nodes.Template, file: Path) -> Iterator[Flaw]:
    given = EXAMPLES.get(file.name, ({},))[0]
    for name in meta.find_undeclared_variables(tree) - given.keys():
        used = (node for node in tree.find_all(nodes.Name) if node.name == name)
        line = min((node.lineno for node in used), default=1)
        yield Flaw(file, line, f"unknown variable {name}", _nearest(name, given))


def _failing(box: sandbox.Sandbox, name: str, folder: Path) -> Iterator[Flaw]:
    for example in EXAMPLES[name]:
        try:
            text = box.render(name, **example)
        except render.FAILURES as error:
            yield _where(error, folder / name)
        else:
            if name in (*render.SECTIONS.values(), render.WRITTEN) and (folder / name).is_file():
                yield from _misshapen(text, example, folder / name)


def _misshapen(text: str, example: Mapping[str, Any], file: Path) -> Iterator[Flaw]:
    read = format_.section(text, None, example["section"].day)
    if read.heading != example["heading"]:
        what = "the section does not begin with its date"
        yield Flaw(file, 1, what, "make `## {{ heading }}` its first line")
    items = {item.text for block in read.blocks for item in block.items}
    if not items.issuperset(item.text for item in example["section"].items):
        what = "no place for action items"
        yield Flaw(
            file,
            1,
            what,
            "put `{{ part.actions(section, section.report) }}` where they go (`parts` imported)",
        )


def _where(error: Exception, template: Path) -> Flaw:
    """Find the line of the owner's template in which rendering failed, or that it misses."""
    spots = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    own = [(file, line) for file, line in spots if file.parent == template.parent]
    macros = [template.parent / name for name in _LIBRARIES if (template.parent / name).is_file()]
    file, line = (own or [(file, 1) for file in (*macros, template)])[-1 if own else 0]
    missing = str(error).rpartition("has no attribute ")[2].strip("'")
    if isinstance(error, TemplateError) and "has no attribute" in str(error):
        return Flaw(file, line, f"nothing here is called {missing}", _nearest(missing, _words()))
    return Flaw(file, line, f"{type(error).__name__}: {error}", "see the templates that come along")


def _words() -> set[str]:
    """Return every name a fact has."""
    facts = [fact for examples in EXAMPLES.values() for e in examples for fact in e.values()]
    return {name for fact in facts for name in _names(fact)}


def _names(fact: object) -> Iterator[str]:
    if isinstance(fact, tuple):
        yield from (name for part in fact for name in _names(part))
    elif is_dataclass(fact) and not isinstance(fact, type):
        for field in fields(fact):
            yield field.name
            yield from _names(getattr(fact, field.name))


def _nearest(word: str, among: Iterable[str]) -> str:
    among = sorted(among)
    close = get_close_matches(word, among, 1)
    return f'did you mean "{close[0]}"?' if close else f"there is: {', '.join(among)}"
