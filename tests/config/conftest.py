"""Settings files on disk, and a keyring that lives as long as one test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as PretendingKeyring

from config.problems import SettingsError
from config.settings import Settings, load

SettingsOf = Callable[..., Settings]
ProblemsOf = Callable[..., list[str]]


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps its entries in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def settings_of(tmp_path: Path) -> SettingsOf:
    """Load settings from text, written to `visavis.toml`."""

    def settings(text: str, **environ: str) -> Settings:
        file = tmp_path / "visavis.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, environ)

    return settings


@pytest.fixture
def problems_of(settings_of: SettingsOf, tmp_path: Path) -> ProblemsOf:
    """Return the lines that a wrong text is answered with, without the folder."""

    def problems(text: str, **environ: str) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            settings_of(text, **environ)
        return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]

    return problems


@pytest.fixture
def memory_keyring() -> Iterator[None]:
    yield from _chosen(MemoryKeyring())


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """Leave the keyring of whoever runs the tests alone: as on a server, none answers."""
    yield from _chosen(NoKeyring())  # type: ignore[no-untyped-call]


@pytest.fixture
def pretending_keyring() -> Iterator[None]:
    yield from _chosen(PretendingKeyring())  # type: ignore[no-untyped-call]


def _chosen(backend: KeyringBackend) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)
