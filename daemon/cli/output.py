"""What goes to the terminal: one JSON document or words on stdout, messages on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connectors.plain import one_line, plain, spelled


def show_json(shape: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print one JSON document; what the terminal cannot show, or obeys, is escaped."""
    whole = spelled(json.dumps(shape, ensure_ascii=False, indent=2))
    print(whole if _shows(whole) else spelled(json.dumps(shape, indent=2)))


def sign(wanted: str, plain: str) -> str:
    """Return a sign, or a plain one where the terminal cannot show it."""
    return wanted if _shows(wanted) else plain


def _shows(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def say(text: str = "") -> None:
    """Print a line of words."""
    print(plain(text))


def short(moment: str | None) -> str:
    """Return a moment of a shape in few words, by the clock it is told in."""
    return f"{datetime.fromisoformat(moment):%a %d %b %H:%M}" if moment else "never"


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, marks: Mapping[str, str] | None = None
) -> None:
    """Print a table that obeys `NO_COLOR` and the width of the terminal: it folds and cuts nothing.

    `marks` are the signs of the last column with their colours; they stay in one row, as ids do.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    bold = "" if os.environ.get("NO_COLOR") else "bold"
    drawn = Table(*head, box=None, pad_edge=False, header_style=bold)
    for column in drawn.columns:
        column.overflow = "fold"
    drawn.columns[0].no_wrap = head[0] == "id"
    drawn.columns[-1].no_wrap = marks is not None
    for row in rows:
        cells = [Text(plain(cell)) for cell in row]
        for sign, colour in (marks or {}).items() if bold else ():
            cells[-1].highlight_words([sign], colour)
        drawn.add_row(*cells)
    Console(width=None if sys.stdout.isatty() else 200).print(drawn)


def note(text: str) -> None:
    """Print a message for the person at the terminal."""
    print(plain(text), file=sys.stderr)


def complain(what: str, remedy: str = "") -> None:
    """Print what is wrong and what to do about it, in one line."""
    note(one_line(f"visavis: {what}; {remedy}" if remedy else f"visavis: {what}"))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something takes its time, where somebody watches; nothing is printed meanwhile."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    # Rich would take over stdout as well, and write a document for a file to the terminal.
    with Live(
        Spinner("dots", what),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield
