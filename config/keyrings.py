"""The keyring of the user's session, which a server does not have."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")

_SERVICE = "visavis"


class Keyring:
    """Entries of visavis in the keyring; where none answers, nothing is found and nothing kept."""

    def __init__(self) -> None:
        self.trouble = ""
        """Why the last request was not answered; empty where it was."""

    def read(self, entry: str) -> str | None:
        """Return an entry; None where there is none, or no keyring."""
        return self._ask(lambda keyring: _text(keyring.get_password(_SERVICE, entry)))

    def write(self, entry: str, text: str) -> bool:
        """Keep an entry; returns whether it can be read again: some back-ends only pretend."""
        self._ask(lambda keyring: keyring.set_password(_SERVICE, entry, text))
        return self.read(entry) == text

    def delete(self, entry: str) -> None:
        """Remove an entry, if it is there."""
        if self.read(entry) is not None:
            self._ask(lambda keyring: keyring.delete_password(_SERVICE, entry))

    def _ask(self, request: Callable[[ModuleType], T]) -> T | None:
        self.trouble = ""
        try:
            # Looking for back-ends is slow, and most commands open no secret.
            import keyring  # noqa: PLC0415

            return request(keyring)
        except Exception as error:  # noqa: BLE001 - back-ends raise the errors of their libraries
            self.trouble = type(error).__name__
            return None


def _text(entry: object) -> str | None:
    return None if entry is None else str(entry)
