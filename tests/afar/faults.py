"""What goes wrong on the way to any provider."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.standins.faults import Fault, LostAnswer, Reset, Slow, Truncated, html

SHORT = 0.5
"""A client's patience in seconds where an answer never comes."""
BROKEN: Mapping[str, Fault] = {
    "reset": Reset(),
    "timeout": Slow(4 * SHORT),
    "truncated": Truncated(),
    "html": html(),
    "html that says success": html(200),
    "lost": LostAnswer(),
}
