"""The command line: `main` runs one command and turns every mistake into one clear line."""

from __future__ import annotations

import sys
from io import TextIOWrapper

DONE, TROUBLE, WRONG, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: done; something is wrong with the world; wrong usage or settings; Ctrl-C."""


def main() -> None:
    """Run the command of `sys.argv` and end with its exit code."""
    from daemon.cli.app import run

    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a sign shows another; it is no reason to stop.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))
