"""The whole daemon line: settings, wiring, `tick`, SQLite. Argument: a settings file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from config.settings import load
from daemon import logs, wiring
from daemon.store import open_store
from daemon.tick import tick
from tests.bench.measure import show
from tests.bench.meetings import NOW


def main(settings_file: str) -> None:
    logs.quiet()
    with TemporaryDirectory() as home:
        settings = load(Path(settings_file), os.environ).model_copy(update={"home": Path(home)})
        store = open_store(settings.home)
        house = wiring.house(settings, os.environ, store)

        def look() -> None:
            turn = tick(house, NOW)
            if turn.failed or not turn.foreseen.dossiers:
                raise SystemExit(f"this was no look: {turn.failed}")

        show(look, look)
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
