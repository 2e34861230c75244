"""The text of an .ics file: which bytes are which event, and which property.

Pure. Everything is known by its offset, so that an edit can leave all other bytes alone. Lines
are unfolded as bytes first, because old programs fold in the middle of a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from icalendar.parser import Contentline

BOM = b"\xef\xbb\xbf"
_EDGE = re.compile(
    rb"\n(?P<edge>BEGIN|END):(?P<name>VEVENT|VTIMEZONE|VCALENDAR)[ \t]*(?=[\r\n]|\Z)", re.IGNORECASE
)
# Some programs leave empty lines inside a fold.
_LINE = re.compile(rb"[^\n]+(?:\n(?:\r?\n){0,3}[ \t][^\n]*)*\n?|\n")
_FOLD = re.compile(rb"(?:\r?\n){1,4}[ \t]")
_SIMPLE = re.compile(r"([^:;]+)((?:;[\w-]+=[^\":;,\\]*)*):(.*)", re.DOTALL)
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_UID = re.compile(rb"\nUID:([^\r\n]+)\r?\n(?=[^ \t\r\n])")
# Many programs stamp every event anew at each export.
_STAMP = re.compile(rb"\nDTSTAMP[^\n]*", re.IGNORECASE)
_CALENDAR_ZONE = re.compile(rb"\nX-WR-TIMEZONE[^:\n]*:([^\r\n]*)", re.IGNORECASE)


class Broken(ValueError):
    """What makes a text unreadable, and in which line (from 1)."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Property:
    """One content line of a component; `start` and `end` are offsets in the component's bytes."""

    name: str
    raw: bytes
    start: int

    @property
    def end(self) -> int:
        """Where the next line begins."""
        return self.start + len(self.raw)

    @property
    def text(self) -> str:
        """The unfolded line; bytes that are no UTF-8 survive as surrogates."""
        return _FOLD.sub(b"", self.raw).rstrip(b"\r\n").decode("utf-8", "surrogateescape")

    def parts(self) -> tuple[Mapping[str, str], str]:
        """Return parameters, by their names in capitals, and the value as it is written.

        Both are fit to be stored: what is no UTF-8 is one replacement character a byte.
        """
        text = _NO_UTF8.sub("\N{REPLACEMENT CHARACTER}", self.text)
        simple = _SIMPLE.fullmatch(text)
        if simple:
            params = (param.partition("=") for param in simple[2].split(";")[1:])
            return {name.upper(): value.strip() for name, _, value in params}, simple[3]
        try:
            _, found, value = Contentline(text).raw_parts()  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise ValueError(f"its {self.name} line cannot be read") from error
        return {
            n.upper(): v if isinstance(v, str) else ",".join(v) for n, v in found.items()
        }, value

    @property
    def value(self) -> str:
        """The value as it is written, escapes included."""
        return self.parts()[1].strip()


@dataclass(frozen=True, slots=True)
class Component:
    """One VEVENT or VTIMEZONE: its bytes, from BEGIN to the end of the END line."""

    raw: bytes
    start: int

    @property
    def end(self) -> int:
        """Where the next component can begin."""
        return self.start + len(self.raw)

    def properties(self) -> Iterator[Property]:
        """Yield the component's own properties; those of an alarm in it are not its own."""
        depth = 0
        for found in _LINE.finditer(self.raw):
            line = found[0]
            name = line[: _name_length(line)].strip().upper()
            depth += (name == b"BEGIN") - (name == b"END")
            if depth == 1 and name not in {b"BEGIN", b"END", b""}:
                yield Property(name.decode("ascii", "replace"), line, found.start())

    @property
    def body_end(self) -> int:
        """Where another property can go: before the first alarm, or before the END line."""
        inner = re.compile(rb"\n(?:BEGIN|END):", re.IGNORECASE).search(self.raw)
        return inner.start() + 1 if inner else len(self.raw)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole file: its events by UID in the order they stand, its zones, its line ending."""

    data: bytes
    events: Mapping[str, Sequence[Component]]
    zones: tuple[Component, ...]
    nameless: tuple[Component, ...] = field(default=())
    """Events without a UID, which cannot be followed."""

    @property
    def newline(self) -> bytes:
        """How lines end here."""
        return b"\r\n" if b"\r\n" in self.data[:200] else b"\n"

    def digest(self, uid: str) -> str:
        """Return what changes when anything changes for the event but its export stamps."""
        hashed = blake2b(digest_size=8)
        for component in (*self.zones, *self.events[uid]):
            hashed.update(_STAMP.sub(b"", component.raw))
        return hashed.hexdigest()

    def line(self, component: Component) -> int:
        """Return the number of a component's first line."""
        return _line(self.data, component.start)


def split(data: bytes) -> Source:
    """Find the events of a file; raises `Broken` for what is no whole iCalendar file."""
    if not data[:200].removeprefix(BOM).lstrip().upper().startswith(b"BEGIN:VCALENDAR"):
        raise Broken("it does not begin with BEGIN:VCALENDAR", 1)
    events: dict[str, list[Component]] = {}
    zones, nameless = [], []
    for name, component in _components(data):
        uid = _uid(component) if name == b"VEVENT" else None
        if name == b"VTIMEZONE":
            zones.append(component)
        elif uid:
            events.setdefault(uid, []).append(component)
        else:
            nameless.append(component)
    return Source(data, events, tuple(zones), tuple(nameless))


def calendar_zone(data: bytes) -> str:
    """Return the zone a calendar says it is in (X-WR-TIMEZONE), or an empty string."""
    found = _CALENDAR_ZONE.search(data)
    return found[1].strip().decode("utf-8", "replace") if found else ""


def fold(text: str, newline: bytes) -> bytes:
    """Write one content line in pieces of at most 75 bytes, never inside a letter."""
    data = text.encode("utf-8", "surrogateescape")
    pieces, room = [], 75
    while len(data) > room:
        cut = room
        while cut > 1 and data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data, room = data[cut:], 74
    return (newline + b" ").join([*pieces, data]) + newline


def _components(data: bytes) -> Iterator[tuple[bytes, Component]]:
    """Yield events and zones; anything cut off makes the whole file unreadable."""
    opened: tuple[bytes, int] | None = None
    whole = False
    for edge in _EDGE.finditer(data):
        name, start = edge["name"].upper(), edge.start() + 1
        begins = edge["edge"].upper() == b"BEGIN"
        if name == b"VCALENDAR" and opened is None:
            whole = not begins
        elif begins and opened is None and not whole:
            opened = name, start
        elif not begins and opened and opened[0] == name:
            yield name, Component(data[opened[1] : _next_line(data, edge.end())], opened[1])
            opened = None
        else:
            at = _line(data, opened[1] if opened else start)
            raise Broken(f"{(opened[0] if opened else name).decode()} has no begin or no end", at)
    if opened or not whole:
        raise Broken("it ends before END:VCALENDAR", _line(data, len(data)))


def _uid(component: Component) -> str:
    """Return the UID, quickly where it is written plainly; an alarm may have one of its own."""
    simple = _UID.search(component.raw, 0, component.body_end)
    if simple:
        return simple[1].decode("utf-8", "replace").strip()
    try:
        own = next((one.value for one in component.properties() if one.name == "UID"), "")
    except ValueError:
        return ""
    return own


def _name_length(line: bytes) -> int:
    """Return where a line's name ends: at its value, or at its first parameter."""
    ends = [at for at in (line.find(b":"), line.find(b";")) if at >= 0]
    return min(ends, default=len(line))


def _next_line(data: bytes, at: int) -> int:
    newline = data.find(b"\n", at)
    return newline + 1 if newline >= 0 else len(data)


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
