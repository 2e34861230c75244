"""The command line: `main` runs one command and turns every mistake into one clear line."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path

DONE, TROUBLE, WRONG, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: done; something is wrong with the world; wrong usage or settings; Ctrl-C."""

GARBAGE = 50_000
"""New objects before the collector looks for cycles: some MB at most."""


def main() -> None:
    """Run the command of `sys.argv` and end with its exit code."""
    _all_three()
    # Values here are frozen and make no cycles; walking a long history again and again, every
    # 700 new ones, costs as long as reading it.
    gc.set_threshold(GARBAGE)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a sign shows another; it is no reason to stop.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        from daemon.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while it was loading
        code = INTERRUPTED
    sys.exit(code)


def _all_three() -> None:
    """Put nothing in the place of a stream that was closed (`visavis status >&-`).

    The next file to be opened, such as the database, would get its number, and what is said there.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
