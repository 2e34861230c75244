"""`python -m tests.bench [NAME…]`: run every module here that has a `run`, print its figures."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from math import isfinite
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Figure


def main(names: Iterable[str]) -> int:
    """Return 1 if a promise was broken."""
    console, kept = Console(), True
    for module in _benchmarks(set(names)):
        figures = list(module.run())
        console.print(_table(module, figures))
        kept = kept and all(figure.kept for figure in figures)
    return 0 if kept else 1


def _benchmarks(names: set[str]) -> Iterator[ModuleType]:
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        if not names or path.stem in names:
            module = import_module(f"tests.bench.{path.stem}")
            if hasattr(module, "run"):
                yield module


def _table(module: ModuleType, figures: Iterable[Figure]) -> Table:
    title = (module.__doc__ or module.__name__).splitlines()[0]
    table = Table(title=title, title_justify="left")
    table.add_column("case", no_wrap=True)
    for name in ("ours", "beside", "ratio", "limit", ""):
        table.add_column(name, justify="right")
    for figure in figures:
        table.add_row(*_row(figure))
    return table


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.case,
        _told(figure.ours, figure.unit),
        _told(figure.beside, figure.unit),
        f"{figure.ratio:.3f}",
        f"{figure.limit:g}" if isfinite(figure.limit) else "none",
        "" if figure.kept else "broken",
    )


def _told(number: float, unit: str) -> str:
    return f"{number:,.1f}".removesuffix(".0") + f" {unit}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
