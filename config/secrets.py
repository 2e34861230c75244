"""Where secrets are: ready tokens, passwords, sealed tokens and the key that seals them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from config.keyrings import Keyring
from config.sealing import Key, SecretError, keys_from, keys_to, open_sealed, seal
from config.settings import Account

CREDENTIAL = "visavis-key"
"""What systemd's `LoadCredential=` calls the key: base64 of 32 bytes, newest first."""

_KEY_ENTRY = "encryption key"


def ready_token(account: Account, environ: Mapping[str, str]) -> str | None:
    """Return the bearer token that scripts, CI and stand-ins put into the environment."""
    return environ.get(account.token_variable) or None


class TokenStore:
    """One sealed file an account under `home`, and passwords beside the keyring.

    The key comes from a systemd credential, else from the keyring, else from a file in `home`;
    all of them open, the first one seals. Nothing is remembered between two calls, so that a
    running daemon notices a rotation.
    """

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self._folder = home / "tokens"
        self._key_file = home / "key"
        self._environ = environ
        self._keyring = Keyring()

    def load(self, name: str) -> str | None:
        """Return a secret, None where there is none; raises `SecretError` where it cannot open."""
        try:
            sealed = (self._folder / name).read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return None
        return open_sealed(sealed, name, self._keys())

    def save(self, name: str, text: str) -> None:
        """Seal a secret and put it in place at once; the first one makes the key."""
        keys = self._keys() or self._first_key()
        write_private(self._folder / name, seal(text, name, keys[0]))

    def delete(self, name: str) -> None:
        """Forget a secret, if there is one."""
        (self._folder / name).unlink(missing_ok=True)

    def rotate(self) -> int:
        """Seal everything with a new key, forget the older ones; returns how many secrets.

        A power cut in between leaves both keys. A credential belongs to whoever runs the
        machine: they put the new key first and the old one after it until this is done.
        """
        given = self._credential_keys()
        newest = given[0] if given else Key.new()
        if not given:
            self._keep([newest, *self._keys()])
        sealed = 0
        # Again until none is left: a daemon that read the keys before may still use the old one.
        while names := [name for name in self._names() if not self._sealed_by(newest, name)]:
            for name in names:
                if (text := self.load(name)) is not None:
                    write_private(self._folder / name, seal(text, name, newest))
                    sealed += 1
        if not given:
            self._keep([newest])
        self._sweep()
        return sealed

    def notes(self) -> tuple[str, ...]:
        """Say in words where the key is kept less safely than it could be."""
        if not self._key_file.exists():
            return ()
        self._keyring.read(_KEY_ENTRY)
        trouble = f" (no keyring: {self._keyring.trouble})" if self._keyring.trouble else ""
        risk = f"every program of this user can read the encryption key in {self._key_file}"
        return (f"{risk}{trouble}; a systemd credential named {CREDENTIAL} is safer",)

    def password(self, account: Account) -> str | None:
        """Return a password from `password_env`, else as `keep_password` left it."""
        given = self._environ.get(account.password_env) if account.password_env else None
        return given or self._keyring.read(_password_entry(account)) or self.load(account.name)

    def keep_password(self, account: Account, password: str) -> None:
        """Put a password into the keyring, or seal it where there is none."""
        if not self._keyring.write(_password_entry(account), password):
            self.save(account.name, password)

    def forget_password(self, account: Account) -> None:
        """Remove a password from wherever `keep_password` put it."""
        self._keyring.delete(_password_entry(account))
        self.delete(account.name)

    def _names(self) -> list[str]:
        """List the accounts with a sealed secret; names with a dot are files in the making."""
        return sorted(file.name for file in self._folder.glob("[!.]*"))

    def _sweep(self) -> None:
        """Remove what a power cut left of files in the making: some hold a key."""
        for draft in (*self._folder.glob(".*"), *self._key_file.parent.glob(".key-*")):
            draft.unlink()

    def _sealed_by(self, key: Key, name: str) -> bool:
        text = (self._folder / name).read_text(encoding="ascii", errors="replace")
        return text.startswith(f"{key.id}.")

    def _keys(self) -> tuple[Key, ...]:
        """Return all keys at hand: a daemon without the session's keyring may have made its own."""
        kept = self._keyring.read(_KEY_ENTRY)
        in_keyring = _parsed(kept, "the keyring entry of visavis") if kept else ()
        return (*self._credential_keys(), *in_keyring, *self._file_keys())

    def _credential_keys(self) -> tuple[Key, ...]:
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        return _keys_in(Path(folder) / CREDENTIAL) if folder else ()

    def _file_keys(self) -> tuple[Key, ...]:
        _refuse_if_shared(self._key_file)
        return _keys_in(self._key_file)

    def _first_key(self) -> tuple[Key, ...]:
        """Make the key that everything will be sealed with; returns what is found then."""
        text = keys_to([Key.new()])
        if not self._keyring.write(_KEY_ENTRY, text):
            # Whoever comes second takes the key of the first: `link` never replaces a file.
            with suppress(FileExistsError):
                write_private(self._key_file, text, place=os.link)
        return self._keys()

    def _keep(self, keys: Sequence[Key]) -> None:
        """Put keys where the best place is now; the file goes once a keyring has them all."""
        if self._keyring.write(_KEY_ENTRY, keys_to(keys)):
            self._key_file.unlink(missing_ok=True)
        else:
            write_private(self._key_file, keys_to(keys))


def _password_entry(account: Account) -> str:
    return f"password of {account.name}"


def _keys_in(file: Path) -> tuple[Key, ...]:
    try:
        return _parsed(file.read_text(encoding="ascii", errors="replace"), str(file))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SecretError(
            f"{file} cannot be read: {error.strerror}", "let this user read it"
        ) from error


def _parsed(text: str, origin: str) -> tuple[Key, ...]:
    try:
        return keys_from(text)
    except ValueError as error:
        remedy = "each line is the base64 of 32 random bytes, the newest first"
        raise SecretError(f"{origin} holds no key", remedy) from error


def _refuse_if_shared(file: Path) -> None:
    """Raise `SecretError` for a key file that more than its owner can read."""
    # Windows keeps no such bits; there the folders of a user are private.
    if os.name == "posix" and file.exists() and file.stat().st_mode & 0o077:
        raise SecretError(f"{file} can be read by other users", f"chmod 600 {file}")


def write_private(file: Path, text: str, place: Callable[[Path, Path], None] = os.replace) -> None:
    """Write a file in UTF-8 that this user alone can read (0600), whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        place(Path(draft), file)
    finally:
        Path(draft).unlink(missing_ok=True)
