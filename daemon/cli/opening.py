"""`visavis open`: into the page, by a link that works once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config, Json, opened
from daemon.cli.output import complain, note, say, show_json

if TYPE_CHECKING:
    from config.values import Listen


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("open")(open_page)


def open_page(
    config: Config = None,
    *,
    show: Annotated[bool, typer.Option("--print", help="Print the link instead.")] = False,
    json: Json = False,
) -> int:
    """Open the page of the running daemon in a browser.

    By a link that works once, within ten minutes.
    """
    import webbrowser

    from daemon.locks import holder
    from daemon.web.entrance import listening, one_time_link

    with opened(config) as at:
        home = at.house.home
        # A killed daemon leaves its note behind, but never its lock.
        running = listening(home) if holder(home / "run.lock") else None
        where = running or _settled(at.settings.web.listen)
        if where is None:
            complain("the page is not there yet", "start the daemon: `visavis run`")
            return TROUBLE
        url = one_time_link(at.house.store, where, at.now)
    if running is None:
        note("the daemon does not run; `visavis run` starts it, and the page")
    if json:
        show_json({"url": url})
    elif show or not webbrowser.open(url):
        say(url)
    return DONE


def _settled(listen: Listen) -> str | None:
    """Return where the page will be, unless the settings leave the port to the system."""
    from daemon.web.entrance import address

    return address(listen.host, listen.port) if listen.port else None
