"""The bearer token of one account."""

from __future__ import annotations

from connectors.errors import SignInRequired


class Ready:
    """A token as it stands in the environment, for scripts, CI and stand-ins."""

    def __init__(self, token: str, variable: str) -> None:
        self._token = token
        self._variable = variable

    def token(self, refused: str = "", claims: str = "") -> str:  # noqa: ARG002 - as all others
        """Return it; once Graph refused it, nothing here can make another."""
        if refused == self._token:
            raise SignInRequired(
                "Microsoft does not accept the token any more",
                f"put a fresh token into {self._variable}",
            )
        return self._token
