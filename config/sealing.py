"""Secrets at rest: AES-256-GCM, each bound to the name it belongs to and to the key's id."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

# NIST SP 800-38D: 96 bits, random, are safe for 2^32 messages under one key.
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SecretError(Exception):
    """A secret cannot be had; `remedy` tells the owner what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Key:
    """A key for AES-256-GCM; its id is a fingerprint and may be shown."""

    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.material) != _KEY_BYTES:
            raise ValueError(f"a key has {_KEY_BYTES} bytes")

    @property
    def id(self) -> str:
        """Tells keys apart, also after a rotation."""
        return hashlib.sha256(self.material).hexdigest()[:8]

    @classmethod
    def new(cls) -> Key:
        """Make a key from the system's randomness."""
        return cls(os.urandom(_KEY_BYTES))


def keys_from(text: str) -> tuple[Key, ...]:
    """Read keys in base64, newest first; raises `ValueError` where one is none."""
    return tuple(Key(base64.b64decode(word, validate=True)) for word in text.split())


def keys_to(keys: Sequence[Key]) -> str:
    """Write keys in base64, one a line."""
    return "".join(f"{base64.b64encode(key.material).decode()}\n" for key in keys)


def seal(text: str, name: str, key: Key) -> str:
    """Encrypt a secret so that it opens under this name alone (associated data of AES-GCM).

    The result is ASCII: the key's id, a dot, and base64 of nonce and ciphertext.
    """
    # The one slow import here; a command that opens no secret does not wait for it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key.material).encrypt(nonce, text.encode(), name.encode())
    return f"{key.id}.{base64.b64encode(nonce + sealed).decode()}"


def open_sealed(sealed: str, name: str, keys: Sequence[Key]) -> str:
    """Decrypt what `seal` made; raises `SecretError` where key, name or content do not fit."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    key_id, _, content = sealed.strip().partition(".")
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        what = f"the key {key_id} that sealed the secret of {name} is not here"
        raise SecretError(what, f"bring it back, or sign in again: visavis login {name}")
    try:
        blob = base64.b64decode(content, validate=True)
        plain = AESGCM(key.material).decrypt(
            blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], name.encode()
        )
    except (InvalidTag, ValueError) as error:
        what = f"the secret of {name} was changed on disk"
        raise SecretError(what, f"sign in again: visavis login {name}") from error
    return plain.decode()
