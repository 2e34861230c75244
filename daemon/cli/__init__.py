"""The command line: `main` runs one command and turns every mistake into one clear line."""

from __future__ import annotations

import sys

DONE, TROUBLE, WRONG, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: done; something is wrong with the world; wrong usage or settings; Ctrl-C."""


def main() -> None:
    """Run the command of `sys.argv` and end with its exit code."""
    from daemon.cli.app import run

    sys.exit(run(sys.argv[1:]))
