"""Tokens, passwords and the key that seals them."""

import base64
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sealing import Key, SecretError, keys_from, keys_to, open_sealed, seal
from config.secrets import CREDENTIAL, TokenStore, ready_token
from config.settings import Account

ACCOUNT = Account.model_validate(
    {
        "name": "my-home",
        "provider": "caldav",
        "email": "maya@home.example",
        "url": "https://dav.home.example/",
        "password_env": "CALDAV_PASSWORD",
    }
)


# --- Sealing ---


@given(st.text(), st.text(alphabet="abc-", min_size=1))
def test_what_was_sealed_opens_again(text: str, name: str) -> None:
    old, new = Key.new(), Key.new()

    assert open_sealed(seal(text, name, old), name, [new, old]) == text


def test_the_same_secret_never_looks_the_same() -> None:
    key = Key.new()

    assert seal("token", "work", key) != seal("token", "work", key)


def test_a_secret_opens_under_its_own_name_alone() -> None:
    key = Key.new()

    with pytest.raises(SecretError, match="secret of home was changed"):
        open_sealed(seal("token", "work", key), "home", [key])


@given(st.integers(0, 30), st.integers(1, 255))
def test_a_changed_secret_does_not_open(position: int, change: int) -> None:
    key = Key.new()
    key_id, _, content = seal("token", "work", key).partition(".")
    raw = bytearray(base64.b64decode(content))
    raw[position] ^= change

    with pytest.raises(SecretError, match="changed on disk"):
        open_sealed(f"{key_id}.{base64.b64encode(raw).decode()}", "work", [key])


@pytest.mark.parametrize("content", ["", "AAAA", "no base64!"])
def test_a_secret_cut_short_does_not_open(content: str) -> None:
    key = Key.new()

    with pytest.raises(SecretError, match="changed on disk"):
        open_sealed(f"{key.id}.{content}", "work", [key])


def test_without_its_key_a_secret_asks_for_a_new_sign_in() -> None:
    with pytest.raises(SecretError, match="is not here") as caught:
        open_sealed(seal("token", "work", Key.new()), "work", [Key.new()])

    assert "visavis login work" in caught.value.remedy


def test_keys_are_written_and_read_in_order() -> None:
    keys = (Key.new(), Key.new())

    assert keys_from(keys_to(keys)) == keys


def test_a_key_is_never_shown() -> None:
    key = Key(b"canary-canary-canary-canary-ab!!")

    assert "canary" not in repr(key)


def test_a_short_key_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key(b"short")


# --- Tokens ---


@pytest.mark.usefixtures("memory_keyring")
def test_a_token_is_kept_until_it_is_deleted(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})

    assert store.load("work") is None
    store.save("work", "first")
    store.save("work", "second")
    assert TokenStore(tmp_path, {}).load("work") == "second"
    store.delete("work")
    store.delete("work")
    assert store.load("work") is None


def test_no_token_lies_in_the_open(tmp_path: Path) -> None:
    TokenStore(tmp_path / "state", {}).save("work", "canary-token")

    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert sorted(file.name for file in files) == ["key", "work"]
    assert all(b"canary" not in file.read_bytes() for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_an_unwritten_token_leaves_the_old_one(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.save("work", "old")

    with pytest.raises(UnicodeEncodeError):
        store.save("work", "\ud800")

    assert store.load("work") == "old"
    assert [file.name for file in (tmp_path / "tokens").iterdir()] == ["work"]


# --- The key ---


@pytest.mark.usefixtures("memory_keyring")
def test_the_key_lives_in_the_keyring_where_there_is_one(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.save("work", "token")

    assert keyring.get_password("visavis", "encryption key")
    assert not (tmp_path / "key").exists()
    assert store.notes() == ()


def test_without_a_keyring_the_key_is_a_file_and_a_note_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = TokenStore(tmp_path, {})
    assert store.notes() == ()

    store.save("work", "token")

    (note,) = store.notes()
    assert str(tmp_path / "key") in note
    assert "NoKeyringError" in note
    assert TokenStore(tmp_path, {}).load("work") == "token"
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("pretending_keyring")
def test_a_keyring_that_only_pretends_is_none(tmp_path: Path) -> None:
    TokenStore(tmp_path, {}).save("work", "token")

    assert TokenStore(tmp_path, {}).load("work") == "token"


@pytest.mark.usefixtures("memory_keyring")
def test_a_credential_comes_first(tmp_path: Path) -> None:
    key = Key.new()
    environ = _credential(tmp_path, key)
    TokenStore(tmp_path, {}).save("before", "token")

    store = TokenStore(tmp_path, environ)
    store.save("after", "token")

    assert (tmp_path / "tokens/after").read_text().startswith(key.id)
    assert store.load("before") == "token"
    with pytest.raises(SecretError):
        TokenStore(tmp_path, {}).load("after")


@pytest.mark.usefixtures("memory_keyring")
def test_systemd_credentials_without_a_key_of_ours_are_let_be(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    store.save("work", "token")

    assert store.load("work") == "token"


def test_a_key_that_appears_in_the_keyring_later_does_not_lock_out_the_file(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    TokenStore(tmp_path, {}).save("work", "token")
    request.getfixturevalue("memory_keyring")
    keyring.set_password("visavis", "encryption key", keys_to([Key.new()]))

    assert TokenStore(tmp_path, {}).load("work") == "token"


def test_accounts_that_sign_in_at_once_share_the_first_key(tmp_path: Path) -> None:
    names = [f"account-{number}" for number in range(16)]
    start = threading.Barrier(len(names))

    def sign_in(name: str) -> None:
        store = TokenStore(tmp_path, {})
        start.wait()
        store.save(name, f"token of {name}")

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(sign_in, names))

    store = TokenStore(tmp_path, {})
    assert [store.load(name) for name in names] == [f"token of {name}" for name in names]


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.save("work", "token")
    (tmp_path / "key").chmod(0o640)

    with pytest.raises(SecretError, match="other users") as caught:
        store.load("work")

    assert caught.value.remedy == f"chmod 600 {tmp_path / 'key'}"


@pytest.mark.parametrize("text", ["canary", "Y2FuYXJ5", "çanary"])
def test_a_spoilt_key_is_told_without_showing_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text, encoding="utf-8")
    (tmp_path / "key").chmod(0o600)

    with pytest.raises(SecretError, match="holds no key") as caught:
        TokenStore(tmp_path, {}).save("work", "token")

    assert "anary" not in f"{caught.value} {caught.value.remedy}"


# --- Rotation ---


def test_a_rotation_seals_everything_anew(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.save("work", "one")
    store.save("home", "two")
    (old,) = keys_from((tmp_path / "key").read_text())

    assert store.rotate() == 2

    (new,) = keys_from((tmp_path / "key").read_text())
    assert new != old
    assert (store.load("work"), store.load("home")) == ("one", "two")
    with pytest.raises(SecretError):
        open_sealed((tmp_path / "tokens/work").read_text(), "work", [old])


def test_a_rotation_moves_the_key_into_a_keyring(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = TokenStore(tmp_path, {})
    store.save("work", "token")
    request.getfixturevalue("memory_keyring")

    store.rotate()

    assert not (tmp_path / "key").exists()
    assert store.load("work") == "token"
    assert store.notes() == ()


def test_a_rotation_of_credentials_uses_the_first(tmp_path: Path) -> None:
    old, new = Key.new(), Key.new()
    TokenStore(tmp_path, _credential(tmp_path, old)).save("work", "token")

    TokenStore(tmp_path, _credential(tmp_path, new, old)).rotate()

    assert TokenStore(tmp_path, _credential(tmp_path, new)).load("work") == "token"
    assert not (tmp_path / "key").exists()


def test_a_rotation_cut_short_loses_nothing(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.save("home", "one")
    store.save("work", "two")
    (tmp_path / "tokens/office").write_text("00000000.AAAA")

    with pytest.raises(SecretError, match="secret of office"):
        store.rotate()

    assert (store.load("home"), store.load("work")) == ("one", "two")


CUT = """
import os, sys
from pathlib import Path
from config.secrets import TokenStore
from keyring.backends.fail import Keyring
import keyring
keyring.set_keyring(Keyring())
steps = int(sys.argv[2])
def cut(event, arguments):
    global steps
    if event == "os.rename":
        steps -= 1
        if steps < 0:
            os._exit(9)
sys.addaudithook(cut)
TokenStore(Path(sys.argv[1]), {}).rotate()
"""
"""Rotates, but the power goes before this many files were put in place."""


@pytest.mark.parametrize("steps", range(4))
def test_a_rotation_survives_a_power_cut_at_every_step(tmp_path: Path, steps: int) -> None:
    store = TokenStore(tmp_path, {})
    store.save("home", "one")
    store.save("work", "two")
    (old,) = keys_from((tmp_path / "key").read_text())

    cut = subprocess.run([sys.executable, "-c", CUT, str(tmp_path), str(steps)], check=False)

    assert cut.returncode == 9
    assert (store.load("home"), store.load("work")) == ("one", "two")
    store.rotate()
    assert (store.load("home"), store.load("work")) == ("one", "two")
    kept = [one.read_text() for one in tmp_path.rglob("*") if one.is_file()]
    assert [text for text in kept if keys_to([old]).strip() in text or old.id in text] == []


# --- Passwords and ready tokens ---


@pytest.mark.usefixtures("memory_keyring")
def test_the_environment_knows_the_password_first(tmp_path: Path) -> None:
    TokenStore(tmp_path, {}).keep_password(ACCOUNT, "kept")

    assert TokenStore(tmp_path, {"CALDAV_PASSWORD": "given"}).password(ACCOUNT) == "given"
    assert TokenStore(tmp_path, {"CALDAV_PASSWORD": ""}).password(ACCOUNT) == "kept"
    assert TokenStore(tmp_path, {}).password(ACCOUNT) == "kept"


@pytest.mark.usefixtures("memory_keyring")
def test_a_password_is_kept_in_the_keyring(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.keep_password(ACCOUNT, "kept")

    assert keyring.get_password("visavis", "password of my-home") == "kept"
    assert not (tmp_path / "tokens").exists()
    store.forget_password(ACCOUNT)
    store.forget_password(ACCOUNT)
    assert store.password(ACCOUNT) is None


def test_without_a_keyring_a_password_is_sealed(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, {})
    store.keep_password(ACCOUNT, "canary")

    assert store.password(ACCOUNT) == "canary"
    assert "canary" not in (tmp_path / "tokens/my-home").read_text()
    store.forget_password(ACCOUNT)
    assert store.password(ACCOUNT) is None


def test_a_ready_token_is_read_from_the_environment() -> None:
    assert ready_token(ACCOUNT, {"VISAVIS_ACCESS_TOKEN_MY_HOME": "token"}) == "token"
    assert ready_token(ACCOUNT, {"VISAVIS_ACCESS_TOKEN_MY_HOME": ""}) is None
    assert ready_token(ACCOUNT, {"VISAVIS_ACCESS_TOKEN_HOME": "token"}) is None


def _credential(folder: Path, *keys: Key) -> dict[str, str]:
    """Lay down keys as systemd does; return the environment that names them."""
    (folder / CREDENTIAL).write_text(keys_to(keys))
    return {"CREDENTIALS_DIRECTORY": str(folder)}
