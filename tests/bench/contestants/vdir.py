"""vdirsyncer, a calendar into a folder of files. Arguments: address, user and password."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from vdirsyncer.cli import app

from tests.bench.measure import show

SETTINGS = """\
[general]
status_path = "{home}/status"
[pair calendar]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{home}/here"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}"
username = "{user}"
password = "{password}"
read_only = true
"""


def main(url: str, user: str, password: str) -> None:
    with TemporaryDirectory() as home:
        settings = Path(home, "settings")
        settings.write_text(SETTINGS.format(home=home, url=url, user=user, password=password))
        Path(home, "here").mkdir()
        _run(settings, "discover")

        def look() -> None:
            _run(settings, "sync")
            if not any(Path(home, "here").iterdir()):
                raise SystemExit("this was no look")

        show(look, look)


def _run(settings: Path, command: str) -> None:
    """Run a command within this process, so that no start of an interpreter counts."""
    with suppress(SystemExit):
        app(["--verbosity", "ERROR", "--config", str(settings), command], standalone_mode=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
