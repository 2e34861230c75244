"""A settings file in the making: tables are added at its end, and it is placed as a whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import TypeAdapter, ValidationError

from config import fields
from config.problems import SettingsError, Wrong
from config.secrets import write_private
from config.settings import Settings, load

HEAD = """\
# The settings of visavis. What is left out has its default; every key is explained in
# config/visavis.example.toml. `visavis doctor` says whether all is well.
"""

_KINDS: Mapping[str, TypeAdapter[Any]] = {
    "name": TypeAdapter(fields.Name),
    "email": TypeAdapter(fields.Address),
    "url": TypeAdapter(fields.PrivateUrl),
    "timezone": TypeAdapter(fields.Zone),
    "password_env": TypeAdapter(fields.Variable),
    "endpoint": TypeAdapter(fields.Endpoint),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """The text a file will have. What stands in the file already stays, byte by byte."""

    file: Path
    text: str

    @classmethod
    def of(cls, file: Path) -> Draft:
        """Begin with what is there."""
        # Whoever keeps their settings elsewhere and links to them wants to keep the link.
        file = file.resolve()
        return cls(file, file.read_text("utf-8") if file.exists() else HEAD)

    def adding(self, table: str, values: Mapping[str, object], remark: str = "") -> Draft:
        """Return the draft with one more `[[table]]`; a remark becomes its last line."""
        rows, row = tomlkit.aot(), tomlkit.table()
        for key, value in values.items():
            row[key] = value
        if remark:
            row.add(tomlkit.comment(remark))
        rows.append(row)
        document = tomlkit.document()
        document[table] = rows
        more = tomlkit.dumps(document).strip()
        return replace(self, text=f"{self.text.rstrip()}\n\n{more}\n")

    @contextmanager
    def tried(self) -> Iterator[Path]:
        """Yield a file with this text that lies where the real one will; it is gone afterwards."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=".visavis-", suffix=".toml")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.text)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def settings(self, environ: Mapping[str, str]) -> Settings:
        """Read the draft as settings; raises `SettingsError` as if the file were in place."""
        with self.tried() as file:
            try:
                return load(file, environ)
            except SettingsError as error:
                there = (replace(problem, file=self.file) for problem in error.problems)
                raise SettingsError(there) from None

    def place(self) -> None:
        """Put the file in place at once, for this user alone (0600)."""
        write_private(self.file, self.text)


def wrong(key: str, value: str) -> str:
    """Say what is wrong with the value of a key, in the words of the settings; "" if nothing."""
    try:
        if key in _KINDS:
            _KINDS[key].validate_python(value)
    except ValidationError as error:
        cause = error.errors()[0].get("ctx", {}).get("error")
        return cause.what if isinstance(cause, Wrong) else "cannot be meant"
    return ""
