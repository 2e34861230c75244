"""What README and the letter to administrators promise about permissions is what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.google.scopes import Scope
from connectors.outlook import auth

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[1]
MICROSOFT = auth.scopes(documents=True, directory=True, tasks=True)


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_of_google_is_told(scope: Scope) -> None:
    assert f"`{scope.rpartition('/')[2]}`" in (ROOT / "README.md").read_text("utf-8")
    assert f"`{scope}`" in (ROOT / "deploy" / "admin-letter.md").read_text("utf-8")


@pytest.mark.parametrize("permission", MICROSOFT)
def test_every_permission_of_microsoft_is_told(permission: str) -> None:
    for name in ("README.md", "deploy/admin-letter.md"):
        assert f"`{permission}`" in (ROOT / name).read_text("utf-8"), name


def test_the_letter_asks_for_nothing_else() -> None:
    letter = (ROOT / "deploy" / "admin-letter.md").read_text("utf-8")
    rows = [line for line in letter.splitlines() if line.startswith("| `")]
    asked = {word for row in rows for word in row.split("|")[1].split("`")[1::2]}
    assert asked == {*Scope, *MICROSOFT}
