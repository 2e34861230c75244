"""The settings file: where it is looked for, and one that is missing, unreadable or no TOML."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from config.problems import SettingsError
from config.settings import load

ACCOUNT = """\
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "calendars"
"""


def test_a_file_that_is_named_comes_first(tmp_path: Path) -> None:
    named, other = tmp_path / "named.toml", tmp_path / "other.toml"
    named.write_text(ACCOUNT)

    assert load(named, {"VISAVIS_CONFIG": str(other)}).source == named


def test_the_environment_comes_second(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(ACCOUNT)

    assert load(None, {"VISAVIS_CONFIG": str(file)}).source == file


def test_a_file_beside_us_starts_its_paths_beside_us(tmp_path: Path) -> None:
    (tmp_path / "visavis.toml").write_text(ACCOUNT)

    with contextlib.chdir(tmp_path):
        settings = load(Path("visavis.toml"), {})

    assert settings.account("paper").path == tmp_path / "calendars"


def test_the_platforms_folder_comes_last(tmp_path: Path) -> None:
    file = tmp_path / "config/visavis/visavis.toml"
    file.parent.mkdir(parents=True)
    file.write_text(ACCOUNT)
    code = "from config.settings import load; s = load(None, {}); print(s.source, s.home)"
    environ = {"XDG_CONFIG_HOME": f"{tmp_path}/config", "XDG_DATA_HOME": f"{tmp_path}/data"}

    found = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )

    assert found.stdout == f"{file} {tmp_path}/data/visavis\n"


def test_a_missing_file_is_written_by_init(tmp_path: Path) -> None:
    assert _answer(tmp_path / "visavis.toml") == "no such file; `visavis init` writes one"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert _answer(tmp_path) == "cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (
            b"[policy]\nprepare 24h\n",
            "2: not valid TOML: expected '=' after a key in a key/value pair",
        ),
        (b"[policy]\nto = [\n\n", "2: not valid TOML: invalid value"),
        (b"write = true\nwrite = false\n", "2: not valid TOML: cannot overwrite a value"),
        (b"# \xe9\n", "1: not UTF-8; save the file as UTF-8"),
        (b"\n\n# \xe9\n", "3: not UTF-8; save the file as UTF-8"),
        ("[policy]\n".encode("utf-16"), "1: not UTF-8; save the file as UTF-8"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, content: bytes, answer: str) -> None:
    file = tmp_path / "visavis.toml"
    file.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        load(file, {})

    assert str(caught.value) == f"{file}:{answer}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_editor_will_do(tmp_path: Path, encoding: str, newline: str) -> None:
    file = tmp_path / "visavis.toml"
    file.write_bytes(ACCOUNT.replace("\n", newline).encode(encoding))

    assert load(file, {}).account("paper").email == "maya@acme.example"


def _answer(file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    return str(caught.value).removeprefix(f"{file}: ")
