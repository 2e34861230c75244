"""The system's browser, opened without waiting for it.

A browser in a terminal, or a script in `BROWSER`, ends only when its page is there; and the last
page of a sign-in comes from us, as soon as nobody waits for that browser any more.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from contextlib import suppress
from threading import Thread


def open_aside(show: Callable[[str], object]) -> None:
    """Let every page from now on open beside the program; `show` tells where, for no browser."""
    # Without any browser the sign-in says so itself.
    with suppress(webbrowser.Error):
        found = webbrowser.get()
        if not isinstance(found, _Aside):
            webbrowser.register("visavis", None, _Aside(found, show), preferred=True)


class _Aside(webbrowser.BaseBrowser):
    def __init__(self, browser: webbrowser.BaseBrowser, show: Callable[[str], object]) -> None:
        super().__init__("visavis")
        self._browser = browser
        self._show = show

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: FBT001, FBT002
        self._show(f"if no browser opens, go to {url}")
        Thread(target=self._browser.open, args=(url, new, autoraise), daemon=True).start()
        return True
