"""Whoever knows an address can send an invitation: what it says is read, and harms nobody."""

from __future__ import annotations

from tests.cli.conftest import SUNDAY, Desk

EVE = "eve@evil.example"


def invited(desk: Desk, more: str) -> None:
    """Let Eve invite Maya every Monday, beside the one-on-one with Ben."""
    desk.meets("ben", start="20260105T140000")
    desk.meets("eve", organizer=EVE, guest=EVE, more=more)
    desk.at(SUNDAY.isoformat())


def test_an_invite_cannot_make_a_file_of_the_owner_the_agenda(desk: Desk) -> None:
    diary = desk.folder / "diary.md"
    diary.write_text("# Diary\n\n- [ ] Maya to resign by 4 March\n")
    invited(desk, f"ATTACH:{diary.as_uri()}\r\n")
    assert desk.run("tick").code == 0
    shown = desk.ask("agenda", EVE)
    assert "resign" not in f"{shown['markdown']}{shown['prep']}"
    assert diary.read_text() == "# Diary\n\n- [ ] Maya to resign by 4 March\n"
