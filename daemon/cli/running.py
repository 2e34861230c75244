"""`visavis run`: the daemon in the foreground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from daemon.cli import DONE, TROUBLE, WRONG
from daemon.cli.options import Config
from daemon.cli.output import complain

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from daemon.house import House
    from daemon.store import Store


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(run)


def run(config: Config = None) -> int:
    """Look after the one-on-ones until told to stop.

    In the foreground, with the page; events go to stderr as JSON. SIGHUP takes new settings.
    """
    import os

    from config.settings import load
    from daemon import clock, logs
    from daemon.locks import Held, lock
    from daemon.store import open_store
    from daemon.web.server import PortTaken

    if clock.frozen():
        complain("VISAVIS_NOW is set", "the daemon needs the real clock: unset it")
        return WRONG
    settings = load(config, os.environ)
    logs.events()
    store = open_store(settings.home, settings.database)
    try:
        with lock(settings.home / "run.lock", "visavis run"):
            _serve(config, settings, store)
    except Held as held:
        complain(f"visavis runs already: {held.holder}", "one daemon a state folder is enough")
        return TROUBLE
    except PortTaken as taken:
        complain(str(taken), "set `[web] listen` to another port")
        return TROUBLE
    finally:
        store.close()
    return DONE


def _serve(config: Path | None, settings: Settings, store: Store) -> None:
    """Build the house and its page, and tick until told to stop."""
    import asyncio
    import gc
    import os

    from config.settings import load
    from daemon import clock, wiring
    from daemon.notify import Supervisor
    from daemon.push import Doorbell
    from daemon.schedule import Daemon
    from daemon.web.server import service

    def rebuild() -> House:
        # Whoever waits for READY does not wait for a provider that is away.
        return wiring.house(load(config, os.environ), os.environ, store, asks=False)

    bell, listen = Doorbell(), settings.web.listen
    page = service(listen.host, listen.port, clock.now, bell)
    daemon = Daemon(rebuild(), rebuild, clock.now, [page], Supervisor(os.environ), bell=bell)
    # What was loaded by now stays: the collector, which walks it for 0.1 s, leaves it out.
    gc.collect()
    gc.freeze()
    asyncio.run(daemon.run())
