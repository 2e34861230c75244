"""One request after it was checked: what every method works on.

Methods never see HTTP beyond the headers for preconditions; refusals are raised, not returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from connectors.standins.google.errors import Json, Refusal

if TYPE_CHECKING:
    from connectors.standins.google.people import Person
    from connectors.standins.google.sign_in import Grant
    from connectors.standins.google.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """`parameters` holds path and query together, typed."""

    world: World
    grant: Grant
    caller: Person
    parameters: Json
    body: Json
    headers: Mapping[str, str]
    media: str = ""
    """The text of an upload."""

    def flag(self, name: str) -> bool:
        """Return a boolean parameter; not given means false."""
        return bool(self.parameters.get(name, False))

    def if_match(self, etag: str) -> None:
        """Raise Refusal (412) unless the client saw this version, or asked not to look."""
        if self.headers.get("if-match", "*") not in {"*", etag}:
            raise Refusal(412, "conditionNotMet", "Precondition Failed")


Method: TypeAlias = Callable[[Call], "Json | str | None"]
"""Answers a call: JSON, text, or nothing (204)."""
