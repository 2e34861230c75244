"""The owner's own templates: every flaw is named before anybody gets a broken agenda."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daemon.examples import EXAMPLES
from daemon.proofreading import flaws
from daemon.render import TemplatePen, loader
from daemon.sandbox import Sandbox, plain
from tests.histories import USUAL, told

GOOD = """\
{% import "parts.md.j2" as part %}
## {{ heading }}

### Whatever is on our minds

{{ part.actions(section, section.report) }}
"""


def test_the_templates_that_come_along_have_no_flaw(tmp_path: Path) -> None:
    assert flaws(tmp_path) == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_template_can_say_all_its_examples(name: str) -> None:
    box = Sandbox(loader(None), plain)
    texts = [box.render(name, **example) for example in EXAMPLES[name]]
    assert all(text.strip() for text in texts)
    assert len(set(texts)) == len(texts)


def test_a_good_template_of_ones_own_is_used(tmp_path: Path) -> None:
    (tmp_path / "manager.md.j2").write_text(GOOD)
    assert flaws(tmp_path) == ()
    history = told(USUAL)
    text = TemplatePen(tmp_path).section(history.dossier, history.meeting)
    assert "Whatever is on our minds" in text
    assert "- [ ] [Maya] ask legal about the contract by 27 March 2026" in text


@pytest.mark.parametrize(
    ("file", "text", "line", "said"),
    [
        pytest.param(
            "manager.md.j2",
            GOOD + "{{ sektion.items }}\n",
            7,
            'unknown variable sektion; did you mean "section"?',
            id="unknown variable",
        ),
        pytest.param(
            "peer.md.j2",
            GOOD + "\n{{ section.segment }}\n",
            8,
            'nothing here is called segment; did you mean "segments"?',
            id="unknown name of a fact",
        ),
        pytest.param(
            "report.md.j2", GOOD + "{% for a in section.items %}\n", 7, "endfor", id="no end"
        ),
        pytest.param("prep.md.j2", "\n{{ prep.start|wenn }}", 2, "wenn", id="unknown filter"),
        pytest.param(
            "manager.md.j2",
            "## {{ heading }}\n\n### Growth\n",
            1,
            "no place for action items",
            id="no place for action items",
        ),
        pytest.param(
            "manager.md.j2",
            GOOD.replace("## {{ heading }}", "## Our meeting"),
            1,
            "make `## {{ heading }}` its first line",
            id="no date",
        ),
        pytest.param(
            "managers.md.j2",
            GOOD,
            1,
            'no template is called managers; did you mean "manager"?',
            id="unknown template",
        ),
        pytest.param(
            "parts.md.j2", "{% macro task(item) %}{% endmacro %}", 1, "opening", id="macros gone"
        ),
        pytest.param(
            "alert.md.j2", "{{ alert.streak / 0 }}", 1, "ZeroDivisionError", id="an error at work"
        ),
        pytest.param("digest.md.j2", "{{ 'a' ~ 'b' }}", 1, "instead of", id="what is refused"),
    ],
)
def test_a_flaw_is_told_with_file_line_and_remedy(
    tmp_path: Path, file: str, text: str, line: int, said: str
) -> None:
    (tmp_path / file).write_text(text)
    found = flaws(tmp_path)
    assert {(flaw.file, flaw.line) for flaw in found} == {(tmp_path / file, line)}
    assert any(said in str(flaw) for flaw in found)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "peer.md.j2").write_bytes(b"\xff\xfe")
    (flaw,) = flaws(tmp_path)
    assert str(flaw).endswith("peer.md.j2:1: not UTF-8: invalid start byte; save it as UTF-8")


def test_all_flaws_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "manager.md.j2").write_text("{{ a }}\n{{ b }}")
    (tmp_path / "peer.md.j2").write_text("{% if %}")
    assert [(flaw.file.name, flaw.line) for flaw in flaws(tmp_path)] == [
        ("manager.md.j2", 1),
        ("manager.md.j2", 2),
        ("peer.md.j2", 1),
    ]


def test_where_an_own_template_fails_after_all_ours_is_used_and_it_is_logged(
    tmp_path: Path,
) -> None:
    (tmp_path / "manager.md.j2").write_text("{{ section.items[99].text }}")
    history = told(USUAL)
    with capture_logs() as logs:
        text = TemplatePen(tmp_path).section(history.dossier, history.meeting)
    assert text == TemplatePen().section(history.dossier, history.meeting)
    assert [(log["event"], log["template"]) for log in logs] == [
        ("template.failed", "manager.md.j2")
    ]


def test_every_template_that_comes_along_has_an_example() -> None:
    ours = {file.name for file in (resources.files("config") / "agendas").iterdir()}
    assert ours - EXAMPLES.keys() == {"note.md.j2", "parts.md.j2"}
