"""Markdown as people wrote it, to HTML that can do no harm: twice, by the parser and after it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from connectors.markdown import unmarked
from connectors.plain import plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

_MARK = re.compile(r"<!--\s*visavis:(?P<mark>\d{8}T\d{4}-[\w-]+)\s*-->")
_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("a", "em", "strong", "s", "ul", "ol", "li", "label", "input"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "input": {"type", "checked", "disabled"},
    "ol": {"start"},
    "h2": {"id"},
    "h3": {"id"},
}


LONGEST = 60_000
"""Characters that are rendered, about a year; the time it takes grows with the square."""


def prose(text: str) -> Markup:
    """Render Markdown; our marks become anchors, HTML stays letters, pictures are not fetched.

    Of a text longer than `LONGEST` its top, down to the end of a line.
    """
    import nh3  # noqa: PLC0415 - neither is needed before the first agenda is opened

    html = nh3.clean(
        _parser().render(plain(_top(text))),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(html)  # noqa: S704 - cleaned one line above


def _top(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition("\n")[0]


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - as above
    from mdit_py_plugins.tasklists import tasklists_plugin  # noqa: PLC0415 - as above

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(tasklists_plugin, label=True)
    parser.disable("image")
    parser.core.ruler.before("inline", "marks", _marks)
    return parser


def _marks(state: StateCore) -> None:
    """Take our marks out of the text; a heading's mark becomes its anchor."""
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        if token.type != "inline":
            continue
        found = _MARK.search(token.content)
        if found and before and before.type == "heading_open":
            before.attrSet("id", found["mark"])
        token.content = unmarked(token.content)
