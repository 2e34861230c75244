"""Templates cannot leave their sandbox, work without end, or let words become structure."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, TemplateSyntaxError
from jinja2.exceptions import SecurityError, UndefinedError
from markdown_it import MarkdownIt

from daemon import sandbox
from daemon.render import FAILURES


def render(template: str, **facts: object) -> str:
    box = sandbox.Sandbox(DictLoader({"t": template}), sandbox.markdown)
    return box.render("t", **facts)


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{{ ''.__class__.__mro__ }}", id="to the classes"),
        pytest.param("{{ words.__init__.__globals__ }}", id="to the globals"),
        pytest.param("{{ range(9) }}", id="a function that is not given"),
        pytest.param("{{ words.append('x') }}", id="a method"),
        pytest.param("{{ 'x'.center(999999999) }}", id="a method that makes words long"),
        pytest.param("{{ 'x' * 999999999 }}", id="words multiplied"),
        pytest.param("{{ 2 ** 999999 }}", id="numbers without end"),
        pytest.param("{{ '%999999999d' % 1 }}", id="a format"),
        pytest.param("{{ words|pprint }}", id="a filter that is not given"),
        pytest.param("{% include 't' %}", id="itself"),
        pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="a macro for ever"),
        pytest.param("{% import '/etc/passwd' as p %}", id="a file"),
    ],
)
def test_what_no_agenda_needs_is_refused(template: str) -> None:
    with pytest.raises(FAILURES):
        render(template, words=["a"])


def test_loops_within_loops_come_to_an_end() -> None:
    for_each = "{% for a in words %}"
    with pytest.raises(sandbox.TooMuch):
        render(for_each * 4 + "{% endfor %}" * 4, words=["a"] * 100)


def test_a_text_has_a_largest_size() -> None:
    with pytest.raises(sandbox.TooMuch):
        render("{% for a in words %}{{ long }}{% endfor %}", words=["a"] * 1000, long="x" * 300)
    with pytest.raises(sandbox.TooMuch):
        render("{% for a in words %}" + "x" * 300 + "{% endfor %}", words=["a"] * 1000)


def test_doubling_words_comes_to_an_end() -> None:
    doubled = "{% set x %}{{ x }}{{ x }}{% endset %}"
    with pytest.raises(sandbox.TooMuch):
        render("{% set x = 'words' %}" + doubled * 40)


def test_each_rendering_has_its_own_budget() -> None:
    box = sandbox.Sandbox(DictLoader({"t": "{% for a in w %}{% endfor %}"}), sandbox.plain)
    for _ in range(3):
        box.render("t", w=range(sandbox.MAX_STEPS - 1))


def test_a_template_has_a_largest_size() -> None:
    with pytest.raises(TemplateSyntaxError, match="longer than"):
        render("x" * (sandbox.MAX_SOURCE + 1))


def test_joining_words_is_refused_with_the_way_to_do_it() -> None:
    with pytest.raises(TemplateSyntaxError, match="instead of"):
        render("{{ 'a' ~ 'b' }}")


def test_a_misspelt_variable_is_not_silently_empty() -> None:
    with pytest.raises(UndefinedError):
        render("{{ wrods }}", words="a")


def test_numbers_may_be_counted_with() -> None:
    assert render("{{ (n + 1) % 3 }}", n=4) == "2\n"
    with pytest.raises(SecurityError):
        render("{{ 'a' + 'b' }}")


def test_what_a_macro_printed_is_escaped_once() -> None:
    assert render("{% macro m(x) %}{{ x }}{% endmacro %}{{ m('*') }}") == "\\*\n"


@given(words=st.text(st.characters(codec="utf-8"), max_size=80))
def test_markdown_shows_other_peoples_words_as_they_are(words: str) -> None:
    shown = MarkdownIt("commonmark", {"html": True}).parse(sandbox.markdown(words))
    text = " ".join(words.split())
    assert [token.type for token in shown] in (
        [],
        ["paragraph_open", "inline", "paragraph_close"],
    )
    inline = [child for token in shown for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "text_special"}
    if text.isprintable():
        assert "".join(child.content for child in inline) == text


@given(words=st.text(max_size=80))
def test_plain_words_stand_on_one_line_without_control_characters(words: str) -> None:
    shown = sandbox.plain(words)
    assert len(shown.splitlines()) <= 1
    assert not any(category(letter) == "Cc" for letter in shown)
    assert not set("\u202a\u202b\u202c\u202d\u202e") & set(shown)
    assert sandbox.plain(shown) == shown
