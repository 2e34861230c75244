"""Edits of .ics text, property by property: every byte that an edit does not name stays.

Pure. An edit is a list of splices, each whole lines, so that it can be remembered in a receipt
and taken back by content, wherever the lines stand by then.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

from connectors.errors import PreconditionFailed
from connectors.ical.parts import fields
from connectors.ical.source import Component, Source, fold
from connectors.model import Facts, Json, Url

_ANSWER = re.compile(rb"PARTSTAT=[A-Z-]+")


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes from `start` to `end` give way to `new`; both are whole lines, or nothing."""

    start: int
    end: int
    new: bytes


def applied(data: bytes, splices: Sequence[Splice]) -> bytes:
    """Return the text with all splices made."""
    for one in reversed(_joined(splices)):
        data = data[: one.start] + one.new + data[one.end :]
    return data


def remembered(
    data: bytes, components: Sequence[Component], splices: Sequence[Splice]
) -> Sequence[Facts]:
    """Return what `reverted` needs: the old bytes, and how to recognise the new ones."""
    return tuple(
        {
            "of": next((_identity(c) for c in components if c.start < one.start < c.end), None),
            "was": b64encode(data[one.start : one.end]).decode("ascii"),
            "lines": len(one.new.splitlines()),
            "digest": _digest(one.new),
        }
        for one in (_with_a_line(data, splice) for splice in _joined(splices))
    )


def reverted(source: Source, uid: str, changes: Json) -> bytes:
    """Take remembered splices of an event back; `PreconditionFailed` where people changed them."""
    components = source.events.get(uid, ())
    splices = []
    for change in cast("Sequence[Facts]", changes):
        # A copy has the same lines as its master, so what was edited must be what is edited back.
        meant = (one for one in components if change["of"] in {None, _identity(one)})
        places = (place for one in meant for place in _places(one, change))
        found = next(places, None)
        if found is None:
            raise PreconditionFailed("the event was changed since")
        splices.append(Splice(*found, b64decode(str(change["was"]))))
    return applied(source.data, splices)


def shifted(splices: Sequence[Splice], by: int) -> list[Splice]:
    """Return splices of a component as splices of the file, in which it starts at `by`."""
    return [Splice(one.start + by, one.end + by, one.new) for one in splices]


def _joined(splices: Sequence[Splice]) -> list[Splice]:
    """Put splices in order, those that touch into one."""
    joined: list[Splice] = []
    for one in sorted(splices, key=lambda one: one.start):
        if joined and joined[-1].end == one.start:
            last = joined.pop()
            joined.append(Splice(last.start, one.end, last.new + one.new))
        else:
            joined.append(one)
    return joined


# --- attaching ------------------------------------------------------------------------------------


def line_for(url: Url) -> str:
    """Return the line of the description that offers a link of ours."""
    return f"Agenda: {url}"


def attachment(master: Component, url: Url, newline: bytes) -> list[Splice]:
    """Attach a link, and offer it in a last line of the description.

    Stamps and SEQUENCE stay: a link is no new invitation, and must not look like one.
    """
    end = master.start + master.body_end
    described = fields(master).get("DESCRIPTION", ())
    attach = fold(f"ATTACH:{url}", newline)
    offer = escaped(line_for(url))
    if not described:
        return [Splice(end, end, attach + fold(f"DESCRIPTION:{offer}", newline))]
    # The last piece of a folded line grows by more pieces; those that are there stay.
    more = fold(f" \\n{offer}", newline)
    at = master.start + described[0].end
    return [Splice(at, at, more), Splice(end, end, attach)]


def escaped(text: str) -> str:
    """Write words as a TEXT value."""
    return re.sub(r"[\\;,]", r"\\\g<0>", text).replace("\n", "\\n")


# --- taking back ----------------------------------------------------------------------------------


def _with_a_line(data: bytes, splice: Splice) -> Splice:
    """Extend a pure removal by the line after it, by which its place is found again."""
    if splice.new:
        return splice
    end = data.index(b"\n", splice.end) + 1
    return Splice(splice.start, end, data[splice.end : end])


def _places(component: Component, change: Facts) -> Iterator[tuple[int, int]]:
    """Yield where in the file the lines stand that a splice wrote."""
    lines = component.raw.splitlines(keepends=True)
    count = cast("int", change["lines"])
    at = component.start
    for first in range(len(lines) - count + 1):
        block = b"".join(lines[first : first + count])
        if _digest(block) == change["digest"]:
            yield at, at + len(block)
        at += len(lines[first])


def _identity(component: Component) -> str:
    """Return which instance a component speaks for; the master for none."""
    named = fields(component).get("RECURRENCE-ID", ())
    return named[0].text if named else ""


def _digest(block: bytes) -> str:
    # An answer that came since is nothing that anybody changed.
    return blake2b(_ANSWER.sub(b"", block), digest_size=8).hexdigest()
