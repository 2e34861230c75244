"""The owner's own templates: a folder `agendas` beside the settings file."""

from __future__ import annotations

from tests.cli.conftest import Desk

NOW = "2026-03-01T12:00:00+01:00"
OWN = """\
{% import "parts.md.j2" as part %}
## {{ heading }}

{{ part.opening(section) }}
### What we never skip

{{ part.actions(section, section.people|first) }}
"""


def test_own_templates_are_used(desk: Desk) -> None:
    desk.meets()
    desk.at(NOW)
    own(desk, "peer", OWN)
    desk.ask("tick")
    shown = desk.ask("agenda", "ben")
    assert "### What we never skip" in shown["markdown"]
    assert "### How we work together" not in shown["markdown"]


def test_flaws_in_templates_are_wrong_settings_listed_all_at_once(desk: Desk) -> None:
    desk.meets()
    desk.at(NOW)
    own(desk, "peer", "## {{ heading }}\n\n{{ sectoin.day }}\n")
    own(desk, "recap", "Our meeting\n{% if recap.empty %}\n")
    result = desk.run("tick")
    assert (result.code, result.out) == (2, "")
    folder = desk.settings.parent / "agendas"
    assert f'{folder / "peer.md.j2"}:3: unknown variable sectoin; did you mean "section"?' in (
        result.err
    )
    assert f"{folder / 'recap.md.j2'}:2: " in result.err


def own(desk: Desk, name: str, text: str) -> None:
    """Put a template of Maya's own beside her settings."""
    folder = desk.settings.parent / "agendas"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md.j2").write_text(text, encoding="utf-8")
